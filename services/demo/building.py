"""A believable year of cases in an empty district: drawn by the declared distributions, the same for the same seed."""

import contextlib
import dataclasses
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from sqlalchemy import BigInteger, Column, Insert, MetaData, Table, case, insert, literal, select, true, union_all
from sqlalchemy.orm import Session

import settings
from models.cases import Applicant, Case, CaseEvent, CaseTask
from models.districts import District
from models.enums import ApplicationChannel, CaseAction, CaseStatus
from models.identity import floor_id
from models.people import User
from services import calendars
from services.database import is_sqlite
from services.demo import bulk, drawing, people, places, rows
from services.demo.distributions import Distributions, declared
from services.demo.moments import Period
from services.demo.stories import PUBLIC, Story, Teller
from services.demo.sums import Sums
from services.errors import Conflict, Invalid

VISIT = (  # the four steps of an ordinary case, and the column that says when
    (1, CaseAction.RECEIVE, CaseStatus.SUBMITTED, Case.submitted_at),
    (2, CaseAction.ACCEPT, CaseStatus.ACCEPTED, Case.accepted_at),
    (3, CaseAction.GRANT, CaseStatus.DECIDED, Case.decided_at),
    (4, CaseAction.DELIVER, CaseStatus.DELIVERED, Case.delivered_at),
)
TOLD = Table("demo_told", MetaData(), Column("id", BigInteger, primary_key=True), prefixes=["TEMPORARY"])


@dataclasses.dataclass
class Built:
    """How many rows were written, and how many seconds each phase took."""

    cases: int = 0
    applicants: int = 0
    events: int = 0
    tasks: int = 0
    materials: int = 0
    sums: int = 0
    phases: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return sum(self.phases.values())

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.phases[name] = self.phases.get(name, 0.0) + round(time.perf_counter() - begun, 3)


def build(session: Session, *, district_id: int, cases: int, seed: int, until: dt.date) -> Built:
    """Fill the district with the cases of the year that ends with the day `until`.

    Reproducible: the same numbers, seed, day, catalogue and windows give the same rows. Raises Invalid for no cases,
    Conflict when the district has cases already.
    """
    check_empty(session, cases)
    built, shares = Built(), declared()
    with built.phase("抽取"):
        year = _draw(session, district_id, cases, seed, until, shares)
        teller = Teller(year.places, year.period, shares, seed)
        stamps = bulk.Stamps(session, int(year.period.starts[0]), int(year.period.starts[-1]) + bulk.DAY)
    with built.phase("推演"):
        stories = year.tell(teller)
    dropped = bulk.drop_indexes(session, [_table(model) for model in (Applicant, Case, CaseTask)])
    _store(session, built, year, stories, teller, stamps)
    with built.phase("索引"):
        bulk.make_indexes(session, dropped)
    with built.phase("汇总"):
        built.sums = Sums(year, stories).store(session)
    return built


def _table(model: type) -> Table:
    table = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


def check_empty(session: Session, cases: int) -> None:
    """Raises Invalid for no cases, Conflict when there are some already."""
    if cases < 1:
        raise Invalid("演示办件数至少为 1")
    if session.scalar(select(Case.id).limit(1)) is not None:
        raise Conflict("本区已有办件，演示数据只能装入没有办件的库")


def _draw(
    session: Session, district_id: int, cases: int, seed: int, until: dt.date, shares: Distributions
) -> rows.Year:
    rng = np.random.default_rng(seed)
    district = session.get_one(District, district_id)
    period = Period(until, calendars.work_calendar(session, district_id), settings.current().zone)
    found = places.read(session, district_id)
    drawn = drawing.draw(found, period, shares, cases, rng)
    persons = int(drawn.is_person.sum())
    each = shares.applicants.cases_each
    crowd = people.People(-(-persons // each), -(-(cases - persons) // each), shares, seed)
    with_agent = ~drawn.is_person & (rng.random(cases) < shares.applicants.with_agent)
    return rows.Year(
        district_id=district_id,
        region=district.code,
        calendar_version=district.calendar_version,
        drawn=drawn,
        places=found,
        period=period,
        people=crowd,
        applicants=crowd.draw(rng, drawn.is_person, shares.applicants.skew),
        first_applicant=floor_id(bulk.instant(int(period.starts[0]))),
        agents=np.where(with_agent, rng.integers(0, len(crowd.agents), cases), -1),
    )


def _store(
    session: Session, built: Built, year: rows.Year, stories: Mapping[int, Story], teller: Teller, stamps: bulk.Stamps
) -> None:
    with built.phase("申请人"):
        built.applicants = year.people.store(session, year.district_id, year.first_applicant)
    with built.phase("办件"):
        built.cases = bulk.insert(session, "cases", rows.CASES, rows.cases(year, stories, stamps))
        bulk.insert(session, "case_number_counters", rows.COUNTERS, year.counters())
    with built.phase("过程"):
        built.events = bulk.insert(session, "case_events", rows.EVENTS, rows.events(year, stories, stamps))
        built.events += _store_visits(session, year.district_id, [story.filed.id for story in stories.values()])
    with built.phase("任务材料"):
        built.tasks = bulk.insert(session, "case_tasks", rows.TASKS, rows.tasks(year, stories, stamps))
        lists = rows.materials(year, stories, teller, declared().material_days)
        built.materials = bulk.insert(session, "case_materials", rows.MATERIALS, lists)
    with built.phase("检索"):
        on_sqlite = is_sqlite(session)
        columns = ("rowid", "words") if on_sqlite else ("district_id", "case_id", "words")
        bulk.insert(session, "case_words", columns, rows.search(year, as_array=not on_sqlite))


def _store_visits(session: Session, district_id: int, told: Sequence[int]) -> int:
    """The four events of every case but those told, made inside the database from the case itself."""
    TOLD.create(session.connection())
    bulk.insert(session, TOLD.name, ("id",), ((case_id,) for case_id in told))
    result = session.execute(_visits(district_id), execution_options={"preserve_rowcount": True})
    TOLD.drop(session.connection())
    return int(result.rowcount)  # type: ignore[attr-defined]


def _visits(district_id: int) -> Insert:
    visit = union_all(
        *(
            select(
                literal(sequence).label("sequence"),
                literal(action.value).label("action"),
                literal(status.value).label("status"),
            )
            for sequence, action, status, _ in VISIT
        )
    ).subquery("visit")
    by_public = (visit.c.sequence == 1) & Case.channel.in_([ApplicationChannel.ONLINE, ApplicationChannel.MOBILE])
    steps = (
        select(
            Case.district_id,
            Case.id,
            visit.c.sequence,
            visit.c.action,
            visit.c.status,
            case(*((visit.c.sequence == sequence, moment) for sequence, _, _, moment in VISIT)),
            case((by_public, None), else_=Case.clerk_id),
            case((by_public, PUBLIC), else_=User.display_name),
            case((by_public, Case.centre_id), else_=Case.window_id),
        )
        .join_from(Case, User, (User.district_id == Case.district_id) & (User.id == Case.clerk_id))
        .join(visit, true())
        .where(Case.district_id == district_id, Case.id.not_in(select(TOLD.c.id)))
    )
    columns = ["district_id", "case_id", "sequence", "action", "status", "at", "actor_id", "actor_name", "place_id"]
    return insert(CaseEvent).from_select(columns, steps, include_defaults=False)
