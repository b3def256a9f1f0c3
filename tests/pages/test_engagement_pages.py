"""中介服务 on the pages of a case and of a project."""

import pytest

from models.enums import EngagementState, Role
from models.intermediaries import Engagement
from services import database, intermediaries
from services.cases import details, intake
from services.intermediaries import NewEngagement
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def number(fresh_database):
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        return intake.file(session, builders.filing(builders.item(session)), actor=clerk, now=signing.now()).number


@pytest.fixture
def engaged(number):
    """The id of an engagement inside the case."""
    with database.writing() as session:
        reviewer, survey = (
            builders.actor(session, "reviewer", department="017"),
            builders.organisation_id(session, "Z01"),
        )
        new = NewEngagement(survey, "日照分析", "HT-1", signing.now().date(), number)
        return intermediaries.engage(session, new, actor=reviewer, now=signing.now()).id


def visit(number, person):
    at = signing.visit("cases/case.py", person, number=number)
    at.session_state["case-intermediaries"] = True
    return at.run()


def press(at, label):
    next(button for button in at.button if button.label == label).click().run()
    return at


def test_an_intermediary_is_engaged_and_what_is_missing_is_said(number):
    at = visit(number, signing.person(Role.REVIEWER, department="017"))
    assert "没有委托中介" in signing.said(at) and "时间在谁手里" in signing.said(at)
    press(at, "委托")
    assert "请选择一家在册的中介服务机构" in signing.said(at)
    at.selectbox(key=f"engage-case-{number}-0-intermediary").select_index(0)
    at.text_input(key=f"engage-case-{number}-0-service").set_value("日照分析")
    at.text_input(key=f"engage-case-{number}-0-contract").set_value("HT-1")
    press(at, "委托")
    assert not at.exception and "已委托" in signing.said(at)
    with database.reading() as session:
        case = details.get(session, number, builders.actor(session, "inspector"))
        (row,) = intermediaries.of_case(session, case, now=signing.now())
    assert row.state is EngagementState.ENGAGED


def test_a_report_needs_its_name_and_is_then_waiting_for_acceptance(number, engaged):
    at = visit(number, signing.person(Role.REVIEWER, department="017"))
    press(at, "确认提交报告")
    assert "请先填写报告名称或编号" in signing.said(at)
    at.text_input(key=f"engagement-{engaged}-1-report-reason").set_value("报告第1号")
    press(at, "确认提交报告")
    with database.reading() as session:
        assert session.get_one(Engagement, (1, engaged)).state is EngagementState.REPORTED


def test_an_inspector_looks_and_engages_nobody(number, engaged):
    at = visit(number, signing.person(Role.INSPECTOR))
    assert not at.exception and "日照分析" in signing.said(at)
    assert not {"委托", "确认提交报告"} & {button.label for button in at.button}
