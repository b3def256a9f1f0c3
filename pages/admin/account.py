"""我的账号: who I am, what I may do, where I am signed in, and changing my password."""

import streamlit as st

from services import database, own_phone, passwords
from services import sign_in_sessions as sessions
from ui import page, tables, user_forms, words

me = page.begin(
    "我的账号", requires=page.STAFF, with_old_password=True, about="修改密码和联系电话，查看本人权限与登录情况"
)

if me.must_change_password:
    st.warning("您使用的是一次性密码，或密码已超过规定期限：请先修改密码，再使用其他功能。")

with page.transaction() as session:
    open_now = sessions.mine(session, actor=me, now=page.now())
    attempts = sessions.attempts(session, actor=me)
    phone = own_phone.shown(session, actor=me)

left, right = st.columns([2, 3], gap="large")

with left, st.form("password"):
    st.header("修改密码", anchor=False)
    current = st.text_input("当前密码", type="password", autocomplete="current-password")
    new = st.text_input("新密码", type="password", autocomplete="new-password")
    again = st.text_input("再输一次新密码", type="password", autocomplete="new-password")
    st.caption("至少 10 位，大写、小写、数字、符号至少三类；不含用户名；不得与最近 5 次相同。")
    pressed = st.form_submit_button("修改密码", type="primary")
with left:
    user_forms.phone(phone, me)

with right:
    st.header("本人", anchor=False)
    st.markdown(f"**{page.plain(me.name)}**　{'、'.join(sorted(role.label for role in me.roles)) or '尚未授权'}")
    rights = "、".join(permission.label for permission in sorted(me.permissions)) or "无"
    st.caption(f"数据范围：{me.scope.label}　可用功能：{rights}")
    st.header("正在登录的地方", anchor=False)
    tables.show(
        open_now,
        [
            tables.Column("登录", lambda row: "本次登录" if row.is_here else "其他", width=90),
            tables.Column("地址", "address", width=140),
            tables.Column("登录时间", lambda row: words.brief(row.created_at), width=150),
            tables.Column("最近使用", lambda row: words.brief(row.seen_at), width=150),
        ],
        key="open",
        alt="本账号正在登录的地方",
    )
    elsewhere = st.button("退出其他登录", disabled=len(open_now) < 2)
    st.header("最近的登录记录", anchor=False)
    tables.show(
        attempts,
        [
            tables.Column("时间", lambda row: words.brief(row.at), width=150),
            tables.Column("结果", "outcome", width=160),
            tables.Column("地址", "address", width=140),
        ],
        key="attempts",
        alt="本账号最近的登录记录",
    )
    st.caption("若有不是您本人的登录，请立即修改密码并告知安全管理员。")


def end_others(session: database.Session) -> int:
    return sessions.revoke_all(session, me.user_id, actor=me, now=page.now(), keep=me.session_id)


if elsewhere:
    page.perform(end_others, done=lambda count: f"已退出其他 {count} 处登录")

if pressed and new != again:
    st.error("两次输入的新密码不一致，请重新输入")
elif pressed:
    with page.transaction() as session:
        prepared = passwords.prepare(session, current=current.strip(), new=new, actor=me)
    page.perform(
        lambda session: passwords.adopt(session, prepared, actor=me, now=page.now()),
        done="密码已修改，本账号在其他地方的登录已失效",
    )
