"""Filing an instant case, decided and delivered at the counter, beside the disk's bare commits."""

import contextlib
import datetime as dt
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import settings
from benchmarks.district import District
from benchmarks.timing import Figure, figure, seconds
from models.enums import Role, ScopeKind
from services import database
from services.actors import Actor
from services.cases import intake
from services.cases.applicants import ApplicantEntry
from services.demo import places
from services.rules.permissions import permissions_of

PERSON = ApplicantEntry("示例甲", "510113189901010011", phone="13800000001")
ROW = "x" * 200


def instant(district: District, runs: int, folder: Path) -> Iterator[Figure]:
    """One transaction a case: number, case, four events, materials, words, sums in five grains, audit.

    On SQLite with synchronous=FULL; commits of one row alternate with the filings, on the same disk.
    """
    clerk, item_id = _at_a_counter(district)
    moments = itertools.count(1)

    def file() -> None:
        now = dt.datetime.now(settings.current().zone)
        form = f"benchmark-{next(moments)}-{now.timestamp():.0f}"
        with database.writing() as session:
            intake.file(session, intake.Filing(item_id, PERSON, form_key=form), actor=clerk, now=now)

    with _bare(folder) as commit:
        for _ in range(10):
            file(), commit()
        taken = [(seconds(file) * 1000, seconds(commit) * 1000) for _ in range(runs)]
    yield figure("filing", "instant case", [pair[0] for pair in taken])
    bare = [pair[1] for pair in taken]
    yield figure("filing", "bare commit", bare, note="one row, SQLite, WAL, synchronous=FULL")


def _at_a_counter(district: District) -> tuple[Actor, int]:
    """A window's clerk and an instant item taken there."""
    with database.reading() as session:
        found = places.read(session, district.actor.district_id)
    item, counter = next(
        (item, counter)
        for item in found.items
        for counter in found.counters
        if item.is_immediate and item.tier == counter.tier and item.department_id in counter.departments
    )
    clerk = Actor(
        district_id=district.actor.district_id,
        user_id=counter.clerk_id,
        name=counter.clerk_name,
        roles=frozenset({Role.WINDOW_CLERK}),
        permissions=permissions_of({Role.WINDOW_CLERK}),
        scope=ScopeKind.ORGANISATION,
        organisation_id=counter.centre_id,
        centre_ids=(counter.centre_id,),
        window_id=counter.window_id,
        source="测速",
    )
    return clerk, item.id


@contextlib.contextmanager
def _bare(folder: Path) -> Iterator:
    """A function that commits one row to a file of its own."""
    path = folder / "bare.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE bare (row TEXT)")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare VALUES (?)", (ROW,))
        connection.execute("COMMIT")

    with contextlib.closing(connection):
        yield commit
    for tail in ("", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)
