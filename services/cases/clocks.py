"""The clocks of a case: promise and statutory terms run from acceptance (R-TIM-01)."""

import datetime as dt

import settings
from models.cases import Case
from models.catalogue import ItemVersion
from models.enums import LimitUnit
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
