"""Taking cases in."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.cases import Applicant, Case, CaseEvent, CaseMaterial, CaseTask
from models.enums import CaseAction, CaseStatus, CaseType, HolderKind, ItemState, LimitUnit, MaterialState
from models.messages import OutboxMessage
from services import counts
from services.cases import intake
from services.cases.applicants import ApplicantEntry
from services.cases.intake import MaterialEntry
from services.errors import Invalid, NotAllowed, WrongState
from services.rules import identifiers
from tests import builders


def case_of(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def actions(session, case):
    return list(
        session.scalars(select(CaseEvent.action).where(CaseEvent.case_id == case.id).order_by(CaseEvent.sequence))
    )


def test_an_instant_case_goes_from_receipt_to_delivery_at_the_counter(session, make_item, clerk_017, now):
    filed = intake.file(session, builders.filing(make_item(case_type=CaseType.IMMEDIATE)), actor=clerk_017, now=now)
    case = case_of(session, filed.number)
    assert case.status == CaseStatus.DELIVERED and case.holder == HolderKind.NOBODY
    assert actions(session, case) == [CaseAction.RECEIVE, CaseAction.ACCEPT, CaseAction.GRANT, CaseAction.DELIVER]
    assert {case.submitted_at, case.accepted_at, case.decided_at, case.delivered_at} == {now}


def test_a_promised_case_is_due_in_working_time_and_waits_for_its_department(
    session, make_item, clerk_017, now, district
):
    filed = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now)
    case = case_of(session, filed.number)
    assert case.status == CaseStatus.ACCEPTED and case.holder == HolderKind.DEPARTMENT
    assert case.due_at == dt.datetime(2026, 3, 23, 17, 0, tzinfo=now.tzinfo)
    task = session.scalars(select(CaseTask).where(CaseTask.case_id == case.id)).one()
    assert task.department_id == district.organisations["017"] and task.due_at == case.due_at


def test_a_case_number_carries_district_day_and_check_digit(session, make_item, clerk_017, now):
    item = make_item()
    numbers = [intake.file(session, builders.filing(item), actor=clerk_017, now=now).number for _ in range(3)]
    assert all(identifiers.is_case_number(number) for number in numbers)
    assert [number[:19] for number in numbers] == [f"51010920260316{serial:05d}" for serial in (1, 2, 3)]


def test_the_same_form_filed_twice_is_one_case(session, make_item, clerk_017, now):
    form = builders.filing(make_item(), form_key="one form")
    first = intake.file(session, form, actor=clerk_017, now=now)
    second = intake.file(session, form, actor=clerk_017, now=now)
    assert (second.number, second.is_repeat) == (first.number, True)
    assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_same_person_is_one_applicant_and_no_id_stands_readable(session, make_item, clerk_017, now):
    item = make_item()
    fifteen = ApplicantEntry("示例甲", "510113990101001")
    for entry in (builders.PERSON, dataclasses.replace(builders.PERSON, phone="")):
        intake.file(session, builders.filing(item, applicant=entry), actor=clerk_017, now=now)
    kept = session.scalars(select(Applicant)).one()
    assert builders.PERSON.id_number not in kept.id_cipher + kept.id_key
    assert kept.phone_cipher is not None
    assert fifteen.kind == kept.kind


def test_a_message_is_queued_without_the_id_number(session, make_item, clerk_017, now):
    intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now)
    message = session.scalars(select(OutboxMessage)).one()
    assert builders.PERSON.id_number not in message.body and message.recipient_masked == "138****0001"


def test_filing_is_audited(session, make_item, clerk_017, now):
    filed = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now)
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.actor_name) == ("case.receive", filed.number, clerk_017.name)


def test_stored_sums_follow_each_filing(session, make_item, clerk_017, now):
    for kind in (CaseType.IMMEDIATE, CaseType.PROMISED, CaseType.IMMEDIATE):
        intake.file(session, builders.filing(make_item(case_type=kind)), actor=clerk_017, now=now)
    found = counts.check(session, clerk_017.district_id)
    assert found.equal, found.different
    grain = counts.stored(session, counts.GRAINS[0], clerk_017.district_id)
    assert sum(sums[0] for sums in grain.values()) == 3 and sum(sums[2] for sums in grain.values()) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"applicant": ApplicantEntry("示例甲", "510113189901010012")}, "id_number"),
        ({"applicant": ApplicantEntry("", "510113189901010011")}, "name"),
        ({"applicant": ApplicantEntry("示例甲", "510113189901010011", phone="12")}, "phone"),
        ({"materials": ("plan",)}, "materials"),
        ({"subject": "长" * 201}, "subject"),
    ],
)
def test_what_was_typed_wrong_is_told_by_field_and_nothing_is_written(
    session, make_item, clerk_017, now, changes, field
):
    with pytest.raises(Invalid) as refused:
        intake.file(session, builders.filing(make_item(), **changes), actor=clerk_017, now=now)
    assert field in refused.value.fields
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_only_a_deferrable_material_may_come_later(session, make_item, clerk_017, now):
    item = make_item()
    later = (MaterialEntry("id"), MaterialEntry("plan", MaterialState.DEFERRED))
    filed = intake.file(session, dataclasses.replace(builders.filing(item), materials=later), actor=clerk_017, now=now)
    states = session.scalars(select(CaseMaterial.state).where(CaseMaterial.case_id == filed.case_id)).all()
    assert sorted(states) == [MaterialState.DEFERRED, MaterialState.RECEIVED]
    wrong = (MaterialEntry("id", MaterialState.DEFERRED), MaterialEntry("plan"))
    with pytest.raises(Invalid, match="不允许容缺后补：身份证明"):
        intake.file(session, dataclasses.replace(builders.filing(item), materials=wrong), actor=clerk_017, now=now)


@pytest.mark.parametrize("state", [ItemState.SUSPENDED, ItemState.ABOLISHED])
def test_a_suspended_or_abolished_item_takes_no_case(session, make_item, clerk_017, now, state):
    with pytest.raises(WrongState, match=state.label):
        intake.file(session, builders.filing(make_item(state=state)), actor=clerk_017, now=now)


def test_a_window_takes_only_its_departments_items(session, make_item, clerk, now):
    with pytest.raises(NotAllowed, match="本窗口不受理"):
        intake.file(session, builders.filing(make_item()), actor=clerk, now=now)


def test_a_reviewer_takes_no_case_in(session, make_item, reviewer, now):
    with pytest.raises(NotAllowed, match="收件"):
        intake.file(session, builders.filing(make_item()), actor=reviewer, now=now)


def test_a_due_date_in_a_year_without_official_calendar_is_provisional(session, make_item, clerk_017, now):
    late = now.replace(year=2026, month=12, day=30)
    filed = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=late)
    assert case_of(session, filed.number).is_provisional


def test_working_hours_count_at_the_window(session, make_item, clerk_017, now):
    item = make_item(promise=(4, LimitUnit.WORK_HOUR))
    filed = intake.file(session, builders.filing(item), actor=clerk_017, now=now)
    assert filed.due_at == now.replace(hour=15, minute=30)
