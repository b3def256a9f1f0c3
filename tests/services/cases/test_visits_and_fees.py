"""One visit and one fee notice for all departments, arranged by the leading one (R-PAR-05)."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.cases import Case
from models.enums import CaseStatus, DocumentKind, Opinion
from models.messages import OutboxMessage
from services import confidential, documents
from services.cases import circulation, delivery, details, fees, intake, review, tracking, visits
from services.cases.visits import Plan
from services.documents import filling, templates
from services.errors import Invalid, NotAllowed, WrongState
from tests import builders
from tests.services.documents.test_templates import text_of

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
FEES = [
    {"name": "工本费", "standard": "10 元/证", "basis": "川价费〔2026〕1号", "amount": "10"},
    {"name": "检测费", "standard": "按实际", "basis": "川价费〔2026〕2号"},
]


@pytest.fixture
def number(session, make_item, clerk_017, now):
    """A case of the health bureau (leading) and a second department."""
    builders.department(session, "P01", "第一会签单位")
    stages = [{"stage": 1, "department": "卫生局"}, {"stage": 1, "department": "第一会签单位"}]
    item = make_item(flow=stages, is_fee=True, fee_basis="《价格法》", fee_items=FEES)
    return intake.file(session, builders.filing(item), actor=clerk_017, now=now).number


def case_of(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def events(session, number):
    return details.events(session, case_of(session, number))


def second(session, number):
    (found,) = visits.departments(session, case_of(session, number))
    return found


def plan(session, number, actor, now, **changes):
    given = Plan(now + DAY, "天府大道 1 号", "核对场所布局与平面图", (second(session, number),))
    visits.plan(session, number, dataclasses.replace(given, **changes), actor=actor, now=now)


def progress(session, number, now):
    token = confidential.link_token(builders.DISTRICT, number)
    return tracking.by_link(session, builders.DISTRICT, number, token, now=now)


def test_a_visit_is_arranged_once_for_all_and_everybody_is_told(session, number, reviewer, now):
    plan(session, number, reviewer, now)
    visit = visits.standing(events(session, number))
    assert (visit.at, visit.place, visit.departments) == (now + DAY, "天府大道 1 号", ["第一会签单位"])
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "plan_visit")).one()
    assert "2026年3月17日 10:30到天府大道 1 号现场勘验" in told.body
    assert case_of(session, number).status is CaseStatus.ACCEPTED
    assert progress(session, number, now).visit == visit


def test_a_visit_arranged_anew_replaces_the_earlier_one(session, number, reviewer, now):
    plan(session, number, reviewer, now)
    plan(session, number, reviewer, now + HOUR, at=now + 2 * DAY)
    first, again = visits.of_events(events(session, number))
    assert first.is_replaced and visits.standing(events(session, number)) == again
    with pytest.raises(WrongState, match="还没有到"):
        visits.hold(session, number, ["示例甲", "示例乙"], "布局符合要求", actor=reviewer, now=now + DAY)


def test_two_people_go_and_what_they_found_is_written_down(session, number, reviewer, now):
    plan(session, number, reviewer, now)
    for people in (["示例甲"], ["示例甲", " 示例甲 "], ["", " "]):
        with pytest.raises(Invalid, match="不少于 2 人"):
            visits.hold(session, number, people, "布局符合要求", actor=reviewer, now=now + 2 * DAY)
    with pytest.raises(Invalid):
        visits.hold(session, number, ["示例甲", "示例乙"], "好", actor=reviewer, now=now + 2 * DAY)
    visits.hold(session, number, ["示例甲", "示例乙"], "布局符合要求", actor=reviewer, now=now + 2 * DAY)
    (visit,) = visits.of_events(events(session, number))
    assert (visit.people, visit.findings, visit.held_at) == (["示例甲", "示例乙"], "布局符合要求", now + 2 * DAY)
    with pytest.raises(WrongState, match="没有已安排"):
        visits.hold(session, number, ["示例甲", "示例乙"], "布局符合要求", actor=reviewer, now=now + 3 * DAY)
    assert progress(session, number, now + 3 * DAY).visit is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": dt.datetime(2026, 3, 16, 9, tzinfo=dt.UTC) - DAY}, "at"),
        ({"at": dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)}, "at"),
        ({"place": " "}, "place"),
        ({"purpose": "看"}, "purpose"),
        ({"departments": (7,)}, "departments"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_at_its_field(session, number, reviewer, now, changes, field):
    with pytest.raises(Invalid) as refused:
        plan(session, number, reviewer, now, **changes)
    assert set(refused.value.fields) == {field} and visits.of_events(events(session, number)) == []


def test_only_the_leading_department_arranges_and_tells(session, number, now):
    other = builders.actor(session, "reviewer", department="P01")
    with pytest.raises(NotAllowed, match="主办部门"):
        plan(session, number, other, now)
    with pytest.raises(NotAllowed, match="主办部门"):
        fees.ask(session, number, [Decimal(10), None], (now + 9 * DAY).date(), actor=other, now=now)
    case = case_of(session, number)
    assert not visits.may_arrange(case, other) and not fees.may_ask(case, other)


def ask(session, number, actor, now, *amounts, until=None):
    fees.ask(
        session,
        number,
        amounts or (Decimal(10), Decimal("280.5")),
        until or (now + 9 * DAY).date(),
        actor=actor,
        now=now,
    )


def test_all_fees_are_told_in_one_notice_with_their_basis(session, number, reviewer, now):
    ask(session, number, reviewer, now)
    (notice,) = [
        each for each in documents.of_case(session, case_of(session, number)) if each.kind is DocumentKind.FEE_NOTICE
    ]
    said = text_of(filling.fill(templates.shipped(notice.kind).read_bytes(), notice.facts | {"文号": notice.number}))
    assert notice.number == "缴通〔2026〕00001号"
    for words in ("合计 290.50 元", "工本费", "川价费〔2026〕2号", "280.50", "2026年3月25日", "不收取任何费用"):
        assert words in said
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.event == "ask_fee")).one()
    assert "需缴费 290.50 元" in told.body
    assert progress(session, number, now).fee.total == Decimal("290.50")


def test_a_second_notice_waits_for_the_first_to_be_paid(session, number, reviewer, clerk_017, now):
    ask(session, number, reviewer, now)
    with pytest.raises(WrongState, match="没有缴清"):
        ask(session, number, reviewer, now)
    with pytest.raises(Invalid, match="票据号"):
        fees.pay(session, number, " ", actor=clerk_017, now=now + HOUR)
    fees.pay(session, number, "川财 000123", actor=clerk_017, now=now + HOUR)
    notice = fees.of_events(events(session, number))
    assert (notice.paid_at, notice.receipt) == (now + HOUR, "川财 000123")
    assert progress(session, number, now + HOUR).fee is None
    with pytest.raises(WrongState, match="没有待缴"):
        fees.pay(session, number, "川财 000124", actor=clerk_017, now=now + HOUR)
    ask(session, number, reviewer, now + 2 * HOUR, None, Decimal(5))
    assert fees.of_events(events(session, number)).total == Decimal(5)


def test_nothing_is_handed_over_while_a_fee_is_unpaid(session, make_item, reviewer, clerk_017, now):
    number = intake.file(
        session,
        builders.filing(make_item(is_fee=True, fee_basis="《价格法》", fee_items=FEES)),
        actor=clerk_017,
        now=now,
    ).number
    ask(session, number, reviewer, now)
    review.grant(session, number, actor=reviewer, now=now + DAY)
    with pytest.raises(Invalid, match=r"费用尚未缴清：290\.50 元"):
        delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + DAY)
    fees.pay(session, number, "川财 000123", actor=clerk_017, now=now + DAY)
    delivery.deliver(session, number, "示例甲", actor=clerk_017, now=now + DAY)
    assert case_of(session, number).status is CaseStatus.DELIVERED


@pytest.mark.parametrize(
    ("amounts", "days", "field"),
    [
        ((None, None), 9, "amounts"),
        ((Decimal(-1), None), 9, "amounts"),
        ((Decimal(10**9), None), 9, "amounts"),
        ((Decimal(10), None), 0, "until"),
        ((Decimal(10), None), 200, "until"),
    ],
)
def test_a_wrong_sum_or_day_is_refused_at_its_field(session, number, reviewer, now, amounts, days, field):
    with pytest.raises(Invalid) as refused:
        ask(session, number, reviewer, now, *amounts, until=(now + days * DAY).date())
    assert set(refused.value.fields) == {field} and fees.of_events(events(session, number)) is None


def test_what_the_guide_does_not_name_is_not_asked_for(session, make_item, reviewer, clerk_017, now):
    number = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now).number
    with pytest.raises(WrongState, match="不得收费"):
        fees.ask(session, number, [], (now + 9 * DAY).date(), actor=reviewer, now=now)


def test_opinions_go_on_around_a_visit(session, number, reviewer, now):
    """A visit moves nothing: the departments answer as before."""
    plan(session, number, reviewer, now)
    other = builders.actor(session, "reviewer", department="P01")
    circulation.give(session, number, Opinion.AGREE, actor=other, now=now + HOUR)
    assert case_of(session, number).status is CaseStatus.EXAMINING
    plan(session, number, reviewer, now + 2 * HOUR)
    assert visits.standing(events(session, number)) is not None
