"""Opening a page as somebody, through the front door, without a browser.

    def test_a_clerk_sees_the_queue(fresh_database):
        clerk = signing.person(Role.WINDOW_CLERK, window="012")
        at = signing.visit("cases/tasks.py", clerk, status="open")
        assert not at.exception and at.title[0].value == "待办"

The database must be one that commits: use the fixture `fresh_database`.
"""

import datetime as dt

from sqlalchemy import select
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import app
import settings
from models.enums import Role, ScopeKind
from models.organisations import Organisation
from models.people import User, UserRole
from services import database, passwords, sign_in
from services import sign_in_sessions as sessions
from tests import builders

PASSWORD = "Yichuang-2026"
_HASHES: dict[str, str] = {}


def _hash(password: str) -> str:
    return _HASHES.setdefault(password, passwords.hashed(password))


def now() -> dt.datetime:
    return dt.datetime.now(settings.current().zone)


def person(
    *roles: Role,
    username: str = "",
    scope: ScopeKind | None = None,
    organisation: str = "510109-S",
    department: str | None = None,
    window: str | None = None,
    **changes: object,
) -> int:
    """A user with the roles; returns the id. `department`, `window` (a department served there): codes."""
    with database.writing() as session:
        kind = roles[0] if roles else Role.WINDOW_CLERK
        count = len(session.scalars(select(User.id)).all())
        user = User(
            district_id=builders.DISTRICT,
            username=username or f"{kind}{count + 1}",
            display_name=f"示例{kind.label}",
            badge_number=f"G{count + 1:04d}",
            organisation_id=builders.organisation_id(session, organisation),
            department_id=builders.organisation_id(session, department) if department else None,
            window_id=builders.window_serving(session, window, organisation).id if window else None,
            scope=scope or builders.SCOPES.get(kind, ScopeKind.DISTRICT),
            password_hash=_hash(PASSWORD),
            password_changed_at=now(),
            must_change_password=False,
            is_active=True,
            failed_count=0,
            locked_until=None,
        )
        for name, value in changes.items():
            setattr(user, name, value)
        session.add(user)
        session.flush()
        session.add_all(UserRole(district_id=user.district_id, user_id=user.id, role=role) for role in roles)
        return user.id


def admitted(user: int) -> int:
    """The id of a fresh sign-in of the user, in a browser without cookie (as AppTest is)."""
    with database.writing() as session:
        found = session.get(User, (builders.DISTRICT, user))
        opened = sign_in.admit(
            session, found, browser_hash=sessions.hash_browser(""), address="127.0.0.1", now=now()
        )
        return opened.id


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
