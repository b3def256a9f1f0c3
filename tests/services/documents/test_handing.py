"""Vouchers of cases: every step writes its own, numbered without gap or double; handed out the same ever after."""

import dataclasses
import datetime as dt
import io
import itertools
import json
import re
import threading

import pytest
import segno
from pypdf import PdfReader
from sqlalchemy import select

from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.documents import CaseDocument
from models.enums import CaseAction, CaseType, DocumentKind, DocumentVerdict, ProcedureKind
from models.messages import OutboxMessage
from services import attachments, confidential, database, documents
from services.cases import (
    authenticity,
    correcting,
    deeming,
    delivery,
    extending,
    forwarding,
    intake,
    received,
    review,
    suspending,
    telling,
)
from services.documents import composing, filling, handing, templates
from services.errors import Invalid, NotFound, WrongState
from services.rules import vouchers
from services.rules.completeness import Judged
from services.rules.guide import Guide
from tests import builders
from tests.services.cases.test_concurrency import in_threads
from tests.services.documents.test_templates import NEEDED, docx, text_of

DAY = dt.timedelta(days=1)
K, V = DocumentKind, DocumentVerdict
REASON, REMEDY = "现场检查不符合第三条", "六十日内申请行政复议"


@pytest.fixture
def place(fresh_database):
    with database.writing() as session:
        builders.place(session)
        return {
            "item": builders.item(session, by_law=[{"law_name": "公共场所卫生管理条例", "article": "第四条"}]),
            "clerk": builders.actor(session, "window_clerk", window="017"),
            "reviewer": builders.actor(session, "reviewer", department="017", user_id=None),
            "chief": builders.actor(session, "chief_representative", department="017"),
            "staff": builders.actor(session, "centre_staff"),
        }


def file(place, now, **changes):
    with database.writing() as session:
        return intake.file(session, builders.filing(place["item"], **changes), actor=place["clerk"], now=now).number


def act(function, *args, **more):
    with database.writing() as session:
        return function(session, *args, **more)


def written(number):
    with database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        return list(documents.of_case(session, case))


def kinds(number):
    return [each.kind for each in written(number)]


def newest(number, kind):
    return next(each for each in reversed(written(number)) if each.kind is kind)


def judged(number, verdict=V.USABLE, note=""):
    with database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        return [Judged(each.key, verdict, note) for each in received.documents(session, case)]


def test_a_case_accepted_at_the_counter_has_its_notice_with_both_limits(place, now):
    number = file(place, now)
    (notice,) = written(number)
    assert (notice.kind, notice.number, notice.sequence) == (K.ACCEPTANCE, "受理〔2026〕00001号", 2)
    said = text_of(documents.word(documents.Key.of(notice), now=now))
    for words in (
        "受理通知书",
        notice.number,
        "示例甲",
        "公共场所卫生许可证核发",
        number,
        "2026年3月23日 17:00",
        "2026年4月14日",
        "卫生局",
    ):
        assert words in said
    assert builders.PERSON.id_number not in said and builders.PERSON.phone not in said


def test_a_correction_names_every_document_and_the_day(place, now):
    number = file(place, now, is_to_review=True)
    assert kinds(number) == []
    wrong = judged(number, V.ILLEGIBLE, "请重新扫描")
    act(correcting.request, number, wrong, (now + 15 * DAY).date(), actor=place["clerk"], now=now + DAY)
    notice = newest(number, K.CORRECTION)
    said = text_of(documents.word(documents.Key.of(notice), now=now))
    assert "身份证明" in said and "场所平面图" in said and said.count("请重新扫描") == 2 and "2026年3月31日" in said
    with database.writing() as session:
        deeming.sweep(session, builders.DISTRICT, now=now + 17 * DAY)
    assert kinds(number) == [K.CORRECTION, K.TERMINATION]
    assert "申请人没有补正" in text_of(documents.word(documents.Key.of(newest(number, K.TERMINATION)), now=now))


def test_silence_is_written_down_as_acceptance(place, now):
    number = file(place, now, is_to_review=True)
    with database.writing() as session:
        deeming.sweep(session, builders.DISTRICT, now=now + 9 * DAY)
    assert "视为受理" in text_of(documents.word(documents.Key.of(newest(number, K.ACCEPTANCE)), now=now))


