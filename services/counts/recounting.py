"""The stored sums once more from the raw cases, in SQL: to rebuild them, or to see that they are equal."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, union_all
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.counts import COUNTED
from models.enums import CaseResult, CaseType
from services.counts.keeping import GRAINS, NO_WINDOW, Grain
from services.database import is_sqlite
from services.rules.lifecycle import UNCOUNTED_RESULTS

Sums = dict[tuple[Any, ...], tuple[int, ...]]


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


def recount(session: Session, grain: Grain, district_id: int) -> Sums:
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


def stored(session: Session, grain: Grain, district_id: int) -> Sums:
    """The grain's stored sums, keyed as in `recount`."""
    table = grain.table
    columns = [table.c[grain.period], *(table.c[name] for name in grain.columns), *(table.c[name] for name in COUNTED)]
    size = 1 + len(grain.columns)
    rows = session.execute(select(*columns).where(table.c.district_id == district_id))
    return {tuple(row[:size]): tuple(row[size:]) for row in rows if any(row[size:])}


def by_month(found: Sums) -> Sums:
    """Sums by day, added up to months."""
    months: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for (day, *keys), sums in found.items():
        key = (day.replace(day=1), *keys)
        months[key] = tuple(map(sum, zip(months[key], sums, strict=True))) if key in months else sums
    return months


def recounted(session: Session, district_id: int) -> Iterator[tuple[Grain, Sums]]:
    """Every grain with its sums from the raw cases; months are added up from days where there are days."""
    days: dict[tuple[str, ...], Sums] = {}
    for grain in GRAINS:
        if grain.columns in days:
            yield grain, by_month(days[grain.columns])
        else:
            found = days[grain.columns] = recount(session, grain, district_id)
            yield grain, found


def rebuild(session: Session, district_id: int) -> int:
    """Replace all stored sums by a recount; returns the number of rows written."""
    written = 0
    for grain, found in recounted(session, district_id):
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
    for grain, raw in recounted(session, district_id):
        kept = stored(session, grain, district_id)
        grains[grain.table.name] = len(raw)
        keys = {key for key in raw.keys() | kept.keys() if raw.get(key) != kept.get(key)}
        different += [
            f"{grain.table.name} {key}: 存 {kept.get(key)} 实 {raw.get(key)}" for key in sorted(keys, key=str)
        ]
    return Comparison(not different, grains, different[:20])
