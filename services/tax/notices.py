"""Texts to officers about their leads, through the outbox: no names and no ids in them."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.enums import MessageEvent
from models.identity import new_id
from models.people import User
from models.taxes import TaxLead
from services import confidential
from services.outbox import templates, writing
from services.outbox.writing import Cause
from services.rules import message_texts

SIGNATURE = "【综合治税】"


def to_officer(session: Session, officer: User, leads: Sequence[TaxLead], due_on: dt.date, *, now: dt.datetime) -> bool:
    """Queue one text for the whole assignment; nothing for an officer without a phone. Returns whether it was queued."""
    if officer.phone_cipher is None:
        return False
    wording = templates.of_event(session, officer.district_id, MessageEvent.LEAD_ASSIGNED)
    if not wording.is_sent:
        return False
    text = message_texts.fill(wording.sms, {"件数": str(len(leads)), "期限": str(due_on)})
    cause = Cause(officer.district_id, f"tax:{officer.id}:{new_id()}", wording.event.value)
    writing.sms(session, cause, confidential.decrypt(officer.phone_cipher), text, now=now, signature=SIGNATURE)
    return True
