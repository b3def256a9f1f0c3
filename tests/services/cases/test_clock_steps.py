"""Stopping, lengthening, forwarding and the force of silence: what the law lists is done, all else refused in words."""

import dataclasses
import datetime as dt
import itertools
import random

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.cases import Case, CaseEvent, CaseTask
from models.clocks import CaseExtension, CaseSuspension
from models.documents import CaseDocument
from models.enums import CaseAction, CaseResult, CaseStatus, ClockKind, HolderKind, LimitUnit, MarkKind, ProcedureKind
from models.messages import OutboxMessage
from services import calendars
from services.cases import (
    clocks,
    deeming,
    explaining,
    extending,
    forwarding,
    intake,
    review,
    suspending,
    transitions,
)
from services.cases.suspending import Procedure
from services.errors import DomainError, Invalid, NotAllowed, WrongState
from services.rules import lifecycle
from tests import builders

DAY = dt.timedelta(days=1)
HEARING = ProcedureKind.HEARING


@pytest.fixture
def number(session, make_item, clerk_017, now):
    """A promised case of five working days, accepted on Monday 2026-03-16: due on the 23rd."""
    return intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now).number


def case_of(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def task_of(session, number):
    return session.scalars(select(CaseTask).where(CaseTask.case_id == case_of(session, number).id)).one()


def day_of(moment, now):
    return moment.astimezone(now.tzinfo).date()


def suspend(session, number, actor, now, **changes):
    given = {"kind": HEARING, "reason": "依申请举行听证", "expected_end_on": (now + 4 * DAY).date()}
    suspending.suspend(session, number, Procedure(**(given | changes)), actor=actor, now=now)


def nothing_written(session, number):
    events = session.scalar(select(func.count()).where(CaseEvent.case_id == case_of(session, number).id))
    return events == 2 and session.scalar(select(func.count(CaseSuspension.id))) == 0


def test_a_listed_procedure_stops_the_clock_and_its_end_starts_it_again(session, number, reviewer, now):
    before = case_of(session, number).due_at
    suspend(session, number, reviewer, now + DAY)  # Tuesday 17
    case = case_of(session, number)
    assert (case.status, case.holder) == (CaseStatus.SUSPENDED, HolderKind.SPECIAL_PROCEDURE)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 27), "counted until the expected day, Saturday the 21st"
    suspending.resume(session, number, "听证会已举行", actor=reviewer, now=now + 2 * DAY)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 25), "two days lay in it: Tuesday and Wednesday"
    assert task_of(session, number).due_at == case.due_at and day_of(before, now) == dt.date(2026, 3, 23)
    suspend(session, number, reviewer, now + 3 * DAY, kind=ProcedureKind.EXPERT_REVIEW)
    suspending.resume(session, number, "专家意见已出具", actor=reviewer, now=now + 3 * DAY)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 26)
    texts = session.scalars(select(OutboxMessage.body).where(OutboxMessage.event == "suspend")).all()
    assert len(texts) == 2 and all("特别程序" in text for text in texts)


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"kind": ProcedureKind.APPLICANT}, "kind", "法律只列了"),
        ({"kind": ProcedureKind.FORCE_MAJEURE}, "kind", "第四十五条"),
        ({"reason": " "}, "reason", "理由"),
        ({"legal_basis": ""}, "legal_basis", "依据"),
        ({"expected_end_on": dt.date(2026, 3, 15)}, "expected_end_on", "不能早于今天"),
        ({"expected_end_on": dt.date(2028, 3, 15)}, "expected_end_on", "一年以后"),
    ],
)
def test_nothing_else_stops_the_clock(session, number, reviewer, now, changes, field, told):
    with pytest.raises(Invalid, match=told) as caught:
        suspend(session, number, reviewer, now, **changes)
    assert set(caught.value.fields) == {field} and nothing_written(session, number)


