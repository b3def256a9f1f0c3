"""The worker's round over silent departments: a reminder at each point of the ladder, and consent where it is allowed."""

import dataclasses
import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.bundles import FlowPolicy, TaskChase
from models.cases import Case, CaseTask
from models.catalogue import ItemVersion
from models.enums import CaseStatus, MessageEvent, Opinion, TaskKind, TaskState
from models.organisations import Organisation
from services import actors, audit, calendars
from services.cases import chasing, circulation, messages, opinions, tasks, transitions
from services.rules import flow
from services.rules.guide import Guide
from services.rules.working_time import WorkCalendar

BATCH = 200
LATER = dt.timedelta(hours=12)  # when a suspended case is looked at again
WORDS = "超时未答复，按已开启的规定视为同意（不产生许可，由主办部门决定）"


@dataclasses.dataclass(frozen=True)
class Reminded:
    reminders: int
    consents: int


def remind(session: Session, district_id: int, *, now: dt.datetime) -> Reminded:
    """Send what is due on the ladder. Safe to repeat: each point of each task is sent once."""
    due = session.execute(
        select(TaskChase, CaseTask, Case)
        .join(CaseTask, (CaseTask.district_id == TaskChase.district_id) & (CaseTask.id == TaskChase.task_id))
        .join(Case, (Case.district_id == CaseTask.district_id) & (Case.id == CaseTask.case_id))
        .where(TaskChase.district_id == district_id, TaskChase.next_at <= now)
        .order_by(TaskChase.next_at)
        .limit(BATCH)
    ).all()
    if due:
        audit.hold(session, district_id)
    chosen = chasing.policy(session, district_id)
    done = [_one(session, chase, task, case, chosen, now) for chase, task, case in due]
    return Reminded(sum(one.reminders for one in done), sum(one.consents for one in done))


def _one(
    session: Session, chase: TaskChase, task: CaseTask, case: Case, chosen: FlowPolicy, now: dt.datetime
) -> Reminded:
    if task.state != TaskState.PENDING:
        chase.next_at = None
        return Reminded(0, 0)
    if case.status == CaseStatus.SUSPENDED:
        chase.next_at = now + LATER
        return Reminded(0, 0)
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    percent = chasing.used(task, calendar, now)
    if percent >= 100 and chosen.allows_absence_consent and _consent(session, case, task, now):
        chase.next_at = None
        return Reminded(0, 1)
    passed = [point for point in chosen.chase_points if point <= percent]
    is_new = len(passed) > chase.sent
    if is_new:
        _send(session, case, task, percent, now)
        chase.sent, chase.last_at = len(passed), now
    _plan(chase, task, chosen, calendar, now)
    return Reminded(int(is_new), 0)


def _plan(chase: TaskChase, task: CaseTask, chosen: FlowPolicy, calendar: WorkCalendar, now: dt.datetime) -> None:
    """The next point; one that rounding left a moment behind us waits a minute."""
    left = chosen.chase_points[chase.sent :]
    planned = chasing.instant(task, left[0], calendar) if left else None
    chase.next_at = max(planned, now + dt.timedelta(minutes=1)) if planned else None


def _send(session: Session, case: Case, task: CaseTask, percent: int, now: dt.datetime) -> None:
    department = session.get_one(Organisation, (case.district_id, task.department_id))
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    due = task.due_at.astimezone(settings.current().zone) if task.due_at else now
    values = {
        "部门": department.name,
        "办件编号": case.number,
        "事项": version.name,
        "已用": f"{percent}%",
        "答复期限": f"{due:%m-%d %H:%M}",
    }
    key = f"{case.number}:{task.id}:{percent}"
    messages.tell_office(session, department, MessageEvent.CHASED, key, values, case_id=case.id, now=now)


def _consent(session: Session, case: Case, task: CaseTask, now: dt.datetime) -> bool:
    """R-PAR-06: only an opinion, never a permit; the leading department still rules."""
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    guide = Guide.model_validate(version.guide)
    planned = tasks.flow_of(session, case, guide)
    step = next((each for each in planned if each.key == (task.stage, task.department_id)), None)
    if step is None or step.kind is not TaskKind.OPINION or not flow.is_joint(planned):
        return False
    actor = actors.system(case.district_id, name="系统", source="超时默认")
    with transitions.counted(session, case):
        opinions.write(session, task, Opinion.ABSENT, WORDS, by=actor.name, now=now)
        tasks.finish(task, by=actor.name, now=now)
        session.flush()
        evidence = {"意见": Opinion.ABSENT.label, "阶段": task.stage, "红色标记": "超时未答复"}
        circulation.advance(session, case, version, actor=actor, now=now, said=WORDS, evidence=evidence)
    after = {"department": task.department_id, "stage": task.stage}
    audit.record(session, "case.absent", ("case", case.number), actor=actor, now=now, after=after)
    return True
