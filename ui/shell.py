"""What stands around every page: the staff's navigation, signing in and out, and the answer to an unforeseen error."""

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

import settings
from services import database
from services import sign_in_sessions as sessions
from services.actors import Actor
from ui import page, visitor

STATIC = settings.ROOT / "static"
PRODUCT = "一窗政务服务"
SIDEBAR_WIDTH = 216  # pixels
log = logging.getLogger("yichuang.pages")


def frame(title: str) -> None:
    """What the browser shows around the page. A local icon: else material icons fetch theirs from outside."""
    st.set_page_config(
        page_title=f"{title} · {PRODUCT}",
        page_icon=str(STATIC / "favicon.png"),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.logo(str(STATIC / "logo.png"), size="large")


def sidebar(sections: Mapping[str, list[st.Page]], actor: Actor) -> None:
    """Sections of links, the person and the way out. Streamlit's own grouped navigation fails axe's `list`."""
    with st.sidebar:
        for section, pages in sections.items():
            st.caption(section)
            for target in pages:
                st.page_link(target)
        st.divider()
        roles = "、".join(sorted(role.label for role in actor.roles)) or "未授权"
        st.caption(f"{page.plain(actor.name)}（{roles}）")
        if st.button("退出登录", key="sign_out", width="stretch"):
            _sign_out()


def _sign_out() -> None:
    with database.writing() as session:
        person = visitor.resolve(session)
        if person.session_id is not None:
            sessions.revoke(session, person, now=visitor.now())
    for name in list(st.session_state):
        del st.session_state[name]
    page.follow("已退出登录（若未自动跳转，请点此）", "/auth/leave", key="leave")
    st.stop()


def entrance(target: st.Page | None) -> Callable[[], None]:
    """The sign-in page; who is signed in already goes on to `target`."""

    def draw() -> None:
        from ui import sign_in  # its library is for pages: imported by the server it fills the log with warnings

        if target is not None:
            st.switch_page(target)
        st.title(f"登录{settings.current().district_name}政务服务中心工作台", anchor=False)
        sign_in.draw()

    return draw


def report(error: Exception) -> bool:
    """An error nobody foresaw: a number for the log and plain words for the person; never a traceback."""
    number = secrets.token_hex(4).upper()
    log.error("page error %s: %r", number, error)  # Streamlit has logged the traceback
    if _is_database(error):
        st.error("数据库暂时无法连接，请稍候再试；已提交的数据不受影响，未提交的内容请勿关闭页面。")
    else:
        st.error(f"页面出现意外错误，未提交的操作没有生效。请重试；若仍出现，请把编号 {number} 告诉系统管理员。")
    return True


def _is_database(error: BaseException) -> bool:
    names: set[Any] = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"OperationalError", "InterfaceError", "TimeoutError"})
