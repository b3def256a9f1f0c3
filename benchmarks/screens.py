"""Whole pages through the front door, by AppTest: sign-in, navigation, queries and every element, without a browser."""

import datetime as dt
import itertools
from collections.abc import Iterator

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import settings
from benchmarks.district import District
from benchmarks.timing import Figure, measure
from models.people import User
from services import database, sign_in
from services import sign_in_sessions as sessions

TIMEOUT = 60
STATUS = "delivered"


def _signed_in(district: District) -> int:
    """A sign-in of the inspector, in a browser without cookie (as AppTest is)."""
    now = dt.datetime.now(settings.current().zone)
    with database.writing() as session:
        user = session.get_one(User, (district.actor.district_id, district.inspector_id))
        user.must_change_password = False
        found = sign_in.admit(session, user, browser_hash=sessions.hash_browser(""), address="127.0.0.1", now=now)
        return found.id


def _opened(sign_in_id: int, address: str, **query: str) -> AppTest:
    at = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=TIMEOUT)
    for name, value in query.items():
        at.query_params[name] = value
    at.session_state["_sign_in"] = sign_in_id
    at._page_hash = calc_hash(address)  # what a browser sends for a deep link
    return _checked(at.run())


def _checked(at: AppTest) -> AppTest:
    if at.exception or at.error:
        raise SystemExit(f"the page failed: {[each.value for each in (*at.exception, *at.error)]}")
    return at


def pages(district: District, runs: int, queries: dict[str, dict[str, str]]) -> Iterator[Figure]:
    """`queries`: what the address of each measured page holds, by page and what it shows."""
    signed = _signed_in(district)
    for name, query in queries.items():
        address, _, shown = name.partition(": ")
        at = _opened(signed, address, **query)
        yield measure("page", f"{address}, {shown}", lambda at=at: _checked(at.run()), runs=runs)
    address, query = next((name.partition(":")[0], query) for name, query in queries.items())
    fresh = itertools.repeat(None)
    yield measure(
        "page",
        f"{address}, opened anew",
        lambda: (next(fresh), _opened(signed, address, **query)),
        runs=max(runs // 5, 5),
        note="first run of a session",
    )
