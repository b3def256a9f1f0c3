"""Citizens look at their case with the receipt in hand."""

import pytest
from playwright.sync_api import Page, expect

from services import confidential
from services.cases import intake
from services.cases.applicants import ApplicantEntry
from services.rules import identifiers
from tests import builders
from tests.browser.server import Server, settle
from tests.web import signing

UNKNOWN = "没有找到相符的办件"


@pytest.fixture
def number(server: Server) -> str:
    """A promised case of 卫生局, of a person whose name tries to be Markdown."""
    with server.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        item = builders.item(session, name="[点我](http://example.com) **许可**")
        form = builders.filing(item, applicant=ApplicantEntry("*示例*甲", "510113189901010011"))
        return intake.file(session, form, actor=clerk, now=signing.now()).number


def ask(page: Page, number: str, code: str) -> None:
    page.get_by_label("办件编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.keyboard.press("Enter")


def code_of(number: str) -> str:
    return confidential.query_code(builders.DISTRICT, number)


def test_number_and_code_show_status_holder_term_and_a_masked_name(browser_page, server, number):
    server.open(browser_page, "track")
    ask(browser_page, number, identifiers.show_query_code(code_of(number)).lower())
    shown = browser_page.locator(".st-key-progress")
    expect(shown.get_by_text("已经受理，等待审查")).to_be_visible()
    expect(shown.get_by_text("卫生局", exact=False).first).to_be_visible()
    expect(shown.get_by_text("承诺办结")).to_be_visible()
    text = shown.inner_text().replace("\u2060", "")
    assert "[点我](http://example.com) **许可**" in text and "***" in text
    assert "示例" not in text and "510113" not in text.replace(number, "")
    assert shown.locator("a").count() == 0


def test_the_address_in_the_qr_code_opens_the_case_on_a_phone(new_context, server, number):
    page = new_context(viewport={"width": 390, "height": 844}).new_page()
    address = confidential.tracking_url(builders.DISTRICT, number)
    server.open(page, address.split("/", 3)[3])
    expect(page.get_by_text("已经受理，等待审查")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_unknown_wrong_and_throttled_say_nothing_of_whether_the_case_exists(browser_page, server, number):
    server.open(browser_page, "track")
    said = set()
    for asked, code in ((number, "0" * 14), ("51010920260316000010", code_of(number))):
        ask(browser_page, asked, code)
        settle(browser_page)
        expect(browser_page.get_by_role("alert")).to_contain_text(UNKNOWN)
        said.add(browser_page.get_by_role("alert").inner_text())
    assert len(said) == 1
    for _ in range(9):
        ask(browser_page, number, "0" * 14)
        browser_page.wait_for_timeout(400)
        settle(browser_page)
    ask(browser_page, number, code_of(number))
    expect(browser_page.get_by_role("alert")).to_contain_text("查询失败次数过多")


def test_the_form_wants_both(browser_page, server):
    server.open(browser_page, "track")
    browser_page.get_by_label("办件编号").fill("1")
    browser_page.keyboard.press("Enter")
    expect(browser_page.get_by_role("alert")).to_contain_text("都填上")
