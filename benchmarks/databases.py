"""The database that is measured: a working copy, so that nothing measured changes the original."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

import settings
from services import database

COPY = "yichuang_benchmark"
# Django joins by a single-column key: the small tables get the index that its own schema would have
KEYS = ("organisations", "item_versions")


@contextlib.contextmanager
def working_copy(source: str, folder: Path) -> Iterator[str]:
    """A copy of the database, removed afterwards; the process is pointed at it."""
    url = make_url(source)
    copied = _copied_file(url, folder) if url.drivername.startswith("sqlite") else _copied_database(url)
    os.environ["DATABASE_URL"] = copied.render_as_string(hide_password=False)
    settings.current.cache_clear()
    database.dispose()
    try:
        yield os.environ["DATABASE_URL"]
    finally:
        database.dispose()
        _remove(url, copied)


def _copied_file(url: URL, folder: Path) -> URL:
    path = folder / f"{COPY}.db"
    source = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return url.set(database=str(path))


def _copied_database(url: URL) -> URL:
    with _server(url) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {COPY}")
        connection.execute(f'CREATE DATABASE {COPY} TEMPLATE "{url.database}"')
    copied = url.set(drivername="postgresql+psycopg", database=COPY)
    with _connected(copied) as connection:
        connection.execute("VACUUM (ANALYZE)")  # what autovacuum does within minutes of a load
    return copied


def _remove(url: URL, copied: URL) -> None:
    if copied.drivername.startswith("sqlite"):
        for tail in ("", "-wal", "-shm"):
            Path(f"{copied.database}{tail}").unlink(missing_ok=True)
    else:
        with _server(url) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")


def _connected(url: URL) -> psycopg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _server(url: URL) -> psycopg.Connection:
    return _connected(url.set(database="postgres"))


def make_keys_for_peers() -> None:
    """In the working copy only."""
    with database.engine().execution_options(writing=True).begin() as connection:
        for table in KEYS:
            connection.exec_driver_sql(f"CREATE UNIQUE INDEX IF NOT EXISTS peers_{table} ON {table} (id)")


def described() -> dict[str, str]:
    """The database's kind, version and size."""
    with database.engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            size = Path(str(connection.engine.url.database)).stat().st_size
            return {"database": f"SQLite {sqlite3.sqlite_version}", "size": f"{size / 2**20:,.0f} MiB"}
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        return {"database": f"PostgreSQL {version}", "size": f"{size / 2**20:,.0f} MiB"}
