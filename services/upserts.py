"""Insert-or-add in one statement, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.base import Base
from services.database import is_sqlite


def table_of(model: type[Base]) -> Table:
    """The model's table, typed as one."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def add_to_sums(session: Session, table: Table, keys: Mapping[str, Any], sums: Mapping[str, int]) -> None:
    """Add `sums` to the row of `keys`; a first row starts from zero in every other sum."""
    insert = sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)
    others = {c.name: 0 for c in table.c if c.name not in keys and c.name not in sums}
    session.execute(
        insert.values(**keys, **sums, **others).on_conflict_do_update(
            index_elements=[c.name for c in table.primary_key],
            set_={name: table.c[name] + value for name, value in sums.items()},
        )
    )


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        insert = sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)
        session.execute(insert.on_conflict_do_nothing(), list(rows))
