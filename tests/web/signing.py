"""Opening a page as somebody, through the front door, without a browser.

    def test_a_clerk_sees_the_queue(fresh_database):
        clerk = signing.person(Role.WINDOW_CLERK, window="012")
        at = signing.visit("cases/tasks.py", clerk, status="open")
        assert not at.exception and at.title[0].value == "待办"

The database must be one that commits: use the fixture `fresh_database`. A click is `at.button(key="…").click().run()`.
"""

import datetime as dt

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import app
import settings
from models.enums import Role
from models.people import User
from services import database, sign_in
from services import sign_in_sessions as sessions
from tests import builders, people

PASSWORD = people.PASSWORD


def now() -> dt.datetime:
    return dt.datetime.now(settings.current().zone)


def person(*roles: Role, **changes: object) -> int:
    """A user with the roles, committed; returns the id. `changes` as for `people.user`."""
    with database.writing() as session:
        return people.user(session, *roles, **changes).id  # type: ignore[arg-type]


def admitted(user: int, browser_cookie: str = "") -> int:
    """The id of a fresh sign-in of the user, by default in a browser without cookie, as AppTest is."""
    with database.writing() as session:
        found = session.get_one(User, (builders.DISTRICT, user))
        hashed = sessions.hash_browser(browser_cookie)
        return sign_in.admit(session, found, browser_hash=hashed, address="127.0.0.1", now=now()).id


def visit(page_path: str, user: int | None = None, **query: str) -> AppTest:
    """The page (`cases/intake.py` or `pages/cases/intake.py`) opened by its address as a user id, or as the public."""
    file = page_path.removeprefix("pages/")
    address = next(place.address for place in app.SITEMAP if place.file == file)
    at = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=30)
    for name, value in query.items():
        at.query_params[name] = value
    if user is not None:
        at.session_state["_sign_in"] = admitted(user)
    at._page_hash = calc_hash(address)  # what a browser sends for a deep link; switch_page refuses closed pages
    return at.run()


def said(at: AppTest) -> str:
    """All that the page says, in one text, to look for words in."""
    kinds = ("title", "header", "subheader", "caption", "markdown", "error", "warning", "success", "info", "metric")
    return "\n".join(str(element.value) for kind in kinds for element in at.get(kind))


def choose(at: AppTest, prefix: str, row: int) -> AppTest:
    """Choose a row of the table whose key begins so."""
    key = next(each.proto.id.split("-", 2)[-1] for each in at.dataframe if prefix in each.proto.id)
    at.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return at.run()
