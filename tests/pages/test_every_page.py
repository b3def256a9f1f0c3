"""Every page, opened by every role and by a stranger: as the sitemap declares, and never with a traceback."""

import ast

import pytest

import app
import settings
from models.enums import Role, ScopeKind
from services.rules.permissions import permissions_of
from tests.web import signing
from ui.visitor import STAFF

PLACES = [place for place in app.SITEMAP if (settings.ROOT / "pages" / place.file).exists()]
DEPARTMENT_ROLES = {Role.REVIEWER, Role.CHIEF_REPRESENTATIVE}


def is_open_to(place, role):
    if place.requires is None or place.requires is STAFF:
        return True
    wanted = place.requires if isinstance(place.requires, tuple) else (place.requires,)
    return bool(permissions_of({role}) & set(wanted))


def somebody(role):
    if role == Role.WINDOW_CLERK:
        return signing.person(role, window="017")
    if role in DEPARTMENT_ROLES:
        return signing.person(role, department="017", scope=ScopeKind.DEPARTMENT)
    return signing.person(role)


def declared(place):
    """What `page.begin` asks for in the page's own first statement."""
    tree = ast.parse((settings.ROOT / "pages" / place.file).read_text(encoding="utf-8"))
    call = next(
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "page.begin"
    )
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}["requires"]


def spelled(requires):
    if requires is None:
        return "None"
    if requires is STAFF:
        return "page.STAFF"
    if isinstance(requires, tuple):
        return f"({', '.join(spelled(each) for each in requires)})"
    return f"Permission.{requires.name}"


@pytest.mark.parametrize("place", app.SITEMAP, ids=lambda place: place.address)
def test_the_page_exists_and_asks_for_what_the_sitemap_says(place):
    assert (settings.ROOT / "pages" / place.file).exists()
    assert declared(place) == spelled(place.requires)


def test_every_page_stands_in_the_sitemap():
    files = {str(path.relative_to(settings.ROOT / "pages")) for path in (settings.ROOT / "pages").rglob("*.py")}
    assert files == {place.file for place in app.SITEMAP}


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_role_opens_its_pages_and_is_refused_the_others(fresh_database, role):
    user = somebody(role)
    for place in PLACES:
        at = signing.visit(place.file, user)
        assert not at.exception, (place.address, at.exception)
        refused = "403" in signing.said(at)
        assert refused != is_open_to(place, role), place.address


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.address)
def test_a_stranger_is_asked_to_sign_in_unless_the_page_is_public(fresh_database, place):
    at = signing.visit(place.file)
    assert not at.exception
    assert ("需要登录后访问" in signing.said(at)) == (place.requires is not None)


def test_every_role_has_a_page_to_start_from():
    for role in Role:
        assert [place for place in PLACES if place.requires is not None and is_open_to(place, role)]


def test_addresses_are_unique():
    addresses = [place.address for place in app.SITEMAP]
    assert len(set(addresses)) == len(addresses)
