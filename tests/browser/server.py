"""A real server of app.py on a free loopback port, over a database of its own, and headless Chromium in front of it.

    def test_something(browser_page, server):           # nobody signed in
        browser_page.goto(server.address("track"))

    def test_something_else(signed_in, server):          # signed in, without going through the form
        page = signed_in("clerk")                        # a page of a browser context of its own
        server.open(page, "intake")                      # goes there and waits until the page stands still

People (password `signing.PASSWORD`): clerk (window of 卫生局, 017), reviewer and chief (017), staff, inspector, leader,
sysadmin, auditor.
Items of 卫生局: see `ITEMS`. `server.writing()` is a session on the server's own database, to look and to prepare.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.catalogue import ServiceItem
from models.enums import CaseType, ImportKind, LimitUnit, Regime, Role
from models.people import User
from services import database, sign_in
from services import sign_in_sessions as sessions
from services.catalogue import items
from services.tax import runs, settling
from tests import builders, registers
from tests.web import signing

BROWSER = "browser-of-the-tests"
STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 20  # seconds
MATERIALS = [
    {"key": "form", "name": "卫生许可申请表", "originals": 1},
    {"key": "plan", "name": "场所平面图", "necessity": "deferrable", "originals": 0, "copies": 1},
    {"key": "agent", "name": "委托书", "necessity": "conditional", "condition": "委托他人办理时"},
]
ITEMS: tuple[tuple[str, CaseType, list[dict[str, Any]]], ...] = (
    ("餐饮业卫生许可证副本换发", CaseType.IMMEDIATE, MATERIALS[:1]),
    ("餐饮业卫生许可证核发", CaseType.PROMISED, MATERIALS),
    ("公共场所卫生许可证核发", CaseType.PROMISED, MATERIALS),
)
FORM = [
    {"key": "area", "label": "经营面积", "kind": "number", "unit": "平方米", "minimum": 5},
    {"key": "air", "label": "使用集中空调", "kind": "yes_no"},
    {
        "key": "cleaner",
        "label": "空调清洗单位",
        "when_field": "使用集中空调",
        "when_operator": "equals",
        "when_value": "是",
    },
]
PEOPLE: dict[str, dict[str, Any]] = {
    "clerk": {"roles": Role.WINDOW_CLERK, "window": "017"},
    "reviewer": {"roles": Role.REVIEWER, "department": "017"},
    "chief": {"roles": Role.CHIEF_REPRESENTATIVE, "department": "017"},
    "staff": {"roles": Role.CENTRE_STAFF},
    "inspector": {"roles": Role.INSPECTOR},
    "leader": {"roles": Role.MANAGEMENT},
    "taxchief": {"roles": Role.TAX_SUPERVISOR},
    "sysadmin": {"roles": Role.SYSTEM_ADMIN},
    "auditor": {"roles": Role.AUDIT_ADMIN},
}


def seed() -> None:
    """People and items in the database that the process points at."""
    for username, kinds in PEOPLE.items():
        rest = {name: value for name, value in kinds.items() if name != "roles"}
        signing.person(kinds["roles"], username=username, **rest)
    with database.writing() as session:
        for name, kind, materials in ITEMS:
            promise = (0 if kind == CaseType.IMMEDIATE else 5, LimitUnit.WORKDAY)
            item_id = builders.item(
                session, name=name, case_type=kind, promise=promise, materials=materials, is_online=True, form=FORM
            )
            session.get_one(ServiceItem, (builders.DISTRICT, item_id)).initials = items.initials(name)
    _compare()


def _compare() -> None:
    """A comparison with a few leads, for the pages of the tax office."""
    now, officer = signing.now(), registers.officer()
    registers.shipped(now)
    registers.deliver(ImportKind.BUSINESS_REGISTRATION, [registers.business(each) for each in range(1, 6)], now=now)
    registers.deliver(ImportKind.TAX_REGISTRATION_NATIONAL, [registers.taxpayer(2)], now=now)
    runs.run(
        registers.rule("TX-1"), as_of=now.date(), regime=Regime.CURRENT, actor=officer, now=now,
        after=lambda session, made: settling.follow(session, made, actor=officer, now=now),
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """The process, its address and its database."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self.port = free_port()
        self.log = log
        self._engine = database.make_engine(url)
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {"DATABASE_URL": self.url, "PUBLIC_URL": self.address().rstrip("/")}
        options = [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=settings.ROOT,
            env=environment,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(self.address("healthz"), timeout=2).close()
                return process
            time.sleep(0.2)
        process.terminate()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._engine.dispose()

    def address(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Committed at the end, in the server's database."""
        with Session(self._engine.execution_options(writing=True), expire_on_commit=False) as session, session.begin():
            yield session

    def open(self, page: Page, path: str) -> None:
        """Go to a page and wait until it stands still."""
        page.goto(self.address(path))
        settle(page)

    def sign_in(self, context: BrowserContext, username: str) -> None:
        """Give the browser the cookies of a fresh sign-in."""
        browser_hash = sessions.hash_browser(BROWSER)
        with self.writing() as session:
            user = session.scalars(select(User).where(User.username == username)).one()
            opened = sign_in.admit(session, user, browser_hash=browser_hash, address="127.0.0.1", now=signing.now())
            opened.token_hash = sessions.hash_token(token := f"token-of-{username}-{opened.id}")
        cookies = {sessions.BROWSER_COOKIE: BROWSER, sessions.COOKIE: token}
        context.add_cookies([{"name": n, "value": v, "url": self.address()} for n, v in cookies.items()])


def settle(page: Page) -> None:
    """Wait until the page has been drawn and its script stands still."""
    expect(page.locator(STILL)).to_be_attached(timeout=PATIENCE * 1000)
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0, timeout=PATIENCE * 1000)
