"""Registers written straight into the product's table, for sizes that nobody waits an import for.

Rows are normalised by the product's own functions, in two processes; for five million there are bare keys. Only the examination
of the cells and the staging are left out: imports are measured apart.
"""

import datetime as dt
import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import Enum
from typing import Any

import settings
from benchmarks.linkage.world import AS_OF
from models.enums import CodeState, ImportKind, RegisterStatus
from models.registers import RegisterRecord
from services import database, districts, migrations
from services.demo.registers.deriving import Row
from services.registers.records import record
from services.registers.sheets import SHEETS, read_row
from services.upserts import table_of

CHUNK, PROCESSES = 10_000, 2
COLUMNS = [column.name for column in table_of(RegisterRecord).columns]
INSERT = f"INSERT INTO register_records ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
BATCHES = {kind: place for place, kind in enumerate(SHEETS, start=1)}
MISSING, DIRTY = 0.013, 0.12  # of the bare registers
Values = tuple[Any, ...]


def prepare() -> int:
    """An empty database of this version; returns the district."""
    migrations.upgrade()
    with database.writing() as session:
        return districts.ensure(session).id


def fill(registers: dict[ImportKind, Iterable[Values]]) -> int:
    """Write the rows; the indexes are made afterwards. Returns how many there are."""
    connection = sqlite3.connect(settings.current().database_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-500000")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'register_records' AND sql IS NOT NULL"
    ).fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for rows in registers.values():
        connection.executemany(INSERT, rows)
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("ANALYZE register_records")
    connection.execute("COMMIT")
    count = connection.execute("SELECT count(*) FROM register_records").fetchone()[0]
    connection.close()
    return count


def normalised(sheets: dict[ImportKind, list[Row]], district_id: int) -> dict[ImportKind, Iterable[Values]]:
    return {kind: _normalised(kind, rows, district_id) for kind, rows in sheets.items()}


def _normalised(kind: ImportKind, rows: Sequence[Row], district_id: int) -> Iterator[Values]:
    with ProcessPoolExecutor(PROCESSES) as pool:
        works = [(kind, district_id, start, rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK)]
        for done in pool.map(_chunk, works):
            yield from done


def _chunk(work: tuple[ImportKind, int, int, list[Row]]) -> list[Values]:
    kind, district_id, start, rows = work
    sheet, made = SHEETS[kind], []
    for place, cells in enumerate(rows, start=start):
        values, problems = read_row(sheet, cells)
        assert not problems, problems
        made.append(_row(district_id, kind, place, record(sheet, values)))
    return made


def _row(district_id: int, kind: ImportKind, place: int, found: dict[str, Any]) -> Values:
    fixed = {
        "district_id": district_id, "id": BATCHES[kind] * 100_000_000 + place, "register": kind, "digest": "",
        "batch_id": BATCHES[kind], "row_number": place + 2, "source": "{}",
    }  # fmt: skip
    found = found | fixed
    return tuple(_plain(found.get(name)) for name in COLUMNS)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else value


def bare(count: int, district_id: int, *, seed: int = 1) -> tuple[dict[ImportKind, Iterable[Values]], dict[str, int]]:
    """Registers of keys alone, and what a comparison by plain keys must count: the unregistered, and those that only dirt
    keeps apart."""
    rng = random.Random(f"bare {seed}")
    drawn = [rng.random() for _ in range(count)]
    missing = sum(each < MISSING for each in drawn)
    dirty = sum(MISSING <= each < MISSING + DIRTY for each in drawn)
    registers = {
        ImportKind.BUSINESS_REGISTRATION: _bare_businesses(count, district_id),
        ImportKind.TAX_REGISTRATION_NATIONAL: _bare_taxpayers(drawn, district_id),
    }
    return registers, {"missing": missing, "dirty": dirty}


def _bare(
    district_id: int, kind: ImportKind, place: int, number: int, status: RegisterStatus, org: str | None
) -> Values:
    found = {
        "natural_key": f"{number:018d}", "subject_code": f"91510107{number:09d}0", "org_code": org, "status": status,
        "code_state": CodeState.VALID, "name": f"企业{number}", "name_key": f"企业{number}",
        "event_on": AS_OF - dt.timedelta(days=100 + number % 3000),
    }  # fmt: skip
    if kind == ImportKind.BUSINESS_REGISTRATION:
        found["registration_no"] = f"510107{number:09d}"
    return _row(district_id, kind, place, found)


def _bare_businesses(count: int, district_id: int) -> Iterator[Values]:
    for number in range(count):
        yield _bare(
            district_id, ImportKind.BUSINESS_REGISTRATION, number, number, RegisterStatus.ALIVE, f"{number:09d}"
        )


def _bare_taxpayers(drawn: Sequence[float], district_id: int) -> Iterator[Values]:
    """In an order of their own: the second register is not sorted like the first."""
    order = list(range(len(drawn)))
    random.Random(2).shuffle(order)
    for place, number in enumerate(order):
        if drawn[number] >= MISSING:
            org = None if drawn[number] < MISSING + DIRTY else f"{number:09d}"
            yield _bare(district_id, ImportKind.TAX_REGISTRATION_NATIONAL, place, number, RegisterStatus.NORMAL, org)
