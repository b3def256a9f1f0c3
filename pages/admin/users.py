"""用户: accounts (the system administrator) and their rights (the security administrator), one page for both."""

import streamlit as st

from models.enums import Permission, Role
from services import organisations, user_lists, users
from ui import page, pickers, tables, user_forms

me = page.begin(
    "用户",
    requires=(Permission.USERS_EDIT, Permission.GRANTS_APPROVE),
    about="系统管理员建立、停用账号；安全管理员授予角色与数据范围；任何人不能改动自己的账号",
)
may_edit, may_grant = me.may(Permission.USERS_EDIT), me.may(Permission.GRANTS_APPROVE)

user_forms.handed_over()
chosen = pickers.bar(
    [
        pickers.Filter("role", "角色", Role.labels()),
        pickers.Filter("state", "状态", {"on": "在用", "off": "已停用"}, width=120),
    ],
    search=pickers.Words(placeholder="姓名、用户名或工号"),
    key="users",
)
filters = user_lists.Filters(
    words=chosen["words"],
    role=Role(chosen["role"]) if chosen["role"] else None,
    is_active={"on": True, "off": False}.get(chosen["state"]),
)
number = tables.page_number("page", filters)

with page.transaction() as session:
    rows, total = user_lists.page(session, filters, number, actor=me)
    tree = organisations.tree(session, me.district_id)
    windows = user_lists.windows(session, actor=me)

if may_edit:
    with st.expander("新建账号"):
        user_forms.account(None, tree, windows, actor=me)

if rows:
    picked = tables.pick(rows, user_forms.COLUMNS, key="users", alt="用户列表，选择一行后在下方办理")
    tables.pages("page", total=total, page=number, per_page=user_lists.PAGE_SIZE, unit="个用户")
else:
    picked = None
    tables.empty("没有符合条件的用户", "去掉上面的条件再看")

if picked is not None:
    with page.transaction() as session:
        user = users.get(session, picked.id, actor=me)
    st.header(page.plain(f"{user.display_name}（{user.username}）"), anchor=False)
    if user.id == me.user_id:
        st.info("这是您自己的账号：请由另一名管理员改动；修改密码请到「我的账号」。")
    else:
        if may_edit:
            user_forms.account(user, tree, windows, actor=me)
        if may_grant:
            user_forms.rights(user, actor=me)
        user_forms.acts(user, actor=me)
elif rows:
    st.caption("选择一名用户，在此处修改账号、授权、重置密码或停用。")