def test_an_items_guide_may_allow_a_pause_of_its_own(session, make_item, clerk_017, reviewer, now):
    item = make_item(special_procedure=[{"name": "申请人申请暂停"}])
    number = intake.file(session, builders.filing(item), actor=clerk_017, now=now).number
    suspend(session, number, reviewer, now, kind=ProcedureKind.APPLICANT)
    assert case_of(session, number).status == CaseStatus.SUSPENDED


def test_a_resume_without_a_suspension_is_refused_with_the_rule(session, number, reviewer, now):
    with pytest.raises(WrongState, match=r"没有正在进行的特别程序.*第四十五条"):
        suspending.resume(session, number, "结束了吧", actor=reviewer, now=now)
    assert nothing_written(session, number)


def test_a_procedure_that_nobody_ends_ends_by_itself(session, number, reviewer, now):
    suspend(session, number, reviewer, now, expected_end_on=(now + 2 * DAY).date())
    assert suspending.resume_due(session, builders.DISTRICT, now=now + 2 * DAY) == 0, "its last day belongs to it"
    assert suspending.resume_due(session, builders.DISTRICT, now=now + 5 * DAY) == 1
    assert suspending.resume_due(session, builders.DISTRICT, now=now + 5 * DAY) == 0
    case = case_of(session, number)
    assert case.status == CaseStatus.EXAMINING and day_of(case.due_at, now) == dt.date(2026, 3, 25)
    last = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.sequence)).all()[-1]
    assert last.action == CaseAction.RESUME and day_of(last.at, now) == (now + 2 * DAY).date()


def test_another_department_stops_no_clock(session, number, now):
    stranger = builders.actor(session, "reviewer", department="018")
    with pytest.raises(DomainError):
        suspend(session, number, stranger, now)
    assert nothing_written(session, number)


def test_the_one_extension_is_approved_by_somebody_else(session, number, reviewer, chief, now):
    extending.propose(session, number, 10, "案情复杂，需进一步核查", actor=reviewer, now=now)
    case = case_of(session, number)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 23), "a proposal moves nothing"
    with pytest.raises(NotAllowed):
        extending.judge(session, number, approves=True, actor=reviewer, now=now)
    clocks.recount(session, case)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 23), "nor does a count made anew"
    extending.judge(session, number, approves=True, judgement="同意", actor=chief, now=now + DAY)
    assert day_of(case.due_at, now) == dt.date(2026, 4, 7), "ten working days after the 23rd, 清明 between"
    with pytest.raises(WrongState, match=r"只能延长一次"):
        extending.propose(session, number, 5, "还要再延长", actor=reviewer, now=now + DAY)
    ledger = next(each for each in explaining.of_case(session, case) if each.kind is ClockKind.PROMISE)
    assert ledger.due == case.due_at and sum(line.counted for line in ledger.ledger) == 15
    assert any("延长10个工作日" in line.note for line in ledger.ledger)


def test_who_proposed_does_not_approve(session, number, chief, now):
    chief = dataclasses.replace(chief, user_id=9)
    extending.propose(session, number, 3, "案情复杂，需核查", actor=chief, now=now)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        extending.judge(session, number, approves=True, actor=chief, now=now)


@pytest.mark.parametrize(("days", "later"), [(0, 0), (11, 0), (5, 60)])
def test_an_extension_beyond_the_law_is_refused(session, number, reviewer, now, days, later):
    with pytest.raises(DomainError, match="第四十二条"):
        extending.propose(session, number, days, "案情复杂，需核查", actor=reviewer, now=now + later * DAY)
    assert session.scalar(select(func.count(CaseExtension.case_id))) == 0


def test_a_refused_extension_may_be_proposed_anew(session, number, reviewer, chief, now):
    extending.propose(session, number, 10, "案情复杂，需核查", actor=reviewer, now=now)
    with pytest.raises(Invalid, match="理由"):
        extending.judge(session, number, approves=False, actor=chief, now=now)
    extending.judge(session, number, approves=False, judgement="理由不充分", actor=chief, now=now)
    extending.propose(session, number, 5, "补充了鉴定材料", actor=reviewer, now=now)
    extending.judge(session, number, approves=True, actor=chief, now=now)
    assert day_of(case_of(session, number).due_at, now) == dt.date(2026, 3, 30)


