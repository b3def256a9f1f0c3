"""How long an item's cases took lately: made once a day by the worker, so that looking costs one row.

Counted in working days from acceptance to decision, the day of acceptance not counted (R-TIM-01).
"""

import datetime as dt
from collections import Counter, defaultdict

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

import settings
from models.applications import ItemDuration
from models.cases import Case
from models.enums import CaseResult, CaseType
from services import calendars
from services.rules.working_time import WorkCalendar

DAYS = 90
FEWEST = 20  # of fewer cases nothing can be said
AT_ONCE = 20_000
JUDGED = (CaseResult.GRANTED, CaseResult.DENIED)


Taken = dict[int, Counter[int]]  # item to how many of its cases took how many working days


def measured(session: Session, district_id: int, *, now: dt.datetime) -> Taken | None:
    """What today's figures rest on; None when they are made already. It only reads, so that no window waits."""
    today = now.astimezone(settings.current().zone).date()
    made = session.scalar(select(func.max(ItemDuration.as_of)).where(ItemDuration.district_id == district_id))
    return None if made is not None and made >= today else _taken(session, district_id, today)


def keep(session: Session, district_id: int, taken: Taken, *, now: dt.datetime) -> int:
    """Put today's figures in place of the former ones; returns of how many items."""
    today = now.astimezone(settings.current().zone).date()
    session.execute(delete(ItemDuration).where(ItemDuration.district_id == district_id))
    rows = [
        {
            "district_id": district_id,
            "item_id": item_id,
            "as_of": today,
            "cases": days.total(),
            "p50_days": quantile(days, 0.5),
            "p90_days": quantile(days, 0.9),
        }
        for item_id, days in taken.items()
    ]
    if rows:
        session.execute(insert(ItemDuration), rows)
    return len(rows)


def _taken(session: Session, district_id: int, today: dt.date) -> Taken:
    zone = settings.current().zone
    until = dt.datetime.combine(today, dt.time(), zone)
    rows = session.execute(
        select(Case.item_id, Case.accepted_at, Case.decided_at)
        .where(
            Case.district_id == district_id,
            Case.decided_at >= until - dt.timedelta(days=DAYS),
            Case.decided_at < until,
            Case.result.in_(JUDGED),
            Case.case_type != CaseType.IMMEDIATE,
            Case.accepted_at.is_not(None),
        )
        .execution_options(yield_per=AT_ONCE)
    )
    workdays = _workdays(calendars.work_calendar(session, district_id), today)
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for item_id, accepted, decided in rows:
        if accepted is None or decided is None:
            continue
        first, last = (each.astimezone(zone).date().toordinal() for each in (accepted, decided))
        if first >= workdays[0]:
            found[item_id][
                int(np.searchsorted(workdays, last, "right") - np.searchsorted(workdays, first, "right"))
            ] += 1
    return found


def _workdays(calendar: WorkCalendar, today: dt.date) -> np.ndarray:
    """Ordinals of the working days of the calendar up to today."""
    day = dt.date(min(year for year in calendar.years), 1, 1)
    span = (day + dt.timedelta(days=offset) for offset in range((today - day).days + 1))
    return np.array([each.toordinal() for each in span if calendar.is_workday(each)])


def quantile(days: Counter[int], share: float) -> int:
    """The number of days within which that share of the cases was done (nearest rank)."""
    needed, seen = -(-days.total() * round(share * 100) // 100), 0
    for value in sorted(days):
        seen += days[value]
        if seen >= needed:
            return value
    raise ValueError("no cases")


def of_item(session: Session, district_id: int, item_id: int) -> ItemDuration | None:
    """One row by its key; None where the item had no cases or the figures are not made."""
    return session.get(ItemDuration, (district_id, item_id))
