"""Department tasks of a case: which start, whose turn it is (one shape for all kinds, design §4)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, CaseTask
from models.enums import CaseType, ItemType, LimitUnit, Opinion, OrganisationKind, TaskKind, TaskState
from models.organisations import Organisation
from services.actors import Actor
from services.cases import chasing, clocks, facts, members, opinions
from services.errors import NotAllowed
from services.rules import flow
from services.rules.flow import FlowTask, Outcome
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


def drawn(session: Session, district_id: int, department_id: int, guide: Guide) -> list[FlowTask]:
    """The item's stages with departments found by name or code; the item's own department where none is named."""
    names = {stage.department for stage in guide.stages() if stage.department}
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.code).where(
            Organisation.district_id == district_id,
            Organisation.kind == OrganisationKind.DEPARTMENT,
            Organisation.name.in_(names) | Organisation.code.in_(names),
        )
    ).all()
    known = {row.name: row.id for row in rows} | {row.code: row.id for row in rows}
    found = [
        FlowTask(
            stage=stage.stage,
            department_id=known.get(stage.department, department_id),
            limit=stage.limit,
            unit=stage.unit,
            join=stage.join,
            quorum=stage.quorum,
            name=stage.name,
            kind=stage.kind,
            mode=stage.mode,
            condition=stage.condition,
        )
        for stage in guide.stages()
    ]
    return list({task.key: task for task in found}.values())  # two unknown names in one stage are one department


def flow_of(session: Session, case: Case, guide: Guide) -> list[FlowTask]:
    """The tasks that this case has: conditions asked, departments without a chosen item of a bundle left out.

    A flow of which nothing is left is the leading department's alone.
    """
    found = drawn(session, case.district_id, case.department_id, guide)
    if any(task.condition for task in found):
        found = flow.applicable(found, facts.of_case(session, case))
    if guide.task_type == ItemType.BUNDLE and (covered := members.of_case(session, case)):
        deciding = {member.department_id for member in covered}
        found = [task for task in found if task.kind is TaskKind.OPINION or task.department_id in deciding]
    return found or [FlowTask(1, case.department_id)]


def start_next(session: Session, case: Case, guide: Guide, calendar: WorkCalendar, *, now: dt.datetime) -> bool:
    """Start the tasks whose turn it is. True when nothing is left to do: the case can be granted."""
    planned, existing = flow_of(session, case, guide), of_case(session, case)
    answers = _answers(session, case, planned, existing)
    started = {(task.stage, task.department_id) for task in existing}
    for left in existing:  # a stage that is settled without some leaves those nothing to do
        is_over = flow.outcome(planned, left.stage, answers) is not Outcome.OPEN
        if left.state == TaskState.PENDING and is_over and left.stage < flow.ruling_stage(planned):
            left.state, left.finished_at, left.finished_by = TaskState.CANCELLED, now, SUPERSEDED
    for task in flow.starting(planned, answers, started):
        made = _start(session, case, task, calendar, now)
        if flow.is_joint(planned):
            chasing.begin(session, made, calendar, now=now)
    session.flush()
    if flow.is_settled(planned, answers):
        return True
    return flow.standing(planned, answers)[0] is not Outcome.OPEN and _ruled(session, case, planned, calendar, now)


def _answers(
    session: Session, case: Case, planned: Sequence[FlowTask], existing: Sequence[CaseTask]
) -> dict[tuple[int, int], Opinion]:
    if flow.is_joint(planned):
        return opinions.counted(opinions.of_case(session, case, existing))
    done = [task for task in existing if task.state == TaskState.DONE]
    return {(task.stage, task.department_id): Opinion.AGREE for task in done}


def _start(session: Session, case: Case, task: FlowTask, calendar: WorkCalendar, now: dt.datetime) -> CaseTask:
    term = clocks.term(now, task.limit, task.unit, calendar)
    made = CaseTask(
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
    session.add(made)
    session.flush()
    return made


def _ruled(session: Session, case: Case, planned: Sequence[FlowTask], calendar: WorkCalendar, now: dt.datetime) -> bool:
    """The opinions do not settle the case, or some are silence: the leading department rules. True once it has."""
    stage = flow.ruling_stage(planned)
    for task in of_case(session, case):
        if task.stage == stage:
            return task.state == TaskState.DONE
    _start(session, case, FlowTask(stage, case.department_id, unit=LimitUnit.WORKDAY), calendar, now)
    return False


def pending(session: Session, case: Case, department_id: int | None) -> CaseTask:
    """The department's open task on the case. Raises NotAllowed when it is not that department's turn."""
    open_tasks = [task for task in of_case(session, case) if task.state == TaskState.PENDING]
    mine = [task for task in open_tasks if department_id in (None, task.department_id)]
    if not mine:
        raise NotAllowed("本办件当前没有轮到您所在部门的任务")
    return mine[0]


def check_four_eyes(case: Case, actor: Actor) -> None:
    """The acceptor does not decide alone on a promised case (R-SEC-06)."""
    if case.case_type != CaseType.IMMEDIATE and actor.user_id is not None and case.clerk_id == actor.user_id:
        raise NotAllowed("承诺件的受理人与决定人不能是同一人，请由其他审批人员作出决定")


def finish(task: CaseTask, *, by: str, now: dt.datetime) -> None:
    task.state, task.finished_at, task.finished_by = TaskState.DONE, now, by


def cancel_open(session: Session, case: Case, *, by: str, now: dt.datetime) -> None:
    """Close what is still open when the case ends otherwise."""
    for task in of_case(session, case):
        if task.state == TaskState.PENDING:
            task.state, task.finished_at, task.finished_by = TaskState.CANCELLED, now, by
