"""The clocks of a case: promise and statutory terms run from acceptance (R-TIM-01), and are counted anew by its history."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.bundles import TaskOpinion
from models.cases import Case, CaseTask
from models.catalogue import ItemVersion
from models.districts import District
from models.enums import MessageEvent, TaskState
from models.organisations import Organisation
from services import audit, calendars
from services.actors import Actor
from services.calendars import Moved, interruptions
from services.calendars import term as term
from services.cases import messages
from services.rules.working_time import WorkCalendar

MOST_NAMED = 5  # cases that one message to an office names


def start(case: Case, version: ItemVersion, calendar: WorkCalendar) -> None:
    """Set both due instants of an accepted case; `is_provisional`: a year on the way has no official calendar.

    Raises CalendarMissing when a year is not in the calendar at all.
    """
    _set(case, version, calendar, interruptions.NONE)


def _set(case: Case, version: ItemVersion, calendar: WorkCalendar, stopped: interruptions.Interruptions) -> None:
    if case.accepted_at is None:
        return
    promise = term(case.accepted_at, version.promise_amount, version.promise_unit, calendar, stopped)
    statutory = term(case.accepted_at, version.statutory_amount, version.statutory_unit, calendar, stopped)
    case.due_at = promise.due if promise else None
    case.statutory_due_at = statutory.due if statutory else None
    case.is_provisional = any(each.provisional for each in (promise, statutory) if each)
    case.calendar_version = calendar.version


def recount(session: Session, case: Case) -> None:
    """Count the case's due instants, and those of its waiting tasks, by its whole history.

    A task that waits for its department's superior keeps the date that it was given (R-PAR-04).
    """
    session.flush()
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    stopped = interruptions.of_case(session, case.district_id, case.id)
    _set(case, version, calendar, stopped)
    answered = select(TaskOpinion.task_id).where(
        TaskOpinion.district_id == case.district_id, TaskOpinion.case_id == case.id
    )
    waiting = select(CaseTask).where(
        CaseTask.district_id == case.district_id,
        CaseTask.case_id == case.id,
        CaseTask.state == TaskState.PENDING,
        CaseTask.id.not_in(answered),
    )
    for task in session.scalars(waiting).all():
        own = term(task.started_at, task.limit_amount, task.limit_unit, calendar, stopped)
        task.due_at = own.due if own else case.due_at


def follow(session: Session, moved: Sequence[Moved], *, actor: Actor, now: dt.datetime) -> Sequence[Moved]:
    """Give the cases that a changed calendar moves their new due instants; the audit and their offices are told (R-TIM-10)."""
    district = session.get_one(District, actor.district_id)
    for each in moved:
        recount(session, session.get_one(Case, (actor.district_id, each.case_id)))
    if moved:
        before = {each.number: each.old_due or each.old_legal for each in moved}
        after = {each.number: each.new_due or each.new_legal for each in moved}
        subject = ("calendar", district.calendar_version)
        audit.record(session, "case.recompute", subject, actor=actor, now=now, before=before, after=after)
        _tell(session, moved, district.calendar_version, now)
    return moved


def _tell(session: Session, moved: Sequence[Moved], version: int, now: dt.datetime) -> None:
    """One message to each office whose cases moved."""
    mine: dict[int, list[Moved]] = defaultdict(list)
    for each in moved:
        mine[each.department_id].append(each)
    for department_id, theirs in mine.items():
        office = session.get_one(Organisation, (theirs[0].district_id, department_id))
        named = "、".join(f"{each.number}（{_day(each)}）" for each in theirs[:MOST_NAMED])
        more = "等" if len(theirs) > MOST_NAMED else ""
        values = {"部门": office.name, "办件": f"{named}{more}", "件数": str(len(theirs))}
        messages.tell_office(session, office, MessageEvent.DUE_MOVED, f"{version}:{department_id}", values, now=now)


def _day(each: Moved) -> str:
    due = each.new_due or each.new_legal
    return f"改为{due.astimezone(settings.current().zone):%m-%d}" if due else ""
