"""A case's life among a year's cases: the window's queue, the citizen's look, the worker's round, a changed calendar."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from benchmarks.district import District
from benchmarks.timing import Figure, measure
from models.cases import Case
from models.enums import CaseStatus
from services import calendars, confidential, database
from services.cases import deeming, durations, explaining, received, suspending, tracking
from services.demo.acting import Staff

SLOW_RUNS = 5


def steps(district: District, runs: int) -> Iterator[Figure]:
    """Reading only; the worker's round finds nothing due, which is what it finds nearly always."""
    owner, now = district.actor.district_id, district.now
    with database.reading() as session:
        case = session.scalars(
            select(Case).where(Case.status == CaseStatus.EXAMINING, Case.batch_id.is_(None)).limit(1)
        ).one()
        clerk = Staff(session, owner).clerk(case.department_id)
        token = confidential.link_token(owner, case.number)
        acts = {
            "a window's queue of received cases": lambda: received.waiting(session, clerk),
            "tracking without an account": lambda: tracking.by_link(session, owner, case.number, token, now=now),
            "a case's clocks explained": lambda: explaining.of_case(session, case),
        }
        for name, act in acts.items():
            yield measure("life", name, act, runs=runs)
        slow = {
            "how long such cases took, made": lambda: durations.measured(
                session, owner, now=now + dt.timedelta(days=1)
            ),
            "a closed day looked at": lambda: calendars.preview_day(session, owner, _soon(district), False),
        }
        for name, act in slow.items():
            yield measure("life", name, act, runs=SLOW_RUNS, warm=1)
    with database.writing() as session:
        yield measure(
            "life",
            "the worker's round over clocks",
            lambda: (suspending.resume_due(session, owner, now=now), deeming.sweep(session, owner, now=now)),
            runs=SLOW_RUNS,
        )


def _soon(district: District) -> dt.date:
    return district.today + dt.timedelta(days=3)
