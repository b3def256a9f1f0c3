"""The parts of the users' page: an account's form, its rights, its dangerous acts, the password to hand over."""

from collections.abc import Mapping, Sequence

import streamlit as st

from models.enums import EXCLUSIVE_ROLES, OrganisationKind, Permission, Role, ScopeKind
from services import own_phone, users
from services.actors import Actor
from services.organisations import OrganisationRow
from services.user_lists import UserRow
from ui import forms, page, tables, words

COLUMNS = (
    tables.Column("姓名", "display_name", width=110),
    tables.Column("用户名", "username", width=120),
    tables.Column("工号", "badge_number", width=90),
    tables.Column("状态", lambda row: state(row), width=110),
    tables.Column("角色", lambda row: [role.label for role in row.roles], kind="tags", width=200),
    tables.Column("数据范围", "scope", width=100),
    tables.Column("机构", "organisation", width=180),
    tables.Column("部门", "department", width=140),
    tables.Column("窗口", "window", width=70),
    tables.Column("最近登录", lambda row: words.brief(row.last_sign_in), width=140),
)


def state(row: UserRow) -> str:
    """How the account stands, in a word."""
    if not row.is_active:
        return "已停用"
    if row.locked_until and row.locked_until > page.now():
        return "已锁定"
    return "待改初始密码" if row.must_change_password else "正常"


def account(
    user: users.Account | None, tree: Sequence[OrganisationRow], windows: Mapping[int, str], *, actor: Actor
) -> None:
    """The form of an account, new or present."""
    fields = forms.Fields(f"user-{user.id if user else 'new'}")
    with st.form(fields.key("account"), border=False):
        details = _details(fields, user, tree, windows)
        pressed = st.form_submit_button("保存账号" if user else "建立账号", type="primary")
    if pressed and user is None:
        fields.perform(
            lambda session: users.create(session, details, actor=actor, now=page.now()),
            done=lambda issued: f"账号 {issued.username} 已建立；授权后方可使用业务功能",
            then=_hand_over,
        )
    elif pressed and user is not None:
        fields.perform(
            lambda session: users.edit(session, user.id, details, version=user.version, actor=actor, now=page.now()),
            done=f"{details.display_name} 的账号已保存",
        )


def _details(
    fields: forms.Fields, user: users.Account | None, tree: Sequence[OrganisationRow], windows: Mapping[int, str]
) -> users.UserDetails:
    departments = {row.id: row.name for row in tree if row.kind is OrganisationKind.DEPARTMENT}
    homes = {row.id: "　" * row.depth + row.name for row in tree if row.id not in departments} | departments
    names, places = st.columns(2)
    with names:
        display_name = fields.text("display_name", "姓名", user.display_name if user else "")
        username = fields.text("username", "用户名", user.username if user else "", placeholder="例如 zhang.san")
        badge_number = fields.text("badge_number", "工号", user.badge_number if user else "")
    with places:
        home = fields.choice("organisation_id", "所属机构", homes, user.organisation_id if user else None)
        none: dict[int | None, str] = {None: "（无）"}
        department = fields.choice(
            "department_id", "所属部门", none | departments, user.department_id if user else None
        )
        window = fields.choice("window_id", "窗口", none | dict(windows), user.window_id if user else None)
    return users.UserDetails(username, display_name, badge_number, home or 0, department, window)


def rights(user: users.Account, *, actor: Actor) -> None:
    """The roles and the part of the records: given by the security administrator."""
    fields = forms.Fields(f"rights-{user.id}")
    with st.form(fields.key("form"), border=False):
        roles = fields.choices("roles", "角色", Role.labels(), [role.value for role in sorted(user.roles)])
        scope = fields.choice("scope", "数据范围", ScopeKind.labels(), user.scope.value)
        exclusive = "、".join(role.label for role in Role if role in EXCLUSIVE_ROLES)
        st.caption(f"三员分立：{exclusive}不得兼任其他角色，也不得互相兼任。")
        pressed = st.form_submit_button("授权", type="primary")
    if pressed:
        fields.perform(
            lambda session: users.grant(
                session,
                user.id,
                [Role(role) for role in roles],
                ScopeKind(scope),
                version=user.version,
                actor=actor,
                now=page.now(),
            ),
            done=f"{user.display_name} 的权限已更新，立即生效",
        )


def acts(user: users.Account, *, actor: Actor) -> None:
    """What is done to an account, each confirmed with what will happen."""
    name = page.plain(user.display_name)
    may_edit = actor.may(Permission.USERS_EDIT)
    is_usable = user.is_active and not (user.locked_until and user.locked_until > page.now())
    reset = enable = disable = None
    with st.container(horizontal=True):
        if users.may_reset(user.roles, actor):
            told = f"生成 {name} 的一次性密码（24 小时内有效，首次登录须修改），其现有登录全部退出。"
            reset = forms.confirm("重置密码", will_do=told, key="reset")
        if may_edit and not is_usable:
            enable = st.button("解除锁定" if user.is_active else "恢复使用")
        if may_edit and user.is_active:
            told = f"{name} 立即退出登录，且不能再登录。"
            disable = forms.confirm("停用", will_do=told, key="disable", needs="停用原因")
    if reset is not None:
        page.perform(
            lambda session: users.reset_password(session, user.id, actor=actor, now=page.now()),
            done=lambda issued: f"{issued.username} 的密码已重置",
            then=_hand_over,
        )
    if enable:
        page.perform(
            lambda session: users.enable(session, user.id, actor=actor, now=page.now()),
            done=f"{user.display_name} 可以登录了",
        )
    if disable is not None:
        page.perform(
            lambda session: users.disable(session, user.id, reason=disable, actor=actor, now=page.now()),
            done=f"{user.display_name} 已停用",
        )


def phone(known: str, actor: Actor) -> None:
    """One's own phone, for texts about one's work."""
    fields = forms.Fields("own-phone")
    with st.form(fields.key("form")):
        st.header("联系电话", anchor=False)
        st.caption(f"现为 {known}；工作提醒短信发到这里。" if known else "还没有登记；登记后可收到工作提醒短信。")
        typed = fields.text("phone", "新的电话（留空即不再接收）", autocomplete="tel")
        pressed = st.form_submit_button("保存电话")
    if pressed:
        fields.perform(
            lambda session: own_phone.change(session, typed, actor=actor, now=page.now()),
            done="联系电话已保存" if typed.strip() else "联系电话已清除",
        )


def _hand_over(issued: users.Issued) -> None:
    st.session_state["_issued"] = (issued.username, issued.password)


def handed_over() -> None:
    """The one-time password, until it is put away; it can never be shown again."""
    if "_issued" not in st.session_state:
        return
    username, password = st.session_state["_issued"]
    with st.container(border=True):
        st.markdown(
            f"用户 **{page.plain(username)}** 的一次性密码（只显示这一次，24 小时有效，请当面或电话告知本人）："
        )
        st.code(password, language=None)
        if st.button("已记下，收起", key="put_away"):
            del st.session_state["_issued"]
            st.rerun()
