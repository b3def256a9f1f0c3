"""收件审查 and 真实性审核 on their pages, as the right and as the wrong person."""

import dataclasses
import datetime as dt

import pytest

from models.cases import Case
from models.enums import ApplicationChannel, CaseStatus, DocumentVerdict, Role
from services import confidential, database
from services.attachments import Upload
from services.cases import correcting, intake, received, review
from services.rules.completeness import Judged
from tests import builders
from tests.web import signing
from ui import tracking

pytestmark = pytest.mark.usefixtures("fresh_database")
QUEUE, CASE = "cases/completeness.py", "cases/case.py"
MATERIALS = [{"key": "id", "name": "身份证明", "originals": 1}, {"key": "plan", "name": "平面图", "originals": 1}]
V = DocumentVerdict


@pytest.fixture
def number():
    """Handed in online a day ago."""
    with database.writing() as session:
        clerk = dataclasses.replace(builders.actor(session, "window_clerk", window="017"), name="公众")
        filing = dataclasses.replace(
            builders.filing(builders.item(session, materials=MATERIALS)),
            channel=ApplicationChannel.ONLINE,
            is_to_review=True,
            uploads=[Upload("图.pdf", b"%PDF-1.7 plan", "plan")],
        )
        return intake.file(session, filing, actor=clerk, now=signing.now() - dt.timedelta(hours=20)).number


@pytest.fixture
def clerk():
    return signing.person(Role.WINDOW_CLERK, window="017")


def status(number):
    with database.reading() as session:
        return session.query(Case).filter_by(number=number).one().status


def press(at, label):
    return next(button for button in at.button if button.label.startswith(label)).click().run()


def labels(at):
    return {button.label for button in at.button}


def said(at):
    return signing.said(at).replace("\\", "")


def select(at, key, value):
    return (
        next(each for each in at.selectbox if each.key and each.key.endswith(f"verdict-{key}")).set_value(value).run()
    )


def test_the_queue_says_what_is_left_of_five_days(number, clerk):
    at = signing.visit(QUEUE, clerk)
    assert not at.exception and "待审查 1 件" in said(at)
    assert "请在列表中选一件" in said(at)
    signing.choose(at, "received", 0)
    assert "还有 2 份没有判定" in said(at) and "受理" not in labels(at)


def test_all_usable_by_one_key_and_accepted(number, clerk):
    at = press(signing.visit(QUEUE, clerk, number=number), "其余全部合格")
    press(at, "受理")
    assert not at.exception and "已受理" in said(at) and status(number) == CaseStatus.ACCEPTED


def test_a_defect_is_told_once_then_corrected_at_the_window(number, clerk):
    at = select(signing.visit(QUEUE, clerk, number=number), "plan", V.ILLEGIBLE)
    press(at, "其余全部合格")
    press(at, "一次性告知补正")
    assert "请写明哪里不符" in said(at) and status(number) == CaseStatus.SUBMITTED
    next(each for each in at.text_input if each.label == "平面图的说明").set_value("看不清尺寸").run()
    press(at, "一次性告知补正")
    assert not at.exception and status(number) == CaseStatus.CORRECTION_REQUESTED
    at = signing.visit(QUEUE, clerk, number=number)
    assert "看不清尺寸" in said(at)
    press(at, "收到补正材料")
    assert status(number) == CaseStatus.SUBMITTED
    at = select(signing.visit(QUEUE, clerk, number=number), "id", V.EXPIRED)
    next(each for each in at.text_input if each.label == "身份证明的说明").set_value("已过期").run()
    press(at, "其余全部合格")
    press(at, "一次性告知补正")
    assert "第 1 轮" in said(at) and "不得再次要求" in said(at) and status(number) == CaseStatus.SUBMITTED


def test_who_is_no_clerk_judges_nothing(number):
    assert "403" in said(signing.visit(QUEUE, signing.person(Role.REVIEWER, department="017")))
    assert "需要登录后访问" in said(signing.visit(QUEUE))


