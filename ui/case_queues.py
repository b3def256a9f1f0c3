"""The queues of cases: what waits for a decision, what waits to be fetched."""

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from models.enums import Permission
from services import calendars
from services.actors import Actor
from services.cases import details
from services.cases.delivery import ReadyCase
from services.cases.worklists import Urgency, WaitingTask, Workload
from ui import case_acts, case_opinions, case_sheets, cases, page, tables, words
from ui.cases import FigureLink
from ui.tables import Column

TASKS, DELIVERY = "pages/cases/tasks.py", "pages/cases/delivery.py"
MOST_SHOWN = 200
READY = (
    Column("申请人", "applicant_name", width=130),
    Column("事项名称", "item_name", width=190),
    Column("办件编号", "number", width=172),
    Column("结果", "result", width=70),
    Column("办结时间", lambda row: words.brief(row.decided_at), width=128),
)


def urgency() -> Urgency | None:
    """The part of the queue that the address asks for."""
    asked = page.query("due")
    return Urgency(asked) if asked in Urgency.labels() else None


def load_figures(load: Workload) -> list[FigureLink]:
    """How much waits, each figure a link to its part of the queue."""
    return [FigureLink("待办", words.count(load.waiting), TASKS, {})] + [
        FigureLink(each.label, words.count(number), TASKS, {"due": each.value}) for each, number in load.urgent.items()
    ]


def pick_task(actor: Actor, rows: Sequence[WaitingTask], now: dt.datetime) -> WaitingTask | None:
    """The queue, the most urgent first, with the time that is left by each hall's calendar."""
    with page.transaction() as session:
        calendar_of = {
            centre: calendars.work_calendar(session, actor.district_id, centre)
            for centre in {row.centre_id for row in rows}
        }

    def left(row: WaitingTask) -> str:
        text = case_sheets.remaining(now, row.due_at, calendar_of[row.centre_id])
        return f"⚠ {text}" if row.due_at is not None and row.due_at < now else text

    columns = (
        Column("剩余时间", left, width=238),
        Column("事项名称", "item_name", width=190),
        Column("申请人", "applicant_name", width=120),
        Column("状态", "status", width=80),
        Column("催办", lambda row: f"{row.reminders} 次" if row.reminders else words.NOTHING, width=60),
        Column("办件编号", "number", width=172),
        Column("转来时间", lambda row: words.brief(row.started_at), width=128),
    )
    return tables.pick(rows, columns, key="tasks", alt="待办任务，最急的在前")


def pick_ready(rows: Sequence[ReadyCase]) -> ReadyCase | None:
    """Results that wait to be fetched, the longest waiting first."""
    return tables.pick(rows, READY, key="ready", alt="待领取的办理结果")


def beside(number: str | None, actor: Actor) -> None:
    """The chosen case, as far as deciding or delivering it needs."""
    if number is None:
        tables.empty("请在列表中选一件", "选中后在这里查看材料、作出处理")
        return
    with page.transaction() as session:
        found = details.detail(session, number, actor)
        case_sheets.head(session, found, page.now())
    case_acts.draw(found, actor)
    case_opinions.show(found)
    with st.expander("申请人与材料", expanded=actor.may(Permission.CASES_REVIEW)):
        case_sheets.applicant(found, actor)
        case_sheets.materials(found)
        case_sheets.files(found, actor)
    with st.expander("办理经过"):
        case_sheets.history(found)
    st.page_link(cases.CASE, label="打开完整办件", query_params={"number": number})
