"""Fixtures of the tests in a browser; how to use them stands in tests/browser/server.py."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from services import database
from tests.browser.server import Server, seed
from tests.chromium import chromium as chromium
from tests.conftest import Databases, use


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server a module, with a database of its own."""
    url = databases.copy()
    use(url)
    seed()
    database.dispose()
    running = Server(url, tmp_path_factory.mktemp("server") / "server.log")
    yield running
    running.stop()
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Browser contexts, closed after the test; keywords as playwright's new_context."""
    opened: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        defaults = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        opened.append(chromium.new_context(**(defaults | options)))  # type: ignore[arg-type]
        return opened[-1]

    yield new
    for context in opened:
        context.close()


@pytest.fixture
def browser_page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page in which nobody is signed in."""
    return new_context().new_page()


@pytest.fixture
def signed_in(new_context: Callable[..., BrowserContext], server: Server) -> Callable[..., Page]:
    """`signed_in("clerk")`: a page of a browser of its own in which that person is signed in."""

    def open_as(username: str, **options: object) -> Page:
        context = new_context(**options)
        server.sign_in(context, username)
        return context.new_page()

    return open_as
