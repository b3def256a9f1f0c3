"""Texts to applicants, written to the outbox in the transaction of the step (design §4). No id numbers in texts."""

import datetime as dt

from sqlalchemy.orm import Session

import settings
from models.cases import Applicant, Case
from models.enums import CaseAction, MessageState
from models.messages import OutboxMessage
from models.organisations import Organisation
from services import confidential
from services.rules import identifiers

SIGNATURE = "【政务服务】"
TEXTS: dict[CaseAction, str] = {
    CaseAction.RECEIVE: "您申请的「{item}」已收件，办件编号 {number}。凭编号和凭证上的查询码可查进度。",
    CaseAction.ACCEPT: "您申请的「{item}」（{number}）已受理，可凭编号和查询码查看承诺办结时间。",
    CaseAction.REQUEST_CORRECTION: "您申请的「{item}」（{number}）需要补正材料，请按一次性告知内容补齐。",
    CaseAction.REFUSE_ACCEPTANCE: "您申请的「{item}」（{number}）不予受理，原因和救济途径见书面通知。",
    CaseAction.GRANT: "您申请的「{item}」（{number}）已办结，请凭有效证件到窗口领取结果。",
    CaseAction.DEEM_ACCEPTED: "您申请的「{item}」（{number}）逾期未告知补正，自收到材料之日起视为受理。",
    CaseAction.SUSPEND: "您申请的「{item}」（{number}）进入特别程序，所需时间不计入办理期限，详见书面告知。",
    CaseAction.RESUME: "您申请的「{item}」（{number}）特别程序已结束，办理期限自下一工作日继续计算。",
    CaseAction.EXTEND: "您申请的「{item}」（{number}）经批准延长办理期限，理由见书面告知。",
    CaseAction.EXPIRE_CORRECTION: "您申请的「{item}」（{number}）未在期限内补正，已办结；材料齐全后可重新申请。",
    CaseAction.DENY: "您申请的「{item}」（{number}）不予许可，理由和救济途径见决定书，请到窗口领取。",
}


def tell_office(
    session: Session,
    office: Organisation,
    event: str,
    key: str,
    text: str,
    *,
    now: dt.datetime,
    case_id: int | None = None,
) -> None:
    """Queue a text to an office's telephone, once for each key; nothing without one."""
    if not office.phone:
        return
    session.add(_message(office.district_id, f"{event}:{key}", event, case_id, office.phone, text, now))


def _message(
    district_id: int, key: str, event: str, case_id: int | None, phone: str, text: str, now: dt.datetime
) -> OutboxMessage:
    return OutboxMessage(
        district_id=district_id,
        message_key=key,
        event=event,
        case_id=case_id,
        recipient_cipher=confidential.encrypt(phone),
        recipient_masked=identifiers.mask_phone(phone),
        body=SIGNATURE + text,
        state=MessageState.WAITING,
        attempts=0,
        next_try_at=now,
        created_at=now,
    )


def announce(session: Session, case: Case, action: CaseAction, item_name: str, *, now: dt.datetime) -> None:
    """Queue the step's text to the applicant's phone; nothing when there is no text or no phone."""
    text = TEXTS.get(action)
    applicant = session.get(Applicant, (case.district_id, case.applicant_id)) if text else None
    if text is None or applicant is None or applicant.phone_cipher is None:
        return
    key = f"{case.number}:{action.value}:{now.astimezone(settings.current().zone):%Y%m%d%H%M%S}"
    phone, said = confidential.decrypt(applicant.phone_cipher), text.format(item=item_name, number=case.number)
    session.add(_message(case.district_id, key, action.value, case.id, phone, said, now))
