"""Texts to officers about their leads, through the outbox: no names and no ids in them."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.identity import new_id
from models.people import User
from models.taxes import TaxLead
from services import confidential
from services.outbox import writing
from services.outbox.writing import Cause

EVENT = "tax_lead_assigned"
SIGNATURE = "【综合治税】"


def to_officer(session: Session, officer: User, leads: Sequence[TaxLead], due_on: dt.date, *, now: dt.datetime) -> bool:
    """Queue one text for the whole assignment; nothing for an officer without a phone. Returns whether it was queued."""
    if officer.phone_cipher is None:
        return False
    text = f"您有 {len(leads)} 条线索待核实，请在 {due_on} 前处理，登录工作台「线索」查看。"
    cause = Cause(officer.district_id, f"tax:{officer.id}:{new_id()}", EVENT)
    writing.sms(session, cause, confidential.decrypt(officer.phone_cipher), text, now=now, signature=SIGNATURE)
    return True