@pytest.mark.parametrize(
    ("action", "kind", "words"),
    [
        (CaseAction.REFUSE_ACCEPTANCE, K.REFUSAL, ("省卫生健康委员会", "行政复议")),
        (CaseAction.DECLARE_NOT_REQUIRED, K.NOT_REQUIRED, ("第三十二条第一款第一项",)),
    ],
)
def test_who_is_turned_away_is_told_why_and_where_to(place, now, action, kind, words):
    number = file(place, now, is_to_review=True)
    act(correcting.turn_away, number, action, REASON, "省卫生健康委员会", actor=place["clerk"], now=now + DAY)
    said = text_of(documents.word(documents.Key.of(newest(number, kind)), now=now))
    assert all(each in said for each in (REASON, *words))


def test_a_stop_of_the_clock_and_its_extension_are_written(place, now):
    number = file(place, now)
    procedure = suspending.Procedure(ProcedureKind.HEARING, "依申请举行听证", (now + 3 * DAY).date())
    act(suspending.suspend, number, procedure, actor=place["reviewer"], now=now + DAY)
    said = text_of(documents.word(documents.Key.of(newest(number, K.SPECIAL_PROCEDURE)), now=now))
    assert "听证" in said and "2026年3月19日" in said and "第四十五条" in said
    act(suspending.resume, number, "听证会已举行", actor=place["reviewer"], now=now + 2 * DAY)
    act(extending.propose, number, 5, "需核实外地许可记录", actor=place["reviewer"], now=now + 3 * DAY)
    act(extending.judge, number, approves=True, actor=place["chief"], now=now + 3 * DAY)
    said = text_of(documents.word(documents.Key.of(newest(number, K.EXTENSION)), now=now))
    assert "延长办理期限5个工作日" in said and place["chief"].name in said and "核实外地许可记录" in said


def test_a_grant_a_pickup_and_a_delivery_follow_each_other(place, now):
    number = file(place, now)
    act(review.grant, number, actor=place["reviewer"], now=now + DAY)
    assert kinds(number) == [K.ACCEPTANCE, K.GRANT, K.PICKUP]
    assert "《公共场所卫生管理条例》第四条" in text_of(
        documents.word(documents.Key.of(newest(number, K.GRANT)), now=now)
    )
    assert "补交" not in text_of(documents.word(documents.Key.of(newest(number, K.PICKUP)), now=now))
    act(delivery.deliver, number, "示例甲", actor=place["clerk"], now=now + 2 * DAY)
    said = text_of(documents.word(documents.Key.of(newest(number, K.DELIVERY)), now=now))
    assert "准予行政许可决定书" in said and "准决〔2026〕00001号" in said and "示例甲" in said


def test_a_pickup_notice_names_the_originals_to_bring(place, now):
    number = file(place, now, is_to_review=True, channel="online")
    act(correcting.accept, number, judged(number), actor=place["clerk"], now=now)
    act(review.grant, number, actor=place["reviewer"], now=now + DAY)
    assert "核验以下材料的原件" in text_of(documents.word(documents.Key.of(newest(number, K.PICKUP)), now=now))


def test_a_denial_gives_reasons_and_remedies(place, now):
    number = file(place, now)
    act(review.deny, number, REASON, REMEDY, actor=place["reviewer"], now=now + DAY)
    said = text_of(documents.word(documents.Key.of(newest(number, K.DENIAL)), now=now))
    assert REASON in said and REMEDY in said and "第三十八条" in said


def test_a_decision_revoked_for_a_false_original_is_told_in_writing(place, now):
    number = file(place, now, is_to_review=True, channel="online")
    act(correcting.accept, number, judged(number), actor=place["clerk"], now=now)
    act(review.grant, number, actor=place["reviewer"], now=now + DAY)
    with database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        unseen = [each.material_key for each in authenticity.to_check(session, case)]
    found = [authenticity.Original(key, False, "公章不符") for key in unseen]
    assert unseen and not act(authenticity.compare, number, found, actor=place["clerk"], now=now + 2 * DAY)
    act(authenticity.rule, number, "材料系伪造", upholds=False, actor=place["reviewer"], now=now + 3 * DAY)
    said = text_of(documents.word(documents.Key.of(newest(number, K.REVOCATION)), now=now))
    assert "材料系伪造" in said and "第六十九条" in said and "行政复议" in said


