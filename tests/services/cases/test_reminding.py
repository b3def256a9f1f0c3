"""The ladder of reminders to silent departments, and what silence may and may not do (R-PAR-06)."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.bundles import TaskChase, TaskOpinion
from models.cases import CaseEvent
from models.enums import CaseStatus, Opinion, TaskState
from models.messages import OutboxMessage
from services import confidential
from services.cases import chasing, circulation, details, intake, reminding, review, worklists
from services.errors import Conflict, Invalid, NotAllowed
from tests import builders

FLOW = [
    {"stage": 1, "department": "卫生局", "limit": 4, "unit": "work_hour"},
    {"stage": 1, "department": "公安分局", "limit": 4, "unit": "work_hour", "kind": "opinion"},
]
POLICE_PHONE = "028-00000027"


@pytest.fixture
def number(session, clerk_017, now):
    return intake.file(session, builders.filing(builders.item(session, flow=FLOW)), actor=clerk_017, now=now).number


def remind(session, now, **later):
    return reminding.remind(session, builders.DISTRICT, now=now + dt.timedelta(**later))


def chases(session):
    return [message for message in session.scalars(select(OutboxMessage)) if message.event == "chase"]


def allow_silence(session, centre_staff, now):
    chasing.set_policy(
        session,
        [50, 100],
        allows_absence_consent=True,
        reason="区政府令第1号",
        expected_version=0,
        actor=centre_staff,
        now=now,
    )


def test_a_silent_department_is_reminded_at_each_point_and_only_once(session, number, now):
    # 10:30, four working hours: due at 15:30; half has passed at 13:30, 80 % at 14:42
    assert remind(session, now, minutes=89).reminders == 0
    assert remind(session, now, hours=3).reminders == 2
    assert remind(session, now, hours=3).reminders == 0
    assert remind(session, now, hours=4, minutes=15).reminders == 2
    texts = chases(session)
    assert POLICE_PHONE.replace("-", "") in {
        confidential.decrypt(each.recipient_cipher).replace("-", "") for each in texts
    }
    assert all(number in each.body and "15:30" in each.body for each in texts)


def test_the_department_sees_how_often_it_was_reminded(session, number, reviewer, now):
    remind(session, now, hours=3)
    (row,) = worklists.waiting(session, reviewer, now=now)
    assert row.reminders == 1


def test_a_department_that_answered_is_left_alone(session, number, now):
    police = builders.actor(session, "reviewer", department="004")
    circulation.give(session, number, Opinion.AGREE, actor=police, now=now)
    assert remind(session, now, hours=3).reminders == 1


def test_a_worker_that_was_away_sends_one_reminder_for_all_it_missed(session, number, now):
    assert remind(session, now, days=1).reminders == 2
    assert {row.sent for row in session.scalars(select(TaskChase))} == {4}
    assert remind(session, now, days=2).reminders == 0


def test_a_due_time_that_moved_moves_the_reminders(session, number, now):
    found = details.detail(session, number, builders.actor(session, "inspector"))
    for task in found.tasks:
        task.due_at = task.due_at + dt.timedelta(days=1)
    session.flush()
    assert remind(session, now, hours=3).reminders == 0
    assert remind(session, now, hours=7).reminders == 2  # half of eleven hours have passed at 17:00


def test_silence_counts_for_nothing_unless_it_was_switched_on(session, number, now):
    assert remind(session, now, days=2).consents == 0
    assert session.scalars(select(TaskOpinion)).all() == []


def test_silence_where_it_counts_is_an_opinion_only_and_leaves_a_red_mark(session, number, centre_staff, now):
    allow_silence(session, centre_staff, now)
    done = remind(session, now, days=1)
    assert done.consents == 1, "the health department decides a permit: its silence is none"
    said = session.scalars(select(TaskOpinion)).one()
    assert said.opinion is Opinion.ABSENT
    evidence = [event.evidence for event in session.scalars(select(CaseEvent)) if event.evidence]
    assert evidence[-1]["红色标记"] == "超时未答复"


def test_silence_never_yields_a_permit(session, number, centre_staff, now):
    health = builders.actor(session, "reviewer", department="017")
    circulation.give(session, number, Opinion.AGREE, actor=health, now=now)
    allow_silence(session, centre_staff, now)
    assert remind(session, now, days=1).consents == 1
    found = details.detail(session, number, builders.actor(session, "inspector"))
    assert found.case.status == CaseStatus.EXAMINING, "the leading department still rules"
    (ruling,) = [task for task in found.tasks if task.state == TaskState.PENDING]
    assert found.task_departments[ruling.department_id] == "卫生局"
    later = now + dt.timedelta(days=1, minutes=5)
    assert review.grant(session, number, actor=health, now=later) == CaseStatus.DECIDED


def test_the_switch_is_the_centres_and_needs_its_document(session, reviewer, centre_staff, now):
    def choose(actor, points=(50,), reason="", version=0):
        chasing.set_policy(
            session,
            points,
            allows_absence_consent=True,
            reason=reason,
            expected_version=version,
            actor=actor,
            now=now,
        )

    with pytest.raises(NotAllowed):
        choose(reviewer, reason="区政府令第1号")
    with pytest.raises(Invalid, match="依据的文件"):
        choose(centre_staff)
    with pytest.raises(Invalid, match="催办点"):
        choose(centre_staff, points=(), reason="区政府令第1号")
    with pytest.raises(Invalid, match="催办点"):
        choose(centre_staff, points=(500,), reason="区政府令第1号")
    assert not chasing.policy(session, builders.DISTRICT).allows_absence_consent
    choose(centre_staff, reason="区政府令第1号")
    with pytest.raises(Conflict):
        choose(centre_staff, reason="区政府令第1号", version=0)
