"""Filling tables fast: tuples in bulk, secondary indexes dropped before and made again after, all in one transaction.

Foreign keys stay on: at 1.3 million cases they cost seconds, and a broken row fails at once.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Index, Table, text
from sqlalchemy.orm import Session

from services.bulk import CHUNK as CHUNK
from services.bulk import insert as insert
from services.database import is_sqlite

DAY = 86_400
SEARCH_INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_case_words_words'"


@dataclasses.dataclass(frozen=True)
class Dropped:
    """Secondary indexes to be made again."""

    indexes: Sequence[Index]
    search: str | None


def drop_indexes(session: Session, tables: Sequence[Table]) -> Dropped:
    """Drop the tables' secondary indexes; `make_indexes` makes them again in the same transaction."""
    connection = session.connection()
    indexes = sorted((index for table in tables for index in table.indexes), key=lambda index: str(index.name))
    for index in indexes:
        index.drop(connection)
    search = None if is_sqlite(session) else session.scalar(text(SEARCH_INDEX))
    if search:
        connection.exec_driver_sql("DROP INDEX ix_case_words_words")
    return Dropped(indexes, search)


def make_indexes(session: Session, dropped: Dropped) -> None:
    connection = session.connection()
    for index in dropped.indexes:
        index.create(connection)
    if dropped.search:
        connection.exec_driver_sql(dropped.search)


class Stamps:
    """Seconds since 1970 as the text that the database keeps of an instant (UTC)."""

    def __init__(self, session: Session, first: int, last: int) -> None:
        tail = ".000000" if is_sqlite(session) else "+00"
        self._first = first // DAY
        days = np.arange(self._first, last // DAY + 1).astype("datetime64[D]")
        self._days = [f"{day} " for day in np.datetime_as_string(days)]
        self._clocks = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}{tail}" for s in range(DAY)]

    def one(self, second: int | None) -> str | None:
        if second is None:
            return None
        return self._days[second // DAY - self._first] + self._clocks[second % DAY]

    def many(self, seconds: np.ndarray) -> list[str]:
        days, clocks = self._days, self._clocks
        places = zip((seconds // DAY - self._first).tolist(), (seconds % DAY).tolist(), strict=True)
        return [days[day] + clocks[clock] for day, clock in places]


def instant(second: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(second, dt.UTC)