@pytest.fixture
def granted(number):
    with database.writing() as session:
        acceptor = builders.actor(session, "window_clerk", window="017", user_id=None)
        judged = [Judged(each.key, V.USABLE) for each in received.documents(session, session.query(Case).one())]
        correcting.accept(session, number, judged, actor=acceptor, now=signing.now())
        reviewer = builders.actor(session, "reviewer", department="017")
        review.grant(session, number, actor=reviewer, now=signing.now())
    return number


def choose_genuine(at, answers):
    for key, value in answers.items():
        next(each for each in at.selectbox if each.key.endswith(f"genuine-{key}")).set_value(value)


def test_originals_are_compared_before_the_certificate_is_handed_over(granted, clerk):
    at = signing.visit(CASE, clerk, number=granted)
    assert "真实性审核" in said(at) and "送达" not in labels(at)
    choose_genuine(at, {"id": True, "plan": True})
    press(at, "核验完成")
    assert not at.exception and "可以送达" in said(at) and "送达" in labels(at)


def test_a_false_original_goes_back_to_the_department(granted, clerk):
    at = signing.visit(CASE, clerk, number=granted)
    choose_genuine(at, {"id": True, "plan": False})
    press(at, "核验完成")
    assert "写明哪里不符" in said(at) and status(granted) == CaseStatus.DECIDED
    next(each for each in at.text_input if each.label == "平面图不一致之处").set_value("面积不同")
    press(at, "核验完成")
    assert status(granted) == CaseStatus.WITHHELD
    reviewer = signing.visit(CASE, signing.person(Role.REVIEWER, department="017"), number=granted)
    assert "核验原件不一致" in said(reviewer)
    next(each for each in reviewer.selectbox if each.label == "重新决定").set_value(False)
    next(each for each in reviewer.text_area if each.label == "理由").set_value("以不实材料取得，予以撤销")
    press(reviewer, "提交")
    assert not reviewer.exception and status(granted) == CaseStatus.CLOSED


def test_at_the_counter_a_case_may_be_received_first(clerk):
    with database.writing() as session:
        item = builders.item(session, name="公共场所卫生许可证核发", materials=MATERIALS)
        assert item
    at = signing.visit("cases/intake.py", clerk)
    next(each for each in at.text_input if each.label == "事项").set_value("公共场所卫生许可证核发").run()
    next(each for each in at.text_input if each.label.startswith("证件号")).set_value(builders.PERSON.id_number).run()
    next(each for each in at.text_input if each.label.startswith("姓名")).set_value(builders.PERSON.name).run()
    press(at, "先收后审")
    assert not at.exception and "待审查" in said(at)


def test_the_applicant_corrects_online_where_the_progress_is_read(number, clerk):
    with database.writing() as session:
        judged = [Judged("id", V.USABLE), Judged("plan", V.ILLEGIBLE, "看不清尺寸")]
        actor = builders.actor(session, "window_clerk", window="017", user_id=None)
        until = signing.now().date() + dt.timedelta(days=9)
        correcting.request(session, number, judged, until, actor=actor, now=signing.now())
        token = confidential.link_token(builders.DISTRICT, number)
    at = signing.visit("portal/track.py", number=number, token=token)
    assert "请您补正" in said(at) and "看不清尺寸" in said(at)
    press(at, "提交补正")
    assert "还没有上传：平面图" in said(at) and status(number) == CaseStatus.CORRECTION_REQUESTED
    at.file_uploader[0].set_value(("图.pdf", b"%PDF-1.7 drawn anew", "application/pdf")).run()
    press(at, "提交补正")
    assert not at.exception and status(number) == CaseStatus.SUBMITTED
    assert "请您补正" not in said(at) and "补正材料已提交" in said(at)


@pytest.mark.parametrize("case_status", CaseStatus)
def test_every_status_has_words_for_the_citizen(case_status):
    assert tracking.PLAIN[case_status] and tracking.NEXT[case_status]
    assert case_status is CaseStatus.CLOSED or case_status in tracking.REACHED
