"""The sign-in form: streamlit-authenticator's, over our users, our sessions and our cookie (design §5, security 4)."""

import csv
import operator
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st
import streamlit_authenticator as authenticator
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel
from streamlit_authenticator.utilities import LoginError

import settings
from models.enums import Role
from services import database, passwords, sign_in
from services.errors import DomainError
from ui import page, tables, visitor

FIELDS = {"Form name": "账号登录", "Username": "用户名", "Password": "密码", "Login": "登录"}
DEMO_ACCOUNTS = settings.DATA / "demo_accounts.csv"


def attempt(username: str, password: str) -> sign_in.Result:
    """Try a password. bcrypt runs outside any transaction, so that nobody waits for it."""
    where = visitor.address()
    with database.reading() as session:
        known = sign_in.find(session, username, address=where, now=visitor.now())
    if known.is_throttled:
        return sign_in.throttled()
    matched = passwords.matches(password, known.password_hash)
    with database.writing() as session:
        return sign_in.settle(
            session, known, matched, browser_hash=visitor.browser_hash(), address=where, now=visitor.now()
        )


class _Users(AuthenticationModel):
    """The authenticator's model, without its file of credentials: passwords are tried against the database."""

    def __init__(self) -> None:
        self.result: sign_in.Result | None = None

    def login(self, username: str, password: str, *_: Any, **__: Any) -> bool | None:
        if not username and not password:
            return None
        self.result = attempt(username, password)
        if not self.result.ticket:
            raise LoginError(self.result.message)
        return True


class _Cookie:
    """In place of the authenticator's own cookie, which scripts can read and which outlives sign-out."""

    def __init__(self, users: _Users) -> None:
        self.users = users

    def get_cookie(self) -> None:
        return None

    def set_cookie(self) -> None:
        """Let the browser fetch the HttpOnly cookie with the single-use ticket; it comes back to the same page."""
        if self.users.result:
            claim = urlencode({"ticket": self.users.result.ticket, "next": _here()})
            page.follow("登录成功，正在进入…（若未自动跳转，请点此）", f"/auth/claim?{claim}", key="claim")


class _Form(authenticator.Authenticate):
    def __init__(self) -> None:
        users = _Users()
        controller = AuthenticationController.__new__(AuthenticationController)
        controller.authentication_model = users
        self.attrs = {"login_sleep_time": 0}
        self.path = None
        self.cookie_controller = _Cookie(users)
        self.authentication_controller = controller


def _here() -> str:
    url = st.context.url
    parts = urlsplit(url if isinstance(url, str) else "/")
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def draw(reason: str = "") -> None:
    """The form, with what led here; in a demonstration also the accounts to try."""
    st.session_state["authentication_status"] = None
    left, right = st.columns([2, 3], gap="large")
    with left:
        if notice := st.session_state.pop("_notice", None):
            st.warning(notice)
        elif reason:
            st.info(page.plain(reason))
        try:
            with st.container(key="sign_in_form"):
                _Form().login(fields=FIELDS, key="sign_in")
        except (LoginError, DomainError) as error:
            st.error(page.plain(str(error)))
        st.caption("忘记密码或账号被锁定，请联系本单位系统管理员重置；系统不会以短信或电话索取您的密码。")
    if settings.current().demo and DEMO_ACCOUNTS.exists():
        with right:
            _demo_accounts()


def _demo_accounts() -> None:
    st.header("演示账号", anchor=False)
    with DEMO_ACCOUNTS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    tables.show(
        rows,
        [
            tables.Column(
                "角色", lambda row: "、".join(Role(each).label for each in row["role"].split("+")), width=110
            ),
            tables.Column("用户名", operator.itemgetter("username"), width=90),
            tables.Column("密码", operator.itemgetter("password"), width=120),
            tables.Column("可以试试", operator.itemgetter("what")),
        ],
        key="demo",
        alt="演示账号：角色、用户名、密码和可以试的功能",
    )
