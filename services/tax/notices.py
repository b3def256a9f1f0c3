"""Texts to officers about their leads, through the outbox: no names and no ids in them."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.enums import MessageState
from models.identity import new_id
from models.messages import OutboxMessage
from models.people import User
from models.taxes import TaxLead
from services import confidential
from services.rules import identifiers

EVENT = "tax_lead_assigned"


def to_officer(session: Session, officer: User, leads: Sequence[TaxLead], due_on: dt.date, *, now: dt.datetime) -> bool:
    """Queue one text for the whole assignment; nothing for an officer without a phone. Returns whether it was queued."""
    if officer.phone_cipher is None:
        return False
    phone = confidential.decrypt(officer.phone_cipher)
    session.add(
        OutboxMessage(
            district_id=officer.district_id,
            message_key=f"tax:{officer.id}:{new_id()}",
            event=EVENT,
            recipient_cipher=officer.phone_cipher,
            recipient_masked=identifiers.mask_phone(phone),
            body=f"【综合治税】您有 {len(leads)} 条线索待核实，请在 {due_on} 前处理，登录工作台「线索」查看。",
            state=MessageState.WAITING,
            attempts=0,
            next_try_at=now,
            created_at=now,
        )
    )
    return True