def test_time_with_the_superior_is_the_superiors_and_the_clock_runs_on(session, number, reviewer, now):
    due = case_of(session, number).due_at
    forwarding.forward_up(session, number, "市卫生局", "初审合格，报请审批", actor=reviewer, now=now + DAY)
    case = case_of(session, number)
    assert (case.status, case.holder, case.due_at) == (CaseStatus.WAITING_SUPERIOR, HolderKind.SUPERIOR, due)
    with pytest.raises(WrongState), session.begin_nested():
        review.grant(session, number, actor=reviewer, now=now + DAY)
    forwarding.reply(session, number, "同意，由你局决定", decided_above=False, actor=reviewer, now=now + 2 * DAY)
    assert day_of(task_of(session, number).due_at, now) == dt.date(2026, 3, 20), "two working days (R-PAR-04)"
    assert review.grant(session, number, actor=reviewer, now=now + 2 * DAY) == CaseStatus.DECIDED


def test_what_the_superior_decides_itself_ends_as_forwarded(session, number, reviewer, now):
    with pytest.raises(WrongState, match="没有转报上级"):
        forwarding.reply(session, number, "同意办理", decided_above=True, actor=reviewer, now=now)
    forwarding.forward_up(session, number, "市卫生局", "初审合格", actor=reviewer, now=now)
    forwarding.reply(session, number, "已由我局发证", decided_above=True, actor=reviewer, now=now + DAY)
    case = case_of(session, number)
    assert (case.status, case.result, case.holder) == (CaseStatus.CLOSED, CaseResult.FORWARDED_UP, HolderKind.NOBODY)


@pytest.fixture
def received(session, number, clerk_017, now):
    """A case that lies at the window unjudged since Monday 2026-03-16."""
    case = case_of(session, number)
    session.execute(CaseTask.__table__.delete().where(CaseTask.case_id == case.id))
    session.execute(CaseDocument.__table__.delete().where(CaseDocument.case_id == case.id))
    session.execute(CaseEvent.__table__.delete().where(CaseEvent.case_id == case.id, CaseEvent.sequence > 1))
    case.status, case.holder = CaseStatus.SUBMITTED, HolderKind.WINDOW
    case.accepted_at = case.due_at = case.statutory_due_at = None
    session.flush()
    return number


def test_silence_for_five_working_days_is_acceptance_with_a_red_mark(session, received, now):
    end = dt.datetime(2026, 3, 23, 17, 0, tzinfo=now.tzinfo)
    assert deeming.sweep(session, builders.DISTRICT, now=end).deemed == 0
    assert deeming.sweep(session, builders.DISTRICT, now=end + dt.timedelta(minutes=1)).deemed == 1
    assert deeming.sweep(session, builders.DISTRICT, now=end + DAY).deemed == 0
    case = case_of(session, received)
    assert (case.status, case.accepted_at) == (CaseStatus.ACCEPTED, case.submitted_at)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 23), "counted from receipt"
    assert [mark.kind for mark in deeming.marks(session, case)] == [MarkKind.DEEMED_ACCEPTED]
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "case.deem_accepted")).one()
    assert task_of(session, received).department_id == case.department_id


def test_a_notice_in_time_holds_the_force_of_silence_back(session, received, clerk_017, now):
    case = case_of(session, received)
    until = {deeming.UNTIL: "2026-04-10"}
    with transitions.counted(session, case):
        transitions.move(session, case, CaseAction.REQUEST_CORRECTION, actor=clerk_017, now=now + DAY, evidence=until)
    assert deeming.sweep(session, builders.DISTRICT, now=now + 20 * DAY) == deeming.Swept(0, 0)
    assert deeming.sweep(session, builders.DISTRICT, now=now + 26 * DAY) == deeming.Swept(0, 1)
    assert (case.status, case.result) == (CaseStatus.CLOSED, CaseResult.CORRECTION_EXPIRED)
    kinds = [clock.kind for clock in explaining.of_case(session, case)]
    assert kinds == [ClockKind.COMPLETENESS, ClockKind.CORRECTION]


