"""Sending with leases: a worker that dies loses nothing, and nobody is told twice by a gateway that honours the key."""

import dataclasses
import datetime as dt
import time
from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.cases import Case
from models.enums import MessageChannel, MessageState
from models.messages import OutboxMessage
from services import confidential, database
from services.outbox.gateways import Gateway, Refused, Unclear
from services.outbox.writing import LINK

LEASE = dt.timedelta(minutes=2)
ROUND = 60.0  # seconds; what is left of a batch by a slow gateway waits for the next round, well within its lease
FIRST_WAIT = dt.timedelta(minutes=1)
MOST_ATTEMPTS = 6
BATCH = 50


@dataclasses.dataclass(frozen=True)
class Sent:
    sent: int
    failed: int


@dataclasses.dataclass(frozen=True)
class _Outcome:
    state: MessageState  # WAITING: to be tried again
    error: str = ""


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


def _record(session: Session, claimed: OutboxMessage, outcome: _Outcome, now: dt.datetime) -> None:
    message = session.get_one(OutboxMessage, (claimed.district_id, claimed.id))
    message.lease_until, message.error = None, outcome.error or None
    message.state = outcome.state
    if outcome.state is MessageState.SENT:
        message.sent_at = now
    elif outcome.state is MessageState.WAITING:
        if message.attempts >= MOST_ATTEMPTS:
            message.state = MessageState.FAILED
        message.next_try_at = now + FIRST_WAIT * 2 ** (message.attempts - 1)


def _addresses(session: Session, claimed: Sequence[OutboxMessage]) -> dict[int, str]:
    """The address that opens each case of which a message speaks, by the case."""
    wanted = {message.case_id: message.district_id for message in claimed if message.case_id and LINK in message.body}
    if not wanted:
        return {}
    rows = session.execute(
        select(Case.district_id, Case.id, Case.number).where(
            Case.district_id.in_(set(wanted.values())), Case.id.in_(wanted)
        )
    )
    return {row.id: confidential.tracking_url(row.district_id, row.number) for row in rows}


def _try(gateway: Gateway, message: OutboxMessage, address: str) -> _Outcome:
    try:
        gateway.send(
            key=message.message_key,
            recipient=confidential.decrypt(message.recipient_cipher),
            subject=message.subject or "",
            body=message.body.replace(LINK, address),
        )
    except Refused as error:
        return _Outcome(MessageState.FAILED, f"对方拒收：{error}")
    except Unclear as error:
        return _Outcome(MessageState.UNKNOWN, str(error))
    except OSError as error:
        return _Outcome(MessageState.WAITING, f"发送失败：{error}")
    except Exception as error:  # whatever is wrong with one message does not hold up the others
        return _Outcome(MessageState.FAILED, f"不能发送：{error or type(error).__name__}")
    return _Outcome(MessageState.SENT)


def _give_back(session: Session, left: Sequence[OutboxMessage]) -> None:
    """Not tried in this round: as if it had not been claimed."""
    for each in left:
        message = session.get_one(OutboxMessage, (each.district_id, each.id))
        message.state, message.lease_until = MessageState.WAITING, None
        message.attempts -= 1


def send_due(gateways: Mapping[MessageChannel, Gateway], district_id: int, *, now: dt.datetime) -> Sent:
    """Send one batch of what is due; each outcome is committed for itself."""
    with database.writing() as session:
        claimed = claim(session, district_id, now=now)
        addresses = _addresses(session, claimed)
    began, outcomes = time.monotonic(), []
    for place, message in enumerate(claimed):
        if time.monotonic() - began > ROUND:
            with database.writing() as session:
                _give_back(session, claimed[place:])
            break
        address = addresses.get(message.case_id or 0, "")
        outcomes.append(outcome := _try(gateways[message.channel], message, address))
        with database.writing() as session:
            _record(session, message, outcome, now)
    sent = sum(outcome.state is MessageState.SENT for outcome in outcomes)
    return Sent(sent, len(outcomes) - sent)
