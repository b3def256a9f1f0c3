"""Changing the calendar: a day, a hall's exception, a year. Each makes a new calendar version and is audited."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.districts import CalendarDay, CalendarYear, District
from models.enums import CENTRE_KINDS, OrganisationKind, Permission
from models.organisations import CalendarOverride, Organisation
from services import audit
from services.actors import Actor
from services.calendars.moving import CalendarOf, Moved, moved
from services.calendars.reading import work_calendar
from services.calendars.sheets import DayRow
from services.errors import Invalid, NotFound
from services.rules import working_time

OVERRIDE_KINDS = (*CENTRE_KINDS, OrganisationKind.DISTRICT_CENTRE)
NEIGHBOUR_DAYS = 31  # an arrangement may work a day of the December before


def bump(session: Session, district_id: int | None = None) -> None:
    """A new calendar version: of one district, or of all when the national table changed."""
    statement = update(District).values(calendar_version=District.calendar_version + 1)
    session.flush()
    session.execute(statement if district_id is None else statement.where(District.id == district_id))
    session.info["calendar_changed"] = True


def _calendars(session: Session, district_id: int) -> CalendarOf:
    kept: dict[int, working_time.WorkCalendar] = {}

    def calendar(centre_id: int) -> working_time.WorkCalendar:
        if centre_id not in kept:
            kept[centre_id] = work_calendar(session, district_id, centre_id)
        return kept[centre_id]

    return calendar


def _with_days(
    old: CalendarOf, days: dict[dt.date, DayRow | None], year: working_time.CalendarYear | None = None
) -> CalendarOf:
    """`old` with other national days (None: the week's rhythm) and perhaps a new year."""
    kept: dict[int, working_time.WorkCalendar] = {}

    def calendar(centre_id: int) -> working_time.WorkCalendar:
        if centre_id not in kept:
            before = old(centre_id)
            after = {day: row for day, row in before.days.items() if day not in days}
            after |= {day: working_time.CalendarDay(day, row.is_workday, row.name) for day, row in days.items() if row}
            years = {**before.years, year.year: year} if year else before.years
            kept[centre_id] = dataclasses.replace(before, days=after, years=years)
        return kept[centre_id]

    return calendar


def _need(source: str, name: str = "-") -> None:
    found = {}
    if not source.strip():
        found["source"] = "请写明依据文件，例如 国办发明电〔2026〕X号"
    if not name.strip():
        found["name"] = "请写明事由，例如 春节、停电检修"
    if found:
        raise Invalid("；".join(found.values()), found)


def preview_day(session: Session, district_id: int, day: dt.date, is_workday: bool | None) -> list[Moved]:
    """The open cases that making `day` a working day or a day off would move; None gives it back to the week."""
    old = _calendars(session, district_id)
    row = None if is_workday is None else DayRow(day, is_workday, "")
    return moved(session, district_id, old, _with_days(old, {day: row}), since=day)


def edit_day(
    session: Session, day: dt.date, *, is_workday: bool | None, name: str, source: str, actor: Actor, now: dt.datetime
) -> list[Moved]:
    """Set a day of the national table; None gives it back to the week's rhythm. Returns the cases to recompute."""
    actor.must(Permission.CALENDAR_EDIT)
    _need(source, "-" if is_workday is None else name)
    if session.get(CalendarYear, day.year) is None:
        raise Invalid(f"日历中还没有 {day.year} 年，请先导入该年安排", {"day": f"日历中还没有 {day.year} 年"})
    found = preview_day(session, actor.district_id, day, is_workday)
    row = session.get(CalendarDay, day)
    before = {"is_workday": row.is_workday, "name": row.name} if row else None
    if row is not None:
        session.delete(row)
        session.flush()
    if is_workday is not None:
        session.add(CalendarDay(date=day, is_workday=is_workday, name=name.strip(), source=source.strip()))
    bump(session)
    after = None if is_workday is None else {"is_workday": is_workday, "name": name.strip()}
    audit.record(
        session, "calendar.day", ("calendar_day", day), actor=actor, now=now, before=before, after=after, reason=source
    )
    return found


def _arrangement(session: Session, rows: Sequence[DayRow], year: int) -> dict[dt.date, DayRow | None]:
    """What the rows set, and the year's days that they no longer mention."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    margin = dt.timedelta(days=NEIGHBOUR_DAYS)
    for row in rows:
        if not first - margin <= row.date <= last + margin:
            raise Invalid(f"{row.date} 不属于 {year} 年的节假日安排，请核对文件与年份")
    known = session.scalars(select(CalendarDay.date).where(CalendarDay.date.between(first, last)))
    return dict.fromkeys(known) | {row.date: row for row in rows}


def preview_year(
    session: Session, district_id: int, rows: Sequence[DayRow], year: int, *, official: bool, source: str
) -> list[Moved]:
    """The open cases that importing the year would move."""
    days = _arrangement(session, rows, year)
    if not days:
        return []
    old = _calendars(session, district_id)
    new = _with_days(old, days, working_time.CalendarYear(year, official, source))
    return moved(session, district_id, old, new, since=min(days))


def import_year(
    session: Session, rows: Sequence[DayRow], year: int, *, official: bool, source: str, actor: Actor, now: dt.datetime
) -> list[Moved]:
    """Replace a year's arrangement. Returns the cases to recompute: exactly those that move."""
    actor.must(Permission.CALENDAR_EDIT)
    _need(source)
    if not rows:
        raise Invalid("文件里没有任何一天，未导入")
    days = _arrangement(session, rows, year)
    found = preview_year(session, actor.district_id, rows, year, official=official, source=source)
    session.execute(delete(CalendarDay).where(CalendarDay.date.in_(days)))
    for row in rows:
        session.add(CalendarDay(date=row.date, is_workday=row.is_workday, name=row.name, source=source.strip()))
    before = session.get(CalendarYear, year)
    earlier = {"official": before.official, "source": before.source} if before else None
    session.merge(
        CalendarYear(
            year=year, official=official, source=source.strip(), note="" if official else "暂定：以正式安排为准"
        )
    )
    bump(session)
    after = {"official": official, "days": len(rows), "moved_cases": len(found)}
    audit.record(
        session, "calendar.year", ("calendar_year", year),
        actor=actor, now=now, before=earlier, after=after, reason=source,
    )  # fmt: skip
    return found


def _centre(session: Session, district_id: int, centre_id: int) -> Organisation:
    centre = session.get(Organisation, (district_id, centre_id))
    if centre is None or centre.kind not in OVERRIDE_KINDS:
        raise NotFound("没有找到这个大厅或中心")
    return centre


def preview_override(
    session: Session, district_id: int, centre_id: int, day: dt.date, *, is_workday: bool
) -> list[Moved]:
    """The open cases that a hall's own closure or opening would move: its own, and those of the halls under it."""
    centre = _centre(session, district_id, centre_id)
    old = _calendars(session, district_id)
    reached = _reached(session, district_id, centre.id, day)
    own = working_time.CalendarDay(day, is_workday)

    def new(asked: int) -> working_time.WorkCalendar:
        before = old(asked)
        return dataclasses.replace(before, overrides={**before.overrides, day: own}) if asked in reached else before

    return moved(session, district_id, old, new, since=day)


def _reached(session: Session, district_id: int, centre_id: int, day: dt.date) -> set[int]:
    """The halls that follow this centre on the day: those under it that have no nearer exception of their own."""
    set_apart = set(
        session.scalars(
            select(CalendarOverride.centre_id).where(
                CalendarOverride.district_id == district_id, CalendarOverride.date == day
            )
        )
    )
    rows = session.execute(select(Organisation.id, Organisation.path).where(Organisation.district_id == district_id))
    lines = {row.id: [int(part) for part in row.path.split("/") if part] for row in rows}
    return {
        own_id
        for own_id, line in lines.items()
        if centre_id in line and not set_apart & set(line[line.index(centre_id) + 1 :])
    }


def set_override(
    session: Session,
    centre_id: int,
    day: dt.date,
    *,
    is_workday: bool,
    name: str,
    source: str,
    actor: Actor,
    now: dt.datetime,
) -> list[Moved]:
    """A hall's own closure or opening, with its document (R-TIM-12). Returns the cases to recompute."""
    actor.must(Permission.CALENDAR_EDIT)
    _need(source, name)
    centre = _centre(session, actor.district_id, centre_id)
    old = _before(session, actor.district_id)
    row = _override(session, actor.district_id, centre_id, day)
    before = {"is_workday": row.is_workday, "name": row.name} if row else None
    if row is not None:
        session.delete(row)
        session.flush()
    session.add(
        CalendarOverride(
            district_id=actor.district_id,
            centre_id=centre.id,
            date=day,
            is_workday=is_workday,
            name=name.strip(),
            source=source.strip(),
        )
    )
    bump(session, actor.district_id)
    audit.record(
        session, "calendar.override", ("calendar_override", f"{centre.code}/{day}"), actor=actor, now=now,
        before=before, after={"is_workday": is_workday, "name": name.strip()}, reason=source,
    )  # fmt: skip
    return moved(session, actor.district_id, old, _calendars(session, actor.district_id), since=day)


def remove_override(
    session: Session, centre_id: int, day: dt.date, *, reason: str, actor: Actor, now: dt.datetime
) -> list[Moved]:
    """Give the day back to the national calendar. Returns the cases to recompute."""
    actor.must(Permission.CALENDAR_EDIT)
    _need(reason)
    old = _before(session, actor.district_id)
    row = _override(session, actor.district_id, centre_id, day)
    if row is None:
        raise NotFound("这一天没有大厅例外，可能已被其他人删除")
    before = {"is_workday": row.is_workday, "name": row.name}
    session.delete(row)
    bump(session, actor.district_id)
    audit.record(
        session, "calendar.override_removed", ("calendar_override", f"{centre_id}/{day}"), actor=actor, now=now,
        before=before, reason=reason,
    )  # fmt: skip
    return moved(session, actor.district_id, old, _calendars(session, actor.district_id), since=day)


def _override(session: Session, district_id: int, centre_id: int, day: dt.date) -> CalendarOverride | None:
    return session.scalar(
        select(CalendarOverride).where(
            CalendarOverride.district_id == district_id,
            CalendarOverride.centre_id == centre_id,
            CalendarOverride.date == day,
        )
    )


def _before(session: Session, district_id: int) -> CalendarOf:
    """The centres' calendars as they stand before the change that follows."""
    calendar = _calendars(session, district_id)
    centres = select(Organisation.id).where(
        Organisation.district_id == district_id, Organisation.kind.in_(CENTRE_KINDS)
    )
    for centre_id in session.scalars(centres).all():
        calendar(centre_id)
    return calendar
