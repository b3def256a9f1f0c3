"""Applying online, one question per screen: what is asked, what is still to do, and how to come back to it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from services import applications, database, throttle
from services.applications import Application, Content, drafting
from services.catalogue import items
from services.rules import identifiers
from ui import page, visitor, words
from ui.forms import Fields

WIDTH = 720
APPLY = "pages/portal/apply.py"
TITLES = {
    drafting.APPLICANT: "谁来申请",
    drafting.FORM: "填写表单",
    drafting.MATERIALS: "上传材料",
    drafting.CHECK: "核对提交",
}


def steps(found: Application) -> list[int]:
    """The screens of this application; without a form there is none to fill in."""
    return [step for step in TITLES if step != drafting.FORM or found.guide.form]


def at_hand() -> Application | None:
    """The application that the address names: a draft, a bundle or an item; None asks for number and code."""
    number, token = page.query("draft"), page.query("token")
    if number and token:
        with page.transaction() as session, throttle.guesses(visitor.address(), number):
            return applications.opened(session, page.district_id(), number, token, now=page.now())
    bundle = page.identity(page.query("bundle"))
    if bundle is not None:
        chosen = [each for part in page.query("chosen").split(",") if (each := page.identity(part)) is not None]
        with page.transaction() as session:
            return applications.preview(session, page.district_id(), 0, bundle_id=bundle, chosen=chosen)
    if code := page.query("code"):
        with page.transaction() as session:
            item = items.published(session, page.district_id(), code)
            return applications.preview(session, page.district_id(), item.id)
    return None


def come_back() -> None:
    """Number and code open the draft again."""
    with st.form("come-back", border=True, width=WIDTH):
        st.markdown("**继续填写草稿**")
        number = st.text_input("草稿编号", page.query("draft"), max_chars=40, autocomplete="off", placeholder="W 开头")
        code = st.text_input("草稿码", max_chars=40, autocomplete="off", placeholder="如 XXXX-XXXX-XXXXX-X，可不输横线")
        pressed = st.form_submit_button("打开草稿", type="primary", width="stretch")
    st.caption("草稿保存 30 天。要办新的事，请先在「办事大厅」找到事项，点「在线申请」。")
    st.page_link("pages/portal/guide.py", label=":blue[**去办事大厅找事项**]")
    if not pressed:
        return
    if not (number.strip() and code.strip()):
        st.error("请把草稿编号和草稿码都填上")
        return
    with page.transaction() as session, throttle.guesses(visitor.address(), number):
        found = applications.opened(session, page.district_id(), number, code, now=page.now())
    open_again(found)
    st.rerun()


def open_again(found: Application) -> None:
    """The address carries the draft from now on: a reload comes back to it."""
    page.set_query(code="", bundle="", chosen="", draft=found.number, token=found.token)


def head(found: Application) -> None:
    """What is applied for, where one stands, and how to come back."""
    st.header(page.plain(found.item_name), anchor=False)
    order = steps(found)
    place = order.index(found.step) if found.step in order else 0
    marks = [
        f":green[**✓{TITLES[step]}**]"
        if at < place
        else f":blue[**●{TITLES[step]}**]"
        if at == place
        else f":gray[○{TITLES[step]}]"
        for at, step in enumerate(order)
    ]
    st.markdown(" › ".join(marks))
    if found.number:
        with st.container(border=True, gap="xxsmall", key="draft-code"):
            code = identifiers.show_query_code(found.code)
            st.markdown(f"草稿编号 **{found.number}**　草稿码 **{page.plain(code)}**")
            until = words.day(found.expires_at.date() if found.expires_at else None)
            st.caption(f"请抄下或截屏：凭这两项可在任何设备上继续填写，{until}前有效。")


def buttons(found: Application, name: str, content: Callable[[], Content]) -> None:
    """Back, save for later, on: each keeps what was typed; only going on asks the step's rules."""
    order = steps(found)
    place = order.index(found.step)
    fields = st.session_state["_apply-fields"]
    with st.container(horizontal=True, horizontal_alignment="distribute", key="apply-buttons"):
        if place and st.button("← 上一步", key=f"{name}-back"):
            keep(found, content(), fields, step=order[place - 1])
        if st.button("暂存", key=f"{name}-keep", help="不检查，先存下来，以后凭草稿编号和草稿码继续"):
            keep(found, content(), fields, step=found.step, done="已暂存，可以关闭页面，30 天内继续")
        if place + 1 < len(order) and st.button("下一步 →", key=f"{name}-on", type="primary", shortcut="F9"):
            keep(found, content(), fields, step=order[place + 1], passing=found.step)


def keep(
    found: Application, content: Content, fields: Fields, *, step: int, passing: int | None = None, done: str = "已保存"
) -> None:
    """Write the draft down, a new one with a number of its own."""

    def run(session: database.Session) -> Application:
        opened = found
        if not found.number:
            throttle.begin_draft(visitor.address())
            opened = applications.begin(session, page.district_id(), found, content, step=found.step, now=page.now())
        key: tuple[Any, ...] = (page.district_id(), opened.number, opened.token)
        applications.save(session, *key, content, step=step, now=page.now(), passing=passing)
        return opened

    fields.perform(run, done=done, then=open_again)
