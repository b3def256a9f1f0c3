"""What the server answers outside the pages: headers, cookies, closed doors, the ticket, one-time downloads."""

import asyncio
import datetime as dt
import json
import tomllib

import pytest

import settings
from api import middleware
from models.enums import Role
from models.people import SignInSession
from services import database, downloads
from services import sign_in_sessions as sessions
from services.actors import Actor
from tests import builders
from tests.web import signing


@pytest.fixture
def browser(served):
    made = served.browser()
    made.get("/")
    return made


@pytest.fixture
def clerk(served):
    return signing.person(Role.WINDOW_CLERK)


def offered(user, cookie, content=b"\xe8\xa1\xa8", name="统计 表.csv"):
    """The address of a file offered to a user in the browser with this cookie."""
    with database.writing() as session:
        token = downloads.offer(
            session,
            content,
            file_name=name,
            content_type="text/html",
            actor=Actor(builders.DISTRICT, user, "示例"),
            browser_hash=sessions.hash_browser(cookie),
            now=signing.now(),
        )
    return downloads.address(token)


def test_every_answer_carries_the_security_headers(browser):
    for path in ("/", "/healthz", "/auth/leave", "/d/nothing", "/static/nothing.js", "/ui/zh.js"):
        answer, _ = browser.get(path)
        for name, value in middleware.HEADERS.items():
            assert answer.getheader(name) == value, (path, name)


def test_the_policy_lets_no_script_in_but_ours():
    scripts = next(part for part in middleware.POLICY.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self' 'wasm-unsafe-eval'"


def test_the_page_is_chinese_and_has_no_inline_script(browser):
    _, body = browser.get("/users")
    page = body.decode()
    assert '<html lang="zh-CN">' in page and "<title>一窗政务服务</title>" in page
    assert "<script>" not in page and "/ui/zh.js" in page and "/ui/front.js" in page


def test_the_browsers_cookie_is_out_of_reach_of_scripts_and_secure_behind_tls(served):
    plain, _ = served.browser().get("/")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(plain.getheader("Set-Cookie").split("; "))
    assert "Secure" not in plain.getheader("Set-Cookie")
    tls, _ = served.browser().get("/", X_Forwarded_Proto="https")
    assert "Secure" in tls.getheader("Set-Cookie") and tls.getheader("Strict-Transport-Security")


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/x/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json"]
)
def test_streamlits_open_endpoints_are_closed(browser, path):
    assert browser.get(path)[0].status == 404


def test_media_other_than_pictures_needs_a_sign_in(browser, clerk):
    assert browser.get("/media/0123.csv")[0].status == 401
    assert browser.get("/media/0123.svg")[0].status == 401
    assert browser.get("/media/0123.png")[0].status == 404
    browser.sign_in(clerk)
    assert browser.get("/media/0123.csv")[0].status == 404


def test_health_says_that_the_database_answers(browser):
    answer, body = browser.get("/healthz")
    assert answer.status == 200 and b"ok" in body


# --- the cookie ---


def test_a_claimed_cookie_opens_the_sign_in(browser, clerk):
    browser.sign_in(clerk)
    assert sessions.COOKIE in browser.cookies


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", ""])
def test_the_claim_goes_on_to_pages_of_ours_only(browser, target):
    answer, _ = browser.get(f"/auth/claim?ticket=x&next={target}")
    assert answer.getheader("Location") == "/" and sessions.COOKIE not in browser.cookies


def test_a_link_from_elsewhere_signs_nobody_out(browser, clerk):
    browser.sign_in(clerk)
    browser.get("/auth/leave")
    assert sessions.COOKIE in browser.cookies


def test_after_sign_out_the_cookie_goes(browser, clerk):
    opened = browser.sign_in(clerk)
    with database.writing() as session:
        sessions.revoke(session, Actor(builders.DISTRICT, clerk, "示例", session_id=opened), now=signing.now())
    browser.get("/auth/leave")
    assert sessions.COOKIE not in browser.cookies


# --- downloads ---


def test_a_download_is_handed_over_once_as_an_attachment(browser, clerk):
    browser.sign_in(clerk)
    address = offered(clerk, browser.cookies[sessions.BROWSER_COOKIE])
    answer, body = browser.get(address)
    assert (answer.status, body) == (200, "表".encode())
    assert answer.getheader("Content-Disposition").startswith("attachment; filename*=UTF-8''%E7%BB%9F")
    assert answer.getheader("Cache-Control") == "no-store" and answer.getheader("X-Content-Type-Options") == "nosniff"
    assert browser.get(address)[0].status == 404


def test_anothers_try_does_not_spend_the_token(served, browser, clerk):
    browser.sign_in(clerk)
    address = offered(clerk, browser.cookies[sessions.BROWSER_COOKIE])
    stranger, colleague = served.browser(), served.browser()
    stranger.get("/")
    colleague.sign_in(signing.person(Role.INSPECTOR))
    assert stranger.get(address)[0].status == 404
    assert colleague.get(address)[0].status == 404
    assert browser.get(address)[0].status == 200


def test_the_public_downloads_in_its_own_browser_only(served, browser):
    address = offered(None, browser.cookies[sessions.BROWSER_COOKIE])
    other = served.browser()
    other.get("/")
    assert other.get(address)[0].status == 404
    assert browser.get(address)[0].status == 200


# --- frames ---


def test_twenty_frames_pass_at_once_and_then_five_a_second(monkeypatch):
    clock, waits = [0.0], []

    async def sleep(seconds):
        waits.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(middleware.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(middleware.asyncio, "sleep", sleep)

    async def send(frames):
        bucket = middleware.Bucket()
        for _ in range(frames):
            await bucket.take()

    asyncio.run(send(middleware.FRAME_BURST))
    assert waits == []
    asyncio.run(send(middleware.FRAME_BURST + 10))
    assert sum(waits) == pytest.approx(10 / middleware.FRAMES_A_SECOND)


# --- configuration ---


def test_streamlit_is_configured_as_the_product_needs_it():
    config = tomllib.loads((settings.ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    wanted = {
        "server": {"enableStaticServing": False, "enableXsrfProtection": True, "fileWatcherType": "none"},
        "client": {"showErrorDetails": "none", "showErrorLinks": False, "disableDataExport": True},
        "browser": {"gatherUsageStats": False},
        "runner": {"postScriptGC": False},
    }
    for section, values in wanted.items():
        assert {name: config[section][name] for name in values} == values
    assert list(json.loads(config["server"]["trustedUserHeaders"])) == [middleware.BROWSER_HEADER]
    assert config["server"]["address"] == "localhost"


# --- staying ---


def test_typing_keeps_the_sign_in_and_a_foreign_form_does_not(browser, clerk):
    opened = browser.sign_in(clerk)
    long_ago = signing.now() - dt.timedelta(minutes=10)

    def seen(headers):
        with database.writing() as session:
            session.get_one(SignInSession, (builders.DISTRICT, opened)).seen_at = long_ago
        browser.send("POST", "/auth/stay", **headers)
        with database.reading() as session:
            return session.get_one(SignInSession, (builders.DISTRICT, opened)).seen_at

    assert seen({}) == long_ago
    assert seen({"X_Requested_With": "yichuang"}) > long_ago
