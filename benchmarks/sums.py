"""The day's overview; a year's figures from the stored sums, and from the cases themselves."""

import functools
from collections.abc import Iterator

from sqlalchemy import TextClause, text

from benchmarks.district import MONTHS_OF_CASES, District
from benchmarks.timing import Figure, measure
from services import counts, database, overview

RAW_RUNS = 3
MONTH_ON_SQLITE = "date(submitted_at, '28800 seconds', 'start of month')"
MONTH_ON_POSTGRESQL = "date_trunc('month', submitted_at AT TIME ZONE 'Asia/Shanghai')"


def day(district: District, runs: int) -> Iterator[Figure]:
    """All that the overview page draws, at the district's last moment."""
    with database.reading() as session:
        yield measure(
            "overview",
            "all figures of a day",
            lambda: overview.of_day(session, district.actor, district.today, now=district.now),
            runs=runs,
        )


def year(district: District, runs: int) -> Iterator[Figure]:
    """All eight sums by month × centre × department × kind; both ways give the same rows."""
    owner = district.actor.district_id
    with database.reading() as session:
        kept, raw = counts.stored(session, MONTHS_OF_CASES, owner), counts.recount(session, MONTHS_OF_CASES, owner)
        if kept != raw:
            raise SystemExit("stored sums differ from the cases: run cli.py stats check")
        for name, read, times in (("stored sums", counts.stored, runs), ("the cases", counts.recount, RAW_RUNS)):
            act = functools.partial(read, session, MONTHS_OF_CASES, owner)
            yield measure("sums", f"year from {name}", act, runs=times, warm=0, note=f"{len(kept):,} rows, eight sums")


def received(district: District, runs: int) -> Iterator[Figure]:
    """The plainest question both ways: cases received by month and department, one statement each."""
    with database.reading() as session:
        month = MONTH_ON_SQLITE if database.is_sqlite(session) else MONTH_ON_POSTGRESQL
        asked = {
            "stored sums": "SELECT month, department_id, sum(received) FROM monthly_case_counts",
            "the cases": f"SELECT {month}, department_id, count(*) FROM cases",
        }
        found: dict[str, set[tuple[str, int, int]]] = {}
        for name, query in asked.items():
            statement = text(f"{query} WHERE district_id = {district.actor.district_id} GROUP BY 1, 2")
            found[name] = {(str(row[0])[:10], row[1], int(row[2])) for row in session.execute(statement) if row[2]}
            act = functools.partial(_all, session, statement)
            times = runs if name == "stored sums" else RAW_RUNS
            yield measure("sums", f"received by month from {name}", act, runs=times, note=f"{len(found[name]):,} rows")
        if found["stored sums"] != found["the cases"]:
            raise SystemExit("received: stored sums differ from the cases")


def _all(session: database.Session, statement: TextClause) -> object:
    return session.execute(statement).all()
