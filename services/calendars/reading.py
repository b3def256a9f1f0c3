"""The calendar of a hall, put together from the national table, its own hours and its own exceptions."""

import dataclasses
import datetime as dt
import threading
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.districts import CalendarDay, CalendarYear, District, WorkSchedule
from models.organisations import CalendarOverride, Organisation
from services.errors import CalendarMissing
from services.rules import working_time
from services.rules.working_time import Schedule, WorkCalendar

DEFAULT_SCHEDULE = "S7"
KEPT = 200  # calendars of one database; a district has some twenty centres

_Key = tuple[int, int, int | None]  # district, calendar version, centre
_kept: WeakKeyDictionary[Any, dict[_Key, WorkCalendar]] = WeakKeyDictionary()  # connection pool to its calendars
_lock = threading.Lock()


@dataclasses.dataclass(frozen=True)
class OverrideRow:
    id: int
    centre_id: int
    centre: str
    date: dt.date
    is_workday: bool
    name: str
    source: str


def work_calendar(session: Session, district_id: int, centre_id: int | None = None) -> WorkCalendar:
    """The calendar by which `centre_id` counts (None: the district at large). Kept in the process by its version.

    Raises CalendarMissing when no working hours are loaded.
    """
    version = session.scalar(select(District.calendar_version).where(District.id == district_id)) or 0
    if session.info.get("calendar_changed"):  # what this transaction wrote may yet be rolled back
        return _build(session, district_id, centre_id, version)
    pool, key = session.get_bind().engine.pool, (district_id, version, centre_id)
    found = _kept.get(pool, {}).get(key)
    if found is None:
        found = _build(session, district_id, centre_id, version)
        with _lock:
            mine = _kept.setdefault(pool, {})
            if len(mine) >= KEPT:
                mine.clear()
            mine[key] = found
    return found


def _build(session: Session, district_id: int, centre_id: int | None, version: int) -> WorkCalendar:
    line = _line(session, district_id, centre_id)
    return WorkCalendar(
        days={
            row.date: working_time.CalendarDay(row.date, row.is_workday, row.name, row.source)
            for row in session.scalars(select(CalendarDay))
        },
        years={
            row.year: working_time.CalendarYear(row.year, row.official, row.source)
            for row in session.scalars(select(CalendarYear))
        },
        schedule=_schedule(session, line),
        overrides=_overrides(session, district_id, line),
        version=version,
    )


def _line(session: Session, district_id: int, centre_id: int | None) -> list[Organisation]:
    """The centre and what stands above it, the centre first: hours and closures are inherited."""
    centre = session.get(Organisation, (district_id, centre_id)) if centre_id else None
    if centre is None:
        return []
    ids = [int(part) for part in centre.path.split("/") if part]
    rows = session.scalars(
        select(Organisation).where(Organisation.district_id == district_id, Organisation.id.in_(ids))
    )
    return sorted(rows, key=lambda row: -len(row.path))


def _schedule(session: Session, line: list[Organisation]) -> Schedule:
    periods = dict(session.execute(select(WorkSchedule.code, WorkSchedule.periods)).all())
    if not periods:
        raise CalendarMissing("还没有录入作息时间，请先在「工作日历」中导入")
    codes = [row.schedule_code for row in line if row.schedule_code in periods]
    default = DEFAULT_SCHEDULE if DEFAULT_SCHEDULE in periods else min(periods)
    return Schedule.parse(periods[codes[0] if codes else default])


def _overrides(session: Session, district_id: int, line: list[Organisation]) -> dict[dt.date, working_time.CalendarDay]:
    """A hall's own exception goes before that of the centre above it."""
    nearness = {row.id: position for position, row in enumerate(line)}
    rows = session.scalars(
        select(CalendarOverride).where(
            CalendarOverride.district_id == district_id, CalendarOverride.centre_id.in_(nearness)
        )
    )
    return {
        row.date: working_time.CalendarDay(row.date, row.is_workday, row.name, row.source)
        for row in sorted(rows, key=lambda row: -nearness[row.centre_id])
    }


def years(session: Session) -> list[CalendarYear]:
    """The years the calendar covers, latest first."""
    return list(session.scalars(select(CalendarYear).order_by(CalendarYear.year.desc())))


def schedules(session: Session) -> list[WorkSchedule]:
    return list(session.scalars(select(WorkSchedule).order_by(WorkSchedule.code)))


def overrides(session: Session, district_id: int, year: int) -> list[OverrideRow]:
    """The halls' own exceptions of a year, by date."""
    rows = session.execute(
        select(CalendarOverride, Organisation.name)
        .join(
            Organisation,
            (Organisation.district_id == CalendarOverride.district_id)
            & (Organisation.id == CalendarOverride.centre_id),
        )
        .where(
            CalendarOverride.district_id == district_id,
            CalendarOverride.date.between(dt.date(year, 1, 1), dt.date(year, 12, 31)),
        )
        .order_by(CalendarOverride.date, Organisation.code)
    )
    return [
        OverrideRow(row.id, row.centre_id, name, row.date, row.is_workday, row.name, row.source) for row, name in rows
    ]
