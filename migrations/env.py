"""Alembic: the only way the schema changes. Each upgrade runs inside one real transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeEngine

import models
from services import database, migrations


def _render(kind: str, thing: Any, _: Any) -> str | bool:
    """Migrations stand alone: plain column types instead of the models' own."""
    if kind != "type" or not isinstance(thing, TypeEngine):
        return False
    return {"AwareDateTime": "sa.DateTime(timezone=True)", "Enum": "sa.String(40)"}.get(type(thing).__name__, False)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        include_object=migrations.is_ours,
        render_item=_render,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with database.engine().execution_options(writing=True).begin() as connection:
        _run(connection)
