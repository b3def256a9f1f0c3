"""申请材料接收凭证: the voucher handed out at receipt (R-CASE-03), as PDF with QR and query code."""

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
from fpdf import FPDF
from fpdf.fonts import FontFace

import settings
from models.cases import CaseMaterial
from models.enums import CaseType, MaterialState
from services import confidential
from services.cases.details import CaseDetail
from services.cases.intake import material_key
from services.rules import identifiers
from services.rules.guide import Guide

TITLE = "申请材料接收凭证"
MARGIN = 20  # millimetres, as all below
FOOT = 18
QR_SIZE = 36
LABEL_WIDTH = 24
LINE = 7.5
SIGNATURES = 52
GREY = (240, 243, 247)
NOTICES = (
    "一、查询进度：扫描上方二维码，或在网上输入办件编号和查询码。",
    "二、查询码等同于查询密码，请勿转交他人；领取结果时请带本凭证和有效证件。",
    "三、注明「容缺后补」的材料，请在领取结果前补交到原收件窗口。",
)


class Voucher(FPDF):
    """An A4 page with the case's number and page x of y at its foot."""

    def __init__(self, number: str) -> None:
        super().__init__(format="A4")
        self.number = number
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.set_title(f"{TITLE} {number}")
        self.set_lang("zh-CN")
        self.add_font("zh", fname=font_path())
        self.add_page()

    def footer(self) -> None:
        self.set_y(-FOOT)
        self.set_font("zh", size=8.5)
        self.cell(w=self.epw / 2, h=6, text=f"办件编号 {self.number}")
        self.cell(w=self.epw / 2, h=6, text=f"第 {self.page_no()} 页 共 {{nb}} 页", align="R")

    def line_of(self, text: str, *, size: float, height: float, align: str = "L") -> None:
        """One line over the whole width."""
        self.set_font("zh", size=size)
        self.cell(w=0, h=height, text=text, align=align, new_x="LMARGIN", new_y="NEXT")


def font_path() -> Path:
    """The CJK font that the product's requirements bring (OFL)."""
    return Path(pylopdf_fonts_zh_cn.sans_path())


def _local(at: dt.datetime | None) -> str:
    return at.astimezone(settings.current().zone).strftime("%Y-%m-%d %H:%M") if at else "—"


def tracking_url(district_id: int, number: str) -> str:
    """The address in the QR code: opens the case's progress without typing."""
    token = confidential.link_token(district_id, number)
    return f"{settings.current().public_url}/track?number={number}&token={token}"


def _fields(found: CaseDetail) -> list[tuple[str, str]]:
    case = found.case
    due = "当场办结" if case.case_type == CaseType.IMMEDIATE else _local(case.due_at)
    if case.is_provisional and case.due_at:
        due += "（暂定，节假日安排公布后重新计算）"
    rows = [
        ("事项名称", found.item_name),
        ("申请人", found.applicant_name),
        ("证件号码", f"{found.id_type} {found.masked_id}"),
        ("代理人", case.agent_name or ""),
        ("申请内容", case.subject or ""),
        ("办件类型", case.case_type.label),
        ("实施部门", found.department),
        ("收件地点", f"{found.centre} {found.window}".strip()),
        ("收件时间", _local(case.submitted_at)),
        ("承诺办结", due),
    ]
    return [(label, value) for label, value in rows if value]


def _heading(pdf: Voucher, found: CaseDetail) -> None:
    """Title, number and code at the left, the QR code at the right."""
    case = found.case
    pdf.line_of(TITLE, size=18, height=11, align="C")
    pdf.line_of(f"{settings.current().district_name}政务服务中心", size=10.5, height=7, align="C")
    top = pdf.get_y() + 2
    picture = io.BytesIO()
    segno.make(tracking_url(case.district_id, case.number), error="m").save(picture, kind="png", scale=6, border=2)
    pdf.image(picture, x=pdf.w - MARGIN - QR_SIZE, y=top, w=QR_SIZE, alt_text="扫码查询办件进度")
    pdf.set_xy(pdf.w - MARGIN - QR_SIZE, top + QR_SIZE)
    pdf.set_font("zh", size=8.5)
    pdf.cell(w=QR_SIZE, h=4, text="扫码查进度", align="C")
    pdf.set_xy(MARGIN, top + 3)
    pdf.line_of("办件编号", size=9, height=5)
    pdf.line_of(case.number, size=16, height=9)
    pdf.set_y(pdf.get_y() + 3)
    pdf.line_of("查询码", size=9, height=5)
    code = identifiers.show_query_code(confidential.query_code(case.district_id, case.number))
    pdf.line_of(code, size=16, height=9)
    pdf.set_y(top + QR_SIZE + 8)


