"""Vouchers and messages on screen: printed from the case, fetched by the applicant; templates and texts edited by staff."""

import pytest
from sqlalchemy import select

from models.documents import CaseDocument
from models.enums import DocumentKind, MessageEvent, MessageState, Role, ScopeKind
from models.messages import OutboxMessage
from services import attachments, confidential, database, downloads
from services.cases import intake, review
from services.documents import templates
from services.outbox import templates as wordings
from tests import builders
from tests.services.documents.test_templates import NEEDED, docx
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
CASE, TRACK, TEMPLATES, MESSAGES = "cases/case.py", "portal/track.py", "admin/templates.py", "admin/messages.py"
K = DocumentKind


@pytest.fixture
def number():
    """A case that is granted."""
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        reviewer = builders.actor(session, "reviewer", department="017")
        item = builders.item(session)
        filed = intake.file(session, builders.filing(item), actor=clerk, now=signing.now())
        review.grant(session, filed.number, actor=reviewer, now=signing.now())
        return filed.number


@pytest.fixture
def staff():
    return signing.person(Role.CENTRE_STAFF)


@pytest.fixture
def handed(monkeypatch):
    """What was handed over, by file name."""
    found = {}
    offer = downloads.offer

    def keeping(session, content, *, file_name, **more):
        found[file_name] = content
        return offer(session, content, file_name=file_name, **more)

    monkeypatch.setattr(downloads, "offer", keeping)
    return found


def press(at, label):
    return next(button for button in at.button if button.label == label).click().run()


def said(at):
    return signing.said(at).replace("\\", "")


def messages():
    with database.reading() as session:
        return session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def put(**changes):
    with database.writing() as session:
        for row in session.scalars(select(OutboxMessage)).all():
            for name, value in changes.items():
                setattr(row, name, value)


def test_the_officer_prints_the_cases_vouchers(number, handed):
    person = signing.person(Role.REVIEWER, department="017", scope=ScopeKind.DEPARTMENT)
    at = signing.visit(CASE, person, number=number)
    assert not at.exception
    text = said(at)
    assert text.index("领取通知") < text.index("准决〔") < text.index("受理〔"), "the newest first"
    press(at, "PDF")
    press(at, "Word")
    (pdf, word) = handed.items()
    assert (
        pdf[0].endswith(".pdf") and pdf[1].startswith(b"%PDF-") and word[0].endswith("号.docx") and word[1][:2] == b"PK"
    )


def test_the_messages_of_a_case_show_how_they_fared(number):
    put(state=MessageState.FAILED, error="网关答复 400：空号")
    at = signing.visit(CASE, signing.person(Role.INSPECTOR), number=number)
    at.session_state["case-messages"] = True
    at.run()
    assert "2 条没有送达" in said(at)
    shown = next(each.value for each in at.dataframe if "渠道" in each.value.columns)
    assert list(shown["情况"]) == ["发送失败"] * 2 and list(shown["事由"]) == ["受理", "准予，请领取"]
    assert list(shown["发给"]) == ["138****0001"] * 2


def test_vouchers_of_old_steps_are_written_by_who_handles_the_case(number):
    with database.writing() as session:
        session.execute(CaseDocument.__table__.delete())
    at = signing.visit(CASE, signing.person(Role.INSPECTOR), number=number)
    assert "出具文书" not in {button.label for button in at.button}
    at = signing.visit(CASE, signing.person(Role.WINDOW_CLERK, window="017"), number=number)
    assert "尚未出具：受理通知书、准予行政许可决定书、领取通知" in said(at)
    assert "已出具 3 份文书" in said(press(at, "出具文书"))


def test_the_applicant_fetches_the_vouchers_with_the_links_token(number, handed):
    token = confidential.link_token(builders.DISTRICT, number)
    at = signing.visit(TRACK, number=number, token=token)
    assert not at.exception and "准决〔" in said(at)
    press(at, "PDF")
    assert [content[:5] for content in handed.values()] == [b"%PDF-"]
    assert "准决〔" not in said(signing.visit(TRACK, number=number, token="wrong"))


