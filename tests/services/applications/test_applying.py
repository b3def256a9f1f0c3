"""Applying online: a draft that comes back, sent once, received like a case from the window."""

import dataclasses
import datetime as dt
import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import func, select

from models.applications import CaseForm, DraftFile, OnlineDraft
from models.cases import Attachment, Case, CaseEvent, CaseMaterial
from models.catalogue import ItemVersion, ServiceItem
from models.enums import ApplicationChannel, CaseAction, CaseStatus, CaseType, HolderKind, MaterialState
from services import applications, attachments
from services.applications import Content, drafting
from services.attachments import Upload
from services.cases import answering, facts
from services.errors import Invalid, NotFound, WrongState
from tests import builders

D = builders.DISTRICT
ID = "510113189901010011"
FORM = [
    {"key": "area", "label": "经营面积", "kind": "number", "minimum": 1, "unit": "平方米"},
    {"key": "seats", "label": "有外摆座位", "kind": "yes_no"},
    {"key": "chief", "label": "负责人身份证号", "kind": "id_number"},
]
GOOD = Content(id_number=ID, name="示例甲", phone="028-00001234", answers={"area": 120, "seats": False, "chief": ID})


def picture():
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def item(session):
    return builders.item(session, is_online=True, form=FORM)


@pytest.fixture
def draft(session, item, now):
    asked = applications.preview(session, D, item)
    return applications.begin(session, D, asked, GOOD, step=drafting.MATERIALS, now=now)


def key(draft):
    return D, draft.number, draft.token


@pytest.fixture
def complete(session, draft, now):
    uploads = [Upload("身份证.png", picture(), "id")]
    applications.add_files(session, *key(draft), uploads, now=now)
    return draft


@pytest.fixture
def place(session):
    return applications.places(session, D, builders.organisation_id(session, "017"))[0].id


def send(session, draft, place, now):
    return applications.submit(session, *key(draft), place, source="127.0.0.1", now=now)


def cases(session):
    return session.scalar(select(func.count()).select_from(Case))


def test_a_draft_comes_back_with_number_and_code_and_says_nothing_in_the_database(session, draft, now):
    found = applications.opened(session, D, draft.number.lower(), draft.code.lower(), now=now)
    assert found.content == GOOD
    kept = session.scalars(select(OnlineDraft)).one()
    assert "示例甲" not in kept.content_cipher
    assert ID not in kept.content_cipher


@pytest.mark.parametrize("number", ["", "W2026031600000000", None])
def test_an_unknown_number_and_a_wrong_code_are_answered_alike(session, draft, number, now):
    with pytest.raises(NotFound) as refusal:
        applications.opened(session, D, draft.number if number is None else number, "0" * 14, now=now)
    assert str(refusal.value) == drafting.UNKNOWN


def test_half_of_it_may_be_saved_but_a_step_is_left_only_when_it_is_right(session, draft, now):
    half = Content(name="示例", id_number="51011318990101001")
    applications.save(session, *key(draft), half, step=1, now=now)
    with pytest.raises(Invalid) as refusal:
        applications.save(session, *key(draft), half, step=2, now=now, passing=drafting.APPLICANT)
    assert set(refusal.value.fields) == {"id_number", "phone"}
    assert applications.opened(session, D, draft.number, draft.code, now=now).content == half


def test_an_id_with_a_wrong_check_digit_is_refused_in_words(session, draft, now):
    wrong = dataclasses.replace(GOOD, id_number="510113189901010012")
    with pytest.raises(Invalid, match="校验码"):
        applications.save(session, *key(draft), wrong, step=2, now=now, passing=drafting.APPLICANT)


def test_an_answer_against_its_rule_keeps_the_step(session, draft, now):
    wrong = dataclasses.replace(GOOD, answers={"area": 0, "seats": True})
    with pytest.raises(Invalid) as refusal:
        applications.save(session, *key(draft), wrong, step=3, now=now, passing=drafting.FORM)
    assert set(refusal.value.fields) == {"area", "chief"}


