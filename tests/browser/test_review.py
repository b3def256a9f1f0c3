"""Two-step review in a browser: a case that came online is judged and accepted with two keys, and told in words."""

import dataclasses

from playwright.sync_api import expect

from models.cases import Case
from models.enums import ApplicationChannel, CaseStatus
from services.attachments import Upload
from services.cases import intake
from tests import builders
from tests.web import signing


def file(server):
    with server.writing() as session:
        clerk = dataclasses.replace(builders.actor(session, "window_clerk", window="017"), name="公众")
        filing = dataclasses.replace(
            builders.filing(builders.item(session, name="收件审查试办事项")),
            channel=ApplicationChannel.ONLINE,
            is_to_review=True,
            uploads=[Upload("图.pdf", b"%PDF-1.7 plan", "plan")],
        )
        return intake.file(session, filing, actor=clerk, now=signing.now()).number


def status(server, number):
    with server.writing() as session:
        return session.query(Case).filter_by(number=number).one().status


def test_two_keys_judge_and_accept_what_came_online(signed_in, server):
    number = file(server)
    page = signed_in("clerk")
    server.open(page, f"received?number={number}")
    expect(page.get_by_text("还有 2 份没有判定")).to_be_visible()
    page.keyboard.press("F4")
    expect(page.get_by_role("button", name="受理", exact=False).filter(has_text="F9")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.get_by_text("已受理，开始计算办理期限")).to_be_visible(timeout=10_000)
    assert status(server, number) == CaseStatus.ACCEPTED
