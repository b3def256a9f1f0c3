"""Finding cases: filters, words, pages by keyset, capped counts, export (design §8, §10).

A page is fetched in two steps - identities along one index, then their rows - so that page 1,000 costs what page 1 costs.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, text, tuple_
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.catalogue import ItemVersion
from models.enums import OPEN_STATUSES, CaseResult, CaseStatus, CaseType, HolderKind
from models.organisations import Organisation
from services import access
from services.actors import Actor
from services.cases import applicants, words
from services.database import is_sqlite
from services.errors import Invalid
from services.rules import identifiers

PER_PAGE = 50
COUNT_CAP = 10_000
NUMBER_PREFIX = 6
Position = tuple[dt.datetime, int]


@dataclasses.dataclass(frozen=True)
class CaseFilter:
    """What is asked for; empty fields ask nothing. Days are local days of submission, both included."""

    department_id: int | None = None
    centre_id: int | None = None
    window_id: int | None = None
    item_id: int | None = None
    clerk_id: int | None = None
    batch_id: int | None = None
    statuses: tuple[CaseStatus, ...] = ()
    result: CaseResult | None = None
    case_type: CaseType | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    closed_on: dt.date | None = None
    due_on: dt.date | None = None
    is_overdue: bool = False
    number: str = ""
    person: str = ""  # whole id, whole phone, or the beginning of a name
    words: str = ""


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
    rows: Sequence[CaseRow]
    first: Position | None  # the page before ends above it
    last: Position | None  # the next page starts below it
    has_more: bool


@dataclasses.dataclass(frozen=True)
class Count:
    """A count that stops at the cap: `capped` means there are more than `value`."""

    value: int
    capped: bool


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), settings.current().zone)


def _span(column: Any, first: dt.date | None, last: dt.date | None) -> Iterator[ColumnElement[bool]]:
    if first is not None:
        yield column >= _midnight(first)
    if last is not None:
        yield column < _midnight(last + dt.timedelta(days=1))


def _plain_conditions(wanted: CaseFilter, now: dt.datetime) -> Iterator[ColumnElement[bool]]:
    """Filters on the case's own columns."""
    for name in ("department_id", "centre_id", "window_id", "item_id", "clerk_id", "batch_id", "result", "case_type"):
        if (value := getattr(wanted, name)) is not None:
            yield getattr(Case, name) == value
    if len(wanted.statuses) == 1:
        yield Case.status == wanted.statuses[0]
    elif wanted.statuses:
        yield Case.status.in_(wanted.statuses)
    yield from _span(Case.submitted_at, wanted.since, wanted.until)
    if wanted.closed_on:
        yield from _span(Case.decided_at, wanted.closed_on, wanted.closed_on)
        yield Case.submitted_at >= _midnight(wanted.closed_on - dt.timedelta(days=400))
    if wanted.due_on:
        yield from _span(Case.due_at, wanted.due_on, wanted.due_on)
        yield _is_open()
    if wanted.is_overdue:
        yield Case.due_at < now
        yield _is_open()


def _is_open() -> ColumnElement[bool]:
    """Written as the partial indexes have it, so that they are used."""
    values = ", ".join(f"'{status.value}'" for status in OPEN_STATUSES)
    return text(f"cases.status IN ({values})")  # type: ignore[return-value]


def _person_condition(session: Session, district_id: int, person: str) -> ColumnElement[bool]:
    code = identifiers.normalise(person)
    if len(code) >= 8 and any(character.isdigit() for character in code):
        cards = applicants.find(session, district_id, person)
        return Case.applicant_id.in_([card.id for card in cards])
    if len(person.strip()) < 2:
        raise Invalid("按人查询请输入完整证件号、手机号，或至少两个字的姓名", {"person": "至少两个字"})
    known = applicants.find(session, district_id, person, limit=500)
    return Case.applicant_id.in_([card.id for card in known])


def _number_condition(number: str) -> ColumnElement[bool]:
    code = identifiers.normalise(number)
    if len(code) < NUMBER_PREFIX:
        raise Invalid(f"办件编号请至少输入前 {NUMBER_PREFIX} 位", {"number": "位数太少"})
    return and_(Case.number >= code, Case.number < code + "\U0010ffff")


