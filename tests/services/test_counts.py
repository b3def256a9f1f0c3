"""Stored sums equal a recount, whatever happens to the cases."""

import datetime as dt
import random

import pytest
from sqlalchemy import select, update

from models.cases import Case
from models.counts import DailyCaseCount, MonthlyItemCount
from models.enums import CaseAction, CaseResult, CaseStatus, CaseType, LimitUnit
from services import counts
from services.cases import delivery, intake, review, transitions
from services.errors import DomainError
from services.rules import lifecycle
from tests import builders

HOUR = dt.timedelta(hours=1)
DISTRICT = builders.DISTRICT


@pytest.fixture
def items(make_item):
    return [
        make_item(name="公共场所卫生许可"),
        make_item(name="卫生登记", case_type=CaseType.IMMEDIATE),
        make_item(name="急件审批", promise=(4, LimitUnit.WORK_HOUR)),
    ]


def act(session, number, action, who, now):
    """One act through its own service where it has one, else through the table of steps."""
    case = session.scalars(select(Case).where(Case.number == number)).one()
    reviewer, clerk = who
    acts = {
        CaseAction.EXAMINE: lambda: review.examine(session, number, "材料齐全", actor=reviewer, now=now),
        CaseAction.GRANT: lambda: review.grant(session, number, actor=reviewer, now=now),
        CaseAction.DENY: lambda: review.deny(session, number, "不符合条件", "可申请行政复议", actor=reviewer, now=now),
        CaseAction.WITHDRAW: lambda: review.withdraw(session, number, "申请人撤回", actor=clerk, now=now),
        CaseAction.DELIVER: lambda: delivery.deliver(session, number, "示例甲", actor=clerk, now=now),
    }
    if action in acts:
        acts[action]()
        return
    with transitions.counted(session, case):
        transitions.move(session, case, action, actor=clerk, now=now)


@pytest.mark.parametrize("seed", range(4))
def test_sums_equal_a_recount_after_any_history(session, items, clerk_017, reviewer, now, seed):
    chance = random.Random(seed)
    clerks = [clerk_017, builders.actor(session, "window_clerk", centre="510109-J2")]
    filed, taken, refused = [], set(), 0
    for _ in range(140):
        now += chance.choice([HOUR, 7 * HOUR, 31 * HOUR])
        if not filed or chance.random() < 0.35:
            form = builders.filing(chance.choice(items))
            filed.append(intake.file(session, form, actor=chance.choice(clerks), now=now).number)
            continue
        number, action = chance.choice(filed), chance.choice([a for a in CaseAction if a != CaseAction.RECEIVE])
        try:
            with session.begin_nested():
                act(session, number, action, (reviewer, clerks[1]), now)
                taken.add(action)
        except DomainError:
            refused += 1
            session.expire_all()
    found = counts.check(session, DISTRICT)
    assert found.equal, found.different
    assert len(taken) > 4 and refused > 4


def test_every_step_of_the_table_keeps_the_sums(session, items, clerk_017, now):
    case = None
    for (status, action), after in lifecycle.NEXT_STATUS.items():
        number = intake.file(session, builders.filing(items[0]), actor=clerk_017, now=now).number
        case = session.scalars(select(Case).where(Case.number == number)).one()
        with transitions.counted(session, case):
            if status in (CaseStatus.DECIDED, CaseStatus.DELIVERED, CaseStatus.CLOSED):
                case.decided_at, case.result = now, CaseResult.GRANTED
            case.status = status
        with transitions.counted(session, case):
            transitions.move(session, case, action, actor=clerk_017, now=now + 30 * HOUR)
        assert case.status == after
    found = counts.check(session, DISTRICT)
    assert found.equal, found.different


def test_withdrawn_and_voided_cases_are_received_but_never_closed(session, items, clerk_017, reviewer, now):
    numbers = [intake.file(session, builders.filing(items[0]), actor=clerk_017, now=now).number for _ in range(3)]
    act(session, numbers[0], CaseAction.WITHDRAW, (reviewer, clerk_017), now)
    act(session, numbers[1], CaseAction.VOID, (reviewer, clerk_017), now)
    act(session, numbers[2], CaseAction.GRANT, (reviewer, clerk_017), now)
    row = session.scalars(select(DailyCaseCount)).one()
    assert (row.received, row.accepted, row.closed, row.granted, row.closed_on_site) == (3, 3, 1, 1, 1)


@pytest.mark.parametrize(("hours", "days_on", "on_time"), [(0.4, 0, 1), (0.6, 1, 1), (24 * 9, 9, 0)])
def test_late_is_later_than_the_promise_and_a_day_begins_at_local_midnight(
    session, items, clerk_017, reviewer, now, hours, days_on, on_time
):
    eve = now.replace(hour=23, minute=30)
    number = intake.file(session, builders.filing(items[0]), actor=clerk_017, now=eve).number
    review.grant(session, number, actor=reviewer, now=eve + hours * HOUR)
    row = session.get_one(DailyCaseCount, _key(session, number, eve.date() + dt.timedelta(days=days_on)))
    assert (row.closed, row.closed_on_time) == (1, on_time)


def _key(session, number, day):
    case = session.scalars(select(Case).where(Case.number == number)).one()
    return DISTRICT, day, case.centre_id, case.department_id, case.case_type


def test_a_rebuild_gives_the_same_sums(session, items, clerk_017, reviewer, now):
    for item in items:
        number = intake.file(session, builders.filing(item), actor=clerk_017, now=now).number
    review.grant(session, number, actor=reviewer, now=now + 30 * HOUR)
    before = {grain: counts.stored(session, grain, DISTRICT) for grain in counts.GRAINS}
    assert counts.rebuild(session, DISTRICT) == sum(map(len, before.values()))
    assert {grain: counts.stored(session, grain, DISTRICT) for grain in counts.GRAINS} == before


def test_a_wrong_sum_is_found_and_named(session, items, clerk_017, now):
    intake.file(session, builders.filing(items[0]), actor=clerk_017, now=now)
    session.execute(update(MonthlyItemCount).values(received=MonthlyItemCount.received + 1))
    found = counts.check(session, DISTRICT)
    assert not found.equal and "monthly_item_counts" in found.different[0]
