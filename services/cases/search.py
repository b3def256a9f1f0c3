"""Finding cases: pages by keyset, capped counts, all of them for export (design §8, §10).

A page is fetched in two steps - identities along one index, then their rows - so that page 1,000 costs what page 1
costs.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from models.cases import Applicant, Case
from models.catalogue import ItemVersion
from models.enums import ApplicantKind, CaseResult, CaseStatus, CaseType, HolderKind
from models.organisations import Organisation
from services.actors import Actor
from services.cases import filters, words
from services.cases.filters import CaseFilter as CaseFilter
from services.cases.filters import Lead
from services.database import is_sqlite
from services.rules import identifiers

PER_PAGE = 50
COUNT_CAP = 10_000
FREQUENT = 2_000  # hits from which PostgreSQL finds words faster along the order than by collecting them
Position = tuple[dt.datetime, int]


@dataclasses.dataclass(frozen=True)
class CaseRow:
    """A line of the case list; the name is masked."""

    id: int
    number: str
    item_name: str
    applicant: str
    case_type: CaseType
    status: CaseStatus
    result: CaseResult | None
    department: str
    centre: str
    holder: HolderKind
    submitted_at: dt.datetime
    due_at: dt.datetime | None
    decided_at: dt.datetime | None
    is_provisional: bool


@dataclasses.dataclass(frozen=True)
class CasePage:
    """`has_more`: there are cases below the last; `is_first`: there are none above the first."""

    rows: Sequence[CaseRow]
    first: Position | None  # the page before ends above it
    last: Position | None  # the next page starts below it
    has_more: bool
    is_first: bool


@dataclasses.dataclass(frozen=True)
class Count:
    """A count that stops at the cap: `capped` means there are more than `value`."""

    value: int
    capped: bool


def page(
    session: Session,
    wanted: CaseFilter,
    actor: Actor,
    *,
    now: dt.datetime,
    after: Position | None = None,
    before: Position | None = None,
    skip: int = 0,
    size: int = PER_PAGE,
) -> CasePage:
    """One page, newest first: after a position, before one (read backwards), or by skipping along the index.

    Backwards past the first case gives the first page, whole. Raises Invalid as `filters.narrowed` does.
    """
    narrower = _without_passed_bound(wanted, after, before)
    are_frequent = _are_words_frequent(session, wanted, actor, now)
    query, led = filters.narrowed(
        session, narrower, actor, Case.submitted_at, Case.id, now=now, are_words_frequent=are_frequent
    )
    query = _ordered(query, led, backwards=before is not None)
    if position := after or before:
        query = query.where(_beyond(position, led, backwards=before is not None))
    keys = [(row[0], row[1]) for row in session.execute(query.limit(size + 1).offset(skip))]
    is_over = len(keys) > size
    keys = keys[:size]
    if before and not is_over:
        return page(session, wanted, actor, now=now, size=size)
    if before:
        keys.reverse()
    return CasePage(
        _rows(session, actor, keys),
        keys[0] if keys else None,
        keys[-1] if keys else None,
        has_more=is_over or before is not None,
        is_first=not (after or before or skip),
    )


def _are_words_frequent(session: Session, wanted: CaseFilter, actor: Actor, now: dt.datetime) -> bool:
    """Asked on PostgreSQL only: its figures tell it of one token, not of several that come together."""
    if is_sqlite(session) or not wanted.words.strip() or filters.lead(wanted) != Lead.WORDS:
        return False
    return count(session, wanted, actor, now=now, cap=FREQUENT).capped


def _without_passed_bound(wanted: CaseFilter, after: Position | None, before: Position | None) -> CaseFilter:
    """A position inside the period replaces its bound: given both, SQLite would run from the bound to the position."""
    if after and wanted.until and after[0] < filters.midnight(wanted.until + dt.timedelta(days=1)):
        return dataclasses.replace(wanted, until=None)
    if before and wanted.since and before[0] >= filters.midnight(wanted.since):
        return dataclasses.replace(wanted, since=None)
    return wanted


def _ordered(query: Select[Any], led: Lead, *, backwards: bool = False) -> Select[Any]:
    """Newest first; the full-text table's row identity is the case's and gives the same order unsorted."""
    columns: tuple[Any, ...] = (words.SQLITE_WORDS.c.rowid,) if led == Lead.WORDS else (Case.submitted_at, Case.id)
    return query.order_by(*(columns if backwards else [column.desc() for column in columns]))


def _beyond(position: Position, led: Lead, *, backwards: bool) -> ColumnElement[bool]:
    if led == Lead.WORDS:
        rowid = words.SQLITE_WORDS.c.rowid
        return rowid > position[1] if backwards else rowid < position[1]
    here, there = tuple_(Case.submitted_at, Case.id), tuple_(*position, types=[Case.submitted_at.type, Case.id.type])
    return here > there if backwards else here < there


def _rows(session: Session, actor: Actor, keys: Sequence[Position]) -> Sequence[CaseRow]:
    """The lines of the given cases, in the order of the keys."""
    if not keys:
        return []
    department, centre = (Organisation.__table__.alias(name) for name in ("department", "centre"))
    query = (
        select(
            Case.id,
            Case.number,
            ItemVersion.name,
            Case.applicant_name,
            Case.case_type,
            Case.status,
            Case.result,
            department.c.name,
            centre.c.name,
            Case.holder,
            Case.submitted_at,
            Case.due_at,
            Case.decided_at,
            Case.is_provisional,
            Applicant.kind,
        )
        .join(ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id))
        .join(Applicant, (Applicant.district_id == Case.district_id) & (Applicant.id == Case.applicant_id))
        .join(department, (department.c.district_id == Case.district_id) & (department.c.id == Case.department_id))
        .join(centre, (centre.c.district_id == Case.district_id) & (centre.c.id == Case.centre_id))
        .where(Case.district_id == actor.district_id, Case.id.in_([key[1] for key in keys]))
    )
    found = {row[0]: row for row in session.execute(query)}
    return [_masked(found[key[1]]) for key in keys]


def _masked(row: Any) -> CaseRow:
    *values, kind = row
    values[3] = identifiers.mask_name(values[3], is_organisation=kind == ApplicantKind.ORGANISATION)
    return CaseRow(*values)


def count(session: Session, wanted: CaseFilter, actor: Actor, *, now: dt.datetime, cap: int = COUNT_CAP) -> Count:
    """How many there are, counting no further than the cap."""
    query, led = filters.narrowed(session, wanted, actor, Case.id, now=now)
    if led == Lead.WORDS:
        query = _ordered(query, led)
    found = session.scalar(select(func.count()).select_from(query.limit(cap + 1).subquery())) or 0
    return Count(min(found, cap), found > cap)


def total(session: Session, wanted: CaseFilter, actor: Actor, *, now: dt.datetime) -> int:
    """The exact number, however large."""
    query, _ = filters.narrowed(session, wanted, actor, func.count(Case.id), now=now)
    return session.scalar(query) or 0


def every_page(
    session: Session, wanted: CaseFilter, actor: Actor, *, now: dt.datetime, size: int = 2000
) -> Iterator[Sequence[CaseRow]]:
    """All matching cases, page by page, for export."""
    position: Position | None = None
    while True:
        found = page(session, wanted, actor, now=now, after=position, size=size)
        if found.rows:
            yield found.rows
        if not found.has_more or found.last is None:
            return
        position = found.last
