"""Writing many rows fast: tuples in bulk on SQLite, COPY on PostgreSQL."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.database import is_sqlite

Rows = Iterable[tuple[Any, ...]]
CHUNK = 50_000


def insert(session: Session, table: str, columns: Sequence[str], rows: Rows) -> int:
    """Write the rows; returns how many. On PostgreSQL by COPY."""
    return (_insert_many if is_sqlite(session) else _copy)(session, table, columns, rows)


def _insert_many(session: Session, table: str, columns: Sequence[str], rows: Rows) -> int:
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    connection, written = session.connection(), 0
    for chunk in _batched(rows):
        connection.exec_driver_sql(statement, chunk)
        written += len(chunk)
    return written


def _batched(rows: Rows) -> Iterator[list[tuple[Any, ...]]]:
    waiting = iter(rows)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        yield chunk


def _copy(session: Session, table: str, columns: Sequence[str], rows: Rows) -> int:
    written = 0
    cursor = session.connection().connection.cursor()
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    return written
