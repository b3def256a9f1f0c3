"""The parts of the users' page: an account's form, its rights, its dangerous acts, the password to hand over."""

from collections.abc import Sequence

import streamlit as st

from models.enums import EXCLUSIVE_ROLES, OrganisationKind, Role, ScopeKind
from models.people import User
from services import database, organisations, users
from services.organisations.tree import OrganisationRow
from services.user_lists import UserRow
from ui import forms, page, tables, words

COLUMNS = (
    tables.Column("姓名", "display_name", width=110),
    tables.Column("用户名", "username", width=120),
    tables.Column("工号", "badge_number", width=90),
    tables.Column("角色", lambda row: [role.label for role in row.roles], kind="tags", width=200),
    tables.Column("数据范围", "scope", width=100),
    tables.Column("机构", "organisation", width=180),
    tables.Column("部门", "department", width=140),
    tables.Column("窗口", "window", width=70),
    tables.Column("状态", lambda row: state(row), width=110),
    tables.Column("最近登录", lambda row: words.brief(row.last_sign_in), width=140),
)


def state(row: UserRow) -> str:
    """How the account stands, in a word."""
    if not row.is_active:
        return "已停用"
    if row.locked_until and row.locked_until > page.now():
        return "已锁定"
    return "待改初始密码" if row.must_change_password else "正常"


def account(tree: Sequence[OrganisationRow], windows: dict[int | None, str], user: User | None) -> None:
    """The form of an account, new or present."""
    fields = forms.Fields(f"user-{user.id if user else 'new'}")
    homes = {row.id: f"{'　' * row.depth}{row.name}" for row in tree if row.kind is not OrganisationKind.DEPARTMENT}
    homes |= {row.id: row.name for row in tree if row.kind is OrganisationKind.DEPARTMENT}
    departments: dict[int | None, str] = {None: "（无）"}
    departments |= {row.id: row.name for row in tree if row.kind is OrganisationKind.DEPARTMENT}
    with st.form(fields.key("account"), border=False):
        details = users.UserDetails(
            display_name=fields.text("display_name", "姓名", user.display_name if user else ""),
            username=fields.text("username", "用户名", user.username if user else "", placeholder="例如 zhang.san"),
            badge_number=fields.text("badge_number", "工号", user.badge_number if user else ""),
            organisation_id=fields.choice(
                "organisation_id", "所属机构", homes, user.organisation_id if user else None
            )
            or 0,
            department_id=fields.choice(
                "department_id", "所属部门", departments, user.department_id if user else None
            ),
            window_id=fields.choice("window_id", "窗口", windows, user.window_id if user else None),
        )
        pressed = st.form_submit_button("保存" if user else "建立账号", type="primary")
    if pressed and user is None:
        fields.perform(
            lambda session: users.create(session, details, actor=page.confirmed(session), now=page.now()),
            done=lambda issued: f"账号 {issued.username} 已建立，请由安全管理员授权",
            then=hand_over,
        )
    elif pressed and user is not None:
        fields.perform(
            lambda session: users.edit(
                session, user.id, details, version=user.version, actor=page.confirmed(session), now=page.now()
            ),
            done=f"{details.display_name} 的账号已保存",
        )
