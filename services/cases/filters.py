"""What a case search asks for, turned into conditions, and which index it runs along.

SQLite plans without knowing how rare a value is, so the selective index is named (`Lead`); PostgreSQL plans by its own
figures.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, literal_column, or_, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators

import settings
from models.cases import Applicant, Case
from models.catalogue import ItemVersion
from models.enums import OPEN_STATUSES, CaseResult, CaseStatus, CaseType, IdType
from models.identity import floor_id
from models.organisations import Organisation
from services import access, confidential
from services.actors import Actor
from services.cases import applicants, words
from services.database import is_sqlite
from services.errors import Invalid
from services.rules import identifiers
from services.rules.lifecycle import UNCOUNTED_RESULTS

WHOLE_DAY = 14  # digits of a case number that name its district and day: what a search by its beginning needs
MOST_PERSONS = 500
SHORTEST_CODE = 7
RARE_STATUSES = frozenset({CaseStatus.DECIDED, CaseStatus.CLOSED})
ENDED_OTHERWISE = frozenset(CaseResult) - {CaseResult.GRANTED, CaseResult.DENIED}


@dataclasses.dataclass(frozen=True)
class CaseFilter:
    """What is asked for; empty fields ask nothing. Days are local days, both included; `since` and `until` are of
    submission."""

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
    closed_on: dt.date | None = None  # decided that day and counted as closed: withdrawn and voided cases are not
    due_on: dt.date | None = None  # due that day and still open
    is_overdue: bool = False
    number: str = ""  # whole, or its beginning from district and day on
    person: str = ""  # whole id, whole phone, or the beginning of a name
    words: str = ""


class Lead(enum.Enum):
    """The index that a search runs along; PLANNER leaves it to the database."""

    PERSON = "ix_cases_applicant"
    DUE = "ix_cases_due"
    DECIDED = "ix_cases_decided"
    DEPARTMENT = "ix_cases_department"
    OPEN = "ix_cases_open"
    WORDS = "sqlite_autoindex_cases_1"  # the key: SQLite's full-text table leads to it, newest first by itself
    PLANNER = ""


def lead(wanted: CaseFilter) -> Lead:
    """The most selective of what is asked for."""
    statuses = set(wanted.statuses)
    choices = (
        (wanted.number, Lead.PLANNER),
        (wanted.person, Lead.PERSON),
        (wanted.is_overdue or wanted.due_on, Lead.DUE),
        (wanted.closed_on, Lead.DECIDED),
        (statuses and statuses <= set(OPEN_STATUSES), Lead.DEPARTMENT if wanted.department_id else Lead.OPEN),
        (wanted.words, Lead.WORDS),
        (statuses and statuses <= RARE_STATUSES, Lead.DEPARTMENT),
    )
    return next((led for asked, led in choices if asked), Lead.PLANNER)


def narrowed(
    session: Session, asked: CaseFilter, actor: Actor, *columns: Any, now: dt.datetime, are_words_frequent: bool = False
) -> tuple[Select[Any], Lead]:
    """A query for `columns` over the cases asked for that the actor may see, and what it runs along.

    `are_words_frequent` matters on PostgreSQL: words are then looked up case by case along the order of the page, where
    collecting and sorting all that hold them would be slower. Raises Invalid for what is too short to search by.
    """
    wanted = _trimmed(asked)
    led = lead(wanted)
    led = Lead.PLANNER if led == Lead.WORDS and not is_sqlite(session) else led
    conditions = [*_plain_conditions(wanted, now), *_status_conditions(wanted, actor.district_id)]
    if wanted.number:
        conditions.append(_number_condition(wanted.number))
    if wanted.person:
        conditions.append(Case.applicant_id.in_(_applicant_ids(session, actor.district_id, wanted.person)))
    query = select(*columns)
    if wanted.words:
        query = _worded(session, query, wanted, led, actor.district_id, case_by_case=are_words_frequent)
    if led != Lead.PLANNER:
        query = query.with_hint(Case, f"INDEXED BY {led.value}", "sqlite")
    return access.visible(query.where(*conditions), actor), led


def _trimmed(wanted: CaseFilter) -> CaseFilter:
    """Blank texts ask nothing; a result that only closed cases have says so, which makes it findable."""
    statuses = wanted.statuses or ((CaseStatus.CLOSED,) if wanted.result in ENDED_OTHERWISE else ())
    return dataclasses.replace(
        wanted,
        statuses=statuses,
        number=wanted.number.strip(),
        person=" ".join(wanted.person.split()),
        words=wanted.words.strip(),
    )


def midnight(day: dt.date) -> dt.datetime:
    """The first instant of a local day."""
    return dt.datetime.combine(day, dt.time(), settings.current().zone)


def _span(column: Any, first: dt.date | None, last: dt.date | None) -> Iterator[ColumnElement[bool]]:
    if first is not None:
        yield column >= midnight(first)
    if last is not None:
        yield column < midnight(last + dt.timedelta(days=1))


def _plain_conditions(wanted: CaseFilter, now: dt.datetime) -> Iterator[ColumnElement[bool]]:
    """Filters on the case's own columns."""
    for name in ("department_id", "centre_id", "window_id", "item_id", "clerk_id", "batch_id", "result", "case_type"):
        if (value := getattr(wanted, name)) is not None:
            yield getattr(Case, name) == value
    yield from _span(Case.submitted_at, wanted.since, wanted.until)
    if wanted.closed_on:
        yield from _span(Case.decided_at, wanted.closed_on, wanted.closed_on)
        yield or_(Case.result.is_(None), Case.result.not_in(UNCOUNTED_RESULTS))
    if wanted.due_on:
        yield from _span(Case.due_at, wanted.due_on, wanted.due_on)
    if wanted.is_overdue:
        yield Case.due_at < now


