"""申请材料接收凭证: the voucher handed out at receipt (R-CASE-03), with number, query code and QR code.

It is made anew at each printing, from the template in force: its number is the case's own.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.cases import CaseMaterial
from models.enums import CaseType, DocumentKind, MaterialState
from services import confidential
from services.cases.details import CaseDetail
from services.cases.intake import material_key
from services.documents import composing, drawing, templates
from services.documents.filling import ADDRESS, fill
from services.rules import identifiers
from services.rules.guide import Guide

TITLE = DocumentKind.RECEIPT.label
NONE = "—"


def word(
    session: Session, found: CaseDetail, *, printed_at: dt.datetime, covered: Sequence[tuple[str, str, str]] = ()
) -> bytes:
    """The voucher of a case as a Word file. `covered`: what a bundle's case covers (answers.covered)."""
    version = templates.in_force(session, found.case.district_id, DocumentKind.RECEIPT).version
    template = templates.content(session, found.case.district_id, DocumentKind.RECEIPT, version)
    return fill(template, _facts(session, found, printed_at, covered))


def receipt(
    session: Session, found: CaseDetail, *, printed_at: dt.datetime, covered: Sequence[tuple[str, str, str]] = ()
) -> bytes:
    """The same as PDF, A4, its text extractable."""
    content = word(session, found, printed_at=printed_at, covered=covered)
    number = found.case.number
    return drawing.pdf(content, title=f"{TITLE} {number}", foot=f"办件编号 {number}")


def _facts(
    session: Session, found: CaseDetail, printed_at: dt.datetime, covered: Sequence[tuple[str, str, str]]
) -> dict[str, Any]:
    case, guide = found.case, Guide.model_validate(found.version.guide)
    due = composing.due(case.due_at, is_provisional=case.is_provisional) or NONE
    return composing.common(session, case, found.version, guide) | {
        "文书名称": TITLE,
        ADDRESS: confidential.tracking_url(case.district_id, case.number),
        "文号": case.number,
        "日期": composing.day(case.submitted_at),
        "经办人": found.events[0].actor_name if found.events else NONE,
        "查询码": identifiers.show_query_code(confidential.query_code(case.district_id, case.number)),
        "办件类型": case.case_type.label,
        "承诺期限": "当场办结" if case.case_type is CaseType.IMMEDIATE else due,
        "收件人": found.events[0].actor_name if found.events else NONE,
        "打印时间": composing.moment(printed_at),
        "材料": [_line(place, material) for place, material in enumerate(_in_order(found, guide), 1)],
        "材料数": str(len(found.materials)),
        "并联事项": [{"序号": order, "名称": name, "部门": department} for order, name, department in covered],
        "并联事项数": str(len(covered)),
    }


def _line(place: int, material: CaseMaterial) -> dict[str, str]:
    is_here = material.state is MaterialState.RECEIVED
    return {
        "序号": str(place),
        "名称": material.name,
        "原件": str(material.originals) if is_here else NONE,
        "复印件": str(material.copies) if is_here else NONE,
        "情况": material.state.label,
    }


def _in_order(found: CaseDetail, guide: Guide) -> list[CaseMaterial]:
    """The materials as the service guide lists them."""
    place = {material_key(material, position): position for position, material in enumerate(guide.materials)}
    return sorted(found.materials, key=lambda material: place.get(material.material_key, len(place)))
