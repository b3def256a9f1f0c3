"""What staff see of an item: its list, standing, findings, versions, impact and history."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from models.enums import OPEN_STATUSES, ItemState, LintLevel, VersionState
from services.actors import Actor
from services.cases.filters import CaseFilter
from services.catalogue import items
from services.catalogue.items import EventRow, ItemDetail, VersionRow
from services.catalogue.versions import Impact
from services.database import Session
from services.rules.differences import Change
from services.rules.lint import Finding
from ui import case_filters, charts, guides, page, tables, words
from ui.tables import Column

LIST = (
    Column("事项名称", "name", width=260),
    Column("实施部门", "department", width=140),
    Column("事项类型", "item_type", width=100),
    Column("办件类型", lambda row: row.case_type.label if row.case_type else words.NOTHING, width=76),
    Column("承诺时限", "promise", width=96),
    Column("事项状态", "state", width=76),
    Column("版本", lambda row: version_in_words(row.version_number, row.version_state), width=116),
    Column("层级", lambda row: row.tier.label, width=56),
    Column("编码", "code", width=190),
)
# Each figure opens the list it counts.
FIGURES: dict[str, dict[str, Any]] = {
    "在用": {"state": ItemState.ACTIVE},
    "草稿": {"version_state": VersionState.DRAFT},
    "待部门审核": {"version_state": VersionState.SUBMITTED},
    "待中心审核": {"version_state": VersionState.DEPARTMENT_REVIEWED},
    "待发布": {"version_state": VersionState.CENTRE_REVIEWED},
    "暂停": {"state": ItemState.SUSPENDED},
}


def version_in_words(number: int | None, state: VersionState | None) -> str:
    return f"第 {number} 版 {state.label}" if number and state else words.NOTHING


def counted(session: Session, actor: Actor) -> dict[str, int]:
    return {title: items.find(session, actor, per_page=1, **wanted).total for title, wanted in FIGURES.items()}


def figures(counts: dict[str, int]) -> None:
    """The figures above the list; a press filters it."""
    with st.container(horizontal=True, gap="xsmall"):
        for title, count in counts.items():
            wanted = {name: value.value for name, value in FIGURES[title].items()}
            st.button(
                f"{title}　**{words.count(count)}**",
                key=f"figure-{title}",
                on_click=page.set_query,
                kwargs={"state": None, "version_state": None, "words": None} | wanted,
            )


def heading(detail: ItemDetail) -> None:
    """Name, state and codes of the item."""
    item = detail.item
    st.header(page.plain(item.name), anchor=False)
    badges = [charts.badge(item.state.label, charts.OF_ITEM[item.state])]
    for version in filter(None, (detail.published, detail.draft)):
        badges.append(charts.badge(version_in_words(version.number, version.state), charts.OF_VERSION[version.state]))
    if detail.draft and detail.draft.effective_on:
        badges.append(charts.badge(f"定于 {words.day(detail.draft.effective_on)} 发布", charts.Meaning.WARNING))
    st.markdown(" ".join(badges))
    codes = "　".join(f"{scheme.label} {code}" for scheme, code in detail.codes)
    st.caption(page.plain(f"{detail.department}　{detail.item_type}　{codes}"))


def findings(rows: Sequence[Finding], *, in_circle: bool) -> None:
    """What the lint says, each with its element and how to mend it; a circle of prerequisites is told apart."""
    errors = [row for row in rows if row.level is LintLevel.ERROR]
    if not rows:
        if not in_circle:
            st.success("未发现问题，可以提交和发布。")
        return
    said = f"{len(errors)} 处错误必须改正后才能发布，{len(rows) - len(errors)} 处提醒供核对。"
    (st.error if errors else st.warning)(said)
    frame = pd.DataFrame(
        {
            "级别": [
                charts.badge(row.level.label, charts.Meaning.RED if row in errors else charts.Meaning.WARNING)
                for row in rows
            ],
            "要素": [guides.title_of(row.field) for row in rows],
            "在哪一节": [section_of(row.field) for row in rows],
            "问题与改法": [page.plain(row.message) for row in rows],
            "规则": [row.rule for row in rows],
        }
    )
    st.table(frame, border="horizontal", hide_index=True, alt="审查发现的问题")


def section_of(element: str) -> str:
    return next((section for section, elements in guides.SECTIONS.items() if element in elements), "")


def changes(rows: Sequence[Change]) -> None:
    """What differs between two versions, in words."""
    if not rows:
        tables.empty("两个版本的内容完全相同", "换一个版本对照")
        return
    st.caption(f"共 {len(rows)} 处不同")
    frame = pd.DataFrame(
        {
            "要素": [page.plain(row.element) for row in rows],
            "变化": [row.kind.label for row in rows],
            "原来": [page.plain(row.before) or words.NOTHING for row in rows],
            "现在": [page.plain(row.after) or words.NOTHING for row in rows],
        }
    )
    st.table(frame, border="horizontal", hide_index=True, alt="两个版本的差异")


def version_names(rows: Sequence[VersionRow]) -> dict[int, str]:
    """For pickers: newest first."""
    return {
        row.id: f"第 {row.number} 版 {row.state.label} {words.brief(row.published_at or row.created_at)}"
        for row in rows
    }


def impact(found: Impact, case_page: str) -> None:
    """What a change or an abolition touches."""
    with st.grid(4, min_column_width=150):
        st.metric("在办办件", words.count(found.open_cases), border=True, help="继续按受理时的版本办理")
        st.metric("以它为前置的事项", words.count(len(found.required_by)), border=True)
        st.metric("所在的一件事", words.count(len(found.bundles)), border=True)
        st.metric("受理窗口", words.count(len(found.windows)), border=True)
    if found.open_cases and case_page:
        st.page_link(case_page, label=":blue[查看这些在办办件]", query_params=_open_cases_of(found.item_id))
    lists = {"以它为前置的事项": found.required_by, "所在的一件事": found.bundles, "部门流程": found.stages}
    for title, names in lists.items():
        if names:
            st.markdown(f"**{title}**\n" + "\n".join(f"- {page.plain(name)}" for name in names))
    if found.windows:
        with st.expander(f"受理窗口（{len(found.windows)}）"):
            st.markdown(page.plain("、".join(found.windows)))


def _open_cases_of(item_id: int) -> dict[str, str]:
    """The address of the case list that holds exactly the item's open cases."""
    return case_filters.address(CaseFilter(item_id=item_id, statuses=OPEN_STATUSES))


def circle(names: Sequence[str] | None) -> None:
    """The circle of prerequisites that publishing would close, drawn."""
    if names:
        st.error(page.plain(f"前置事项互为前提，申请人无从办起：{' → '.join(names)}"))
        st.plotly_chart(charts.circle(names[:-1]), config=charts.CONFIG, alt="互为前提的事项")


def history(rows: Sequence[EventRow]) -> None:
    columns = (
        Column("时间", lambda row: words.brief(row.at), width=130),
        Column("做了什么", "action", width=120),
        Column("版本", lambda row: f"第 {row.version_number} 版" if row.version_number else words.NOTHING, width=80),
        Column("谁", "actor_name", width=120),
        Column("意见与改动", "opinion", width="large"),
    )
    tables.show(rows, columns, key="history", alt="事项的历史")