def _status_conditions(wanted: CaseFilter, district_id: int) -> Iterator[ColumnElement[bool]]:
    statuses = set(wanted.statuses)
    if wanted.is_overdue or wanted.due_on or (statuses and statuses <= set(OPEN_STATUSES)):
        yield is_open()
    if len(wanted.statuses) == 1:
        yield Case.status == wanted.statuses[0]
    elif wanted.statuses:
        yield Case.status.in_(wanted.statuses)
    if statuses and statuses <= RARE_STATUSES and not wanted.department_id:
        # naming every department lets the index by department and status serve the whole district
        yield Case.department_id.in_(select(Organisation.id).where(Organisation.district_id == district_id))


def is_open() -> ColumnElement[bool]:
    """Written as the partial indexes have it, so that they are used."""
    values = ", ".join(f"'{status.value}'" for status in OPEN_STATUSES)
    return text(f"cases.status IN ({values})")  # type: ignore[return-value]


def _number_condition(number: str) -> ColumnElement[bool]:
    code = identifiers.normalise(number)
    if len(code) < WHOLE_DAY:
        return Case.number.in_({number, code})  # another system's numbers stand as they came
    return and_(Case.number >= code, Case.number < code + "\U0010ffff")


def _applicant_ids(session: Session, district_id: int, person: str) -> list[int]:
    """Applicants by whole id, whole phone, or the beginning of a name. Raises Invalid where too many are meant."""
    known = select(Applicant.id).where(Applicant.district_id == district_id)
    code = identifiers.normalise(person)
    if code.isascii() and len(code) >= SHORTEST_CODE and any(character.isdigit() for character in code):
        keys = [applicants.key_of(kind, code) for kind in IdType]
        mine = or_(Applicant.id_key.in_(keys), Applicant.phone_key == confidential.blind(code))
        return list(session.scalars(known.where(mine).limit(MOST_PERSONS)))
    if len(person) < 2:
        raise Invalid("按人查询请输入完整证件号、手机号，或至少两个字的姓名", {"person": "至少两个字"})
    named = known.where(Applicant.name >= person, Applicant.name < person + "\U0010ffff")
    found = list(session.scalars(named.limit(MOST_PERSONS + 1)))
    if len(found) > MOST_PERSONS:
        raise Invalid(f"名称以「{person}」开头的申请人超过 {MOST_PERSONS} 个，请输入更完整的姓名，或改用证件号、手机号")
    return found


def _worded(
    session: Session, query: Select[Any], wanted: CaseFilter, led: Lead, district_id: int, *, case_by_case: bool
) -> Select[Any]:
    """Every word in the item's or applicant's name. On SQLite the full-text table leads, or is not needed at all."""
    asked = words.asked(wanted.words)
    if not is_sqlite(session):
        table = words.POSTGRESQL_WORDS
        join = and_(table.c.district_id == Case.district_id, table.c.case_id == Case.id)
        holds = table.c.words.contains(asked)
        if case_by_case:  # a subquery for a value is never turned into a join
            query = query.where(select(holds).where(join).correlate(Case).scalar_subquery())
        else:
            query = query.where(join, holds)
        return _holding(query, words.inexact(wanted.words), district_id)
    if led != Lead.WORDS:
        return _holding(query, words.runs(wanted.words), district_id)
    rowid = words.SQLITE_WORDS.c.rowid
    match = literal_column("case_words").op("MATCH")(words.match_expression(asked))
    # + keeps the planner from looking up words case by case; identities follow submission, so a period bounds them
    found = [match, Case.id == UnaryExpression(rowid, operator=operators.custom_op("+"))]
    found += [rowid >= floor_id(midnight(wanted.since))] if wanted.since else []
    found += [rowid < floor_id(midnight(wanted.until + dt.timedelta(days=1)))] if wanted.until else []
    return _holding(query.select_from(words.SQLITE_WORDS).where(*found), words.inexact(wanted.words), district_id)


def _holding(query: Select[Any], runs: list[str], district_id: int) -> Select[Any]:
    """Each run somewhere in the applicant's or the item's name; the few item names are read once, not case by case."""
    mine = select(ItemVersion.id).where(ItemVersion.district_id == district_id)
    return query.where(
        *(
            or_(
                Case.applicant_name.icontains(run, autoescape=True),
                Case.item_version_id.in_(mine.where(ItemVersion.name.icontains(run, autoescape=True))),
            )
            for run in runs
        )
    )