def test_a_withdrawal_is_confirmed_and_what_the_superior_closed_is_told(place, now):
    number = file(place, now)
    act(review.withdraw, number, "改变经营计划", actor=place["clerk"], now=now + DAY)
    assert kinds(number) == [K.ACCEPTANCE, K.WITHDRAWAL]
    other = file(place, now + DAY)
    act(forwarding.forward_up, other, "市卫生局", "初审合格", actor=place["reviewer"], now=now + DAY)
    act(forwarding.reply, other, "已由我局发证", decided_above=True, actor=place["reviewer"], now=now + 2 * DAY)
    assert kinds(other) == [K.ACCEPTANCE, K.TERMINATION]


def test_an_instant_case_owes_nothing_but_its_receipt(place, now):
    with database.writing() as session:
        place["item"] = builders.item(session, name="老年证换发", case_type=CaseType.IMMEDIATE, materials=[])
    assert kinds(file(place, now, materials=())) == []


def test_numbers_run_on_within_kind_and_year_without_gap_or_double(place, now):
    outcomes = in_threads(lambda _: [file(place, now) for _ in range(4)], times=6)
    numbers = sorted(written(number)[0].serial for part in outcomes for number in part)
    assert numbers == list(range(1, 25))
    number = file(place, now.replace(year=2027))
    assert written(number)[0].number == "受理〔2027〕00001号"


def test_a_voucher_is_the_same_every_time_it_is_handed_out(place, now):
    number = file(place, now)
    key = documents.Key.of(written(number)[0])
    first = documents.word(key, now=now)
    own = docx("{{ 文号 }} {{ 申请人 }} {{ 事项 }} {{ 日期 }} {{ 承诺期限 }} 新版")
    act(templates.upload, K.ACCEPTANCE, "新版.docx", own, "改版", actor=place["staff"], now=now)
    assert documents.word(key, now=now + DAY) == first
    other = file(place, now)
    assert "新版" in text_of(documents.word(documents.Key.of(written(other)[0]), now=now))


def test_a_voucher_never_asked_for_is_filled_from_the_template_of_its_day(place, now):
    number = file(place, now)
    act(
        templates.upload,
        K.ACCEPTANCE,
        "新版.docx",
        docx(NEEDED.replace("{{ 救济途径 }}", "{{ 承诺期限 }}").replace("{{ 理由 }}", "新版")),
        "改版",
        actor=place["staff"],
        now=now,
    )
    assert "新版" not in text_of(documents.word(documents.Key.of(written(number)[0]), now=now + DAY))


def test_two_who_ask_at_once_get_the_same_file(place, now, monkeypatch):
    """Each makes one of its own; the first that is kept is the one that everybody gets."""
    key = documents.Key.of(written(file(place, now))[0])
    together, made = threading.Barrier(4), itertools.count()

    def fill(*_):
        together.wait(10)
        return f"file {next(made)}".encode()

    monkeypatch.setattr(handing, "fill", fill)
    files = in_threads(lambda _: documents.word(key, now=now), times=4)
    assert len(set(files)) == 1 and next(made) == 4
    assert documents.word(key, now=now + DAY) == files[0]


def test_an_altered_file_is_not_handed_out(place, now, monkeypatch):
    number = file(place, now)
    key = documents.Key.of(written(number)[0])
    documents.word(key, now=now)
    stored = written(number)[0].storage_key
    attachments._put(stored, b"something else")
    with pytest.raises(Invalid, match="与存入时不一致"):
        documents.word(key, now=now)


def test_the_pdf_says_what_the_word_file_says(place, now):
    notice = written(file(place, now))[0]
    key = documents.Key.of(notice)
    reader = PdfReader(io.BytesIO(documents.pdf(key, now=now)))
    flat = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages).replace("\0", ""))
    for line in text_of(documents.word(key, now=now)).splitlines():
        assert re.sub(r"\s", "", line) in flat
    assert "第1页共1页" in flat and reader.metadata.title == f"受理通知书 {notice.number}"