def _word_conditions(session: Session, wanted: CaseFilter) -> tuple[list[ColumnElement[bool]], bool]:
    """(conditions, whether the full-text table leads and its row identity gives the order)."""
    asked = words.asked(wanted.words)
    exact = [
        or_(Case.applicant_name.icontains(run, autoescape=True), ItemVersion.name.icontains(run, autoescape=True))
        for run in words.runs(wanted.words)
        if len(run) > 2
    ]
    if is_sqlite(session):
        match = literal_column("case_words").op("MATCH")(words.match_expression(asked))
        leads = not (wanted.is_overdue or wanted.due_on or set(wanted.statuses) & set(OPEN_STATUSES))
        return [match, words.SQLITE_WORDS.c.rowid == Case.id, *exact], leads
    table = words.POSTGRESQL_WORDS
    join = and_(table.c.district_id == Case.district_id, table.c.case_id == Case.id)
    return [join, table.c.words.contains(asked), *exact], False


def _base(session: Session, wanted: CaseFilter, actor: Actor, now: dt.datetime, *columns: Any) -> tuple[Select[Any], bool]:
    """The narrowed query, and whether it runs along the full-text table."""
    conditions = list(_plain_conditions(wanted, now))
    if wanted.number.strip():
        conditions.append(_number_condition(wanted.number))
    if wanted.person.strip():
        conditions.append(_person_condition(session, actor.district_id, wanted.person))
    query, leads = select(*columns), False
    if wanted.words.strip():
        found, leads = _word_conditions(session, wanted)
        conditions += found
        query = query.join_from(
            Case,
            ItemVersion,
            (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id),
        )
    return access.visible(query.where(*conditions), actor), leads


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
    """One page, newest first: after a position, before one (read backwards), or by skipping along the index."""
    query, along_words = _base(session, wanted, actor, now, Case.submitted_at, Case.id)
    order: tuple[Any, ...] = (Case.submitted_at, Case.id)
    if along_words:
        order = (words.SQLITE_WORDS.c.rowid,)
    query = query.order_by(*(order if before else [column.desc() for column in order]))
    if position := after or before:
        query = query.where(_beyond(position, along_words, backwards=before is not None))
    keys = [(row[0], row[1]) for row in session.execute(query.limit(size + 1).offset(skip))]
    has_more = len(keys) > size
    keys = keys[:size]
    if before:
        keys.reverse()
        has_more = True
    return CasePage(_rows(session, actor, keys), keys[0] if keys else None, keys[-1] if keys else None, has_more)


def _beyond(position: Position, along_words: bool, *, backwards: bool) -> ColumnElement[bool]:
    if along_words:
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
        )
        .join(ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id))
        .join(department, (department.c.district_id == Case.district_id) & (department.c.id == Case.department_id))
        .join(centre, (centre.c.district_id == Case.district_id) & (centre.c.id == Case.centre_id))
        .where(Case.district_id == actor.district_id, Case.id.in_([key[1] for key in keys]))
    )
    found = {row[0]: row for row in session.execute(query)}
    return [_masked(found[key[1]]) for key in keys]


def _masked(row: Any) -> CaseRow:
    values = list(row)
    values[3] = masked_applicant(values[3])
    return CaseRow(*values)


def masked_applicant(name: str) -> str:
    """A person's name masked; an organisation's, which decisions make public anyway, in full (domain §8.3)."""
    return identifiers.mask_name(name, is_organisation=len(name) > 4)


def count(session: Session, wanted: CaseFilter, actor: Actor, *, now: dt.datetime, cap: int = COUNT_CAP) -> Count:
    """How many there are, counting no further than the cap."""
    query, _ = _base(session, wanted, actor, now, Case.id)
    found = session.scalar(select(func.count()).select_from(query.limit(cap + 1).subquery())) or 0
    return Count(min(found, cap), found > cap)


def total(session: Session, wanted: CaseFilter, actor: Actor, *, now: dt.datetime) -> int:
    """The exact number, however large."""
    query, _ = _base(session, wanted, actor, now, Case.id)
    return session.scalar(query.with_only_columns(func.count())) or 0


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

