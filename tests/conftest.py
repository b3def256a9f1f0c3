"""A real database for every test: migrated, with the reference data and the district's organisations.

`session` is rolled back after the test. `database` is a copy of its own that commits (pages, threads, command line).
TEST_DATABASE_URL runs the same on PostgreSQL.
"""

import datetime as dt
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_folder = Path(tempfile.mkdtemp(prefix="yichuang-test-"))
os.environ["SECRET_KEY"] = "key-of-the-tests-" + "0123456789abcdef" * 2
os.environ["ATTACHMENTS_URL"] = f"file://{_folder}/attachments"
os.environ["DISTRICT_CODE"] = "510109"
os.environ.pop("DEMO", None)
os.environ["STREAMLIT_LOGGER_LEVEL"] = "error"
SERVER = os.environ.get("TEST_DATABASE_URL", "")
os.environ["DATABASE_URL"] = f"sqlite:///{_folder}/unused.db"

import settings  # noqa: E402
from services import database, migrations  # noqa: E402
from tests import builders  # noqa: E402

SHANGHAI = settings.current().zone


class Databases:
    """Makes databases from one template."""

    def __init__(self) -> None:
        self._server = SERVER
        self._template = self._new("template")

    def _new(self, name: str, template: str | None = None) -> str:
        if not self._server:
            path = _folder / f"{name}.db"
            if template:
                shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        return builders.postgresql_database(self._server, f"{name}_{secrets.token_hex(4)}", template)

    def template(self) -> str:
        use(self._template)
        migrations.upgrade()
        with database.writing() as session:
            builders.seed(session)
        database.dispose()
        return self._template

    def copy(self) -> str:
        return self._new(f"db-{secrets.token_hex(4)}", self._template)


def use(url: str) -> None:
    """Point the process at a database."""
    database.dispose()
    os.environ["DATABASE_URL"] = url
    settings.current.cache_clear()


@pytest.fixture(scope="session")
def databases() -> Databases:
    made = Databases()
    made.template()
    return made


@pytest.fixture(scope="session")
def _shared(databases: Databases) -> str:
    return databases.copy()


@pytest.fixture
def session(_shared: str) -> Iterator["database.Session"]:
    """A writing session on the district; nothing of the test remains."""
    if os.environ["DATABASE_URL"] != _shared:
        use(_shared)
    with database.Session(database.engine().execution_options(writing=True), expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[str]:
    """A database of the test's own, that commits."""
    url = databases.copy()
    use(url)
    yield url
    database.dispose()
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)


@pytest.fixture
def now() -> dt.datetime:
    """A working Monday morning."""
    return dt.datetime(2026, 3, 16, 10, 30, tzinfo=SHANGHAI)


@pytest.fixture
def district(session: "database.Session") -> "builders.Place":
    return builders.place(session)


@pytest.fixture
def clerk(session: "database.Session") -> "builders.Actor":
    return builders.actor(session, "window_clerk", window="012")


@pytest.fixture
def reviewer(session: "database.Session") -> "builders.Actor":
    return builders.actor(session, "reviewer", department="017")


@pytest.fixture
def chief(session: "database.Session") -> "builders.Actor":
    return builders.actor(session, "chief_representative", department="017")


@pytest.fixture
def centre_staff(session: "database.Session") -> "builders.Actor":
    return builders.actor(session, "centre_staff")


@pytest.fixture
def inspector(session: "database.Session") -> "builders.Actor":
    return builders.actor(session, "inspector")


@pytest.fixture
def make_item(session: "database.Session") -> Callable[..., int]:
    """A published item; returns its id."""
    return lambda **kinds: builders.item(session, **kinds)


@pytest.fixture
def filing(make_item: Callable[..., int]) -> Callable[..., "builders.Filing"]:
    return builders.filing


@pytest.fixture
def clerk_017(session: "database.Session") -> "builders.Actor":
    """A clerk at a window of the health department."""
    return builders.actor(session, "window_clerk", window="017", user_id=71)
