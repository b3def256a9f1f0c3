"""What a voucher says: the facts of the case as they stand at the step, by the placeholders of its template."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Applicant, Case, CaseEvent, CaseMaterial
from models.catalogue import ItemVersion, ServiceItem
from models.clocks import CaseExtension
from models.documents import CaseDocument
from models.enums import CaseAction, CaseResult, CaseStatus, DocumentKind, ItemType, MaterialState, TrustLevel
from models.organisations import Organisation, Window
from services import confidential
from services.rules import identifiers, vouchers
from services.rules.guide import Guide

K = DocumentKind
REMEDIES = "如不服本决定，可自收到之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法向人民法院提起行政诉讼。"
OPEN_TRUST = (TrustLevel.C, TrustLevel.D)


def day(at: dt.date | None) -> str:
    """2026年3月5日; of an instant its day where the centre stands."""
    if at is None:
        return ""
    local = at.astimezone(settings.current().zone) if isinstance(at, dt.datetime) else at
    return f"{local.year}年{local.month}月{local.day}日"


def moment(at: dt.datetime | None) -> str:
    """2026年3月5日 17:00."""
    return f"{day(at)} {at.astimezone(settings.current().zone):%H:%M}" if at else ""


def remedies(guide: Guide) -> str:
    """The remedies by law, with the item's own bodies where its guide names them."""
    bodies = {"行政复议": guide.review_dept, "行政诉讼": guide.litigation_dept}
    ways = [f"{label}：{body}" for label, body in bodies.items() if body]
    return "\n".join(ways if len(ways) == len(bodies) else [REMEDIES, *ways])


def place(session: Session, case: Case, guide: Guide) -> dict[str, Any]:
    """Where the applicant turns to, and when."""
    centre = session.get_one(Organisation, (case.district_id, case.centre_id))
    window = session.get(Window, (case.district_id, case.window_id)) if case.window_id else None
    open_at = next((each for each in guide.places if each.hours), None)
    return {
        "中心": centre.name,
        "窗口": f"{centre.name} {window.number} 号窗口" if window else centre.name,
        "地址": centre.address or (open_at.place if open_at else ""),
        "办公时间": open_at.hours if open_at else "",
        "咨询电话": settings.current().hotline or guide.consult_phone or centre.phone,
    }


def common(session: Session, case: Case, version: ItemVersion, guide: Guide) -> dict[str, Any]:
    """What every voucher of the case may say, but for the address in the QR code: what opens a case is stored nowhere."""
    district_id = case.district_id
    applicant = session.get_one(Applicant, (district_id, case.applicant_id))
    item = session.get_one(ServiceItem, (district_id, case.item_id))
    department = session.get_one(Organisation, (district_id, case.department_id))
    return place(session, case, guide) | {
        "地区": settings.current().district_name,
        "部门": department.name,
        "办件编号": case.number,
        "事项": version.name,
        "事项编码": item.code,
        "申请人": case.applicant_name,
        "证件类型": applicant.id_type.label,
        "证件号码": identifiers.mask_id(confidential.decrypt(applicant.id_cipher)),
        "代理人": case.agent_name or "",
        "申请内容": case.subject or "",
        "收件时间": moment(case.submitted_at),
        "监督电话": guide.complain_phone,
        "法律依据": "；".join(f"《{law.law_name.strip('《》')}》{law.article}" for law in guide.by_law),
        "救济途径": remedies(guide),
    }


def facts(
    session: Session, case: Case, version: ItemVersion, guide: Guide, event: CaseEvent, kind: DocumentKind
) -> dict[str, Any]:
    """All that the voucher of a step says but its number."""
    is_permit = guide.task_type == ItemType.PERMIT
    return (
        common(session, case, version, guide)
        | {"文书名称": vouchers.title(kind, is_permit=is_permit), "日期": day(event.at), "经办人": event.actor_name}
        | _own(session, case, guide, event, kind)
    )


