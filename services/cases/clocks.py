"""The clocks of a case: promise and statutory terms run from acceptance (R-TIM-01)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseTask
from models.catalogue import ItemVersion
from models.districts import District
from models.enums import LimitUnit, TaskState
from services import audit
from services.actors import Actor
from services.calendars import Moved
from services.rules import working_time
from services.rules.working_time import Deadline, Limit, WorkCalendar


def term(start: dt.datetime, amount: int | None, unit: LimitUnit, calendar: WorkCalendar) -> Deadline | None:
    """The end of a term that starts at `start`; None where the item sets none."""
    if amount is None:
        return None
    return working_time.deadline(start.astimezone(settings.current().zone), Limit(amount, unit), calendar)


def start(case: Case, version: ItemVersion, calendar: WorkCalendar) -> None:
    """Set both due instants of an accepted case; `is_provisional`: a year on the way has no official calendar.

    Raises CalendarMissing when a year is not in the calendar at all.
    """
    if case.accepted_at is None:
        return
    promise = term(case.accepted_at, version.promise_amount, version.promise_unit, calendar)
    statutory = term(case.accepted_at, version.statutory_amount, version.statutory_unit, calendar)
    case.due_at = promise.due if promise else None
    case.statutory_due_at = statutory.due if statutory else None
    case.is_provisional = any(each.provisional for each in (promise, statutory) if each)
    case.calendar_version = calendar.version


def follow(session: Session, moved: Sequence[Moved], *, actor: Actor, now: dt.datetime) -> Sequence[Moved]:
    """Give the cases that a changed calendar moves their new due instants, and tell so in the audit (R-TIM-10)."""
    district = session.get_one(District, actor.district_id)
    for each in moved:
        case = session.get_one(Case, (actor.district_id, each.case_id))
        case.due_at, case.calendar_version = each.new_due, district.calendar_version
        session.execute(
            update(CaseTask)
            .where(
                CaseTask.district_id == case.district_id,
                CaseTask.case_id == case.id,
                CaseTask.state == TaskState.PENDING,
                CaseTask.due_at == each.old_due,
            )
            .values(due_at=each.new_due)
        )
    if moved:
        after = {each.number: each.new_due for each in moved}
        before = {each.number: each.old_due for each in moved}
        subject = ("calendar", district.calendar_version)
        audit.record(session, "case.recompute", subject, actor=actor, now=now, before=before, after=after)
    return moved
