"""Who sees which case: out of scope reads as not found, everywhere."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.enums import Permission, Role, ScopeKind
from services.cases import delivery, details, intake, review, search, worklists
from services.cases.search import CaseFilter
from services.errors import Invalid, NotAllowed, NotFound
from tests import builders

STREETS = ("510109-J1", "510109-J2")
DAY = dt.timedelta(days=1)


@pytest.fixture
def street_clerks(session):
    return [builders.actor(session, "window_clerk", centre=code) for code in STREETS]


@pytest.fixture
def case_elsewhere(session, make_item, street_clerks, now):
    """A case that the second street took in."""
    return intake.file(session, builders.filing(make_item()), actor=street_clerks[1], now=now).number


def refusal(call, *given, **named):
    with pytest.raises(NotFound) as refused:
        call(*given, **named)
    return str(refused.value)


def test_a_street_clerk_cannot_open_another_streets_case(session, street_clerks, case_elsewhere, now):
    here, there = street_clerks
    assert details.detail(session, case_elsewhere, there).case.number == case_elsewhere
    unknown = case_elsewhere[:-1] + str(9 - int(case_elsewhere[-1]))
    said = refusal(details.detail, session, case_elsewhere, here).replace(case_elsewhere, "")
    assert said == refusal(details.detail, session, unknown, here).replace(unknown, "")


def test_nothing_can_be_done_to_a_case_out_of_scope(session, street_clerks, case_elsewhere, now):
    here = street_clerks[0]
    refusal(review.withdraw, session, case_elsewhere, "申请人要求撤回", actor=here, now=now)
    refusal(delivery.deliver, session, case_elsewhere, "示例甲", actor=here, now=now)
    refusal(delivery.receive_material, session, case_elsewhere, "plan", actor=here, now=now)


def test_no_list_and_no_count_shows_a_case_out_of_scope(session, street_clerks, case_elsewhere, reviewer, now):
    here, there = street_clerks
    for asked in (
        CaseFilter(),
        CaseFilter(words="卫生"),
        CaseFilter(number=case_elsewhere),
        CaseFilter(person="示例甲"),
    ):
        assert search.page(session, asked, here, now=now).rows == []
        assert search.count(session, asked, here, now=now).value == search.total(session, asked, here, now=now) == 0
        assert len(search.page(session, asked, there, now=now).rows) == 1
    review.grant(session, case_elsewhere, actor=reviewer, now=now)
    assert (delivery.count(session, here), delivery.count(session, there)) == (0, 1)
    assert delivery.ready(session, here) == []


def test_a_community_lies_within_its_street(session, make_item, street_clerks, now):
    community = builders.actor(session, "window_clerk", centre="510109-C03")
    number = intake.file(session, builders.filing(make_item()), actor=community, now=now).number
    assert details.get(session, number, street_clerks[1]).number == number
    refusal(details.get, session, number, street_clerks[0])


def test_a_reviewer_sees_only_the_own_departments_cases(session, make_item, clerk_017, reviewer, now):
    own = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now).number
    others = make_item(department="012", dept_name="")
    anywhere = builders.actor(session, "window_clerk")
    foreign = intake.file(session, builders.filing(others), actor=anywhere, now=now).number
    assert [row.number for row in search.page(session, CaseFilter(), reviewer, now=now).rows] == [own]
    assert [task.number for task in worklists.waiting(session, reviewer, now=now)] == [own]
    refusal(details.detail, session, foreign, reviewer)


def test_a_department_with_a_task_opens_another_departments_case(session, make_item, clerk_017, now):
    flow = [{"stage": 1, "department": "012"}, {"stage": 2, "department": "017"}]
    number = intake.file(session, builders.filing(make_item(flow=flow)), actor=clerk_017, now=now).number
    helper = builders.actor(session, "reviewer", department="012")
    assert details.get(session, number, helper).number == number
    assert search.page(session, CaseFilter(), helper, now=now).rows == []


def test_a_window_sees_its_own_cases(session, make_item, clerk_017, now):
    number = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now).number
    narrow = dataclasses.replace(clerk_017, scope=ScopeKind.WINDOW)
    assert details.get(session, number, narrow).number == number
    refusal(details.get, session, number, dataclasses.replace(narrow, window_id=1))
    refusal(details.get, session, number, dataclasses.replace(narrow, window_id=None))


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.TAX_OFFICER])
def test_who_has_no_business_with_cases_sees_none(session, case_elsewhere, now, role):
    stranger = builders.actor(session, role)
    refusal(details.get, session, case_elsewhere, stranger)
    assert search.page(session, CaseFilter(), stranger, now=now).rows == []


def test_another_district_is_another_world(session, case_elsewhere, inspector, now):
    foreign = dataclasses.replace(inspector, district_id=2)
    refusal(details.get, session, case_elsewhere, foreign)
    assert search.count(session, CaseFilter(), foreign, now=now).value == 0


def test_a_case_is_found_however_its_number_was_typed(session, case_elsewhere, inspector):
    wide = case_elsewhere.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for typed in (f" {case_elsewhere} ", wide, f"{case_elsewhere[:6]} {case_elsewhere[6:]}"):
        assert details.get(session, typed, inspector).number == case_elsewhere


def test_details_are_masked_and_revealing_needs_permission_reason_and_leaves_a_trace(
    session, case_elsewhere, inspector, street_clerks, now
):
    found = details.detail(session, case_elsewhere, inspector)
    assert (found.masked_id, found.masked_phone) == ("510113********0011", "138****0001")
    with pytest.raises(NotAllowed, match=Permission.CASES_REVEAL.label):
        details.reveal(session, case_elsewhere, reason="核对申请人身份", actor=street_clerks[1], now=now)
    with pytest.raises(Invalid, match="事由"):
        details.reveal(session, case_elsewhere, reason=" 看 ", actor=inspector, now=now)
    shown = details.reveal(session, case_elsewhere, reason="核对申请人身份", actor=inspector, now=now)
    assert shown == (builders.PERSON.id_number, builders.PERSON.phone)
    session.flush()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.reveal")).one()
    assert (entry.subject_id, entry.reason) == (case_elsewhere, "核对申请人身份")


def test_nothing_is_revealed_out_of_scope(session, case_elsewhere, reviewer, now):
    chief = builders.actor(session, "chief_representative", department="012")
    refusal(details.reveal, session, case_elsewhere, reason="核对申请人身份", actor=chief, now=now)
