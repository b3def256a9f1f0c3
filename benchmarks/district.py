"""Who asks, and for what: the same filter for us and for the peers, chosen from the data itself."""

import dataclasses
import datetime as dt
from collections import Counter

from sqlalchemy import select

import settings
from models.enums import CaseStatus
from models.people import User
from services import actors, counts, database
from services.actors import Actor
from services.cases import search
from services.cases.search import CaseFilter

MONTHS_OF_CASES = next(grain for grain in counts.GRAINS if grain.table.name == "monthly_case_counts")
INSPECTOR = "inspector"
DEPTH = 1000


@dataclasses.dataclass(frozen=True)
class District:
    """`filter` is the inspector's: the department with the most cases, the last year, delivered."""

    actor: Actor
    inspector_id: int
    now: dt.datetime  # the last submission
    today: dt.date
    cases: int
    filter: CaseFilter
    matching: int

    @property
    def deep(self) -> int:
        """The page that stands for a deep one: 1,000, or the last one where there are fewer."""
        return min(DEPTH, max(self.matching // search.PER_PAGE, 1))


def read() -> District:
    with database.reading() as session:
        user = session.scalars(select(User).where(User.username == INSPECTOR)).one()
        actor = actors.system(user.district_id, name="测速")
        now = dt.datetime.now(settings.current().zone)
        newest = search.page(session, CaseFilter(), actor, now=now, size=1).rows[0]
        until = newest.submitted_at.astimezone(settings.current().zone).date()
        wanted = CaseFilter(
            department_id=_busiest(session, user.district_id),
            statuses=(CaseStatus.DELIVERED,),
            since=until - dt.timedelta(days=365),
            until=until,
        )
        return District(
            actor=actor,
            inspector_id=user.id,
            now=newest.submitted_at,
            today=until,
            cases=search.total(session, CaseFilter(), actor, now=now),
            filter=wanted,
            matching=search.total(session, wanted, actor, now=now),
        )


def _busiest(session: database.Session, district_id: int) -> int:
    received: Counter[int] = Counter()
    for (_, _, department_id, _), sums in counts.stored(session, MONTHS_OF_CASES, district_id).items():
        received[department_id] += sums[0]
    return received.most_common(1)[0][0]
