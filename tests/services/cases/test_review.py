"""Department review: what waits, opinions, decisions, withdrawal, and why a case is due when it is."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.cases import Case, CaseEvent, CaseTask
from models.enums import CaseAction, CaseResult, CaseStatus, CaseType, ClockKind, HolderKind, LimitUnit, TaskState
from models.messages import OutboxMessage
from services.cases import details, explaining, intake, review, worklists
from services.cases.worklists import Urgency
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from tests import builders

REASONS = "场所面积不符合《公共场所卫生管理条例》第四条"
REMEDIES = "可在六十日内申请行政复议，或六个月内提起行政诉讼"
DAY = dt.timedelta(days=1)


@pytest.fixture
def file(session, make_item, clerk_017, now):
    """File a promised case of the health department; returns its number."""

    def make(at=now, **kinds):
        return intake.file(session, builders.filing(make_item(**kinds)), actor=clerk_017, now=at).number

    return make


def case_of(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def last_event(session, number):
    query = select(CaseEvent).where(CaseEvent.case_id == case_of(session, number).id)
    return session.scalars(query.order_by(CaseEvent.sequence.desc())).first()


def test_granting_decides_the_case_and_tells_the_applicant(session, file, reviewer, now):
    number = file()
    assert review.grant(session, number, actor=reviewer, now=now + DAY) == CaseStatus.DECIDED
    case = case_of(session, number)
    assert (case.result, case.holder, case.decided_at) == (CaseResult.GRANTED, HolderKind.WINDOW, now + DAY)
    assert last_event(session, number).opinion == "同意"
    assert session.scalars(select(CaseTask.state)).all() == [TaskState.DONE]
    assert {message.event for message in session.scalars(select(OutboxMessage))} == {"accept", "grant"}


@pytest.mark.parametrize(
    ("reasons", "remedies", "field"),
    [
        ("", REMEDIES, "reasons"),
        ("不行", REMEDIES, "reasons"),
        (REASONS, " ", "remedies"),
        ("长" * 2001, REMEDIES, "reasons"),
    ],
)
def test_a_denial_without_reasons_or_remedies_is_refused(session, file, reviewer, now, reasons, remedies, field):
    number = file()
    with pytest.raises(Invalid) as refused:
        review.deny(session, number, reasons, remedies, actor=reviewer, now=now + DAY)
    assert list(refused.value.fields) == [field]
    assert case_of(session, number).status == CaseStatus.ACCEPTED


def test_a_denial_keeps_its_reasons_and_remedies(session, file, reviewer, now):
    number = file()
    review.deny(session, number, REASONS, REMEDIES, actor=reviewer, now=now + DAY)
    assert case_of(session, number).result == CaseResult.DENIED
    assert last_event(session, number).evidence == {"reasons": REASONS, "remedies": REMEDIES}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.deny")).one()
    assert entry.after["remedies"] == REMEDIES


@pytest.mark.parametrize("decide", [review.grant, lambda *a, **k: review.deny(*a, REASONS, REMEDIES, **k)])
def test_who_accepted_a_promised_case_does_not_decide_it(session, file, reviewer, now, decide):
    number = file()
    same_person = dataclasses.replace(reviewer, user_id=71)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        decide(session, number, actor=same_person, now=now + DAY)
    assert case_of(session, number).status == CaseStatus.ACCEPTED


def test_an_opinion_keeps_the_case_open_and_every_step_is_a_new_version(session, file, reviewer, now):
    number = file()
    versions = [case_of(session, number).version]
    for turn in range(2):
        review.examine(session, number, "现场踏勘，设施齐全", actor=reviewer, now=now + turn * DAY)
        session.flush()
        versions.append(case_of(session, number).version)
    assert case_of(session, number).status == CaseStatus.EXAMINING
    assert versions == sorted(set(versions))


def test_the_second_of_two_reviewers_is_told_and_writes_nothing(session, file, reviewer, chief, now):
    number = file()
    seen = case_of(session, number).version
    review.examine(session, number, "先行审查，请补充现场照片", actor=chief, now=now, expected_version=seen)
    session.flush()
    for act in (review.grant, review.examine):
        with pytest.raises(Conflict, match="刚被其他人处理过"):
            act(session, number, "同意发证", actor=reviewer, now=now, expected_version=seen)
    assert last_event(session, number).opinion == "先行审查，请补充现场照片"


def test_another_departments_reviewer_has_no_say(session, file, now):
    number = file()
    stranger = builders.actor(session, "reviewer", department="012")
    with pytest.raises(NotFound):
        review.grant(session, number, actor=stranger, now=now)


def test_departments_take_turns_stage_by_stage(session, make_item, clerk_017, reviewer, now):
    flow = [
        {"stage": 1, "department": "017", "limit": 2},
        {"stage": 2, "department": "012", "limit": 1},
    ]
    number = intake.file(session, builders.filing(make_item(flow=flow)), actor=clerk_017, now=now).number
    second = builders.actor(session, "reviewer", department="012")
    with pytest.raises(NotFound):
        details.get(session, number, second)
    assert review.grant(session, number, "一审同意", actor=reviewer, now=now + DAY) == CaseStatus.EXAMINING
    with pytest.raises(NotAllowed, match="没有轮到"):
        review.grant(session, number, actor=reviewer, now=now + DAY)
    assert [task.number for task in worklists.waiting(session, second, now=now)] == [number]
    assert worklists.waiting(session, reviewer, now=now) == []
    assert review.grant(session, number, actor=second, now=now + 2 * DAY) == CaseStatus.DECIDED


def test_a_withdrawn_case_ends_with_its_reason_and_no_task_left(session, file, clerk_017, reviewer, now):
    number = file()
    with pytest.raises(Invalid):
        review.withdraw(session, number, "不", actor=clerk_017, now=now)
    review.withdraw(session, number, "申请人变更经营地址", actor=clerk_017, now=now + DAY)
    case = case_of(session, number)
    assert (case.status, case.result, case.holder) == (CaseStatus.CLOSED, CaseResult.WITHDRAWN, HolderKind.NOBODY)
    assert last_event(session, number).opinion == "申请人变更经营地址"
    assert worklists.waiting(session, reviewer, now=now) == []
    with pytest.raises(WrongState):
        review.withdraw(session, number, "再次撤回申请", actor=clerk_017, now=now + DAY)


def test_the_most_urgent_task_stands_first_and_figures_are_lengths_of_lists(session, file, reviewer, now):
    monday = now
    promises = {"late": (monday - 14 * DAY, 5), "today": (monday - 7 * DAY, 5), "friday": (monday - 7 * DAY, 9)}
    filed = {name: file(at, promise=(days, LimitUnit.WORKDAY)) for name, (at, days) in promises.items()}
    filed["later"] = file(monday, promise=(20, LimitUnit.WORKDAY))
    waiting = worklists.waiting(session, reviewer, now=now)
    assert [task.number for task in waiting] == list(filed.values())
    load = worklists.workload(session, reviewer, now=now)
    assert load.waiting == 4 and load.urgent == {Urgency.OVERDUE: 1, Urgency.TODAY: 1, Urgency.WEEK: 2}
    for urgency, figure in load.urgent.items():
        assert len(worklists.waiting(session, reviewer, now=now, urgency=urgency)) == figure


def test_the_ledger_of_a_due_date_names_a_rule_for_every_day(session, file, now):
    case = case_of(session, file())
    clock = next(each for each in explaining.of_case(session, case) if each.kind is ClockKind.PROMISE)
    ledger = explaining.days(clock.ledger)
    assert [ledger[0].number, ledger[0].rule] == [0, "R-TIM-01"]
    assert ledger[-1].date == case.due_at.astimezone(now.tzinfo).date() and "到期" in ledger[-1].note
    assert [line.number for line in ledger if line.number] == [1, 2, 3, 4, 5] and all(line.rule for line in ledger)


REVIEWING = {
    CaseAction.EXAMINE,
    CaseAction.GRANT,
    CaseAction.DENY,
    CaseAction.SUSPEND,
    CaseAction.EXTEND,
    CaseAction.FORWARD_UP,
    CaseAction.LATE_REQUEST,
}


@pytest.mark.parametrize(
    ("who", "accepted", "decided", "delivered"),
    [
        ("clerk_017", {CaseAction.WITHDRAW}, {CaseAction.DELIVER}, set()),
        ("reviewer", REVIEWING | {CaseAction.WITHDRAW}, set(), set()),
        ("inspector", set(), set(), set()),
    ],
)
def test_what_may_be_done_follows_status_permission_and_turn(
    session, file, make_item, clerk_017, reviewer, now, request, who, accepted, decided, delivered
):
    actor, open_case, ready = request.getfixturevalue(who), file(), file()
    review.grant(session, ready, actor=reviewer, now=now)
    instant = file(case_type=CaseType.IMMEDIATE)
    found = [review.possible(details.detail(session, each, actor), actor) for each in (open_case, ready, instant)]
    assert found == [accepted, decided, delivered]


def test_a_stage_that_any_department_ends_leaves_the_others_nothing_to_do(session, make_item, clerk_017, now):
    flow = [
        {"stage": 1, "department": "017", "join": "any"},
        {"stage": 1, "department": "018", "join": "any"},
        {"stage": 2, "department": "017"},
    ]
    filed = intake.file(session, builders.filing(make_item(flow=flow)), actor=clerk_017, now=now)
    eighteen = builders.actor(session, "reviewer", department="018")
    assert review.grant(session, filed.number, actor=eighteen, now=now) == CaseStatus.EXAMINING
    states = {
        (task.stage, task.department_id): task.state
        for task in session.scalars(select(CaseTask).where(CaseTask.case_id == filed.case_id))
    }
    seventeen = builders.organisation_id(session, "017")
    assert states[1, seventeen] == TaskState.CANCELLED and states[2, seventeen] == TaskState.PENDING
