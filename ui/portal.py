"""What the public pages share: the doors people come in by, and the list of what was found."""

from collections.abc import Sequence

import streamlit as st

import settings
from models.enums import Audience, ItemState
from services.catalogue.items import BrowseCounts, ItemRow
from services.popularity import PopularItem
from ui import page, tables, words

ITEM_PAGE = "pages/portal/item.py"
# What people come for, always in reach; those whose page is there are shown.
ALWAYS = {
    "pages/portal/track.py": "查进度",
    "pages/portal/consult.py": "问一问",
    "pages/portal/feedback.py": "评一评",
}
AUDIENCES = {"": "全部", Audience.PERSON: "个人办事", Audience.ENTERPRISE: "企业办事"}
MOST_DEPARTMENTS = 12


def always_in_reach() -> None:
    there = {path: label for path, label in ALWAYS.items() if (settings.ROOT / path).exists()}
    with st.container(horizontal=True):
        for path, label in there.items():
            st.page_link(path, label=f"**{label}**")


def search() -> str:
    """The large search field; what is asked stands in the address."""
    asked = page.query("words")
    if st.session_state.get("portal-words") != asked:
        st.session_state["portal-words"] = asked
    st.text_input(
        "### 您想办什么事？",
        key="portal-words",
        type="search",
        placeholder="例如：卫生许可、身份证，或拼音首字母 wsxk",
        on_change=lambda: page.set_query(words=st.session_state["portal-words"]),
    )
    return asked.strip()


def audience() -> Audience | None:
    """Persons or enterprises; everybody at first."""
    asked = page.query("for")
    asked = asked if asked in AUDIENCES else ""
    if st.session_state.get("portal-for") != asked:
        st.session_state["portal-for"] = asked
    st.segmented_control(
        "办事人",
        list(AUDIENCES),
        key="portal-for",
        format_func=lambda value: AUDIENCES[value],
        label_visibility="collapsed",
        required=True,
        on_change=lambda: page.set_query(**{"for": st.session_state["portal-for"], "topic": None}),
    )
    return Audience(asked) if asked else None


def doors(counts: BrowseCounts, wanted: Audience | None) -> None:
    """Topics and departments as tiles with how many items lie behind each."""
    for kind in [wanted] if wanted else list(Audience):
        topics = [row for row in counts.topics if row[0] is kind]
        if topics:
            st.subheader(f"{kind.label}：按主题找", anchor=False)
            _tiles([(f"{row[0].value}:{row[1]}", row[2], row[3]) for row in topics], "topic")
    if counts.departments:
        st.subheader("按部门找", anchor=False)
        _tiles([(str(identity), name, count) for identity, name, count in counts.departments], "department")


def _tiles(rows: Sequence[tuple[str, str, int]], name: str) -> None:
    with st.grid("auto", min_column_width=150, gap="xsmall"):
        for value, label, count in rows:
            st.button(
                f"{page.plain(label)}　:gray[{words.count(count)} 项]",
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
                st.page_link(ITEM_PAGE, label=page.plain(row.name), query_params={"code": row.code}, width="stretch")


def found(rows: Sequence[ItemRow]) -> None:
    """The items found, one line each, with what decides whether to open it."""
    for row in rows:
        with st.container(border=True, gap="xxsmall"):
            st.page_link(ITEM_PAGE, label=f"**{page.plain(row.name)}**", query_params={"code": row.code})
            facts = [row.department, row.case_type.label if row.case_type else "", f"{row.promise}办结"]
            facts = [fact for fact in facts if fact and not fact.startswith(words.NOTHING)]
            suspended = " :violet-badge[暂停办理]" if row.state is ItemState.SUSPENDED else ""
            st.caption("　".join(map(page.plain, facts)) + suspended)


def nothing_found(asked: str) -> None:
    tables.empty(
        f"没有找到与「{page.plain(asked)}」有关的事项" if asked else "这里还没有事项",
        "换个说法试试，例如只输入两个字，或输入拼音首字母；也可以按主题、按部门查找",
    )
