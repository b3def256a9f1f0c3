"""Which open cases a change of the calendar moves: shown before it is made, recomputed after (R-TIM-10)."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import settings
from models.cases import OPEN, Case
from models.catalogue import ItemVersion
from models.enums import LimitUnit
from services.calendars import interruptions
from services.calendars.interruptions import Interruptions
from services.rules import working_time
from services.rules.working_time import Deadline, Limit, WorkCalendar

CalendarOf = Callable[[int], WorkCalendar]  # a centre's calendar


@dataclasses.dataclass(frozen=True)
class Moved:
    """An open case with its promised and its statutory due instant before and after."""

    district_id: int
    case_id: int
    number: str
    name: str
    centre_id: int
    department_id: int
    old_due: dt.datetime | None
    new_due: dt.datetime | None
    old_legal: dt.datetime | None
    new_legal: dt.datetime | None


def term(
    start: dt.datetime,
    amount: int | None,
    unit: LimitUnit,
    calendar: WorkCalendar,
    stopped: Interruptions = interruptions.NONE,
) -> Deadline | None:
    """The end of a term that starts at `start`, with what stopped and lengthened it; None where the item sets none."""
    if amount is None:
        return None
    zoned, suspensions = start.astimezone(settings.current().zone), stopped.suspensions
    found = working_time.deadline(zoned, Limit(amount, unit), calendar, suspensions=suspensions)
    return working_time.extended(found, stopped.extension, calendar, suspensions=suspensions)


def moved(
    session: Session, district_id: int, old: CalendarOf, new: CalendarOf, *, since: dt.date | None = None
) -> list[Moved]:
    """The open cases to which `new` gives other due instants than `old`, soonest first.

    Their own history is counted again: special procedures and the extension included. `since` leaves out cases due before the
    first day that changed. A due instant that the history does not explain (set by hand or by another system) stays.
    """
    rows = _open_cases(session, district_id, since)
    stopped = interruptions.of_cases(session, district_id, [row.id for row in rows])
    found = []
    for row in rows:
        both = old(row.centre_id), new(row.centre_id)
        history = stopped.get(row.id, interruptions.NONE)
        due = _again(row.accepted_at, row.promise_amount, row.promise_unit, row.due_at, both, history)
        legal = _again(row.accepted_at, row.statutory_amount, row.statutory_unit, row.statutory_due_at, both, history)
        if due != row.due_at or legal != row.statutory_due_at:
            names = (district_id, row.id, row.number, row.name, row.centre_id, row.department_id)
            found.append(Moved(*names, row.due_at, due, row.statutory_due_at, legal))
    return sorted(found, key=lambda case: (case.old_due or case.old_legal, case.number))


def _open_cases(session: Session, district_id: int, since: dt.date | None) -> Sequence[Any]:
    rows = (
        select(
            Case.id, Case.number, Case.centre_id, Case.department_id, Case.accepted_at, Case.due_at, Case.statutory_due_at,
            ItemVersion.name, ItemVersion.promise_amount, ItemVersion.promise_unit, ItemVersion.statutory_amount,
            ItemVersion.statutory_unit,
        )
        .join(
            ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id)
        )
        .where(
            Case.district_id == district_id,
            OPEN,
            Case.batch_id.is_(None),  # another system's cases keep its deadlines
            Case.accepted_at.is_not(None),
        )
    )  # fmt: skip
    if since:
        floor = dt.datetime.combine(since, dt.time(), settings.current().zone)
        rows = rows.where(or_(Case.due_at >= floor, Case.statutory_due_at >= floor))
    return session.execute(rows).all()


def _again(
    start: dt.datetime,
    amount: int | None,
    unit: LimitUnit,
    due: dt.datetime | None,
    calendars: tuple[WorkCalendar, WorkCalendar],
    stopped: Interruptions,
) -> dt.datetime | None:
    old, new = (term(start, amount, unit, calendar, stopped) for calendar in calendars)
    if old is None or new is None or old.due != due:
        return due
    return new.due
