"""What applicants are told at each event: by text and by letter, in the office's words, once, without an id."""

import dataclasses
import datetime as dt
import json

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.cases import Applicant, Case
from models.enums import CaseAction, CaseType, DocumentVerdict, MessageChannel, MessageEvent
from models.messages import OutboxMessage
from models.organisations import Organisation
from services import confidential, database
from services.cases import applicants, correcting, delivery, intake, messages, received, review, telling
from services.errors import Conflict, Invalid, NotAllowed
from services.outbox import sending, templates
from services.outbox.gateways import FileGateway
from services.rules import message_texts
from services.rules.completeness import Judged
from tests import builders

DAY = dt.timedelta(days=1)
MAIL = "zhang@example.cn"
ANN = dataclasses.replace(builders.PERSON, email=MAIL)
E_ = MessageEvent


@pytest.fixture
def item(make_item):
    return make_item()


def file(session, item, clerk, now, **changes):
    return intake.file(session, builders.filing(item, **changes), actor=clerk, now=now).number


def told(session, channel=None):
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id)).all()
    return [row for row in rows if channel in (None, row.channel)]


def events(session):
    return [row.event for row in told(session, MessageChannel.SMS)]


def test_a_visit_is_told_in_one_text(session, make_item, item, clerk_017, now):
    file(session, item, clerk_017, now)
    file(session, item, clerk_017, now, is_to_review=True)
    instant = make_item(name="老年证换发", case_type=CaseType.IMMEDIATE, materials=[])
    file(session, instant, clerk_017, now, materials=())
    assert events(session) == ["accept", "receive", "done_at_once"]
    assert "承诺2026年3月23日 17:00前办结" in told(session)[0].body


def test_every_step_that_concerns_the_applicant_is_told(session, item, clerk_017, reviewer, now):
    number = file(session, item, clerk_017, now, is_to_review=True)
    case = session.scalars(select(Case).where(Case.number == number)).one()

    def judge(verdict, note=""):
        return [Judged(each.key, verdict, note) for each in received.documents(session, case)]

    wrong = judge(DocumentVerdict.ILLEGIBLE, "请重新扫描")
    correcting.request(session, number, wrong, (now + 15 * DAY).date(), actor=clerk_017, now=now + DAY)
    correcting.resubmit(session, number, ["id", "plan"], actor=clerk_017, now=now + 2 * DAY)
    correcting.accept(session, number, judge(DocumentVerdict.USABLE), actor=clerk_017, now=now + 3 * DAY)
    review.grant(session, number, actor=reviewer, now=now + 4 * DAY)
    delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + 5 * DAY)
    assert events(session) == ["receive", "request_correction", "resubmit", "accept", "grant", "deliver"]
    bodies = [row.body for row in told(session)]
    assert "2026年3月31日前" in bodies[1] and "窗口领取结果" in bodies[4]
    assert all(number in body and builders.PERSON.id_number not in body and "{" not in body for body in bodies)


def test_who_gave_an_address_gets_the_whole_by_letter(session, item, clerk_017, reviewer, now):
    number = file(session, item, clerk_017, now, applicant=ANN)
    review.deny(session, number, "现场检查不符合第三条", "六十日内申请行政复议", actor=reviewer, now=now + DAY)
    letters = told(session, MessageChannel.EMAIL)
    assert [row.subject for row in letters] == ["已受理：公共场所卫生许可证核发", "不予许可：公共场所卫生许可证核发"]
    assert "现场检查不符合第三条" in letters[1].body and "{查询网址}" in letters[1].body
    assert (letters[0].recipient_masked, confidential.decrypt(letters[0].recipient_cipher)) == (
        "z****@example.cn",
        MAIL,
    )
    assert len({row.message_key for row in told(session)}) == 4


def test_the_letter_goes_out_with_the_address_that_opens_the_case(fresh_database, now, tmp_path):
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        number = file(session, builders.item(session), clerk, now, applicant=ANN)
    gateway = FileGateway(tmp_path / "out.jsonl")
    sending.send_due({MessageChannel.SMS: gateway, MessageChannel.EMAIL: gateway}, 1, now=now)
    text, letter = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert letter["recipient"] == MAIL and confidential.tracking_url(1, number) in letter["body"]
    assert "{" not in letter["body"] and "token" not in text["body"]


def test_an_address_is_kept_encrypted_until_another_is_given(session, item, clerk_017, now):
    file(session, item, clerk_017, now, applicant=ANN)
    file(session, item, clerk_017, now)
    kept = session.scalars(select(Applicant)).one()
    assert MAIL not in kept.email_cipher and confidential.decrypt(kept.email_cipher) == MAIL
    assert applicants.entry_of(session, 1, kept.id).email == MAIL
    with pytest.raises(Invalid) as refused:
        file(session, item, clerk_017, now, applicant=dataclasses.replace(ANN, email="zhang@"))
    assert set(refused.value.fields) == {"email"}


def test_who_left_no_phone_is_sent_nothing(session, item, clerk_017, now):
    file(session, item, clerk_017, now, applicant=dataclasses.replace(builders.PERSON, phone=""))
    assert told(session) == []


