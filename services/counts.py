"""Stored sums of cases: kept in the transaction that changes a case, rebuilt and compared on demand (design §4).

Five grains: day x centre x department x kind, day x window x kind, their months, and item x month. Sums only; whoever shows a
rate computes it from them.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, delete, func, insert, select, union_all
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
from services.database import is_sqlite
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


# --- recount: the same sums from the raw rows, in SQL ---------------------------------------------------------------


def _local_date(session: Session, column: Any, *, monthly: bool) -> ColumnElement[Any]:
    zone = settings.current().zone
    if is_sqlite(session):
        offset = dt.datetime(2000, 1, 1, tzinfo=zone).utcoffset() or dt.timedelta()
        shift = f"{int(offset.total_seconds())} seconds"
        return func.date(column, shift, "start of month") if monthly else func.date(column, shift)
    local = func.timezone(zone.key, column)
    return func.date(func.date_trunc("month", local)) if monthly else func.date(local)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _closing(session: Session) -> dict[str, ColumnElement[int]]:
    accepted = func.coalesce(Case.accepted_at, Case.submitted_at)
    same_day = _local_date(session, accepted, monthly=False) == _local_date(session, Case.decided_at, monthly=False)
    return {
        "closed": case((Case.decided_at.is_not(None), 1), else_=0),
        "closed_on_time": _flag(Case.due_at.is_(None) | (Case.decided_at <= Case.due_at)),
        "closed_on_site": _flag((Case.case_type == CaseType.IMMEDIATE) | same_day),
        "granted": _flag(Case.result == CaseResult.GRANTED),
        "denied": _flag(Case.result == CaseResult.DENIED),
    }


def _parts(session: Session, grain: Grain, district_id: int) -> Iterator[Select[Any]]:
    """One select for each of the four moments that a case is counted at."""
    counted_result = Case.result.is_(None) | Case.result.not_in(UNCOUNTED_RESULTS)
    moments: list[tuple[Any, dict[str, ColumnElement[int]], ColumnElement[bool]]] = [
        (Case.submitted_at, {"received": _flag(Case.submitted_at.is_not(None))}, Case.submitted_at.is_not(None)),
        (Case.accepted_at, {"accepted": _flag(Case.accepted_at.is_not(None))}, Case.accepted_at.is_not(None)),
        (Case.decided_at, _closing(session), Case.decided_at.is_not(None) & counted_result),
        (Case.delivered_at, {"delivered": _flag(Case.delivered_at.is_not(None))}, Case.delivered_at.is_not(None)),
    ]
    for moment, sums, wanted in moments:
        groups = [
            func.coalesce(getattr(Case, name), NO_WINDOW).label(name) for name in grain.columns if name == "window_id"
        ]
        groups += [getattr(Case, name) for name in grain.columns if name != "window_id"]
        period = _local_date(session, moment, monthly=grain.is_monthly).label("period")
        columns = [func.sum(sums[name]).label(name) if name in sums else func.sum(0).label(name) for name in COUNTED]
        yield (
            select(period, *groups, *columns).where(Case.district_id == district_id, wanted).group_by(period, *groups)
        )


def recount(session: Session, grain: Grain, district_id: int) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """The grain's sums from the raw cases, by (period, *columns); rows that sum to nothing are left out."""
    parts = union_all(*_parts(session, grain, district_id)).subquery()
    names = ["window_id"] if "window_id" in grain.columns else []
    names += [name for name in grain.columns if name != "window_id"]
    groups = [parts.c.period, *(parts.c[name] for name in names)]
    rows = session.execute(select(*groups, *(func.sum(parts.c[name]) for name in COUNTED)).group_by(*groups))
    found = {}
    for row in rows:
        keys = dict(zip(("period", *names), row[: len(groups)], strict=True))
        sums = tuple(int(value) for value in row[len(groups) :])
        if any(sums):
            found[_as_date(keys["period"]), *(keys[name] for name in grain.columns)] = sums
    return found


def _as_date(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def stored(session: Session, grain: Grain, district_id: int) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """The grain's stored sums, keyed as in `recount`."""
    table = grain.table
    columns = [table.c[grain.period], *(table.c[name] for name in grain.columns), *(table.c[name] for name in COUNTED)]
    size = 1 + len(grain.columns)
    rows = session.execute(select(*columns).where(table.c.district_id == district_id))
    return {tuple(row[:size]): tuple(row[size:]) for row in rows if any(row[size:])}


def rebuild(session: Session, district_id: int) -> int:
    """Replace all stored sums by a recount; returns the number of rows written."""
    written = 0
    for grain in GRAINS:
        found = recount(session, grain, district_id)
        session.execute(delete(grain.table).where(grain.table.c.district_id == district_id))
        names = (grain.period, *grain.columns, *COUNTED)
        rows = [
            {"district_id": district_id, **dict(zip(names, (*keys, *sums), strict=True))}
            for keys, sums in found.items()
        ]
        if rows:
            session.execute(insert(grain.table), rows)
        written += len(rows)
    return written


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Whether stored sums equal a recount; `different` names up to twenty keys that do not."""

    equal: bool
    grains: dict[str, int]
    different: list[str]


def check(session: Session, district_id: int) -> Comparison:
    """Compare every stored sum with a recount of the raw rows."""
    grains, different = {}, []
    for grain in GRAINS:
        raw, kept = recount(session, grain, district_id), stored(session, grain, district_id)
        grains[grain.table.name] = len(raw)
        keys = {key for key in raw.keys() | kept.keys() if raw.get(key) != kept.get(key)}
        different += [
            f"{grain.table.name} {key}: 存 {kept.get(key)} 实 {raw.get(key)}" for key in sorted(keys, key=str)
        ]
    return Comparison(not different, grains, different[:20])
