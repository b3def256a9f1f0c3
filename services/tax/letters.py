"""Letters to taxpayers from a Word template, numbered within the year and kept as they went out.

The template is `tax_notice.docx`; an office's own stands in the folder of the setting `templates_folder` under the same name.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.enums import LeadAction, Permission
from models.taxes import TaxLead, TaxLetter, TaxRule
from services import attachments, audit
from services.actors import Actor
from services.documents.filling import fill
from services.errors import Invalid, NotFound
from services.tax import leads
from services.tax.rules import base_code

TEMPLATE = "tax_notice.docx"
MATTERS = {  # by comparison: matter, basis, content
    "TX-1": (
        "办理税务登记",
        "《中华人民共和国税收征收管理法》第十五条及其实施细则第十二条",
        "经比对，你单位（户）已在市场监督管理部门登记满三十日，我局未查到税务登记信息。",
    ),
    "TX-2": (
        "核实房产交易纳税情况",
        "《中华人民共和国契税法》及有关规定",
        "经比对，合同号 {code} 的房产交易，我局未查到相应的完税信息。",
    ),
    "TX-3": (
        "核实土地交易纳税情况",
        "《中华人民共和国契税法》及有关规定",
        "经比对，合同号 {code} 的土地交易，我局未查到相应的完税信息。",
    ),
    "TX-4": (
        "核实税务登记情况",
        "《中华人民共和国税收征收管理法》第十五条",
        "经比对，你单位（户）未同时办理国税、地税登记。",
    ),
    "TX-6": (
        "办理注销税务登记",
        "《中华人民共和国税收征收管理法实施细则》第十五条",
        "经比对，你单位（户）已注销或被吊销营业执照，税务登记尚未注销。",
    ),
}
OTHER = (
    "办理变更税务登记",
    "《中华人民共和国税收征收管理法实施细则》第十四条",
    "经比对，你单位（户）的税务登记信息与其他部门的登记信息不一致。",
)


def template() -> Path:
    """The office's own template where there is one, else the shipped one."""
    own = settings.current().templates_folder / TEMPLATE
    return own if own.exists() else settings.DATA / "templates" / TEMPLATE


def issue(
    session: Session,
    lead_id: int,
    due: dt.date,
    phone: str,
    *,
    actor: Actor,
    now: dt.datetime,
    expected: int | None = None,
) -> TaxLetter:
    """Number, write and keep a letter on a lead. Raises Invalid for a date that is past, WrongState out of turn."""
    actor.must(Permission.TAX_LEADS)
    lead = leads.get(session, lead_id, actor, expected=expected)
    if due <= now.date():
        raise Invalid("请给纳税人留出时间：期限应晚于今天", {"due": "期限应晚于今天"})
    if not phone.strip():
        raise Invalid("请填写联系电话", {"phone": "请填写联系电话"})
    audit.hold(session, actor.district_id)  # two letters at once do not share a number
    serial = _next(session, actor.district_id, now.year)
    number = f"税通〔{now.year}〕{serial:05d}号"
    content = fill(template().read_bytes(), _values(session, lead, number, due, phone.strip(), actor, now))
    key, digest = attachments.store(content, now=now)
    letter = TaxLetter(
        district_id=lead.district_id,
        lead_id=lead.id,
        year=now.year,
        serial=serial,
        file_name=f"税务事项通知书-{now.year}-{serial:05d}.docx",
        storage_key=key,
        sha256=digest,
        issued_by=actor.name,
        issued_at=now,
    )
    session.add(letter)
    leads.step(session, lead, LeadAction.SEND_LETTER, actor, now, f"发出{number}，限 {due} 前答复", {"letter": number})
    session.flush()
    after = {"number": number, "sha256": digest}
    audit.record(session, "tax_letter.issue", ("tax_lead", lead.id), actor=actor, now=now, after=after)
    return letter


def _next(session: Session, district_id: int, year: int) -> int:
    last = session.scalar(
        select(func.max(TaxLetter.serial)).where(TaxLetter.district_id == district_id, TaxLetter.year == year)
    )
    return (last or 0) + 1


def _values(
    session: Session, lead: TaxLead, number: str, due: dt.date, phone: str, actor: Actor, now: dt.datetime
) -> dict[str, str]:
    rule = session.get_one(TaxRule, (lead.district_id, lead.rule_id))
    matter, basis, content = MATTERS.get(base_code(rule.code), OTHER)
    return {
        "office": f"{settings.current().district_name}税务局",
        "number": number,
        "name": lead.name,
        "code": lead.subject_key,
        "matter": matter,
        "basis": basis,
        "content": content.format(code=lead.subject_key),
        "estimate": f"{lead.estimate:,.2f}" if lead.estimate is not None else "",
        "due": f"{due:%Y年%m月%d日}",
        "officer": actor.name,
        "phone": phone,
        "date": f"{now:%Y年%m月%d日}",
    }


def of_lead(session: Session, lead: TaxLead) -> Sequence[TaxLetter]:
    wanted = select(TaxLetter).where(TaxLetter.district_id == lead.district_id, TaxLetter.lead_id == lead.id)
    return session.scalars(wanted.order_by(TaxLetter.id)).all()


def content(session: Session, letter_id: int, actor: Actor) -> bytes:
    """A letter as it went out. Raises Invalid when the kept file was altered."""
    actor.must(Permission.TAX_READ)
    letter = session.get(TaxLetter, (actor.district_id, letter_id))
    if letter is None:
        raise NotFound("没有这份通知书")
    return attachments.fetch(letter.storage_key, letter.sha256, letter.file_name)
