"""Bringing the database to this version's schema, and telling whether it is there."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import models
import settings
from services import database

SEARCH_TABLES = ("case_words",)  # full-text tables exist per dialect, outside the models


def is_ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Whether the models answer for a thing of the database (Alembic's `include_object`)."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_TABLES))


def _config() -> Config:
    return Config(settings.ROOT / "alembic.ini")


def upgrade(revision: str = "head") -> None:
    """Run the missing migrations, all in one transaction."""
    with database.engine().execution_options(writing=True).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(revision: str) -> None:
    with database.engine().execution_options(writing=True).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def current() -> str | None:
    """The revision the database stands at; None when it is empty."""
    with database.engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences() -> list[str]:
    """What the models have that the migrated database lacks, or the reverse; empty when they agree."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        return [str(difference) for difference in compare_metadata(context, models.Base.metadata)]
