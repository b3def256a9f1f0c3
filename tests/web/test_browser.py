"""Signing in and out as a person does, in headless Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from models.enums import Role
from models.people import SignInSession
from services import database
from services import sign_in_sessions as sessions
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.browser
DRAWN = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of: broken policy, requests to elsewhere."""
    return []


@pytest.fixture
def context(chromium, served, complaints) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=served.address, locale="zh-CN")
    context.on("console", lambda message: _note(complaints, message.text) if message.type == "error" else None)
    context.on("request", lambda request: _elsewhere(complaints, request.url, served.address))
    yield context
    context.close()
    assert complaints == []


def _note(complaints: list[str], text: str) -> None:
    if "404" not in text:  # a deep link asks for /<page>/_stcore/health first: Streamlit's own way
        complaints.append(text)


def _elsewhere(complaints: list[str], url: str, home: str) -> None:
    if not url.startswith((home, "data:", "blob:", home.replace("http", "ws"))):
        complaints.append(url)


def drawn(page: Page) -> Page:
    page.wait_for_selector(DRAWN)
    return page


def sign_in(page: Page, username: str, password: str = signing.PASSWORD) -> None:
    page.get_by_role("textbox", name="用户名").fill(username)
    page.get_by_role("textbox", name="密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def cookies(context: BrowserContext) -> dict[str, dict]:
    return {cookie["name"]: cookie for cookie in context.cookies()}


def open_sign_ins(user: int) -> int:
    with database.reading() as session:
        alive = (SignInSession.user_id == user, SignInSession.revoked_at.is_(None))
        return session.scalar(select(func.count()).where(*alive))


@pytest.fixture
def clerk(served):
    return signing.person(Role.WINDOW_CLERK, username=f"clerk{signing.now():%H%M%S%f}")


@pytest.fixture
def name(clerk):
    with database.reading() as session:
        return session.get_one(signing.User, (builders.DISTRICT, clerk)).username


@pytest.fixture
def account(context, name) -> Page:
    """The account page, opened by its address and signed in to."""
    page = context.new_page()
    page.goto("/account")
    drawn(page)
    sign_in(page, name)
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible(timeout=20_000)
    return page


def test_a_deep_link_opens_after_signing_in(account):
    assert account.url.endswith("/account")


def test_the_cookie_is_out_of_reach_of_scripts_and_ends_with_the_browser(account, context):
    cookie = cookies(context)[sessions.COOKIE]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["expires"] == -1
    assert sessions.COOKIE not in account.evaluate("() => document.cookie")


def test_a_reload_and_a_second_tab_stay_signed_in(account, context):
    account.reload()
    expect(account.get_by_role("heading", name="修改密码")).to_be_visible()
    second = context.new_page()
    second.goto("/account")
    expect(second.get_by_role("heading", name="修改密码")).to_be_visible()


def test_revoked_both_tabs_are_out_at_the_next_click(account, context, clerk):
    second = context.new_page()
    second.goto("/account")
    expect(second.get_by_role("heading", name="修改密码")).to_be_visible()
    with database.writing() as session:
        for row in session.scalars(select(SignInSession).where(SignInSession.user_id == clerk)):
            row.revoked_at = signing.now()
    for tab in (account, second):
        tab.get_by_role("button", name="修改密码").click()
        expect(tab.get_by_text("登录已失效，请重新登录")).to_be_visible()


def test_signing_out_clears_cookie_and_row(account, context, clerk):
    assert open_sign_ins(clerk) == 1
    account.get_by_role("button", name="退出登录").click()
    expect(account.get_by_role("button", name="退出登录")).to_have_count(0)
    account.wait_for_url("**/")
    drawn(account)
    assert open_sign_ins(clerk) == 0 and sessions.COOKIE not in cookies(context)
    account.goto("/account")
    expect(account.get_by_text("「我的账号」需要登录后访问")).to_be_visible()


def test_a_page_for_others_answers_403_on_its_address(account):
    account.goto("/users")
    expect(account.get_by_text("403 无权访问")).to_be_visible()
    assert account.url.endswith("/users")


def test_five_failures_lock_even_the_right_password(context, name):
    page = context.new_page()
    page.goto("/sign_in")
    drawn(page)
    for _ in range(5):
        sign_in(page, name, "wrong-password")
        expect(page.get_by_text("用户名或密码错误")).to_be_visible()
        drawn(page)
    sign_in(page, name)
    expect(page.get_by_text("账号已锁定 30 分钟")).to_be_visible()


def test_from_the_sign_in_page_one_comes_to_ones_own_work(context, served):
    username = f"sys{signing.now():%H%M%S%f}"
    signing.person(Role.SYSTEM_ADMIN, username=username)
    page = context.new_page()
    page.goto("/sign_in")
    drawn(page)
    sign_in(page, username)
    expect(page.get_by_role("heading", name="用户", exact=True)).to_be_visible(timeout=20_000)


def test_a_download_arrives_by_one_press(context, served):
    username = f"audit{signing.now():%H%M%S%f}"
    signing.person(Role.AUDIT_ADMIN, username=username)
    page = context.new_page()
    page.goto("/audit")
    drawn(page)
    sign_in(page, username)
    expect(page.get_by_role("button", name="导出所列")).to_be_visible(timeout=20_000)
    with page.expect_download() as arrived:
        page.get_by_role("button", name="导出所列").click()
    assert arrived.value.suggested_filename.startswith("审计记录-")
    expect(page.get_by_text("文件已生成")).to_be_visible()


def test_streamlits_own_words_are_chinese(account):
    expect(account.get_by_role("link", name="跳到主要内容")).to_have_count(1)
    account.get_by_role("textbox", name="当前密码").fill("x")
    expect(account.get_by_text("按回车提交").first).to_be_visible()