def test_the_qr_code_leads_to_the_case(place, now):
    number = file(place, now)
    key = documents.Key.of(written(number)[0])
    (picture,) = [
        image.image.convert("L") for image in PdfReader(io.BytesIO(documents.pdf(key, now=now))).pages[0].images
    ]
    matrix = segno.make(confidential.tracking_url(builders.DISTRICT, number), error="m").matrix
    module = picture.width // (len(matrix) + 4)
    middle = [(place + 2) * module + module // 2 for place in range(len(matrix))]
    assert [[int(picture.getpixel((x, y)) < 128) for x in middle] for y in middle] == [list(row) for row in matrix]


def test_nothing_that_opens_a_case_is_stored_beside_it(place, now):
    number = file(place, now, applicant=dataclasses.replace(builders.PERSON, email="zhang@example.cn"))
    token, code = confidential.link_token(1, number), confidential.query_code(1, number)
    with database.reading() as session:
        kept = [json.dumps(each.facts, ensure_ascii=False) for each in session.scalars(select(CaseDocument))]
        kept += [each.body for each in session.scalars(select(OutboxMessage))]
    secrets = (token, code, builders.PERSON.id_number, builders.PERSON.phone)
    assert len(kept) == 3 and not [text for text in kept if any(each in text for each in secrets)]


def test_steps_older_than_their_vouchers_are_written_once_when_asked(place, now):
    number = file(place, now)
    act(review.grant, number, actor=place["reviewer"], now=now + DAY)
    with database.writing() as session:
        session.execute(CaseDocument.__table__.delete())
    assert act(telling.catch_up, number, actor=place["clerk"], now=now + 2 * DAY) == 3
    assert kinds(number) == [K.ACCEPTANCE, K.GRANT, K.PICKUP]
    assert newest(number, K.GRANT).written_at == now + DAY
    with database.writing() as session, pytest.raises(WrongState, match="都已出具"):
        telling.catch_up(session, number, actor=place["clerk"], now=now)


def test_what_a_case_that_is_over_was_handed_on_paper_is_not_written_anew(place, now):
    number = file(place, now)
    act(review.withdraw, number, "改变经营计划", actor=place["clerk"], now=now + DAY)
    with database.writing() as session:
        session.execute(CaseDocument.__table__.delete())
    with database.writing() as session, pytest.raises(WrongState, match="都已出具"):
        telling.catch_up(session, number, actor=place["clerk"], now=now + 2 * DAY)


def test_another_systems_case_has_its_own_papers(place, now):
    number = file(place, now)
    with database.writing() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        session.execute(CaseDocument.__table__.delete())
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()
        assert documents.missing(case, events, []) != []
        session.expunge(case)
        case.batch_id = 7
        assert documents.missing(case, events, []) == []


def test_no_voucher_and_no_message_is_left_of_a_step_that_failed(place, now):
    number = file(place, now)
    with database.reading() as session:
        sent = len(session.scalars(select(OutboxMessage)).all())
    with pytest.raises(RuntimeError), database.writing() as session:
        review.grant(session, number, actor=place["reviewer"], now=now + DAY)
        raise RuntimeError("the power fails")
    assert kinds(number) == [K.ACCEPTANCE]
    with database.reading() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == sent


def test_a_key_that_leads_nowhere_is_said_so(place, now):
    key = documents.Key.of(written(file(place, now))[0])
    with pytest.raises(NotFound, match="没有找到这份文书"):
        documents.word(documents.Key(key.district_id, key.case_id, 99, key.kind), now=now)


def test_every_kind_can_be_filled_with_a_case_without_any_special_fact(place, now):
    """What a step of old did not note down is left empty."""
    number = file(place, now)
    with database.reading() as session:
        event = session.scalars(select(CaseEvent).where(CaseEvent.action == CaseAction.ACCEPT)).one()
        case = session.scalars(select(Case).where(Case.number == number)).one()
        version = session.scalars(select(ItemVersion)).one()
        for kind in vouchers.WORDS:
            facts = composing.facts(session, case, version, Guide.model_validate(version.guide), event, kind)
            assert set(facts) <= set(vouchers.examples(kind)), kind
            said = text_of(filling.fill(templates.shipped(kind).read_bytes(), facts | {"文号": "x"}))
            assert "None" not in said and "{{" not in said
