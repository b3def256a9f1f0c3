"""Texts to applicants, written to the outbox in the transaction of the step (design §4). No id numbers in texts."""

import datetime as dt

from sqlalchemy.orm import Session

import settings
from models.cases import Applicant, Case
from models.enums import CaseAction, MessageState
from models.messages import OutboxMessage
from services import confidential
from services.rules import identifiers

SIGNATURE = "【政务服务】"
TEXTS: dict[CaseAction, str] = {
    CaseAction.RECEIVE: "您申请的「{item}」已收件，办件编号 {number}。凭编号和凭证上的查询码可查进度。",
    CaseAction.REQUEST_CORRECTION: "您申请的「{item}」（{number}）需要补正材料，请按一次性告知内容补齐。",
    CaseAction.REFUSE_ACCEPTANCE: "您申请的「{item}」（{number}）不予受理，原因和救济途径见书面通知。",
    CaseAction.GRANT: "您申请的「{item}」（{number}）已办结，请凭有效证件到窗口领取结果。",
    CaseAction.DENY: "您申请的「{item}」（{number}）不予许可，理由和救济途径见决定书，请到窗口领取。",
}


def announce(session: Session, case: Case, action: CaseAction, item_name: str, *, now: dt.datetime) -> None:
    """Queue the step's text to the applicant's phone; nothing when there is no text or no phone."""
    text = TEXTS.get(action)
    applicant = session.get(Applicant, (case.district_id, case.applicant_id)) if text else None
    if text is None or applicant is None or applicant.phone_cipher is None:
        return
    session.add(
        OutboxMessage(
            district_id=case.district_id,
            message_key=f"{case.number}:{action.value}:{now.astimezone(settings.current().zone):%Y%m%d%H%M%S}",
            event=action.value,
            case_id=case.id,
            recipient_cipher=applicant.phone_cipher,
            recipient_masked=identifiers.mask_phone(confidential.decrypt(applicant.phone_cipher)),
            body=SIGNATURE + text.format(item=item_name, number=case.number),
            state=MessageState.WAITING,
            attempts=0,
            next_try_at=now,
            created_at=now,
        )
    )
