"""The day's figures by centre and department: received and closed from stored sums, the rest live from partial indexes.

Each figure is the length of a list; `filter_of` names the list.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.cases import Case
from models.counts import DailyCaseCount
from models.enums import OPEN_STATUSES, LabelEnum, Permission
from models.organisations import Organisation
from services import access
from services.actors import Actor
from services.cases import filters
from services.cases.filters import CaseFilter, Lead

WEEK = dt.timedelta(days=7)
Key = tuple[int, int]  # centre, department


class Figure(LabelEnum):
    """What the overview counts."""

    RECEIVED = "received", "收件"
    CLOSED = "closed", "办结"
    DUE = "due", "当日到期未办结"
    OVERDUE = "overdue", "已超期"
    OPEN = "open", "在办"


STORED = (Figure.RECEIVED, Figure.CLOSED)
Figures = Mapping[Figure, int]


@dataclasses.dataclass(frozen=True)
class Line:
    """A centre's or department's figures."""

    id: int
    name: str
    figures: Figures


@dataclasses.dataclass(frozen=True)
class Overview:
    """`before` holds the stored figures of the same weekday a week earlier."""

    day: dt.date
    total: Figures
    before: Figures
    centres: Sequence[Line]
    departments: Sequence[Line]


def filter_of(
    figure: Figure, day: dt.date, *, centre_id: int | None = None, department_id: int | None = None
) -> CaseFilter:
    """The list whose length the figure is."""
    asked: dict[Figure, dict[str, Any]] = {
        Figure.RECEIVED: {"since": day, "until": day},
        Figure.CLOSED: {"closed_on": day},
        Figure.DUE: {"due_on": day},
        Figure.OVERDUE: {"is_overdue": True},
        Figure.OPEN: {"statuses": OPEN_STATUSES},
    }
    return CaseFilter(centre_id=centre_id, department_id=department_id, **asked[figure])


def of_day(session: Session, actor: Actor, day: dt.date, *, now: dt.datetime) -> Overview:
    """The figures of a day within the actor's scope; overdue and open are those of this moment. Raises NotAllowed."""
    actor.must(Permission.STATISTICS_READ)
    sums = _stored(session, actor, day)
    live = {
        Figure.DUE: _live(session, actor, Lead.DUE, *_within(day)),
        Figure.OVERDUE: _live(session, actor, Lead.DUE, Case.due_at < now),
        Figure.OPEN: _live(session, actor, Lead.OPEN),
    }
    cells = {figure: sums[day, figure] for figure in STORED} | live
    names = _names(session, actor.district_id)
    return Overview(
        day,
        total={figure: sum(cells[figure].values()) for figure in Figure},
        before={figure: sum(sums[day - WEEK, figure].values()) for figure in STORED},
        centres=_lines(cells, names, lambda key: key[0]),
        departments=_lines(cells, names, lambda key: key[1]),
    )


def _stored(session: Session, actor: Actor, day: dt.date) -> dict[tuple[dt.date, Figure], dict[Key, int]]:
    """Received and closed of the day and of a week earlier."""
    table = DailyCaseCount
    query = (
        select(table.day, table.centre_id, table.department_id, func.sum(table.received), func.sum(table.closed))
        .where(table.day.in_((day, day - WEEK)))
        .group_by(table.day, table.centre_id, table.department_id)
    )
    found: dict[tuple[dt.date, Figure], dict[Key, int]] = {
        (each, figure): {} for each in (day, day - WEEK) for figure in STORED
    }
    for when, centre, department, received, closed in session.execute(access.visible_sums(query, actor, table)):
        found[when, Figure.RECEIVED][centre, department] = int(received)
        found[when, Figure.CLOSED][centre, department] = int(closed)
    return found


def _live(session: Session, actor: Actor, led: Lead, *conditions: ColumnElement[bool]) -> dict[Key, int]:
    """Open cases counted along a partial index: their number does not grow with the years."""
    query = (
        select(Case.centre_id, Case.department_id, func.count())
        .where(filters.is_open(), *conditions)
        .group_by(Case.centre_id, Case.department_id)
        .with_hint(Case, f"INDEXED BY {led.value}", "sqlite")
    )
    return {(row[0], row[1]): row[2] for row in session.execute(access.visible(query, actor))}


def _within(day: dt.date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Case.due_at >= filters.midnight(day), Case.due_at < filters.midnight(day + dt.timedelta(days=1))


def _names(session: Session, district_id: int) -> dict[int, str]:
    rows = session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.district_id == district_id)
        .order_by(Organisation.code)
    )
    return {row.id: row.name for row in rows}


def _lines(
    cells: Mapping[Figure, Mapping[Key, int]], names: Mapping[int, str], part: Callable[[Key], int]
) -> list[Line]:
    """The figures by centre or by department, the busiest first; who has none is left out."""
    sums: dict[int, dict[Figure, int]] = {}
    for figure, counted in cells.items():
        for key, value in counted.items():
            own = sums.setdefault(part(key), dict.fromkeys(Figure, 0))
            own[figure] += value
    lines = [Line(each, names[each], sums[each]) for each in names if any(sums.get(each, {}).values())]
    return sorted(lines, key=lambda line: (-line.figures[Figure.RECEIVED], -line.figures[Figure.OPEN]))