def _own(session: Session, case: Case, guide: Guide, event: CaseEvent, kind: DocumentKind) -> dict[str, Any]:
    """What only this kind says; from the step's own reasons and evidence wherever they hold it."""
    told, reasons = event.evidence or {}, event.opinion or ""
    match kind:
        case K.CORRECTION:
            return {"补正内容": _asked(told), "补正期限": day_of(told.get("until"))}
        case K.ACCEPTANCE:
            return _acceptance(case, event)
        case K.REFUSAL:
            return {"理由": reasons, "应向机关": told.get("right_body", "")}
        case K.SPECIAL_PROCEDURE:
            named = {"程序": told.get("procedure", ""), "程序依据": told.get("legal_basis", "")}
            return named | {"理由": reasons, "预计结束日": day_of(told.get("expected_end_on"))}
        case K.EXTENSION:
            return _extension(session, case, event)
        case K.GRANT:
            return {"结果名称": guide.result_name, "意见": reasons}
        case K.FEE_NOTICE:
            return {
                "缴费项目": told.get("lines", []),
                "合计": told.get("total", ""),
                "缴费期限": day_of(told.get("until")),
            }
        case K.DENIAL:
            said = {"理由": told.get("reasons", reasons)}
            return said | ({"救济途径": told["remedies"]} if told.get("remedies") else {})
        case K.PICKUP:
            return {"结果名称": guide.result_name} | _to_bring(session, case)
        case K.DELIVERY:
            handed = {"领取人": told.get("receiver", ""), "送达文书": _handed_over(session, case)}
            return {"结果名称": guide.result_name} | handed
        case _:
            return {"理由": reasons}


def _asked(told: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"序号": str(place), "名称": each["name"], "问题": each["verdict"], "说明": each["note"]}
        for place, each in enumerate(told.get("items", []), 1)
    ]


def _acceptance(case: Case, event: CaseEvent) -> dict[str, str]:
    return {
        "承诺期限": due(case.due_at, is_provisional=case.is_provisional),
        "法定期限": moment(case.statutory_due_at),
        "受理日期": day(case.accepted_at or event.at),
        "视为受理": (event.opinion or "") if event.action is CaseAction.DEEM_ACCEPTED else "",
    }


def _extension(session: Session, case: Case, event: CaseEvent) -> dict[str, str]:
    told, judged = event.evidence or {}, session.get(CaseExtension, (case.district_id, case.id))
    return {
        "延长天数": str(told.get("workdays", "")),
        "理由": event.opinion or "",
        "提请人": told.get("proposed_by", ""),
        "批准人": (judged.judged_by if judged else None) or event.actor_name,
        "承诺期限": due(case.due_at, is_provisional=case.is_provisional),
    }


def due(at: dt.datetime | None, *, is_provisional: bool) -> str:
    return f"{moment(at)}{'（暂定，节假日安排公布后重新计算）' if at and is_provisional else ''}"


def day_of(text: str | None) -> str:
    return day(dt.date.fromisoformat(text)) if text else ""


def _to_bring(session: Session, case: Case) -> dict[str, list[dict[str, str]]]:
    """The originals that nobody has seen, and what was promised to be handed in later."""
    wanted = select(CaseMaterial).where(
        CaseMaterial.district_id == case.district_id,
        CaseMaterial.case_id == case.id,
    )
    materials = session.scalars(wanted.order_by(CaseMaterial.material_key)).all()
    unseen = [
        each.name
        for each in materials
        if each.state is MaterialState.RECEIVED
        and each.originals > 0
        and each.checked_at is None
        and each.trust_level in OPEN_TRUST
    ]
    owed = [each.name for each in materials if each.state is MaterialState.DEFERRED]
    return {"核验原件": _numbered(unseen), "补交材料": _numbered(owed)}


def _numbered(names: list[str]) -> list[dict[str, str]]:
    return [{"序号": str(place), "名称": name} for place, name in enumerate(names, 1)]


def _handed_over(session: Session, case: Case) -> list[dict[str, str]]:
    """The decision that is delivered, with its number; of a case older than its vouchers, the result alone."""
    wanted = select(CaseDocument).where(
        CaseDocument.district_id == case.district_id,
        CaseDocument.case_id == case.id,
        CaseDocument.kind.in_((K.GRANT, K.DENIAL)),
    )
    found = session.scalars(wanted.order_by(CaseDocument.sequence)).all()
    if found:
        return [{"文书": each.facts.get("文书名称", each.kind.label), "文号": each.number} for each in found]
    decided = {CaseResult.GRANTED: K.GRANT.label, CaseResult.DENIED: K.DENIAL.label}
    is_over = case.status in (CaseStatus.DECIDED, CaseStatus.DELIVERED, CaseStatus.CLOSED)
    return [{"文书": decided.get(case.result, "办理结果"), "文号": ""}] if is_over and case.result else []
