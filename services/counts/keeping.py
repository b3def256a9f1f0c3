"""Stored sums of cases, kept in the transaction that changes a case (design §4).

Five grains: day x centre x department x kind, day x window x kind, their months, and item x month. Sums only;
whoever shows a rate computes it from them.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.counts import (
    COUNTED,
    DailyCaseCount,
    DailyWindowCount,
    MonthlyCaseCount,
    MonthlyItemCount,
    MonthlyWindowCount,
)
from models.enums import CaseResult, CaseType
from services.rules.lifecycle import UNCOUNTED_RESULTS
from services.upserts import add_to_sums, table_of

NO_WINDOW = 0


@dataclasses.dataclass(frozen=True)
class Grain:
    """One stored table: its period column and the case columns that it groups by."""

    table: Table
    period: str
    columns: tuple[str, ...]

    @property
    def is_monthly(self) -> bool:
        return self.period == "month"


GRAINS = (
    Grain(table_of(DailyCaseCount), "day", ("centre_id", "department_id", "case_type")),
    Grain(table_of(MonthlyCaseCount), "month", ("centre_id", "department_id", "case_type")),
    Grain(table_of(DailyWindowCount), "day", ("window_id", "case_type")),
    Grain(table_of(MonthlyWindowCount), "month", ("window_id", "case_type")),
    Grain(table_of(MonthlyItemCount), "month", ("item_id",)),
)


def local_day(at: dt.datetime) -> dt.date:
    """The day of an instant where the centre stands."""
    return at.astimezone(settings.current().zone).date()


def is_on_site(case: Case) -> bool:
    """Closed during the same visit: instant, or decided on the day it was accepted (domain §3.3)."""
    if case.decided_at is None:
        return False
    accepted = case.accepted_at or case.submitted_at
    return case.case_type == CaseType.IMMEDIATE or local_day(accepted) == local_day(case.decided_at)


def closing_sums(case: Case) -> dict[str, int]:
    """What a case adds to its closing day; withdrawn and voided cases add nothing."""
    if case.decided_at is None or case.result in UNCOUNTED_RESULTS:
        return {}
    on_time = case.due_at is None or case.decided_at <= case.due_at
    return {
        "closed": 1,
        "closed_on_time": int(on_time),
        "closed_on_site": int(is_on_site(case)),
        "granted": int(case.result == CaseResult.GRANTED),
        "denied": int(case.result == CaseResult.DENIED),
    }


def sums_by_day(case: Case) -> dict[dt.date, dict[str, int]]:
    """All that a case adds, by day."""
    found: dict[dt.date, dict[str, int]] = {}

    def add(at: dt.datetime | None, sums: Mapping[str, int]) -> None:
        if at is not None:
            day = found.setdefault(local_day(at), {})
            day.update({name: day.get(name, 0) + value for name, value in sums.items()})

    add(case.submitted_at, {"received": 1})
    add(case.accepted_at, {"accepted": 1})
    add(case.decided_at, closing_sums(case))
    add(case.delivered_at, {"delivered": 1})
    return found


def keep(session: Session, case: Case, before: Mapping[dt.date, Mapping[str, int]]) -> None:
    """Bring the stored sums from what the case added `before` to what it adds now."""
    after = sums_by_day(case)
    for day in sorted({*before, *after}):
        old, new = before.get(day, {}), after.get(day, {})
        change = {name: new.get(name, 0) - old.get(name, 0) for name in COUNTED}
        change = {name: value for name, value in change.items() if value}
        if change:
            for grain in GRAINS:
                add_to_sums(session, grain.table, _keys(grain, case, day), change)


def keep_many(session: Session, cases: Iterable[Case], *, sign: int = 1) -> None:
    """Add, or with `sign` -1 take away, all that many cases add: one write a stored row."""
    sums: dict[tuple[int, tuple[tuple[str, Any], ...]], Counter[str]] = {}
    for each in cases:
        for day, added in sums_by_day(each).items():
            for position, grain in enumerate(GRAINS):
                key = position, tuple(_keys(grain, each, day).items())
                sums.setdefault(key, Counter()).update(added)
    for (position, keys), added in sums.items():
        change = {name: sign * value for name, value in added.items() if value}
        if change:
            add_to_sums(session, GRAINS[position].table, dict(keys), change)


def _keys(grain: Grain, case: Case, day: dt.date) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in grain.columns}
    if "window_id" in values:
        values["window_id"] = values["window_id"] or NO_WINDOW
    period = day.replace(day=1) if grain.is_monthly else day
    return {"district_id": case.district_id, grain.period: period, **values}
