"""Intake, batch and tracking, opened through the front door by the right person and by strangers."""

import copy

import pytest
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

from models.enums import CaseType, Role
from services import confidential, database, throttle
from services.cases import intake
from services.rules import quick_entry
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
ITEM = "餐饮业卫生许可证副本换发"


@pytest.fixture(autouse=True)
def _no_failures_yet():
    throttle.forget()


@pytest.fixture
def clerk(fresh_database):
    with database.writing() as session:
        builders.item(session, name=ITEM, case_type=CaseType.IMMEDIATE)
    return signing.person(Role.WINDOW_CLERK, window="017")


@pytest.fixture
def number(fresh_database):
    with database.writing() as session:
        actor = builders.actor(session, "window_clerk", window="017")
        return intake.file(session, builders.filing(builders.item(session)), actor=actor, now=signing.now()).number


@pytest.mark.parametrize("page", ["cases/intake.py", "cases/batch.py"])
def test_a_stranger_and_a_reviewer_take_nothing_in(page):
    assert "需要登录后访问" in signing.said(signing.visit(page))
    reviewer = signing.visit(page, signing.person(Role.REVIEWER, department="017"))
    assert "403" in signing.said(reviewer)


def fill(at, serial=1, **fields):
    for field, value in fields.items():
        at.text_input(key=f"intake-{serial}-{field}").set_value(value).run()
    return at


def test_a_case_is_taken_in_and_the_form_is_ready_for_the_next(clerk):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM, id_number=builders.PERSON.id_number, name="示例甲")
    assert at.text_input(key="intake-1-id_number").value == "510113********0011"
    at.button(key="intake-1-file").click().run()
    assert not at.exception
    shown = [metric.value for metric in at.metric]
    assert len(shown[0]) == 20 and shown[1].count("-") == 3
    assert at.text_input(key="intake-2-id_number").value == ""


def test_a_wrong_id_is_said_at_its_field_and_stays_there(clerk):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM, id_number="510113189901010012", name="示例甲")
    assert any("校验码" in each.value for each in at.markdown)
    at.button(key="intake-1-file").click().run()
    assert at.text_input(key="intake-1-id_number").value == "510113189901010012"
    assert at.text_input(key="intake-1-name").value == "示例甲"
    assert not at.metric


def test_an_applicant_found_by_name_is_chosen_by_its_number(clerk):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM, id_number=builders.PERSON.id_number, name="示例甲", phone="13800000001")
    at.button(key="intake-1-file").click().run()
    fill(at, 2, id_number="示例")
    assert any("选定申请人" in each.value for each in at.caption)
    fill(at, 2, id_number="示例1")
    assert at.text_input(key="intake-2-name").value == "示例甲"
    assert at.text_input(key="intake-2-phone").value == "138****0001"
    assert builders.PERSON.id_number not in signing.said(at)


def test_a_quick_key_that_sends_the_fields_back_as_they_were_loses_nothing(clerk):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM, id_number=builders.PERSON.id_number, name="示例甲", phone="13800000001")
    at.button(key="intake-1-file").click().run()
    fill(at, 2, id_number=builders.PERSON.id_number)
    at.session_state["intake-2-name"] = at.session_state["intake-2-phone"] = ""
    at.session_state["intake-2-id_number"] = builders.PERSON.id_number
    at.run()
    assert at.text_input(key="intake-2-name").value == "示例甲"
    assert at.text_input(key="intake-2-id_number").value == "510113********0011"


def test_an_id_is_looked_up_though_the_next_key_comes_meanwhile(clerk, monkeypatch):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM)
    sought_by = quick_entry.sought_by

    def overtaken(text):
        run = get_script_run_ctx()
        run.script_requests.request_rerun(RerunData(page_script_hash=run.page_script_hash))
        return sought_by(text)

    monkeypatch.setattr(quick_entry, "sought_by", overtaken)
    fill(at, id_number=builders.PERSON.id_number)
    assert at.text_input(key="intake-1-id_number").value == "510113********0011"
    assert any("校验通过" in each.value for each in at.caption)


def test_another_clerk_in_the_same_browser_finds_no_traces(clerk):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM, id_number=builders.PERSON.id_number, name="示例甲")
    at.session_state["_sign_in"] = signing.admitted(signing.person(Role.WINDOW_CLERK, window="017"))
    at.run()
    assert at.text_input(key="intake-2-name").value == ""


def test_batch_rows_are_told_before_anything_is_filed(clerk):
    at = signing.visit("cases/batch.py", clerk)
    at.text_area[0].set_value(f"{ITEM}\t示例甲\t{builders.PERSON.id_number}\t\n{ITEM}\t\t1\t")
    next(button for button in at.button if button.label == "检查").click().run()
    assert not at.exception
    said = signing.said(at).replace("\\", "")
    assert "第 2 行 · 证件号码" in said and "可收 1" in said
    at.button(key="batch-file").click().run()
    assert not at.exception
    assert any("本批已收 1 件" in each.value for each in at.header)


def test_anybody_may_look_a_case_up_with_its_address(number):
    token = confidential.link_token(builders.DISTRICT, number)
    at = signing.visit("portal/track.py", number=number, token=token)
    assert not at.exception
    assert "已经受理，等待审查" in signing.said(at).replace("\\", "")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_number_alone_or_with_a_wrong_token_opens_nothing(number, token):
    at = signing.visit("portal/track.py", number=number, token=token)
    assert not at.exception
    assert "已经受理" not in signing.said(at)


def test_a_form_sent_again_after_its_answer_was_lost_files_nothing_more(clerk):
    at = signing.visit("cases/intake.py", clerk)
    fill(at, item=ITEM, id_number=builders.PERSON.id_number, name="示例甲")
    lost = copy.deepcopy(at.session_state["_intake"])
    at.button(key="intake-1-file").click().run()
    first = at.metric[0].value
    at.session_state["_intake"] = lost
    at.session_state["_performed"] = []
    at.run()
    fill(at, item=ITEM, id_number=builders.PERSON.id_number, name="示例甲")
    at.button(key="intake-1-file").click().run()
    assert at.metric[0].value == first
    assert "没有重复收件" in signing.said(at)
