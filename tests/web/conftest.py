"""A served database for the tests that need the real server: one a module."""

import dataclasses
from collections.abc import Iterator

import pytest

from services import database
from tests import conftest as root
from tests.chromium import chromium as chromium
from tests.web import serving


@dataclasses.dataclass(frozen=True)
class Served:
    port: int
    url: str

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def browser(self) -> serving.Browser:
        return serving.Browser(self.port)


@pytest.fixture(scope="module")
def _served(databases: root.Databases) -> Iterator[Served]:
    url = databases.copy()
    root.use(url)
    with serving.serving() as port:
        yield Served(port, url)
    database.dispose()


@pytest.fixture
def served(_served: Served) -> Served:
    """The running server; this process is on its database."""
    root.use(_served.url)
    return _served
