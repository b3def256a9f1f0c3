"""What the pages of cases share: opening one, links to lists, kept searches, export."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from models.enums import Permission
from services import database
from services.actors import Actor
from services.cases import exporting, saved_searches
from services.cases.exporting import Format
from services.cases.saved_searches import KeptSearch
from services.cases.search import CaseFilter, Count
from ui import case_filters, forms, page, words

SEARCH, CASE = "pages/cases/search.py", "pages/cases/case.py"
BACK = "_cases_address"


class FigureLink(NamedTuple):
    """A figure, and the page and address of the list it counts."""

    label: str
    value: str
    page: str
    query: Mapping[str, str]
    delta: str | None = None
    help: str | None = None


def open_case(number: str) -> None:
    """Go to the case; the list asked for is remembered for the way back."""
    st.session_state[BACK] = case_filters.kept() | ({"at": page.query("at")} if page.query("at") else {})
    st.switch_page(CASE, query_params={"number": number})


def way_back() -> None:
    """A link to the list that led here, at its place."""
    st.page_link(SEARCH, label="← 返回办件列表", query_params=st.session_state.get(BACK, {}))


def chosen_number() -> str:
    """The case number of the address; without one, a field to type it in."""
    if page.query("number"):
        return page.query("number")
    typed = st.text_input("办件编号", key="case-number", placeholder="20 位编号，可扫描凭证")
    if not typed:
        st.stop()
    page.set_query(number=typed.strip())
    return typed.strip()


def open_list(wanted: CaseFilter) -> None:
    """Go to the list of a filter."""
    st.session_state[case_filters.PERSON] = ""
    st.switch_page(SEARCH, query_params=case_filters.address(wanted))


def linked(label: str, count: int, wanted: CaseFilter, **more: str | None) -> FigureLink:
    """A figure that opens the list of its filter."""
    return FigureLink(label, words.count(count), SEARCH, case_filters.address(wanted), **more)


def figures(links: Sequence[FigureLink]) -> None:
    """Figures in a row, each above the link to the list it counts."""
    with st.container(horizontal=True, gap="small"):
        for link in links:
            with st.container(border=True, width=168, gap=None):
                st.metric(link.label, link.value, link.delta, delta_color="off", help=link.help)
                st.page_link(link.page, label=f"{link.label}名单", query_params=dict(link.query))


def kept_searches(actor: Actor) -> None:
    """Open, save and delete searches under names."""
    with page.transaction() as session:
        kept = saved_searches.listed(session, actor)
    with st.popover("我的查询", key="kept-searches"):
        if not kept:
            st.caption("还没有保存的查询。设好条件后起个名字保存，下次一点就开。")
        for each in kept:
            _kept(each, actor)
        with st.form("keep-search", border=False, clear_on_submit=False):
            fields = forms.Fields("keep-search")
            name = fields.text(
                "name", "把当前条件存为", placeholder="如：本月超期件", max_chars=saved_searches.NAME_LENGTH
            )
            st.caption("申请人（证件号、手机号、姓名）不会被保存。")
            pressed = st.form_submit_button("保存")
    if pressed:
        fields.perform(
            lambda session: saved_searches.save(session, name, case_filters.kept(), actor=actor, now=page.now()),
            done=lambda kept_as: f"查询「{kept_as}」已保存",
        )


def _kept(each: KeptSearch, actor: Actor) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.page_link(SEARCH, label=page.plain(each.name), query_params=dict(each.query))
        if st.button("删除", key=f"kept-{each.id}", type="tertiary", help=f"删除「{each.name}」"):
            page.perform(
                lambda session: saved_searches.forget(session, each.id, actor=actor),
                done=lambda name: f"查询「{name}」已删除",
            )


def exports(asked: CaseFilter, actor: Actor, count: Count) -> None:
    """The filtered cases as a sheet, for who may take them out."""
    if not actor.may(Permission.CASES_EXPORT):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind in Format:
            moment = page.now()
            page.offer_download(
                f"导出为 {kind.name}",
                lambda session, kind=kind, moment=moment: _exported(session, asked, kind, actor, moment),
                f"办件查询_{moment:%Y%m%d_%H%M}.{kind.suffix}",
                kind.content_type,
                key=f"export-{kind.suffix}",
                disabled=not count.value,
            )
        st.caption(f"按当前条件导出，姓名脱敏，一次最多 {words.count(exporting.MOST_ROWS)} 件；导出行为记入审计。")


def _exported(session: database.Session, asked: CaseFilter, kind: Format, actor: Actor, now: dt.datetime) -> bytes:
    """Made in a reading session, so that nobody waits for it; then written down."""
    with st.spinner("正在生成文件…"):
        made = exporting.export(session, asked, kind, actor=actor, now=now)
    with database.writing() as writing:
        exporting.note(writing, asked, made.rows, actor=actor, now=now)
    return made.content
