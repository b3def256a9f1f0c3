"""The ladder of reminders to departments that are silent: at which parts of their time, and when the next is due."""

import datetime as dt
import math
from collections.abc import Sequence

from sqlalchemy.orm import Session

import settings
from models.bundles import FlowPolicy, TaskChase
from models.cases import CaseTask
from models.enums import LimitUnit, Permission
from services import audit
from services.actors import Actor
from services.errors import Conflict, Invalid
from services.rules import working_time
from services.rules.working_time import Limit, WorkCalendar

POINTS = (50, 80, 100, 120)  # percent of the task's working time
MOST_POINTS, HIGHEST = 8, 300


def policy(session: Session, district_id: int) -> FlowPolicy:
    """The district's policy; where none was set, the default: consent by silence is off (R-PAR-06)."""
    found = session.get(FlowPolicy, district_id)
    return found or FlowPolicy(
        district_id=district_id, chase_points=list(POINTS), allows_absence_consent=False, version=0
    )


def set_policy(
    session: Session,
    points: Sequence[int],
    *,
    allows_absence_consent: bool,
    reason: str,
    expected_version: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Change when departments are reminded, and whether silence counts. Raises Invalid, Conflict, NotAllowed."""
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    audit.hold(session, actor.district_id)
    old = policy(session, actor.district_id)
    if old.version != expected_version:
        raise Conflict("他人刚刚修改了催办设置，请核对后再保存")
    chosen = sorted(set(points))
    if not chosen or len(chosen) > MOST_POINTS or chosen[0] < 1 or chosen[-1] > HIGHEST:
        message = f"催办点应为 1 至 {MOST_POINTS} 个，每个在 1% 到 {HIGHEST}% 之间"
        raise Invalid(message, {"points": message})
    if allows_absence_consent and not old.allows_absence_consent and len(reason.strip()) < 4:
        message = "开启超时视为同意须写明依据的文件（至少 4 个字）"
        raise Invalid(message, {"reason": message})
    before = {"points": old.chase_points, "absence_consent": old.allows_absence_consent}
    old.chase_points, old.allows_absence_consent = chosen, allows_absence_consent
    session.add(old)
    session.flush()
    after = {"points": chosen, "absence_consent": allows_absence_consent}
    subject = ("flow_policy", actor.district_id)
    audit.record(session, "flow.policy", subject, actor=actor, now=now, before=before, after=after, reason=reason)


def begin(session: Session, task: CaseTask, calendar: WorkCalendar, *, now: dt.datetime) -> None:
    """Note when the department is first reminded; never for a task without a due time."""
    points = policy(session, task.district_id).chase_points
    next_at = instant(task, points[0], calendar)
    if next_at is not None:
        session.add(TaskChase(district_id=task.district_id, task_id=task.id, sent=0, next_at=next_at))


def instant(task: CaseTask, percent: int, calendar: WorkCalendar) -> dt.datetime | None:
    """When so much of the task's working time has passed."""
    if task.due_at is None:
        return None
    start = task.started_at.astimezone(settings.current().zone)
    whole = working_time.working_minutes(start, task.due_at, calendar)
    minutes = max(math.ceil(whole * percent / 100), 1)
    return working_time.deadline(start, Limit(minutes, LimitUnit.WORK_MINUTE), calendar).due


def used(task: CaseTask, calendar: WorkCalendar, now: dt.datetime) -> int:
    """Percent of the task's working time that has passed; 0 without a due time."""
    if task.due_at is None:
        return 0
    start = task.started_at.astimezone(settings.current().zone)
    whole = working_time.working_minutes(start, task.due_at, calendar)
    return round(100 * working_time.working_minutes(start, now, calendar) / max(whole, 1))
