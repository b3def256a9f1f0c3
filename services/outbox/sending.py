"""Sending with leases: a worker that dies loses nothing, and nobody is told twice by a gateway that honours the key."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.enums import MessageState
from models.messages import OutboxMessage
from services import confidential, database
from services.outbox.gateways import Gateway

LEASE = dt.timedelta(minutes=2)
FIRST_WAIT = dt.timedelta(minutes=1)
MOST_ATTEMPTS = 6
BATCH = 50


@dataclasses.dataclass(frozen=True)
class Sent:
    sent: int
    failed: int


def claim(session: Session, district_id: int, *, now: dt.datetime) -> Sequence[OutboxMessage]:
    """Lease the messages that are due; another worker's live leases are left alone."""
    due = (
        select(OutboxMessage)
        .where(
            OutboxMessage.district_id == district_id,
            OutboxMessage.state.in_([MessageState.WAITING, MessageState.SENDING]),
            OutboxMessage.next_try_at <= now,
            or_(OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now),
        )
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    claimed = session.scalars(due).all()
    for message in claimed:
        message.state, message.lease_until = MessageState.SENDING, now + LEASE
        message.attempts += 1
    return claimed


def _record(session: Session, claimed: OutboxMessage, error: str | None, now: dt.datetime) -> None:
    message = session.get_one(OutboxMessage, (claimed.district_id, claimed.id))
    message.lease_until = None
    if error is None:
        message.state, message.sent_at, message.error = MessageState.SENT, now, None
    else:
        message.error = error
        is_last = message.attempts >= MOST_ATTEMPTS
        message.state = MessageState.FAILED if is_last else MessageState.WAITING
        message.next_try_at = now + FIRST_WAIT * 2 ** (message.attempts - 1)


def _try(gateway: Gateway, message: OutboxMessage) -> str | None:
    """None when sent, else the reason in words."""
    try:
        gateway.send(
            key=message.message_key, recipient=confidential.decrypt(message.recipient_cipher), body=message.body
        )
    except OSError as error:
        return f"发送失败：{error}"
    return None


def send_due(gateway: Gateway, district_id: int, *, now: dt.datetime) -> Sent:
    """Send one batch of what is due; each outcome is committed for itself."""
    with database.writing() as session:
        claimed = claim(session, district_id, now=now)
    outcomes = []
    for message in claimed:
        outcomes.append(error := _try(gateway, message))
        with database.writing() as session:
            _record(session, message, error, now)
    return Sent(outcomes.count(None), len(outcomes) - outcomes.count(None))
