"""Whole pages through the front door, by AppTest: sign-in, navigation, queries and every element, without a browser."""

import datetime as dt
import functools
import logging
from collections.abc import Iterator

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import settings
from benchmarks import listing
from benchmarks.district import District
from benchmarks.timing import Figure, measure
from models.people import User
from services import database, sign_in
from services import sign_in_sessions as sessions
from ui import case_filters, case_lists, tables

TIMEOUT = 60
NO_BROWSER = "streamlit.runtime.scriptrunner_utils.script_run_context"


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
    if at.exception or at.error or not at.dataframe:
        raise SystemExit(f"the page shows no table: {[each.value for each in (*at.exception, *at.error, *at.title)]}")
    return at


def pages(district: District, runs: int) -> Iterator[Figure]:
    """The search page on the inspector's filter and the overview: drawn again, and opened by a new session."""
    logging.getLogger(NO_BROWSER).disabled = True  # AppTest's pages have none, and the log says so at every run
    sign_in_id = _signed_in(district)
    day = district.today.isoformat()
    asked = case_filters.address(district.filter)
    deep = {**asked, case_lists.PLACE: _place(district)}
    for address, shown, query in (
        ("cases", "page 1", asked),
        ("cases", f"page {district.deep:,}", deep),
        ("overview", "a day", {"day": day}),
    ):
        at = _opened(sign_in_id, address, **query)
        yield measure("page", f"{address}, {shown}", functools.partial(_again, at), runs=runs, note="run again")
        anew = functools.partial(_opened, sign_in_id, address, **query)
        yield measure("page", f"{address}, {shown}, opened", anew, runs=runs, note="first run of a session")


def _again(at: AppTest) -> None:
    _checked(at.run())


def _place(district: District) -> str:
    """The deep page as the address holds it: its number, where it begins, and of which filter."""
    with database.reading() as session:
        submitted_at, case_id = listing.position(session, district, district.deep)
    microseconds = (submitted_at - case_lists.EPOCH) // dt.timedelta(microseconds=1)
    return f"{district.deep}.after.{microseconds}.{case_id}.{tables.signature(district.filter)}"