def upload(at, name, content):
    return at.file_uploader[0].set_value((name, content, templates.DOCX)).run()


def in_force(kind=K.DENIAL):
    with database.reading() as session:
        return templates.in_force(session, builders.DISTRICT, kind)


def test_a_template_is_tried_taken_and_given_back(staff, handed):
    at = signing.visit(TEMPLATES, staff, kind="denial")
    assert not at.exception and "出厂模板" in said(at)
    at = upload(at, "新版.docx", docx(NEEDED))
    assert "检查通过" in said(at) and in_force().version == 0
    press(at, "看新模板的样张（PDF）")
    assert next(iter(handed.values())).startswith(b"%PDF-")
    at = press(at, "启用新模板")
    assert "请写明改了什么" in said(at) and in_force().version == 0
    next(each for each in at.text_input if each.label == "改了什么").set_value("改落款")
    at = press(at, "启用新模板")
    assert "第 1 版已启用" in said(at) and in_force().is_own
    next(each for each in at.text_input if each.label.startswith("原因")).set_value("统一格式")
    at = press(at, "确认恢复出厂模板")
    assert "已恢复出厂模板" in said(at) and (in_force().version, in_force().is_own) == (2, False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a word file", "不是可用的 Word 文档"),
        (docx("{{ 申请人 }}"), "必须载明"),
        (docx(NEEDED, "{{ 密码 }}"), "没有占位符「密码」"),
    ],
)
def test_a_file_that_is_no_template_is_refused_in_words(staff, content, words):
    at = upload(signing.visit(TEMPLATES, staff, kind="denial"), "坏.docx", content)
    assert not at.exception and words in said(at)
    assert "启用新模板" not in {button.label for button in at.button} and in_force().version == 0


def test_the_shipped_template_and_its_sample_are_handed_over(staff, handed):
    at = signing.visit(TEMPLATES, staff)
    press(at, "下载 Word 模板")
    press(at, "看样张（PDF）")
    assert handed["申请材料接收凭证.docx"] == templates.shipped(K.RECEIPT).read_bytes()
    assert handed["申请材料接收凭证-样张.pdf"].startswith(b"%PDF-")


def test_what_failed_is_seen_and_sent_again(number, staff):
    put(state=MessageState.FAILED, error="网关答复 400：空号")
    at = signing.visit(MESSAGES, staff)
    assert not at.exception and "发送失败 2" in said(at)
    at = signing.choose(at, "outbox", 0)
    assert "空号" in said(at)
    at = press(at, "重新发送")
    assert "消息将重新发送" in said(at)
    assert sorted(row.state for row in messages()) == sorted([MessageState.FAILED, MessageState.WAITING])
    at = press(at, "确认全部重发（1 条）")
    assert {row.state for row in messages()} == {MessageState.WAITING}


def test_a_message_is_called_off_with_a_reason(number, staff):
    at = signing.choose(signing.visit(MESSAGES, staff), "outbox", 0)
    next(each for each in at.text_input if each.label.startswith("原因")).set_value("内容有误")
    press(at, "确认取消发送")
    assert sorted(row.state for row in messages()) == sorted([MessageState.CANCELLED, MessageState.WAITING])


def at_texts(staff):
    at = signing.visit(MESSAGES, staff)
    at.session_state["messages-tabs"] = "消息模板"
    return at.run()


def wording():
    with database.reading() as session:
        return wordings.of_event(session, builders.DISTRICT, MessageEvent.RECEIVED)


def test_a_text_is_edited_beside_what_the_applicant_will_read(staff):
    at = at_texts(staff)
    assert not at.exception
    field = next(each for each in at.text_area if each.label == "短信")
    field.set_value("{事项}收到了，编号 {办件编号}").run()
    assert "【政务服务】公共场所卫生许可（新办）收到了" in "\n".join(each.value for each in at.text)
    at = press(at, "保存")
    assert "以后的消息按它发送" in said(at) and wording().sms == "{事项}收到了，编号 {办件编号}"
    press(at, "确认恢复出厂文字")
    assert "材料齐全即受理" in wording().sms


