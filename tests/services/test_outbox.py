"""Messages leave the outbox once, are tried again, and survive a dead worker; people see and mend what failed."""

import datetime as dt

import pytest
from sqlalchemy import select

from models.enums import MessageChannel, MessageState
from models.identity import new_id
from models.messages import OutboxMessage
from services import confidential, database
from services.cases import intake
from services.errors import NotAllowed, WrongState
from services.outbox import queue, sending
from services.outbox.gateways import FileGateway, Refused, Unclear
from services.outbox.sending import FIRST_WAIT, LEASE, MOST_ATTEMPTS, claim
from tests import builders

SMS = MessageChannel.SMS


class Failing:
    """A gateway that answers every message alike."""

    def __init__(self, error):
        self.error, self.tried = error, 0

    def send(self, *, key, recipient, subject, body):
        self.tried += 1
        raise self.error


def broken():
    return Failing(ConnectionError("网关无应答"))


def send_due(gateway, now):
    return sending.send_due({SMS: gateway}, builders.DISTRICT, now=now)


def put(now, count=1, **changes):
    with database.writing() as session:
        for serial in range(count):
            given = {
                "district_id": builders.DISTRICT,
                "message_key": f"key-{new_id()}-{serial}",
                "event": "receive",
                "channel": SMS,
                "recipient_cipher": confidential.encrypt("13800000001"),
                "recipient_masked": "138****0001",
                "body": "您的申请已收件",
                "state": MessageState.WAITING,
                "attempts": 0,
                "next_try_at": now,
                "created_at": now,
            }
            session.add(OutboxMessage(**given | changes))


