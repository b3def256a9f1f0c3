"""Parallel approval: several departments, one case (R-PAR-01 to R-PAR-06)."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.bundles import JointMeeting, TaskOpinion
from models.cases import CaseEvent
from models.catalogue import ItemVersion, ServiceItem
from models.enums import CaseAction, CaseResult, CaseStatus, Opinion, ProcedureKind, TaskState
from services import audit, counts
from services.cases import answers, circulation, details, intake, review, suspending, tasks
from services.cases.circulation import Minutes
from services.cases.suspending import Procedure
from services.errors import Invalid, NotAllowed, WrongState
from tests import builders

HEALTH, POLICE, TRADE = "017", "004", "011"
PARALLEL = [{"stage": 1, "department": name} for name in ("卫生局", "公安分局", "工商行政管理局")]
YES, NO, UP = Opinion.AGREE, Opinion.DISAGREE, Opinion.FORWARD
REASON = "选址不符合消防间距"


@pytest.fixture
def people(session):
    return {code: builders.actor(session, "reviewer", department=code) for code in (HEALTH, POLICE, TRADE)}


@pytest.fixture
def filed(session, clerk_017, now):
    """Files a case of the health department whose flow is `stages`; returns its number."""

    def run(stages=PARALLEL, **changes):
        item = builders.item(session, flow=stages, **changes)
        return intake.file(session, builders.filing(item), actor=clerk_017, now=now).number

    return run


@pytest.fixture
def say(session, people, now):
    def run(number, department, opinion=YES, text="", *, later=60):
        moment = now + dt.timedelta(minutes=later)
        return circulation.give(session, number, opinion, text, actor=people[department], now=moment)

    return run


def case_of(session, number):
    return details.get(session, number, builders.actor(session, "inspector"))


def open_departments(session, number):
    found = details.detail(session, number, builders.actor(session, "inspector"))
    return {found.task_departments[t.department_id] for t in found.tasks if t.state == TaskState.PENDING}


def test_every_department_gets_its_task_at_once_and_the_last_consent_grants(session, filed, say):
    number = filed()
    assert open_departments(session, number) == {"卫生局", "公安分局", "工商行政管理局"}
    assert say(number, POLICE) == say(number, TRADE) == CaseStatus.EXAMINING
    assert say(number, HEALTH) == CaseStatus.DECIDED
    assert case_of(session, number).result == CaseResult.GRANTED
    assert counts.check(session, builders.DISTRICT).equal
    assert audit.verify(session, builders.DISTRICT).intact


def test_a_disagreement_needs_reasons_and_nothing_is_written_without(session, filed, say):
    number = filed()
    with pytest.raises(Invalid, match="不同意必须写明理由"):
        say(number, POLICE, NO, "不行")
    assert session.scalars(select(TaskOpinion)).all() == []
    assert "公安分局" in open_departments(session, number)


def test_a_disagreement_leaves_the_ruling_to_the_leading_department(session, filed, say, people, now):
    number = filed()
    say(number, HEALTH)
    say(number, POLICE, NO, REASON)
    assert open_departments(session, number) == {"工商行政管理局"}, "all reasons are heard first"
    say(number, TRADE)
    assert open_departments(session, number) == {"卫生局"}
    later = now + dt.timedelta(hours=3)
    review.deny(session, number, "公安分局不同意：" + REASON, "可申请行政复议", actor=people[HEALTH], now=later)
    assert case_of(session, number).result == CaseResult.DENIED


def test_the_leading_department_may_grant_against_an_opinion(session, filed, say, people, now):
    number = filed()
    for department, opinion in ((HEALTH, YES), (TRADE, YES), (POLICE, NO)):
        say(number, department, opinion, REASON if opinion is NO else "")
    status = review.grant(session, number, "已整改", actor=people[HEALTH], now=now + dt.timedelta(hours=3))
    assert status == CaseStatus.DECIDED and case_of(session, number).result == CaseResult.GRANTED


def test_a_department_outside_the_flow_is_refused(session, filed, now):
    number = filed()
    stranger = builders.actor(session, "reviewer", department="018")
    with pytest.raises(Exception, match="没有找到办件"):
        circulation.give(session, number, YES, actor=stranger, now=now)


def test_a_department_answers_once(session, filed, say):
    number = filed()
    say(number, POLICE)
    with pytest.raises(NotAllowed, match="没有轮到"):
        say(number, POLICE, NO, REASON)


def test_one_of_several_departments_does_not_deny_the_case(session, filed, people, now):
    number = filed()
    with pytest.raises(WrongState, match="不同意"):
        review.deny(session, number, REASON, "可申请行政复议", actor=people[POLICE], now=now)


def test_the_acceptor_gives_no_opinion_on_their_own_case(session, now):
    item = builders.item(session, flow=PARALLEL)
    clerk = builders.actor(session, "window_clerk", window=HEALTH, user_id=71)
    number = intake.file(session, builders.filing(item), actor=clerk, now=now).number
    same = builders.actor(session, "reviewer", department=POLICE, user_id=71)
    with pytest.raises(NotAllowed, match="不能是同一人"):
        circulation.give(session, number, YES, actor=same, now=now)


def test_any_one_consent_ends_a_stage_that_needs_one(session, filed, say):
    number = filed([row | {"join": "any"} for row in PARALLEL])
    assert say(number, TRADE) == CaseStatus.DECIDED
    found = details.detail(session, number, builders.actor(session, "inspector"))
    assert sorted(task.state for task in found.tasks) == [TaskState.CANCELLED] * 2 + [TaskState.DONE]


def test_a_vote_ends_with_its_quorum(session, filed, say):
    number = filed([row | {"join": "vote", "quorum": 2} for row in PARALLEL])
    assert say(number, TRADE) == CaseStatus.EXAMINING
    assert say(number, POLICE) == CaseStatus.DECIDED


def test_a_lost_vote_goes_to_the_ruling_at_once(session, filed, say):
    number = filed([row | {"join": "vote", "quorum": 2} for row in PARALLEL])
    say(number, TRADE, NO, REASON)
    say(number, POLICE, NO, REASON)
    found = details.detail(session, number, builders.actor(session, "inspector"))
    assert [(t.stage, found.task_departments[t.department_id]) for t in found.tasks if t.finished_at is None] == [
        (2, "卫生局")
    ]


def test_a_special_procedure_leaves_the_superiors_date_alone(session, filed, say, people, now):
    number = filed()
    say(number, POLICE, UP, "需转报市局")
    later = now + dt.timedelta(days=1)
    circulation.send_up(session, number, actor=people[POLICE], now=later)
    police = next(t for t in tasks.of_case(session, case_of(session, number)) if t.state == TaskState.PENDING
                  and t.department_id == people[POLICE].department_id)  # fmt: skip
    due = police.due_at
    told = Procedure(ProcedureKind.HEARING, "依申请举行听证", (now + dt.timedelta(days=4)).date())
    suspending.suspend(session, number, told, actor=people[HEALTH], now=later)
    assert police.due_at == due
    health = next(t for t in tasks.of_case(session, case_of(session, number))
                  if t.department_id == people[HEALTH].department_id)  # fmt: skip
    assert health.due_at == case_of(session, number).due_at


def test_a_matter_for_the_superior_waits_for_the_reply(session, filed, say, people, now):
    number = filed([PARALLEL[0], PARALLEL[1]])
    say(number, HEALTH)
    assert say(number, POLICE, UP, "超出本级权限") == CaseStatus.EXAMINING
    task = tasks.pending(session, case_of(session, number), people[POLICE].department_id)
    assert task.due_at == dt.datetime(2026, 3, 19, 17, tzinfo=now.tzinfo), "sent within three working days"
    with pytest.raises(WrongState, match="不能重复填写"):
        say(number, POLICE)
    later = now + dt.timedelta(days=1)
    with pytest.raises(WrongState, match="先登记转报"):
        circulation.superior_replied(
            session, number, YES, "批复同意", replied_at=later, actor=people[POLICE], now=later
        )
    circulation.send_up(session, number, actor=people[POLICE], now=later)
    reply = later + dt.timedelta(days=2)
    status = circulation.superior_replied(
        session, number, YES, "批复同意", replied_at=reply, actor=people[POLICE], now=reply
    )
    said = session.get_one(TaskOpinion, (builders.DISTRICT, task.id))
    assert status == CaseStatus.DECIDED
    assert said.answer_due_at == dt.datetime(2026, 3, 23, 17, tzinfo=now.tzinfo), "answered within two working days"


MEETING = [row | {"mode": "meeting"} for row in PARALLEL]


def minutes(district, **changes):
    said = {district.organisations[code]: (YES, "") for code in (HEALTH, POLICE, TRADE)}
    base = {"held_on": dt.date(2026, 3, 16), "place": "三楼会议室", "text": "各部门现场踏勘后一致同意。", "said": said}
    return Minutes(**base | changes)


def test_the_minutes_of_a_meeting_bind_every_department(session, filed, say, people, district, now):
    number = filed(MEETING)
    with pytest.raises(WrongState, match="联审会议"):
        say(number, POLICE)
    status = circulation.hold_meeting(session, number, minutes(district), actor=people[HEALTH], now=now)
    assert status == CaseStatus.DECIDED
    meeting = session.scalars(select(JointMeeting)).one()
    assert {row.meeting_id for row in session.scalars(select(TaskOpinion))} == {meeting.id}


def test_a_meeting_is_written_down_by_the_leading_department_and_whole(session, filed, people, district, now):
    number = filed(MEETING)
    with pytest.raises(NotAllowed, match="主办部门"):
        circulation.hold_meeting(session, number, minutes(district), actor=people[POLICE], now=now)
    lacking = {district.organisations[HEALTH]: (YES, "")}
    with pytest.raises(Invalid) as refusal:
        bad = minutes(district, said=lacking, place=" ", held_on=dt.date(2026, 3, 17))
        circulation.hold_meeting(session, number, bad, actor=people[HEALTH], now=now)
    assert set(refusal.value.fields) == {"held_on", "place", "said"}
    assert "公安分局" in refusal.value.fields["said"]
    assert session.scalars(select(JointMeeting)).all() == []


def test_a_task_whose_condition_fails_does_not_start(session, filed):
    firms = PARALLEL[2] | {"when_fact": "申请人类别", "when_operator": "equals", "when_value": "单位"}
    assert open_departments(session, filed([PARALLEL[0], PARALLEL[1], firms])) == {"卫生局", "公安分局"}
    persons = firms | {"when_value": "个人"}
    assert "工商行政管理局" in open_departments(session, filed([PARALLEL[0], PARALLEL[1], persons]))


def test_a_running_case_keeps_the_flow_it_was_filed_under(session, make_item, clerk_017, say, now):
    item = builders.item(session, flow=PARALLEL)
    number = intake.file(session, builders.filing(item), actor=clerk_017, now=now).number
    old = session.get_one(ServiceItem, (builders.DISTRICT, item))
    newer = ItemVersion(
        district_id=1, item_id=item, number=2, state="published", name="新版", case_type="2", promise_amount=5,
        promise_unit="workday", statutory_amount=20, statutory_unit="workday", created_by="测试", created_at=now,
        guide=builders.guide(flow=PARALLEL[:1]).model_dump(mode="json"),
    )  # fmt: skip
    session.add(newer)
    session.flush()
    old.published_version_id = newer.id
    session.flush()
    say(number, HEALTH)
    assert open_departments(session, number) == {"公安分局", "工商行政管理局"}
    later = now + dt.timedelta(hours=2)
    fresh = intake.file(session, builders.filing(item), actor=clerk_017, now=later).number
    assert open_departments(session, fresh) == {"卫生局"}


def test_the_page_of_the_case_shows_who_said_what(session, filed, say):
    number = filed()
    say(number, POLICE, NO, REASON)
    found = details.detail(session, number, builders.actor(session, "inspector"))
    rows = {row.department: row for row in answers.of(session, found).rows}
    assert answers.is_joint(found)
    assert rows["公安分局"].opinion is NO and rows["公安分局"].reasons == REASON
    assert rows["卫生局"].opinion is None and rows["卫生局"].due_at is not None


def test_each_opinion_is_an_event_of_the_case(session, filed, say):
    number = filed()
    say(number, POLICE, NO, REASON)
    case = case_of(session, number)
    last = session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.sequence.desc()).limit(1)
    ).one()
    assert (last.action, last.opinion) == (CaseAction.EXAMINE, REASON)
    assert last.evidence == {"意见": "不同意", "阶段": 1}
