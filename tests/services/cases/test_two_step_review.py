"""两步审查: complete and usable first, told once; originals at pick-up; what the centre holds is not asked for again."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.cases import Attachment, Case, CaseEvent, CaseMaterial, CaseTask
from models.enums import (
    ApplicationChannel,
    CaseAction,
    CaseResult,
    CaseStatus,
    DocumentVerdict,
    HolderKind,
    MarkKind,
    MaterialState,
    TaskState,
    TrustLevel,
)
from models.reviews import MaterialVerdict
from services.attachments import Upload
from services.cases import authenticity, correcting, deeming, delivery, intake, received, reusing, review
from services.cases.authenticity import Original
from services.cases.intake import MaterialEntry
from services.errors import Conflict, Invalid, NotAllowed, WrongState
from services.rules.completeness import Judged
from tests import builders

V = DocumentVerdict
DAY = dt.timedelta(days=1)
UNTIL = dt.date(2026, 3, 30)
MATERIALS = [
    {"key": "id", "name": "身份证明", "originals": 1},
    {"key": "plan", "name": "场所平面图", "necessity": "deferrable", "originals": 1},
    {"key": "agent", "name": "委托书", "necessity": "conditional", "originals": 1},
]
PICTURE = b"%PDF-1.7 a plan"


@pytest.fixture
def item(make_item):
    return make_item(materials=MATERIALS)


@pytest.fixture
def online(session, item, clerk_017, now):
    """A case handed in online, its documents uploaded; nobody has judged it."""
    filing = builders.filing(item, materials=("id", "plan"))
    upload = Upload("平面图.pdf", PICTURE, "plan")
    filing = dataclasses.replace(filing, channel=ApplicationChannel.ONLINE, is_to_review=True, uploads=[upload])
    return intake.file(session, filing, actor=dataclasses.replace(clerk_017, user_id=None), now=now).number


def case_of(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def judged(**verdicts):
    said = {"id": V.USABLE, "plan": V.USABLE, "agent": V.NOT_NEEDED} | verdicts
    return [Judged(key, each, "请按样式重做") for key, each in said.items() if each]


def test_a_case_received_first_waits_without_a_clock(session, online, clerk_017):
    case = case_of(session, online)
    assert (case.status, case.due_at, case.accepted_at) == (CaseStatus.SUBMITTED, None, None)
    assert [each.number for each in received.waiting(session, clerk_017)] == [online]
    stranger = builders.actor(session, "window_clerk", window="018")
    assert received.waiting(session, stranger) == []


def test_every_document_is_judged_before_anything_follows(session, online, clerk_017, now):
    for act in (correcting.accept, correcting.request):
        more = {} if act is correcting.accept else {"until": UNTIL}
        with pytest.raises(Invalid, match="还没有审查") as caught:
            act(session, online, judged(plan=None), **more, actor=clerk_017, now=now)
        assert set(caught.value.fields) == {"plan"}
    assert session.scalar(select(func.count()).select_from(MaterialVerdict)) == 0


def test_all_usable_is_accepted_and_the_clock_starts_now(session, online, clerk_017, now):
    correcting.accept(session, online, judged(), actor=clerk_017, now=now + DAY)
    case = case_of(session, online)
    assert case.status == CaseStatus.ACCEPTED and case.accepted_at == now + DAY and case.due_at > now + DAY
    assert case.clerk_id == clerk_017.user_id, "who accepted does not decide alone"
    rows = session.scalars(select(MaterialVerdict)).all()
    assert {(row.round, row.judged_by) for row in rows} == {(1, clerk_017.name)} and len(rows) == 3
    with pytest.raises(Invalid, match="缺件"):
        correcting.accept(session, _again(session, online), judged(plan=V.MISSING), actor=clerk_017, now=now + DAY)


def _again(session, number):
    case_of(session, number).status = CaseStatus.SUBMITTED
    session.flush()
    return number


def test_the_notice_is_one_and_complete(session, online, clerk_017, now):
    correcting.request(session, online, judged(id=V.EXPIRED, plan=V.ILLEGIBLE), UNTIL, actor=clerk_017, now=now)
    case = case_of(session, online)
    assert (case.status, case.holder) == (CaseStatus.CORRECTION_REQUESTED, HolderKind.APPLICANT)
    asked, until = received.asked(session, case)
    assert until == UNTIL and [(each.key, each.reason) for each in asked] == [
        ("id", "已过有效期：请按样式重做"),
        ("plan", "不清晰：请按样式重做"),
    ]
    event = deeming.last_event(session, case, CaseAction.REQUEST_CORRECTION)
    assert deeming.correction_end(event) == UNTIL and "请按样式重做" in event.opinion


@pytest.mark.parametrize(
    ("verdicts", "until", "told"),
    [
        ({}, UNTIL, "没有需要补正的"),
        ({"plan": V.MISSING}, dt.date(2026, 3, 16), "补正期限"),
        ({"plan": V.MISSING}, dt.date(2026, 9, 16), "补正期限"),
        ({"id": V.NOT_NEEDED}, UNTIL, "必交材料"),
    ],
)
def test_a_wrong_notice_is_refused_and_nothing_is_written(session, online, clerk_017, now, verdicts, until, told):
    with pytest.raises(Invalid, match=told):
        correcting.request(session, online, judged(**verdicts), until, actor=clerk_017, now=now)
    assert case_of(session, online).status == CaseStatus.SUBMITTED
    assert session.scalar(select(func.count()).select_from(MaterialVerdict)) == 0


@pytest.fixture
def corrected(session, online, clerk_017, now):
    """Round two: the plan was asked for, and handed in again."""
    correcting.request(session, online, judged(plan=V.ILLEGIBLE), UNTIL, actor=clerk_017, now=now)
    upload = Upload("平面图2.pdf", PICTURE + b" drawn anew", "plan")
    correcting.resubmit(session, online, ["plan"], [upload], actor=clerk_017, now=now + DAY)
    return online


def test_what_was_passed_and_has_not_changed_is_not_asked_for_again(session, corrected, clerk_017, now):
    with pytest.raises(WrongState) as caught:
        correcting.request(session, corrected, judged(id=V.EXPIRED), UNTIL, actor=clerk_017, now=now + DAY)
    for part in ("身份证明", "第 1 轮", "2026-03-16 10:30", clerk_017.name, "第三十二条"):
        assert part in str(caught.value)
    assert case_of(session, corrected).status == CaseStatus.SUBMITTED
    assert session.scalar(select(func.max(MaterialVerdict.round))) == 1


def test_what_the_correction_itself_brought_may_be_found_wanting(session, corrected, clerk_017, now):
    correcting.request(session, corrected, judged(plan=V.INCONSISTENT), UNTIL, actor=clerk_017, now=now + DAY)
    assert case_of(session, corrected).status == CaseStatus.CORRECTION_REQUESTED
    assert session.scalar(select(func.max(MaterialVerdict.round))) == 2


def test_a_correction_names_what_it_brings(session, online, clerk_017, now):
    with pytest.raises(WrongState):
        correcting.resubmit(session, online, ["plan"], actor=clerk_017, now=now)
    correcting.request(session, online, judged(plan=V.ILLEGIBLE), UNTIL, actor=clerk_017, now=now)
    for handed in ([], ["nothing"]):
        with pytest.raises(Invalid, match="补交了哪些"):
            correcting.resubmit(session, online, handed, actor=clerk_017, now=now)


def test_who_is_turned_away_is_told_where_to_go(session, online, clerk_017, now):
    refuse = CaseAction.REFUSE_ACCEPTANCE
    with pytest.raises(Invalid, match="哪个机关") as caught:
        correcting.turn_away(session, online, refuse, "不属于本机关职权", actor=clerk_017, now=now)
    assert set(caught.value.fields) == {"right_body"}
    correcting.turn_away(session, online, refuse, "不属于本机关职权", "市城管局", actor=clerk_017, now=now)
    case = case_of(session, online)
    assert (case.status, case.result) == (CaseStatus.CLOSED, CaseResult.ACCEPTANCE_REFUSED)
    last = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.sequence)).all()[-1]
    assert last.evidence == {"right_body": "市城管局"}


def test_another_windows_clerk_and_a_late_clerk_are_refused(session, online, clerk_017, now):
    stranger = builders.actor(session, "window_clerk", window="018")
    with pytest.raises(NotAllowed):
        correcting.accept(session, online, judged(), actor=stranger, now=now)
    with pytest.raises(Conflict):
        correcting.accept(session, online, judged(), actor=clerk_017, now=now, expected_version=99)


def test_after_acceptance_a_new_wish_is_a_supervised_exception(session, online, clerk_017, reviewer, now):
    correcting.accept(session, online, judged(), actor=clerk_017, now=now)
    with pytest.raises(WrongState):
        correcting.request(session, online, judged(plan=V.MISSING), UNTIL, actor=clerk_017, now=now)
    correcting.late_request(session, online, "现场发现与平面图不符，需要补交竣工图", actor=reviewer, now=now)
    case = case_of(session, online)
    assert case.status == CaseStatus.ACCEPTED
    assert [mark.kind for mark in deeming.marks(session, case)] == [MarkKind.LATE_REQUEST]


@pytest.fixture
def granted(session, online, clerk_017, reviewer, now):
    correcting.accept(session, online, judged(), actor=clerk_017, now=now)
    review.grant(session, online, actor=reviewer, now=now + DAY)
    return online


def originals(**wrong):
    return [Original(key, key not in wrong, wrong.get(key, "")) for key in ("id", "plan")]


def test_nothing_is_handed_over_before_the_originals_are_seen(session, granted, clerk_017, now):
    with pytest.raises(Invalid, match=r"须核验原件：身份证明、场所平面图"):
        delivery.deliver(session, granted, "示例甲", actor=clerk_017, now=now + 2 * DAY)
    with pytest.raises(Invalid, match="还没有核验"):
        authenticity.compare(session, granted, originals()[:1], actor=clerk_017, now=now + 2 * DAY)
    assert authenticity.compare(session, granted, originals(), actor=clerk_017, now=now + 2 * DAY)
    trusted = session.scalars(select(CaseMaterial).where(CaseMaterial.state == MaterialState.RECEIVED)).all()
    assert {each.trust_level for each in trusted} == {TrustLevel.B} and all(each.checked_by for each in trusted)
    delivery.deliver(session, granted, "示例甲", actor=clerk_017, now=now + 2 * DAY)
    assert case_of(session, granted).status == CaseStatus.DELIVERED


@pytest.mark.parametrize(("upholds", "ends"), [(True, CaseStatus.DECIDED), (False, CaseStatus.CLOSED)])
def test_a_false_original_withholds_the_certificate_and_returns_the_decision(
    session, granted, clerk_017, reviewer, now, upholds, ends
):
    decided = case_of(session, granted).decided_at
    with pytest.raises(Invalid, match="写明哪里不符"):
        authenticity.compare(session, granted, originals(plan=" "), actor=clerk_017, now=now + 2 * DAY)
    wrong = originals(plan="面积与原件不同")
    assert not authenticity.compare(session, granted, wrong, actor=clerk_017, now=now + 2 * DAY)
    case = case_of(session, granted)
    assert (case.status, case.holder) == (CaseStatus.WITHHELD, HolderKind.DEPARTMENT)
    assert [mark.kind for mark in deeming.marks(session, case)] == [MarkKind.NOT_GENUINE]
    task = session.scalars(select(CaseTask).where(CaseTask.state == TaskState.PENDING)).one()
    assert task.department_id == case.department_id
    with pytest.raises(WrongState):
        delivery.deliver(session, granted, "示例甲", actor=clerk_017, now=now + 3 * DAY)
    authenticity.rule(session, granted, "复核后作此决定", upholds=upholds, actor=reviewer, now=now + 3 * DAY)
    assert (case.status, case.decided_at) == (ends, decided)
    if upholds:
        delivery.deliver(session, granted, "示例甲", actor=clerk_017, now=now + 3 * DAY)
    else:
        assert case.result == CaseResult.REVOKED


def test_at_the_counter_the_original_is_seen_at_once(session, item, clerk_017, now):
    number = intake.file(session, builders.filing(item), actor=clerk_017, now=now).number
    rows = session.scalars(select(CaseMaterial).where(CaseMaterial.case_id == case_of(session, number).id)).all()
    assert {row.material_key: row.trust_level for row in rows if row.checked_at} == {
        "id": TrustLevel.B,
        "plan": TrustLevel.B,
    }


@pytest.fixture
def held(session, item, clerk_017, now):
    """The plan of an earlier case, with its file, compared at the counter, valid until the end of April."""
    entries = (MaterialEntry("id"), MaterialEntry("plan", valid_until=dt.date(2026, 4, 30)))
    filing = dataclasses.replace(builders.filing(item), materials=entries, uploads=[Upload("图.pdf", PICTURE, "plan")])
    return intake.file(session, filing, actor=clerk_017, now=now)


def offered(session, applicant_id, today):
    found = reusing.offers(session, builders.DISTRICT, applicant_id, ["身份证明", "场所平面图"], today=today)
    return {name: offer.case_id for name, offer in found.items()}


def reuse(session, item, held, clerk, now, **changes):
    entries = (MaterialEntry("id"), MaterialEntry("plan", MaterialState.MISSING, reused_from=held.case_id))
    filing = dataclasses.replace(builders.filing(item), materials=entries, is_to_review=True, **changes)
    return intake.file(session, filing, actor=clerk, now=now)


def test_what_is_held_and_valid_is_offered_and_its_file_is_linked(session, item, held, clerk_017, now):
    applicant = case_of(session, held.number).applicant_id
    assert offered(session, applicant, now.date()) == {"身份证明": held.case_id, "场所平面图": held.case_id}
    again = reuse(session, item, held, clerk_017, now + DAY)
    material = session.get_one(CaseMaterial, (builders.DISTRICT, again.case_id, "plan"))
    assert (material.state, material.trust_level, material.source_case_id) == (
        MaterialState.RECEIVED,
        TrustLevel.B,
        held.case_id,
    )
    keys = session.scalars(select(Attachment.storage_key)).all()
    assert len(keys) == 2 and len(set(keys)) == 1, "one file, linked twice"
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "case.reuse")).one()


@pytest.mark.parametrize("trust", [TrustLevel.C, TrustLevel.D])
def test_what_nobody_checked_is_never_offered(session, held, now, trust):
    applicant = case_of(session, held.number).applicant_id
    session.get_one(CaseMaterial, (builders.DISTRICT, held.case_id, "plan")).trust_level = trust
    session.flush()
    assert offered(session, applicant, now.date()) == {"身份证明": held.case_id}


def test_an_expired_one_and_another_persons_are_refused(session, item, held, clerk_017, now):
    applicant = case_of(session, held.number).applicant_id
    assert offered(session, applicant, dt.date(2026, 5, 1)) == {"身份证明": held.case_id}
    with pytest.raises(Invalid, match="不能复用"):
        reuse(session, item, held, clerk_017, now + 60 * DAY)
    other = dataclasses.replace(builders.PERSON, name="示例丙", id_number="510113189203030031")
    with pytest.raises(Invalid, match="不能复用"), session.begin_nested():
        reuse(session, item, held, clerk_017, now + 60 * DAY, applicant=other)


def test_what_was_passed_and_was_handed_in_anew_is_judged_anew(session, online, clerk_017, now):
    correcting.request(session, online, judged(id=V.EXPIRED), UNTIL, actor=clerk_017, now=now)
    anew = Upload("平面图3.pdf", PICTURE + b" another floor", "plan")
    correcting.resubmit(session, online, ["id"], [anew], actor=clerk_017, now=now + DAY)
    correcting.request(session, online, judged(plan=V.INCONSISTENT), UNTIL, actor=clerk_017, now=now + DAY)
    asked, _ = received.asked(session, case_of(session, online))
    assert [each.key for each in asked] == ["plan"]