@pytest.mark.parametrize("name", ["身份证.png", "身份证.pdf", "说明.docx"])
def test_a_file_that_lies_about_its_type_is_refused_and_nothing_is_kept(session, draft, name, now):
    lie = b"MZ\x90\x00" + b"\x00" * 60
    if name.endswith("docx"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("run.exe", lie)
        lie = held.getvalue()
    with pytest.raises(Invalid, match="不符"):
        applications.add_files(
            session, *key(draft), [Upload("好.png", picture(), "id"), Upload(name, lie, "id")], now=now
        )
    assert session.scalars(select(DraftFile)).all() == []


def test_sending_makes_a_case_that_waits_at_the_window(session, complete, place, now):
    filed = send(session, complete, place, now)
    case = session.get_one(Case, (D, filed.case_id))
    assert (case.status, case.channel, case.holder) == (
        CaseStatus.SUBMITTED, ApplicationChannel.ONLINE, HolderKind.WINDOW,
    )  # fmt: skip
    assert (case.accepted_at, case.due_at, case.window_id, case.centre_id) == (None, None, None, place)
    events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()
    assert [(event.action, event.actor_name) for event in events] == [(CaseAction.RECEIVE, "公众")]
    materials = session.scalars(select(CaseMaterial).where(CaseMaterial.case_id == case.id)).all()
    assert {each.material_key: each.state for each in materials} == {
        "id": MaterialState.RECEIVED, "plan": MaterialState.DEFERRED,
    }  # fmt: skip
    file = session.scalars(select(Attachment)).one()
    assert (file.material_key, attachments.read(file)[:4]) == ("id", b"\x89PNG")
    assert session.scalars(select(DraftFile)).all() == []


def test_the_forms_answers_are_the_cases_and_its_flow_may_ask_them(session, complete, place, now):
    filed = send(session, complete, place, now)
    case = session.get_one(Case, (D, filed.case_id))
    assert facts.of_case(session, case)["表单:经营面积"] == 120
    assert "120" not in session.scalars(select(CaseForm)).one().answers_cipher
    version = session.get_one(ItemVersion, (D, case.item_version_id))
    told = {label: text for _, label, text in answering.in_words(session, case, version, hides_place=True)}
    assert told["经营面积"] == "120 平方米"
    assert told["负责人身份证号"] != ID


def test_sent_twice_is_one_case(session, complete, place, now):
    first, again = send(session, complete, place, now), send(session, complete, place, now)
    assert (again.number, again.is_repeat, cases(session)) == (first.number, True, 1)
    assert applications.opened(session, D, complete.number, complete.code, now=now).case_number == first.number


def test_what_was_sent_cannot_be_changed_and_its_draft_forgets_who(session, complete, place, now):
    send(session, complete, place, now)
    with pytest.raises(WrongState, match="已经提交"):
        applications.save(session, *key(complete), GOOD, step=1, now=now)
    assert applications.opened(session, D, complete.number, complete.code, now=now).content == Content()


def test_everything_that_is_missing_is_told_at_once_and_nothing_is_lost(session, item, place, now):
    asked = applications.preview(session, D, item)
    empty = applications.begin(session, D, asked, Content(name="示例甲"), step=1, now=now)
    with pytest.raises(Invalid) as refusal:
        send(session, empty, place, now)
    assert {"id_number", "phone", "area", "materials"} <= set(refusal.value.fields)
    assert cases(session) == 0
    assert applications.opened(session, D, empty.number, empty.code, now=now).content.name == "示例甲"


def test_a_draft_keeps_its_version_when_a_new_one_is_published(session, complete, item, place, now):
    old = session.scalars(select(ItemVersion).where(ItemVersion.item_id == item)).one()
    new = ItemVersion(
        district_id=D, item_id=item, number=2, state=old.state, guide=old.guide | {"form": {}}, name=old.name,
        case_type=old.case_type, promise_amount=1, promise_unit=old.promise_unit, statutory_amount=20,
        statutory_unit=old.statutory_unit, created_by="示例", created_at=now, published_at=now,
    )  # fmt: skip
    session.add(new)
    session.flush()
    session.get_one(ServiceItem, (D, item)).published_version_id = new.id
    filed = send(session, complete, place, now)
    assert session.get_one(Case, (D, filed.case_id)).item_version_id == old.id


def test_an_item_that_is_not_for_online_says_why(session):
    with pytest.raises(WrongState, match="还没有开通"):
        applications.preview(session, D, builders.item(session))
    with pytest.raises(WrongState, match="当场"):
        applications.preview(session, D, builders.item(session, case_type=CaseType.IMMEDIATE, is_online=True))


def test_a_place_that_does_not_take_the_item_is_refused(session, complete, now):
    with pytest.raises(WrongState, match="领取地点"):
        send(session, complete, builders.organisation_id(session, "017"), now)


def test_drafts_past_thirty_days_go_with_their_files(session, complete, now):
    stored = session.scalars(select(DraftFile)).one().storage_key
    later = now + dt.timedelta(days=30, minutes=1)
    with pytest.raises(NotFound):
        applications.opened(session, D, complete.number, complete.code, now=later)
    assert applications.sweep(session, D, now=now) == (0, [])
    removed, keys = applications.sweep(session, D, now=later)
    attachments.remove(keys)
    assert (removed, keys) == (1, [stored])
    with pytest.raises(NotFound):
        attachments.fetch(stored, "", "身份证.png")


def test_too_many_files_are_refused(session, draft, now):
    with pytest.raises(Invalid, match="最多上传 40 个"):
        applications.add_files(session, *key(draft), [Upload("a.png", picture(), "id")] * 41, now=now)


def test_received_at_night_is_received_at_that_instant(session, complete, place, now):
    night = now.replace(hour=23)
    filed = send(session, complete, place, night)
    assert session.get_one(Case, (D, filed.case_id)).submitted_at == night
