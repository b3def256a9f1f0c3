"""Which open cases a change of the calendar moves: shown before it is made, recomputed after (R-TIM-10)."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.catalogue import ItemVersion
from models.enums import OPEN_STATUSES, LimitUnit
from services.rules import working_time
from services.rules.working_time import Limit, WorkCalendar

CalendarOf = Callable[[int], WorkCalendar]  # a centre's calendar
CALENDAR_UNITS = (LimitUnit.NATURAL_DAY, LimitUnit.MONTH)


@dataclasses.dataclass(frozen=True)
class Moved:
    """An open case and its promised due instant before and after."""

    case_id: int
    number: str
    name: str
    centre_id: int
    old_due: dt.datetime
    new_due: dt.datetime


def moved(
    session: Session, district_id: int, old: CalendarOf, new: CalendarOf, *, since: dt.date | None = None
) -> list[Moved]:
    """The open cases whose due date `new` gives differently from `old`, soonest first.

    `since` leaves out cases due before the first day that changed. A due date that the promise alone does not explain
    (a special procedure lies in between) keeps its number of working days.
    """
    found = []
    for row in _open_cases(session, district_id, since):
        due = _new_due(row, old(row.centre_id), new(row.centre_id))
        if due != row.due_at:
            found.append(Moved(row.id, row.number, row.name, row.centre_id, row.due_at, due))
    return sorted(found, key=lambda case: (case.old_due, case.number))


def _open_cases(session: Session, district_id: int, since: dt.date | None) -> Iterable[Any]:
    floor = dt.datetime.combine(since or dt.date.min, dt.time(), settings.current().zone) if since else None
    rows = (
        select(
            Case.id, Case.number, Case.centre_id, Case.accepted_at, Case.due_at,
            ItemVersion.name, ItemVersion.promise_amount, ItemVersion.promise_unit,
        )
        .join(
            ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id)
        )
        .where(
            Case.district_id == district_id,
            Case.status.in_(OPEN_STATUSES),
            Case.due_at.is_not(None),
            Case.accepted_at.is_not(None),
        )
    )  # fmt: skip
    return session.execute(rows.where(Case.due_at >= floor) if floor else rows).all()


def _new_due(row: Any, old: WorkCalendar, new: WorkCalendar) -> dt.datetime:
    zone = settings.current().zone
    start, due = row.accepted_at.astimezone(zone), row.due_at.astimezone(zone)
    if row.promise_amount is not None:
        limit = Limit(row.promise_amount, row.promise_unit)
        for until_midnight in (False, True):
            if working_time.deadline(start, limit, old, until_midnight=until_midnight).due == due:
                return working_time.deadline(start, limit, new, until_midnight=until_midnight).due
        if limit.unit in CALENDAR_UNITS:
            return _on_a_workday(due, new)
    return _same_workdays(start, due, old, new)


def _on_a_workday(due: dt.datetime, calendar: WorkCalendar) -> dt.datetime:
    day = due.date() if calendar.is_workday(due.date()) else working_time.workdays_after(due.date(), 1, calendar)
    return dt.datetime.combine(day, due.timetz())


def _same_workdays(start: dt.datetime, due: dt.datetime, old: WorkCalendar, new: WorkCalendar) -> dt.datetime:
    days = sum(
        old.is_workday(start.date() + dt.timedelta(days=step))
        for step in range(1, (due.date() - start.date()).days + 1)
    )
    day = working_time.workdays_after(start.date(), days, new)
    return dt.datetime.combine(day, new.schedule.close if due.time() == old.schedule.close else due.time(), due.tzinfo)
