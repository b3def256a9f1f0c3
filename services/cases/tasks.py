"""Department tasks of a case: which start, whose turn it is (one shape for all kinds, design §4)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, CaseTask
from models.enums import OrganisationKind, TaskState
from models.organisations import Organisation
from services.cases import clocks
from services.errors import NotAllowed
from services.rules import flow
from services.rules.flow import FlowTask
from services.rules.guide import Guide
from services.rules.working_time import WorkCalendar

SUPERSEDED = "本阶段已由其他部门完成"


def of_case(session: Session, case: Case) -> Sequence[CaseTask]:
    """The case's tasks in order of stage."""
    return session.scalars(
        select(CaseTask)
        .where(CaseTask.district_id == case.district_id, CaseTask.case_id == case.id)
        .order_by(CaseTask.stage, CaseTask.id)
    ).all()


def flow_of(session: Session, case: Case, guide: Guide) -> list[FlowTask]:
    """The item's stages with departments found by name or code; the item's own department where none is named."""
    names = {stage.department for stage in guide.stages() if stage.department}
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.code).where(
            Organisation.district_id == case.district_id,
            Organisation.kind == OrganisationKind.DEPARTMENT,
            Organisation.name.in_(names) | Organisation.code.in_(names),
        )
    ).all()
    known = {row.name: row.id for row in rows} | {row.code: row.id for row in rows}
    return [
        FlowTask(stage.stage, known.get(stage.department, case.department_id), stage.limit, stage.unit, stage.join)
        for stage in guide.stages()
    ]


def start_next(session: Session, case: Case, guide: Guide, calendar: WorkCalendar, *, now: dt.datetime) -> bool:
    """Start the tasks whose turn it is. True when nothing is left to do: the case can be decided."""
    planned = flow_of(session, case, guide)
    existing = of_case(session, case)
    finished = {(task.stage, task.department_id) for task in existing if task.state == TaskState.DONE}
    started = {(task.stage, task.department_id) for task in existing}
    for left in existing:  # a stage that any department may end leaves the others nothing to do
        if left.state == TaskState.PENDING and flow.is_stage_done(planned, left.stage, finished):
            left.state, left.finished_at, left.finished_by = TaskState.CANCELLED, now, SUPERSEDED
    for task in flow.starting(planned, finished, started):
        term = clocks.term(now, task.limit, task.unit, calendar)
        session.add(
            CaseTask(
                district_id=case.district_id,
                case_id=case.id,
                stage=task.stage,
                department_id=task.department_id,
                state=TaskState.PENDING,
                limit_amount=task.limit,
                limit_unit=task.unit,
                started_at=now,
                due_at=term.due if term else case.due_at,
            )
        )
    session.flush()
    return flow.is_complete(planned, finished)


def pending(session: Session, case: Case, department_id: int | None) -> CaseTask:
    """The department's open task on the case. Raises NotAllowed when it is not that department's turn."""
    open_tasks = [task for task in of_case(session, case) if task.state == TaskState.PENDING]
    mine = [task for task in open_tasks if department_id in (None, task.department_id)]
    if not mine:
        raise NotAllowed("本办件当前没有轮到您所在部门的任务")
    return mine[0]


def finish(task: CaseTask, *, by: str, now: dt.datetime) -> None:
    task.state, task.finished_at, task.finished_by = TaskState.DONE, now, by


def cancel_open(session: Session, case: Case, *, by: str, now: dt.datetime) -> None:
    """Close what is still open when the case ends otherwise."""
    for task in of_case(session, case):
        if task.state == TaskState.PENDING:
            task.state, task.finished_at, task.finished_by = TaskState.CANCELLED, now, by
