"""The case list: paged by keyset, counted up to a cap, each row opens its case."""

import datetime as dt
import math
import re

import streamlit as st

from models.enums import CaseStatus, Permission
from services import database
from services.actors import Actor
from services.cases import search
from services.cases.search import CaseFilter, CasePage, CaseRow, Count, Position
from ui import case_filters, cases, charts, page, tables, words
from ui.charts import Meaning
from ui.tables import Column
from ui.unbroken import unbroken

SIGNS = {Meaning.OPEN: "●", Meaning.PAUSED: "‖", Meaning.CLOSED: "✓"}
LAST_PAGE = search.COUNT_CAP // search.PER_PAGE
PLACE = "at"  # the address's parameter: page, way, position and the filter that they belong to
PLACES = re.compile(r"(\d{1,6})\.(after|before|skip)\.(\d{1,18})\.(\d{1,19})\.([0-9a-f]{8})")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
COUNT, EXACT = "_case_count", "_case_exact"
COUNT_SECONDS = 30


def columns(now: dt.datetime) -> tuple[Column, ...]:
    return (
        Column("办件编号", "number", width=172),
        Column("事项名称", "item_name", width=230),
        Column("申请人", "applicant", width=110),
        Column("状态", lambda row: status_word(row, now), width=118),
        Column("收件时间", lambda row: words.brief(row.submitted_at), width=128),
        Column("承诺到期", lambda row: _due(row), width=140),
        Column("实施部门", "department", width=150),
        Column("收件地点", "centre", width=180),
        Column("类型", lambda row: row.case_type.label, width=72),
    )


def status_word(row: CaseRow, now: dt.datetime) -> str:
    """The status with a sign, so that colour is never needed; what is late says so first."""
    if row.decided_at is None and row.due_at is not None and row.due_at < now:
        return f"⚠ {row.status.label}·超期"
    ended = row.result.label if row.status == CaseStatus.CLOSED and row.result else row.status.label
    return f"{SIGNS.get(charts.OF_CASE[row.status], '–')} {ended}"


def _due(row: CaseRow) -> str:
    return words.brief(row.due_at) + ("（暂定）" if row.is_provisional and row.due_at else "")


@st.fragment
@page.guard(Permission.CASES_SEARCH)
def browse(actor: Actor) -> None:
    """The bar, the list and the ways on, redrawn without the rest of the page."""
    now = page.now()
    with page.transaction() as session:
        case_filters.bar(session, actor)
        asked = case_filters.asked(now)
        found, number = _page(session, asked, actor, now)
        count = _count(session, asked, actor, now)
    if found.rows:
        opened = tables.opened(found.rows, columns(now), key="cases", alt="办件列表，按收件时间从新到旧")
        _ways(found, number, count, _signature(asked))
        if opened:
            cases.open_case(opened.number)
    else:
        tables.empty("没有符合条件的办件", "去掉一个条件，或放宽收件时间；编号不足 14 位时按完整编号查找")
    cases.exports(asked, actor, count)


def _signature(asked: CaseFilter) -> str:
    return tables.signature(asked)


def _page(session: database.Session, asked: CaseFilter, actor: Actor, now: dt.datetime) -> tuple[CasePage, int]:
    """The page that the address asks for; the first where the filter has changed since."""
    number, way, position = _place(asked)
    if way == "skip":
        return search.page(session, asked, actor, now=now, skip=(number - 1) * search.PER_PAGE), number
    found = search.page(session, asked, actor, now=now, **({way: position} if position else {}))
    return found, 1 if found.is_first else number


def _place(asked: CaseFilter) -> tuple[int, str, Position | None]:
    match = PLACES.fullmatch(page.query(PLACE))
    if match is None or match[5] != _signature(asked):
        return 1, "after", None
    if match[2] == "skip":
        return min(max(int(match[1]), 1), LAST_PAGE), "skip", None
    return max(int(match[1]), 1), match[2], (EPOCH + dt.timedelta(microseconds=int(match[3])), int(match[4]))


@unbroken
def _go(number: int, way: str, position: Position | None, mark: str) -> None:
    microseconds = (position[0] - EPOCH) // dt.timedelta(microseconds=1) if position else 0
    page.set_query(**{PLACE: f"{number}.{way}.{microseconds}.{position[1] if position else 0}.{mark}"})


@unbroken
def _skip(key: str, mark: str) -> None:
    _go(st.session_state[key], "skip", None, mark)


def _count(session: database.Session, asked: CaseFilter, actor: Actor, now: dt.datetime) -> Count:
    """Counted once a filter and half a minute: turning pages does not count again."""
    mark, kept = _signature(asked), st.session_state.get(COUNT)
    is_exact = st.session_state.get(EXACT) == mark
    if kept and kept[0] == (mark, is_exact) and (now - kept[1]).total_seconds() < COUNT_SECONDS:
        return kept[2]
    if is_exact:
        found = Count(search.total(session, asked, actor, now=now), capped=False)
    else:
        found = search.count(session, asked, actor, now=now)
    st.session_state[COUNT] = ((mark, is_exact), now, found)
    return found


def _ways(found: CasePage, number: int, count: Count, mark: str) -> None:
    """How many there are, and the ways to the others."""
    all_pages = math.ceil(count.value / search.PER_PAGE)
    last = min(all_pages, LAST_PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        total = f"超过 {words.count(count.value)} 件" if count.capped else f"共 {words.count(count.value)} 件"
        st.caption(
            f"{total}，第 {number} 页" + ("" if count.capped else f" / {words.count(max(all_pages, number))} 页")
        )
        if count.capped:
            _exact(mark)
        st.space("stretch")
        st.button("首页", key="cases-first", disabled=found.is_first, on_click=page.set_query, kwargs={PLACE: None})
        st.button(
            "上一页",
            key="cases-before",
            disabled=found.is_first,
            on_click=_go,
            args=(max(number - 1, 1), "before", found.first, mark),
        )
        st.button(
            "下一页",
            key="cases-after",
            disabled=not found.has_more,
            on_click=_go,
            args=(number + 1, "after", found.last, mark),
        )
        if last > 2:
            _jump(number, last, mark)


def _jump(number: int, last: int, mark: str) -> None:
    key = f"cases-jump-{mark}-{number}"
    st.number_input(
        f"跳到第几页（1–{last}）",
        1,
        last,
        min(number, last),
        key=key,
        width=130,
        on_change=_skip,
        args=(key, mark),
    )


def _exact(mark: str) -> None:
    """The exact number of a long list, when it is asked for."""
    st.button(
        "精确计数",
        key="cases-exact",
        type="tertiary",
        help="逐一清点，条件很宽时需要几秒",
        on_click=unbroken(st.session_state.update),
        args=({EXACT: mark},),
    )