def test_a_correction_starts_the_five_days_anew(session, received, clerk_017, now):
    case = case_of(session, received)
    for action, days in ((CaseAction.REQUEST_CORRECTION, 1), (CaseAction.RESUBMIT, 9)):
        with transitions.counted(session, case):
            transitions.move(session, case, action, actor=clerk_017, now=now + days * DAY)
    assert deeming.sweep(session, builders.DISTRICT, now=now + 14 * DAY).deemed == 0
    assert deeming.sweep(session, builders.DISTRICT, now=now + 17 * DAY).deemed == 1
    assert case.accepted_at == now + 9 * DAY


def test_a_changed_calendar_counts_the_whole_history_anew(session, number, reviewer, chief, centre_staff, now):
    suspend(session, number, reviewer, now + DAY, expected_end_on=(now + 2 * DAY).date())
    suspending.resume(session, number, "听证会已举行", actor=reviewer, now=now + 2 * DAY)
    extending.propose(session, number, 3, "案情复杂，需核查", actor=reviewer, now=now + 3 * DAY)
    extending.judge(session, number, approves=True, actor=chief, now=now + 3 * DAY)
    case = case_of(session, number)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 30)
    closed = dt.date(2026, 3, 26)
    seen = calendars.preview_override(session, builders.DISTRICT, case.centre_id, closed, is_workday=False)
    assert [day_of(each.new_due, now) for each in seen] == [dt.date(2026, 3, 31)]
    given = {"is_workday": False, "name": "停电", "source": "示例通知"}
    change = calendars.set_override(session, case.centre_id, closed, **given, actor=centre_staff, now=now + 3 * DAY)
    assert change == seen
    clocks.follow(session, change, actor=centre_staff, now=now + 3 * DAY)
    assert day_of(case.due_at, now) == dt.date(2026, 3, 31)
    assert task_of(session, number).due_at == case.due_at


def test_random_histories_through_the_services_agree_with_their_ledgers(
    session, make_item, clerk_017, reviewer, chief, now
):
    rng, at = random.Random(7), now
    item = make_item(promise=(8, LimitUnit.WORKDAY))
    for _ in range(60):
        number = intake.file(session, builders.filing(item), actor=clerk_017, now=at).number
        case = case_of(session, number)
        for _ in range(rng.randrange(6)):
            at += rng.randrange(1, 3) * DAY
            act = rng.choice((_suspend, _resume, _extend, _forward, _reply))
            try:
                with session.begin_nested():
                    act(session, number, reviewer, chief, at, rng)
            except DomainError:
                continue
        session.refresh(case)
        found = {clock.kind: clock for clock in explaining.of_case(session, case)}
        assert found[ClockKind.PROMISE].due == case.due_at and found[ClockKind.STATUTORY].due == case.statutory_due_at
        steps = session.scalars(
            select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.sequence)
        ).all()
        for before, event in itertools.pairwise(steps):
            assert lifecycle.NEXT_STATUS[before.status, event.action] == event.status and before.at <= event.at


def _suspend(session, number, reviewer, chief, at, rng):
    suspend(session, number, reviewer, at, expected_end_on=(at + rng.randrange(10) * DAY).date())


def _resume(session, number, reviewer, chief, at, rng):
    suspending.resume(session, number, "程序已结束", actor=reviewer, now=at)


def _extend(session, number, reviewer, chief, at, rng):
    extending.propose(session, number, rng.randint(1, 10), "案情复杂，需核查", actor=reviewer, now=at)
    extending.judge(session, number, approves=True, actor=chief, now=at)


def _forward(session, number, reviewer, chief, at, rng):
    forwarding.forward_up(session, number, "市级主管部门", "初审合格", actor=reviewer, now=at)


def _reply(session, number, reviewer, chief, at, rng):
    forwarding.reply(session, number, "同意由你局决定", decided_above=False, actor=reviewer, now=at)