def test_an_id_in_a_reason_never_reaches_a_message(session, item, clerk_017, reviewer, now):
    number = file(session, item, clerk_017, now, applicant=ANN)
    reason = f"法定代表人 {builders.PERSON.id_number} 与执照 {builders.FIRM_ID} 不符"
    review.deny(session, number, reason, "六十日内申请行政复议", actor=reviewer, now=now + DAY)
    for row in told(session):
        assert builders.PERSON.id_number not in row.body and builders.FIRM_ID not in row.body


def own(session, event, **changes):
    return dataclasses.replace(templates.of_event(session, 1, event), **changes)


def test_the_offices_own_words_are_sent_and_the_shipped_ones_again(session, item, clerk_017, centre_staff, now):
    edited = own(session, E_.ACCEPTED, sms="{事项}收到了，{承诺期限}前办好，编号 {办件编号}")
    templates.save(session, edited, actor=centre_staff, now=now)
    number = file(session, item, clerk_017, now)
    assert (
        told(session)[-1].body == f"【政务服务】公共场所卫生许可证核发收到了，2026年3月23日 17:00前办好，编号 {number}"
    )
    templates.restore(session, E_.ACCEPTED, actor=centre_staff, now=now)
    file(session, item, clerk_017, now + DAY)
    assert "已受理" in told(session)[-1].body
    assert templates.of_event(session, 1, E_.ACCEPTED).version == 2
    acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "message_template.edit")).all()
    assert acts[0].before["sms"] == templates.shipped()[E_.ACCEPTED].sms and acts[0].after["sms"] == edited.sms


def test_an_event_that_is_switched_off_is_not_sent(session, item, clerk_017, centre_staff, now):
    templates.save(session, own(session, E_.ACCEPTED, is_sent=False), actor=centre_staff, now=now)
    file(session, item, clerk_017, now, applicant=ANN)
    assert told(session) == []


def test_a_text_edited_meanwhile_is_not_overwritten(session, centre_staff, now):
    mine = own(session, E_.GRANTED, sms="我的 {办件编号}")
    templates.save(session, own(session, E_.GRANTED, sms="他的 {办件编号}"), actor=centre_staff, now=now)
    with pytest.raises(Conflict, match="刚被"):
        templates.save(session, mine, actor=centre_staff, now=now)
    assert templates.of_event(session, 1, E_.GRANTED).sms == "他的 {办件编号}"


def test_a_wrong_text_is_refused_and_nothing_is_kept(session, centre_staff, clerk, now):
    with pytest.raises(Invalid):
        templates.save(session, own(session, E_.GRANTED, sms="{身份证号}"), actor=centre_staff, now=now)
    with pytest.raises(NotAllowed):
        templates.save(session, own(session, E_.GRANTED, sms="好"), actor=clerk, now=now)
    assert templates.of_event(session, 1, E_.GRANTED).version == 0


def test_every_step_with_words_of_its_own_is_a_step_of_the_table():
    beside = {E_.DONE_AT_ONCE, E_.OVERDUE, *message_texts.OFFICES}
    assert {event.value for event in E_} - {event.value for event in beside} <= {action.value for action in CaseAction}


def test_the_office_says_sorry_once_for_a_case_that_is_late(session, item, clerk_017, reviewer, now):
    number = file(session, item, clerk_017, now)
    file(session, item, clerk_017, now + 5 * DAY)
    late = dt.datetime(2026, 3, 23, 17, 1, tzinfo=now.tzinfo)
    assert telling.apologise(session, 1, now=late - dt.timedelta(minutes=2)) == 0
    assert telling.apologise(session, 1, now=late) == 1
    assert telling.apologise(session, 1, now=late + DAY) == 0
    (sorry,) = [row for row in told(session) if row.event == "overdue"]
    assert number in sorry.body and "抱歉" in sorry.body


def test_nobody_is_told_sorry_for_what_is_decided_or_long_past(session, item, clerk_017, reviewer, now):
    review.grant(session, file(session, item, clerk_017, now), actor=reviewer, now=now + DAY)
    file(session, item, clerk_017, now + DAY)
    assert telling.apologise(session, 1, now=now + 60 * DAY) == 0


def test_offices_too_are_told_in_the_centres_words_or_not_at_all(session, item, centre_staff, now):
    office = session.get_one(Organisation, (1, builders.organisation_id(session, "017")))
    office.phone = "028-00001234"
    values = dict(message_texts.examples(E_.CHASED))
    templates.save(
        session, own(session, E_.CHASED, sms="{部门}请办：{办件编号} {答复期限}"), actor=centre_staff, now=now
    )
    messages.tell_office(session, office, E_.CHASED, "first", values, now=now)
    assert [row.body for row in told(session)] == ["【政务服务】消防大队请办：51010920261126000017 12-03 17:00"]
    templates.save(session, own(session, E_.CHASED, is_sent=False), actor=centre_staff, now=now)
    messages.tell_office(session, office, E_.CHASED, "second", values, now=now)
    assert len(told(session)) == 1