def test_a_wrong_text_is_marked_and_not_kept(staff):
    at = at_texts(staff)
    next(each for each in at.text_area if each.label == "短信").set_value("{身份证号}").run()
    assert "没有这个占位符" in said(at)
    press(at, "保存")
    assert wording().version == 0


def test_a_trial_message_is_queued_or_refused(staff):
    at = signing.visit(MESSAGES, staff)
    at.session_state["messages-tabs"] = "发送通道"
    at.run()
    assert "不真正发出" in said(at)
    next(each for each in at.text_input if each.label == "手机号码或邮箱").set_value("123")
    at = press(at, "发送测试消息")
    assert messages() == []
    next(each for each in at.text_input if each.label == "手机号码或邮箱").set_value("13800000001")
    press(at, "发送测试消息")
    assert [row.event for row in messages()] == ["trial"]


def test_the_pages_are_for_centre_staff_alone():
    clerk = signing.person(Role.WINDOW_CLERK, window="017")
    for path in (TEMPLATES, MESSAGES):
        assert "403" in said(signing.visit(path, clerk)) and "需要登录后访问" in said(signing.visit(path))


def test_a_template_that_was_altered_on_the_disk_is_not_used(staff):
    with database.writing() as session:
        actor = builders.actor(session, "centre_staff")
        templates.upload(session, K.DENIAL, "新版.docx", docx(NEEDED), "改落款", actor=actor, now=signing.now())
        row = templates.history(session, builders.DISTRICT, K.DENIAL)[0]
        attachments._put(row.storage_key, b"something else")
    at = press(signing.visit(TEMPLATES, staff, kind="denial"), "看样张（PDF）")
    assert not at.exception and "与存入时不一致" in said(at)


def test_a_visit_and_a_fee_are_arranged_entered_and_paid_on_the_cases_page():
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        fees = [{"name": "检测费", "standard": "按实际", "basis": "川价费〔2026〕2号"}]
        item = builders.item(session, is_fee=True, fee_basis="《价格法》", fee_items=fees)
        number = intake.file(session, builders.filing(item), actor=clerk, now=signing.now()).number
    officer = signing.person(Role.REVIEWER, department="017", scope=ScopeKind.DEPARTMENT)
    at = signing.visit(CASE, officer, number=number)
    at = press(at, "安排并通知")
    assert not at.exception and "请填写勘验地点" in said(at) and "请填写勘验内容" in said(at)
    next(each for each in at.text_input if each.label == "地点").set_value("天府大道 1 号")
    next(each for each in at.text_area if each.label == "勘验内容").set_value("核对场所布局")
    at = press(at, "安排并通知")
    assert "待勘验" in said(at) and "天府大道 1 号" in said(at)
    at = press(at, "出具缴费通知书")
    assert "请填写应缴的金额" in said(at)
    next(each for each in at.number_input if "检测费" in each.label).set_value(280.5)
    at = press(at, "出具缴费通知书")
    assert "合计 280.50 元" in said(at) and "缴费通知书" in said(at)
    window = signing.person(Role.WINDOW_CLERK, window="017")
    at = signing.visit(CASE, window, number=number)
    next(each for each in at.text_input if each.label == "缴费票据号").set_value("川财 000123")
    assert "已缴清" in said(press(at, "登记已缴费"))
    token = confidential.link_token(builders.DISTRICT, number)
    public = said(signing.visit(TRACK, number=number, token=token))
    assert "请您到场" in public and "请您缴费" not in public and "有需要您做的" in public


def test_the_applicant_reads_day_by_day_why_it_is_due_then(number):
    token = confidential.link_token(builders.DISTRICT, number)
    at = signing.visit(TRACK, number=number, token=token)
    assert "承诺办结" in said(at) and not at.dataframe
    at.session_state["why"] = True
    at.run()
    assert not at.exception
    ledger = next(each.value for each in at.dataframe if "第几日" in each.value.columns)
    assert {"计入", "不计"} >= set(ledger["计入"]) and len(ledger) >= 5
    assert "《行政许可法》" in said(at)
