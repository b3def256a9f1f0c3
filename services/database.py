"""The engine and its transactions: the only place that commits.

SQLite: WAL, one writer at a time behind a first-come-first-served lock, `BEGIN IMMEDIATE` for every write (plain BEGIN gave
duplicate serial numbers and failed upgrades from reader to writer), `synchronous=FULL`. PostgreSQL: a small pool.
"""

import collections
import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session as Session

import settings

BUSY_MILLISECONDS = 15_000
MMAP_BYTES = 1 << 30
CACHE_KIB = 64 * 1024


class FairLock:
    """A mutex that serves waiters in the order they came: no writer starves under load."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: collections.deque[threading.Lock] = collections.deque()
        self._held = False

    def __enter__(self) -> None:
        with self._mutex:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *exc: object) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_writers = FairLock()


def _json(value: Any) -> str:

    return json.dumps(value, ensure_ascii=False, default=str)


class _HintingCompiler(SQLiteCompiler):
    """SQLAlchemy drops table hints on SQLite; ours (`INDEXED BY`) say which index a query runs along."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        f"mmap_size={MMAP_BYTES}",
        f"cache_size=-{CACHE_KIB}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def make_engine(url: str) -> Engine:
    """An engine for `url` with the connection rules of this product."""
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_size=12,
            max_overflow=4,
            pool_timeout=15,
            pool_recycle=1800,
            pool_pre_ping=True,
            json_serializer=_json,
        )
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, json_serializer=_json, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    engine.dialect.statement_compiler = _HintingCompiler
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The process's engine."""
    return make_engine(settings.current().database_url)


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A session that sees one consistent state and writes nothing."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session  # closing rolls back; an explicit rollback would expire what was read


@contextlib.contextmanager
def writing() -> Iterator[Session]:
    """A session whose work is committed as a whole when the block ends, or not at all."""
    with contextlib.ExitStack() as stack:
        if engine().dialect.name == "sqlite":
            stack.enter_context(_writers)
        bind = engine().execution_options(writing=True)
        session = stack.enter_context(Session(bind, expire_on_commit=False))
        yield session
        session.commit()


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def is_empty() -> bool:
    """Whether the migrated database holds no district yet."""
    with reading() as session:
        return session.execute(text("SELECT 1 FROM districts LIMIT 1")).first() is None


def dispose() -> None:
    """Close all connections and forget the engine (tests, restore)."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
