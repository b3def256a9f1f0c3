"""Stopping and lengthening a case's clock on its page, as the right and as the wrong person."""

import datetime as dt

import pytest

from models.cases import Case
from models.enums import CaseStatus, Role
from services import database
from services.cases import intake
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
CASE, CLOCK = "cases/case.py", "cases/clock.py"


@pytest.fixture
def number():
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017", user_id=None)
        return intake.file(session, builders.filing(builders.item(session)), actor=clerk, now=signing.now()).number


@pytest.fixture
def reviewer():
    return signing.person(Role.REVIEWER, department="017")


def status(number):
    with database.reading() as session:
        return session.query(Case).filter_by(number=number).one().status


def press(at, label):
    return next(button for button in at.button if button.label == label).click().run()


def field(at, kind, label):
    return next(each for each in getattr(at, kind) if each.label.startswith(label))


def test_a_special_procedure_is_entered_and_ended_and_its_ledger_read(number, reviewer):
    at = signing.visit(CASE, reviewer, number=number)
    field(at, "date_input", "预计结束日").set_value(signing.now().date() + dt.timedelta(days=9))
    field(at, "text_area", "理由").set_value("依申请举行听证")
    press(at, "进入特别程序")
    assert not at.exception and status(number) == CaseStatus.SUSPENDED
    assert "特别程序期间不计入办理期限" in signing.said(at)
    field(at, "text_area", "特别程序的结果").set_value("听证会已举行")
    press(at, "特别程序结束")
    assert status(number) == CaseStatus.EXAMINING
    clock = signing.visit(CLOCK, reviewer, number=number)
    assert not clock.exception and any("听证会已举行" in str(frame.value) for frame in clock.dataframe)


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(number, reviewer):
    at = signing.visit(CASE, reviewer, number=number)
    field(at, "text_area", "理由").set_value("依申请举行听证")
    press(at, "进入特别程序")
    assert "预计结束日" in signing.said(at) and status(number) == CaseStatus.ACCEPTED
    assert field(at, "text_area", "理由").value == "依申请举行听证"


def test_an_extension_is_proposed_by_one_and_approved_by_another(number, reviewer):
    at = signing.visit(CASE, reviewer, number=number)
    at.segmented_control(key=f"clock-act-{number}").set_value("extend").run()
    field(at, "text_area", "理由").set_value("案情复杂，需进一步核查")
    press(at, "提请批准")
    assert not at.exception and "等待本机关负责人批准" in signing.said(at)
    chief = signing.visit(CASE, signing.person(Role.CHIEF_REPRESENTATIVE, department="017"), number=number)
    press(chief, "批准延期")
    assert not chief.exception and "已批准延期" in signing.said(chief)


def test_who_only_searches_reads_the_ledger_and_stops_nothing(number):
    inspector = signing.person(Role.INSPECTOR)
    at = signing.visit(CASE, inspector, number=number)
    assert not [button for button in at.button if "特别程序" in button.label]
    assert "承诺办结" in signing.said(signing.visit(CLOCK, inspector, number=number))
    assert "需要登录后访问" in signing.said(signing.visit(CLOCK, number=number))
