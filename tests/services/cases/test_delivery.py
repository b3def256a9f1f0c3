"""Handing results over."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.cases import Case, CaseEvent, CaseMaterial
from models.enums import CaseResult, CaseStatus, MaterialState
from services.cases import delivery, intake, review
from services.cases.applicants import ApplicantEntry
from services.cases.intake import Filing, MaterialEntry
from services.errors import Invalid, NotAllowed, NotFound, WrongState
from tests import builders

DAY = dt.timedelta(days=1)
REASONS, REMEDIES = "不符合许可条件", "可申请行政复议或提起行政诉讼"


@pytest.fixture
def decided(session, make_item, clerk_017, reviewer, now):
    """A granted case; `later` names materials still to come."""

    def make(*, later=(), applicant=builders.PERSON, at=now):
        entries = tuple(
            MaterialEntry(key, MaterialState.DEFERRED if key in later else MaterialState.RECEIVED)
            for key in ("id", "plan")
        )
        number = intake.file(session, Filing(make_item(), applicant, entries), actor=clerk_017, now=at).number
        review.grant(session, number, actor=reviewer, now=at + DAY)
        return number

    return make


def case_of(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def test_who_waits_longest_stands_first_and_is_found_by_number_or_name(session, decided, clerk_017, now):
    other = ApplicantEntry("示例乙", "510113189001010016")
    first, second = decided(applicant=other, at=now - 3 * DAY), decided(at=now)
    assert [each.number for each in delivery.ready(session, clerk_017)] == [first, second]
    assert delivery.count(session, clerk_017) == 2
    for find, found in (
        (first, [first]),
        (first[-6:], [first]),
        ("示例乙", [first]),
        ("卫生", [first, second]),
        ("%", []),
    ):
        assert [each.number for each in delivery.ready(session, clerk_017, find=find)] == found


def test_a_result_is_handed_to_a_named_receiver_once(session, decided, clerk_017, now):
    number = decided()
    for nobody in ("", "  ", "长" * 61):
        with pytest.raises(Invalid) as refused:
            delivery.deliver(session, number, nobody, actor=clerk_017, now=now + 2 * DAY)
        assert "receiver" in refused.value.fields
    delivery.deliver(session, number, " 示例甲 ", actor=clerk_017, now=now + 2 * DAY)
    case = case_of(session, number)
    assert (case.status, case.delivered_at) == (CaseStatus.DELIVERED, now + 2 * DAY)
    event = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.action == "deliver")).one()
    assert event.evidence == {"receiver": "示例甲"}
    assert delivery.count(session, clerk_017) == 0
    with pytest.raises(WrongState, match="已送达"):
        delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + 3 * DAY)


def test_nothing_is_handed_over_while_a_deferred_material_is_missing(session, decided, clerk_017, now):
    number = decided(later=("plan",))
    with pytest.raises(Invalid, match="尚未交齐：场所平面图"):
        delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + 2 * DAY)
    assert case_of(session, number).status == CaseStatus.DECIDED
    delivery.receive_material(session, number, "plan", actor=clerk_017, now=now + 2 * DAY)
    delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + 2 * DAY)
    assert session.scalars(select(CaseMaterial.state)).all() == [MaterialState.RECEIVED] * 2
    assert "case.receive_material" in session.scalars(select(AuditEntry.action)).all()


def test_a_material_is_taken_in_only_where_one_is_owed(session, decided, clerk_017, now):
    number = decided()
    with pytest.raises(WrongState, match="已收"):
        delivery.receive_material(session, number, "plan", actor=clerk_017, now=now)
    with pytest.raises(NotFound):
        delivery.receive_material(session, number, "nothing", actor=clerk_017, now=now)


def test_a_denial_is_handed_over_without_waiting_for_materials(session, make_item, clerk_017, reviewer, now):
    entries = (MaterialEntry("id"), MaterialEntry("plan", MaterialState.DEFERRED))
    number = intake.file(session, Filing(make_item(), builders.PERSON, entries), actor=clerk_017, now=now).number
    review.deny(session, number, REASONS, REMEDIES, actor=reviewer, now=now + DAY)
    delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + 2 * DAY)
    assert case_of(session, number).result == CaseResult.DENIED


def test_a_reviewer_hands_nothing_over(session, decided, reviewer, now):
    number = decided()
    with pytest.raises(NotAllowed, match="送达"):
        delivery.deliver(session, number, "示例甲", actor=reviewer, now=now + 2 * DAY)
    with pytest.raises(NotAllowed, match="送达"):
        delivery.receive_material(session, number, "plan", actor=reviewer, now=now + 2 * DAY)


def test_an_undecided_case_cannot_be_handed_over(session, make_item, clerk_017, now):
    number = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now).number
    with pytest.raises(WrongState, match="已受理"):
        delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now)
