"""Messages leave the outbox once, are tried again, and survive a dead worker."""

import datetime as dt

from sqlalchemy import select

from models.enums import MessageState
from models.messages import OutboxMessage
from services import confidential, database
from services.outbox import send_due
from services.outbox.gateways import FileGateway
from services.outbox.sending import FIRST_WAIT, LEASE, MOST_ATTEMPTS, claim
from tests import builders


class Broken:
    def send(self, *, key, recipient, body):
        raise ConnectionError("网关无应答")


def queue(now, count=1):
    with database.writing() as session:
        for serial in range(count):
            session.add(
                OutboxMessage(
                    district_id=builders.DISTRICT,
                    message_key=f"key-{serial}",
                    event="receive",
                    recipient_cipher=confidential.encrypt("13800000001"),
                    recipient_masked="138****0001",
                    body="您的申请已收件",
                    state=MessageState.WAITING,
                    attempts=0,
                    next_try_at=now,
                    created_at=now,
                )
            )


def states():
    with database.reading() as session:
        return [(m.state, m.attempts) for m in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def test_a_message_is_sent_once(fresh_database, now, tmp_path):
    queue(now, 3)
    gateway = FileGateway(tmp_path / "outbox.jsonl")
    assert send_due(gateway, builders.DISTRICT, now=now).sent == 3
    assert send_due(gateway, builders.DISTRICT, now=now).sent == 0
    assert len((tmp_path / "outbox.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_a_failure_waits_longer_each_time_and_ends(fresh_database, now):
    queue(now)
    at = now
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert send_due(Broken(), builders.DISTRICT, now=at).failed == 1
        assert send_due(Broken(), builders.DISTRICT, now=at).failed == 0
        assert states()[0][1] == attempt
        at += dt.timedelta(hours=2)
    assert states() == [(MessageState.FAILED, MOST_ATTEMPTS)]


def test_a_dead_workers_message_is_taken_up_after_its_lease(fresh_database, now, tmp_path):
    queue(now)
    with database.writing() as session:
        assert len(claim(session, builders.DISTRICT, now=now)) == 1
    gateway = FileGateway(tmp_path / "outbox.jsonl")
    assert send_due(gateway, builders.DISTRICT, now=now).sent == 0
    assert send_due(gateway, builders.DISTRICT, now=now + LEASE + dt.timedelta(seconds=1)).sent == 1


def test_a_failed_message_is_tried_again_when_its_wait_is_over(fresh_database, now, tmp_path):
    queue(now)
    send_due(Broken(), builders.DISTRICT, now=now)
    gateway = FileGateway(tmp_path / "outbox.jsonl")
    assert send_due(gateway, builders.DISTRICT, now=now + FIRST_WAIT).sent == 1