def _facts(pdf: Voucher, found: CaseDetail) -> None:
    pdf.set_font("zh", size=10)
    widths = (LABEL_WIDTH, pdf.epw - LABEL_WIDTH)
    with pdf.table(col_widths=widths, line_height=LINE, first_row_as_headings=False, text_align="L") as table:
        for label, value in _fields(found):
            row = table.row()
            row.cell(label, style=FontFace(fill_color=GREY))
            row.cell(value)
    pdf.ln(5)


def _covered(pdf: Voucher, rows: Sequence[tuple[str, str, str]]) -> None:
    """Of a bundle: its items, their departments and the order (R-PAR-02)."""
    pdf.line_of(f"并联办理的事项（{len(rows)} 项）", size=11, height=LINE)
    pdf.set_font("zh", size=9.5)
    headings = FontFace(fill_color=GREY)
    with pdf.table(
        col_widths=(22, 96, 52), line_height=6.5, text_align=("C", "L", "L"), headings_style=headings
    ) as table:
        table.row(["顺序", "事项", "部门"])
        for row in rows:
            table.row(list(row))
    pdf.ln(4)


def _materials(pdf: Voucher, found: CaseDetail) -> None:
    """All that was handed in; the heading is repeated on each further page."""
    pdf.line_of(f"收到的材料（{len(found.materials)} 项）", size=11, height=LINE)
    pdf.set_font("zh", size=9.5)
    aligned = ("C", "L", "C", "C", "C")
    headings = FontFace(fill_color=GREY)
    with pdf.table(
        col_widths=(10, 94, 18, 20, 28), line_height=6.5, text_align=aligned, headings_style=headings
    ) as table:
        table.row(["序号", "材料名称", "原件", "复印件", "情况"])
        for position, material in enumerate(_in_order(found), start=1):
            received = material.state == MaterialState.RECEIVED
            counts = (str(material.originals), str(material.copies)) if received else ("—", "—")
            table.row([str(position), material.name, *counts, material.state.label])
        if not found.materials:
            table.row(["—", "本事项无需提交材料", "—", "—", "—"])
    pdf.ln(4)


def _in_order(found: CaseDetail) -> list[CaseMaterial]:
    """The materials as the service guide lists them."""
    listed = Guide.model_validate(found.version.guide).materials
    place = {material_key(material, position): position for position, material in enumerate(listed)}
    return sorted(found.materials, key=lambda material: place.get(material.material_key, len(place)))


def _closing(pdf: Voucher, found: CaseDetail, printed_at: dt.datetime) -> None:
    """Notices, who received and the place of the seal: kept together."""
    if pdf.will_page_break(SIGNATURES):
        pdf.add_page()
    for notice in NOTICES:
        pdf.line_of(notice, size=9, height=5.5)
    phone = settings.current().hotline or str(found.version.guide.get("consult_phone", ""))
    if phone:
        pdf.line_of(f"四、咨询电话：{phone}", size=9, height=5.5)
    pdf.ln(4)
    clerk = found.events[0].actor_name if found.events else "—"
    pdf.line_of(f"收件人：{clerk}", size=10, height=7)
    pdf.line_of("申请人（签字）：", size=10, height=7)
    pdf.line_of("（收件专用章）", size=10, height=7, align="R")
    pdf.line_of(f"打印时间：{_local(printed_at)}", size=9, height=6, align="R")


def receipt(found: CaseDetail, *, printed_at: dt.datetime, covered: Sequence[tuple[str, str, str]] = ()) -> bytes:
    """The voucher of a case as PDF, A4, text extractable. `covered`: what a bundle's case covers (answers.covered)."""
    pdf = Voucher(found.case.number)
    _heading(pdf, found)
    _facts(pdf, found)
    if covered:
        _covered(pdf, covered)
    _materials(pdf, found)
    _closing(pdf, found, printed_at)
    return bytes(pdf.output())
