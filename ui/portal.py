"""What the public pages share: the doors people come in by, and the list of what was found."""

from collections.abc import Sequence

import streamlit as st

import settings
from models.enums import Audience, ItemState
from services import applications
from services.catalogue.items import BrowseCounts, ItemRow, PublishedItem
from services.popularity import PopularItem
from ui import page, tables, words

ITEM_PAGE = "pages/portal/item.py"
APPLY = "pages/portal/apply.py"
# What people come for, always in reach; those whose page is there are shown.
ALWAYS = {
    "pages/portal/journeys.py": "我要办一件事",
    "pages/portal/track.py": "查进度",
    "pages/portal/consult.py": "问一问",
    "pages/portal/feedback.py": "评一评",
}
DEPARTMENTS = "department"
DOORS = {Audience.PERSON: "个人办事", Audience.ENTERPRISE: "企业办事", DEPARTMENTS: "按部门找"}
NARROW = "\u00a0"  # keeps a figure and its unit on one line


def always_in_reach() -> None:
    there = {path: label for path, label in ALWAYS.items() if (settings.ROOT / path).exists()}
    with st.container(horizontal=True):
        for path, label in there.items():
            st.page_link(path, label=f":blue[**{label}**]")


def apply_online(item: PublishedItem) -> None:
    """The way to the application where it can be made online; else why not."""
    reason = applications.closed(item, item.guide)
    if not reason:
        if st.button("在线申请", key="apply-online", type="primary", help="不用注册登录，边填边存，30 天内可随时继续"):
            st.switch_page(APPLY, query_params={"code": item.code})
    elif item.state is ItemState.ACTIVE:
        st.caption(reason)


def search() -> str:
    """The large search field; what is asked stands in the address."""
    asked = page.query("words")
    if st.session_state.get("portal-words") != asked:
        st.session_state["portal-words"] = asked
    st.subheader("您想办什么事？", anchor=False)
    st.text_input(
        "您想办什么事？",
        key="portal-words",
        label_visibility="collapsed",
        type="search",
        placeholder="例如：卫生许可、身份证，或拼音首字母 wsxk",
        on_change=page.set_query_from,
        args=("words", "portal-words"),
    )
    return asked.strip()


def door() -> str:
    """By which door people look: as a person, as an enterprise, by department."""
    asked = page.query("by")
    asked = asked if asked in DOORS else Audience.PERSON
    if st.session_state.get("portal-by") != asked:
        st.session_state["portal-by"] = asked
    st.segmented_control(
        "怎么找",
        list(DOORS),
        key="portal-by",
        format_func=lambda value: DOORS[value],
        label_visibility="collapsed",
        required=True,
        on_change=page.set_query_from,
        args=("by", "portal-by"),
    )
    return asked


def doors(counts: BrowseCounts, chosen: str) -> None:
    """Topics or departments as tiles with how many items lie behind each."""
    if chosen == DEPARTMENTS:
        _tiles([(str(identity), name, count) for identity, name, count in counts.departments], "department")
    else:
        topics = [row for row in counts.topics if row[0] == chosen]
        _tiles([(f"{row[0].value}:{row[1]}", row[2], row[3]) for row in topics], "topic")


def _tiles(rows: Sequence[tuple[str, str, int]], name: str) -> None:
    with st.grid("auto", min_column_width=176, gap="xsmall"):
        for value, label, count in rows:
            st.button(
                f"{page.plain(label)}　:gray[{words.count(count)}{NARROW}项]",
                key=f"door-{name}-{value}",
                width="stretch",
                wrap=True,
                on_click=page.set_query,
                kwargs={name: value},
            )


def popular(rows: Sequence[PopularItem]) -> None:
    if rows:
        st.subheader("大家常办", anchor=False)
        with st.grid("auto", min_column_width=260, gap="xsmall"):
            for row in rows:
                name = f":blue[{page.plain(row.name)}]"
                st.page_link(ITEM_PAGE, label=name, query_params={"code": row.code}, width="stretch")


def found(rows: Sequence[ItemRow]) -> None:
    """The items found, one line each, with what decides whether to open it."""
    for row in rows:
        with st.container(border=True, gap="xxsmall"):
            st.page_link(ITEM_PAGE, label=f":blue[**{page.plain(row.name)}**]", query_params={"code": row.code})
            facts = [row.department, row.case_type.label if row.case_type else "", _how_long(row.promise)]
            suspended = " :violet-badge[暂停办理]" if row.state is ItemState.SUSPENDED else ""
            st.caption("　".join(map(page.plain, filter(None, facts))) + suspended)


def _how_long(promise: str) -> str:
    """`promise` as the catalogue words it: 即办, 5 个工作日, or — where none is given."""
    if promise == words.NOTHING:
        return ""
    return "当场办结" if promise == "即办" else f"{promise}内办结"


def nothing_found(asked: str) -> None:
    tables.empty(
        f"没有找到与「{page.plain(asked)}」有关的事项" if asked else "这里还没有事项",
        "换个说法试试，例如只输入两个字，或输入拼音首字母；也可以按主题、按部门查找",
    )
