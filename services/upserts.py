"""Insert-or-add in one statement, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Table
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
    others = {c.name: 0 for c in table.c if c.name not in keys and c.name not in sums}
    session.execute(_adding(table, is_sqlite(session)), {**keys, **sums, **others})


@lru_cache
def _adding(table: Table, on_sqlite: bool) -> Executable:
    """Built once a table: building it anew was a quarter of the time in which an instant case is filed."""
    statement = sqlite.insert(table) if on_sqlite else postgresql.insert(table)
    return statement.on_conflict_do_update(
        index_elements=[c.name for c in table.primary_key],
        set_={c.name: c + statement.excluded[c.name] for c in table.c if not c.primary_key},
    )


def insert_missing(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        insert = sqlite.insert(model) if is_sqlite(session) else postgresql.insert(model)
        session.execute(insert.on_conflict_do_nothing(), list(rows))
