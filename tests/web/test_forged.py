"""What a program can send that no browser would: taken sessions, clicks after sign-out, pages one may not open."""

import pytest
import websocket
from sqlalchemy import func, select

from models.enums import Role
from models.people import SignInSession, User, UserRole
from services import database
from services import sign_in_sessions as sessions
from tests.web import signing

END_OTHERS = "退出其他登录"


@pytest.fixture
def clerk(served):
    return signing.person(Role.WINDOW_CLERK)


@pytest.fixture
def victim(served, clerk):
    """A browser signed in as the clerk."""
    browser = served.browser()
    browser.sign_in(clerk)
    return browser


def alive(user):
    with database.reading() as session:
        return session.scalar(
            select(func.count()).where(SignInSession.user_id == user, SignInSession.revoked_at.is_(None))
        )


def end(sign_in_id):
    with database.writing() as session:
        session.get_one(SignInSession, (1, sign_in_id)).revoked_at = signing.now()


def test_a_signed_in_browser_gets_its_page(victim):
    assert "修改密码" in victim.connect().run("account").said()


def test_a_websocket_without_the_browsers_cookie_is_refused(served, victim):
    stranger = served.browser()
    with pytest.raises(websocket.WebSocketBadStatusException):
        stranger.connect()
    with pytest.raises(websocket.WebSocketBadStatusException):
        stranger.connect(existing=victim.connect().run("account").session_id)


@pytest.mark.parametrize("forged", [False, True])
def test_a_session_id_does_not_hand_over_the_session(served, victim, forged):
    theirs = victim.connect().run("account")
    assert "修改密码" in theirs.said()
    theirs.close()
    thief = served.browser()
    thief.get("/")
    header = {"X_Yichuang_Browser": sessions.hash_browser(victim.cookies[sessions.BROWSER_COOKIE])} if forged else {}
    taken = thief.connect(existing=theirs.session_id, **header).run("account")
    assert taken.session_id != theirs.session_id
    assert "修改密码" not in taken.said() and "需要登录后访问" in taken.said()


def test_the_browser_itself_gets_its_session_back(victim):
    mine = victim.connect().run("account")
    mine.close()
    assert victim.connect(existing=mine.session_id).run("account").session_id == mine.session_id


def test_a_stolen_sign_in_cookie_is_worth_nothing_in_another_browser(served, victim):
    thief = served.browser()
    thief.get("/")
    thief.cookies[sessions.COOKIE] = victim.cookies[sessions.COOKIE]
    assert "需要登录后访问" in thief.connect().run("account").said()


def test_a_forged_click_after_sign_out_does_nothing(served, clerk, victim):
    here = served.browser()
    here_id = here.sign_in(clerk)
    page = here.connect().run("account")
    button = page.button(END_OTHERS)
    end(here_id)
    before = alive(clerk)
    page.run("account", pressed=button)
    assert alive(clerk) == before == 1
    assert "登录已失效" in page.said()


def test_the_same_click_before_sign_out_does_something(served, clerk, victim):
    """So that the test above can fail."""
    here = served.browser()
    here.sign_in(clerk)
    page = here.connect().run("account")
    assert alive(clerk) == 2
    page.run("account", pressed=page.button(END_OTHERS))
    assert alive(clerk) == 1


def test_a_page_one_may_not_open_answers_403_to_its_hash(victim):
    said = victim.connect().run("users").said()
    assert "403" in said and "新建账号" not in said


def test_rights_taken_away_stop_the_next_click(served):
    user = signing.person(Role.SYSTEM_ADMIN)
    browser = served.browser()
    browser.sign_in(user)
    page = browser.connect().run("users")
    button = page.button("建立账号")
    with database.writing() as session:
        session.query(UserRole).filter(UserRole.user_id == user).update({"role": Role.AUDIT_ADMIN})
        before = session.scalar(select(func.count()).select_from(User))
    page.run("users", pressed=button)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == before
    assert "403" in page.said()


def test_an_address_holds_thirty_sockets_without_sign_in_and_a_signed_in_one_still_comes_in(served, victim):
    anonymous = served.browser()
    anonymous.get("/")
    held = [anonymous.connect() for _ in range(30)]
    with pytest.raises(websocket.WebSocketBadStatusException):
        anonymous.connect()
    victim.connect().close()
    for client in held:
        client.close()