def states():
    with database.reading() as session:
        return [(m.state, m.attempts) for m in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def test_a_message_is_sent_once(fresh_database, now, tmp_path):
    put(now, 3)
    gateway = FileGateway(tmp_path / "outbox.jsonl")
    assert send_due(gateway, now).sent == 3
    assert send_due(gateway, now).sent == 0
    assert len((tmp_path / "outbox.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_a_failure_waits_longer_each_time_and_ends(fresh_database, now):
    put(now)
    at = now
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert send_due(broken(), at).failed == 1
        assert send_due(broken(), at).failed == 0
        assert states()[0][1] == attempt
        at += dt.timedelta(hours=2)
    assert states() == [(MessageState.FAILED, MOST_ATTEMPTS)]


def test_a_dead_workers_message_is_taken_up_after_its_lease(fresh_database, now, tmp_path):
    put(now)
    with database.writing() as session:
        assert len(claim(session, builders.DISTRICT, now=now)) == 1
    gateway = FileGateway(tmp_path / "outbox.jsonl")
    assert send_due(gateway, now).sent == 0
    assert send_due(gateway, now + LEASE + dt.timedelta(seconds=1)).sent == 1


def test_a_failed_message_is_tried_again_when_its_wait_is_over(fresh_database, now, tmp_path):
    put(now)
    send_due(broken(), now)
    gateway = FileGateway(tmp_path / "outbox.jsonl")
    assert send_due(gateway, now + FIRST_WAIT).sent == 1


def test_what_the_gateway_refuses_is_not_tried_again(fresh_database, now):
    put(now)
    gateway = Failing(Refused("号码不存在"))
    assert send_due(gateway, now).failed == 1
    assert send_due(gateway, now + dt.timedelta(days=1)).failed == 0
    assert gateway.tried == 1 and states() == [(MessageState.FAILED, 1)]


def test_one_message_that_cannot_be_sent_holds_up_no_other(fresh_database, now, tmp_path):
    put(now, recipient_cipher="not a cipher")
    put(now, 2)
    assert send_due(FileGateway(tmp_path / "o.jsonl"), now).sent == 2
    assert sorted(state for state, _ in states()) == sorted([MessageState.FAILED, MessageState.SENT, MessageState.SENT])
    assert "不能发送" in one(MessageState.FAILED).error


def test_what_may_have_gone_out_waits_for_a_person(fresh_database, now):
    put(now)
    gateway = Failing(Unclear("收信时断开"))
    send_due(gateway, now)
    send_due(gateway, now + dt.timedelta(days=1))
    assert gateway.tried == 1 and states() == [(MessageState.UNKNOWN, 1)]


def test_a_slow_gateway_does_not_outlive_its_leases(fresh_database, now, monkeypatch, tmp_path):
    put(now, 4)
    ticks = iter((0.0, 1.0, sending.ROUND - 1, sending.ROUND + 1))
    monkeypatch.setattr(sending.time, "monotonic", lambda: next(ticks))
    assert send_due(FileGateway(tmp_path / "o.jsonl"), now).sent == 2
    assert sorted(states()) == sorted([(MessageState.SENT, 1)] * 2 + [(MessageState.WAITING, 0)] * 2)
    monkeypatch.undo()
    assert send_due(FileGateway(tmp_path / "o.jsonl"), now).sent == 2


@pytest.fixture
def staff(fresh_database):
    with database.writing() as session:
        builders.place(session)
        return builders.actor(session, "centre_staff")


def one(state):
    with database.reading() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.state == state)).one()


def test_the_queue_is_counted_filtered_and_paged(staff, now):
    put(now, 60)
    put(now, 2, state=MessageState.FAILED, channel=MessageChannel.EMAIL, event="grant")
    with database.reading() as session:
        lines, total = queue.page(session, staff, queue.Sought(), number=2)
        assert (len(lines), total) == (12, 62)
        assert queue.standing(session, staff)[MessageState.FAILED] == 2
        for sought in (
            queue.Sought(state=MessageState.FAILED),
            queue.Sought(channel=MessageChannel.EMAIL),
            queue.Sought(event="grant"),
        ):
            assert queue.page(session, staff, sought)[1] == 2


def test_the_messages_of_one_case_are_found_by_its_number(staff, now):
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        item = builders.item(session)
        numbers = [intake.file(session, builders.filing(item), actor=clerk, now=now).number for _ in range(2)]
    with database.reading() as session:
        ((line,), total) = queue.page(session, staff, queue.Sought(case_number=f" {numbers[1]} "))
        assert (line.case_number, total) == (numbers[1], 1)
        assert queue.page(session, staff, queue.Sought(case_number="51010920260101000010"))[1] == 0


def test_a_failed_message_is_sent_again_by_hand_from_the_beginning(staff, now, tmp_path):
    put(now, state=MessageState.FAILED, attempts=MOST_ATTEMPTS, error="发送失败")
    with database.writing() as session:
        queue.again(session, one(MessageState.FAILED).id, actor=staff, now=now)
    assert states() == [(MessageState.WAITING, 0)]
    assert send_due(FileGateway(tmp_path / "o.jsonl"), now).sent == 1
    with database.writing() as session, pytest.raises(WrongState, match="已发送"):
        queue.again(session, one(MessageState.SENT).id, actor=staff, now=now)


def test_after_an_outage_all_that_failed_goes_out_again_at_once(staff, now):
    put(now, 3, state=MessageState.FAILED, attempts=MOST_ATTEMPTS)
    with database.writing() as session:
        assert queue.all_again(session, actor=staff, now=now) == 3
    assert states() == [(MessageState.WAITING, 0)] * 3


def test_a_message_is_called_off_before_it_goes_out_and_not_after(staff, now, tmp_path):
    put(now)
    with database.writing() as session:
        queue.cancel(session, one(MessageState.WAITING).id, reason="内容有误", actor=staff, now=now)
    assert send_due(FileGateway(tmp_path / "o.jsonl"), now).sent == 0
    with database.writing() as session, pytest.raises(WrongState, match="已取消"):
        queue.cancel(session, one(MessageState.CANCELLED).id, reason="内容有误", actor=staff, now=now)


def test_only_who_keeps_the_texts_sees_the_queue(staff, now):
    put(now)
    with database.reading() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        for look in (lambda: queue.page(session, clerk, queue.Sought()), lambda: queue.standing(session, clerk)):
            with pytest.raises(NotAllowed):
                look()
