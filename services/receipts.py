"""申请材料接收凭证: the voucher handed out at receipt (R-CASE-03), as PDF with QR and query code."""

import datetime as dt
import io

from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
from fpdf import FPDF

import settings
from models.enums import CaseType, MaterialState
from services import confidential
from services.cases.details import CaseDetail
from services.rules import identifiers


MARGIN = 20
QR_SIZE = 34
LABEL_WIDTH = 32
LINE = 8


def font_path() -> Path:
    """The CJK font that the product's requirements bring (OFL)."""
    return Path(pylopdf_fonts_zh_cn.sans_path())


def _local(at: dt.datetime | None) -> str:
    return at.astimezone(settings.current().zone).strftime("%Y-%m-%d %H:%M") if at else "—"


def tracking_url(district_id: int, number: str) -> str:
    """The address in the QR code: opens the case's progress without typing."""
    token = confidential.link_token(district_id, number)
    return f"{settings.current().public_url}/track?number={number}&token={token}"


def _page(title: str) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_margin(MARGIN)
    pdf.set_title(title)
    pdf.add_font("zh", fname=font_path())
    pdf.add_page()
    return pdf


def _fields(found: CaseDetail) -> list[tuple[str, str]]:
    case = found.case
    due = "当场办结" if case.case_type == CaseType.IMMEDIATE else _local(case.due_at)
    if case.is_provisional and case.due_at:
        due += "（暂定，节假日安排公布后重新计算）"
    return [
        ("办件编号", case.number),
        ("事项名称", found.item_name),
        ("申请人", found.applicant_name),
        ("证件号码", f"{found.id_type} {found.masked_id}"),
        ("代理人", case.agent_name or "—"),
        ("办件类型", case.case_type.label),
        ("实施部门", found.department),
        ("收件地点", f"{found.centre} {found.window}".strip()),
        ("收件时间", _local(case.submitted_at)),
        ("承诺办结", due),
    ]


def _materials(pdf: FPDF, found: CaseDetail) -> None:
    pdf.set_font("zh", size=11)
    pdf.cell(text="收到的材料", new_x="LMARGIN", new_y="NEXT", h=LINE)
    pdf.set_font("zh", size=9.5)
    with pdf.table(col_widths=(8, 92, 20, 20, 30), line_height=6.5, text_align=("C", "L", "C", "C", "C")) as table:
        table.row(["序", "材料名称", "原件", "复印件", "情况"])
        for position, material in enumerate(found.materials, start=1):
            received = material.state == MaterialState.RECEIVED
            table.row(
                [
                    str(position),
                    material.name,
                    str(material.originals) if received else "—",
                    str(material.copies) if received else "—",
                    material.state.label,
                ]
            )
        if not found.materials:
            table.row(["—", "本事项无需提交材料", "—", "—", "—"])


def _heading(pdf: FPDF, found: CaseDetail) -> None:
    pdf.set_font("zh", size=18)
    pdf.cell(text="申请材料接收凭证", align="C", w=0, h=12, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("zh", size=10)
    pdf.cell(text=f"{settings.current().district_name}政务服务中心", align="C", w=0, h=7, new_x="LMARGIN", new_y="NEXT")
    picture = io.BytesIO()
    segno.make(tracking_url(found.case.district_id, found.case.number), error="m").save(picture, kind="png", scale=6, border=1)
    pdf.image(picture, x=pdf.w - MARGIN - QR_SIZE, y=MARGIN + 20, w=QR_SIZE, alt_text="扫码查询办件进度")
    pdf.ln(4)


def receipt(found: CaseDetail, *, printed_at: dt.datetime) -> bytes:
    """The voucher of a case as PDF, A4, text extractable."""
    case = found.case
    pdf = _page(f"申请材料接收凭证 {case.number}")
    _heading(pdf, found)
    pdf.set_font("zh", size=10.5)
    for label, value in _fields(found):
        pdf.cell(w=LABEL_WIDTH, h=LINE, text=label)
        pdf.multi_cell(w=pdf.epw - LABEL_WIDTH - QR_SIZE - 4, h=LINE, text=value, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_font("zh", size=13)
    code = identifiers.show_query_code(confidential.query_code(case.district_id, case.number))
    pdf.cell(text=f"查询码  {code}", h=11, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    _materials(pdf, found)
    pdf.ln(4)
    pdf.set_font("zh", size=9)
    phone = settings.current().hotline or str(found.version.guide.get("consult_phone", ""))
    for line in (
        f"查询进度：扫描二维码，或在网上输入办件编号和查询码。咨询电话：{phone or '—'}",
        "请妥善保管本凭证；查询码等同于查询密码，请勿转交他人。",
        f"收件人：{found.events[0].actor_name if found.events else '—'}        打印时间：{_local(printed_at)}        （收件专用章）",
    ):
        pdf.multi_cell(w=0, h=6, text=line, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
