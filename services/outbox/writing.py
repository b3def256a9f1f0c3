"""Putting messages into the outbox, in the transaction that causes them (design §4)."""

import dataclasses
import datetime as dt

from sqlalchemy.orm import Session

from models.enums import MessageChannel, MessageState
from models.messages import OutboxMessage
from services import confidential
from services.rules import contacts, identifiers

SIGNATURE = "【政务服务】"  # before every SMS, as operators ask
SUBJECT_LENGTH = 200
LINK = "{查询网址}"  # becomes the address as the message is sent: what opens a case is stored nowhere (security 13)


@dataclasses.dataclass(frozen=True)
class Cause:
    """What the message is about. Of one `key` there is one message: it makes sending twice harmless."""

    district_id: int
    key: str
    event: str
    case_id: int | None = None


def _put(session: Session, cause: Cause, now: dt.datetime, **message: object) -> None:
    session.add(
        OutboxMessage(
            district_id=cause.district_id,
            message_key=cause.key,
            event=cause.event,
            case_id=cause.case_id,
            state=MessageState.WAITING,
            attempts=0,
            next_try_at=now,
            created_at=now,
            **message,
        )
    )


def sms(session: Session, cause: Cause, phone: str, text: str, *, now: dt.datetime, signature: str = SIGNATURE) -> None:
    """Queue a text to a phone."""
    _put(
        session,
        cause,
        now,
        channel=MessageChannel.SMS,
        recipient_cipher=confidential.encrypt(phone),
        recipient_masked=identifiers.mask_phone(phone),
        body=signature + text,
    )


def email(session: Session, cause: Cause, address: str, subject: str, body: str, *, now: dt.datetime) -> None:
    """Queue a letter to an address."""
    _put(
        session,
        cause,
        now,
        channel=MessageChannel.EMAIL,
        subject=" ".join(subject.split())[:SUBJECT_LENGTH],
        recipient_cipher=confidential.encrypt(address),
        recipient_masked=contacts.mask_email(address),
        body=body,
    )
