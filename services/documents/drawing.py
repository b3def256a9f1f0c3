"""A filled Word file drawn as PDF (A4, fpdf2): no office suite is installed at a centre's server.

What is drawn: paragraphs (size, alignment, indents, space, kept with the next), tables (widths, joined cells, frames, shading,
repeated headings) and pictures in the text, in their order. Columns, text boxes and running heads are not: the page's foot
carries the voucher's number and the page.
"""

import dataclasses
import io
import math
from collections.abc import Iterator, Sequence

import docx
import pylopdf_fonts_zh_cn
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import Table
from docx.text.paragraph import Paragraph
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, WrapMode
from fpdf.fonts import FontFace
from fpdf.table import Row

from services.rules import line_breaks

POINT = 25.4 / 72  # millimetres
USUAL_SIZE = 12.0  # points
LINE = 1.55  # of the size
PLACED = {"C": Align.C, "R": Align.R}
FOOT_ROOM, FOOT_SIZE = 18, 8.5
ALIGNED = {ALIGNMENT.CENTER: "C", ALIGNMENT.RIGHT: "R", ALIGNMENT.LEFT: "L", ALIGNMENT.JUSTIFY: "L"}
SERIF = ("宋", "Song", "Sim")  # a face by one of these words is drawn with serifs
PAD, ROUNDING = 1.2, 0.05
INDENT = "　"


class Sheet(FPDF):
    """Pages with the voucher's number and page x of y at the foot."""

    def __init__(self, source: Document, title: str, foot: str, *, measured_for: "Sheet | None" = None) -> None:
        super().__init__(format="A4")
        self.foot = foot
        section = source.sections[0]
        self.set_margins(_mm(section.left_margin, 25), _mm(section.top_margin, 20), _mm(section.right_margin, 25))
        self.set_auto_page_break(True, max(_mm(section.bottom_margin, 20), FOOT_ROOM + 2))
        self.c_margin = 0  # text begins where the frames begin
        self.set_line_width(0.2)
        self.set_title(title)
        self.set_lang("zh-CN")
        if measured_for is not None:
            self.fonts.update(measured_for.fonts)  # to read the font a second time takes longer than all the rest
        else:
            faces = pylopdf_fonts_zh_cn
            self.add_font("zh", fname=str(faces.serif_path() if _is_serif(source) else faces.sans_path()))
        self.add_page()

    def footer(self) -> None:
        self.set_y(-FOOT_ROOM)
        self.set_font("zh", size=FOOT_SIZE)
        self.cell(w=self.epw / 2, h=6, text=self.foot)
        self.cell(w=self.epw / 2, h=6, text=f"第 {self.page_no()} 页 共 {{nb}} 页", align="R")


def _mm(length: Length | int | None, usual: float) -> float:
    return usual if length is None else length / 36000


def _is_serif(source: Document) -> bool:
    fonts = source.styles["Normal"].element.find(f".//{qn('w:rFonts')}")
    face = fonts.get(qn("w:eastAsia")) if fonts is not None else None
    return any(word in (face or "") for word in SERIF)


def pdf(content: bytes, *, title: str, foot: str) -> bytes:
    """The Word file as PDF; its text can be searched and copied."""
    source = docx.Document(io.BytesIO(content))
    sheet = Sheet(source, title, foot)
    trial = Sheet(source, title, foot, measured_for=sheet)
    for group in _groups(source):
        if len(group) > 1 and _is_torn(sheet, _height(trial, group)):
            sheet.add_page()
        for block in group:
            _draw(sheet, block)
    return bytes(sheet.output())


def _groups(source: Document) -> Iterator[list[Paragraph | Table]]:
    """Blocks that stand together: a paragraph kept with the next one begins a group that the next one joins."""
    group: list[Paragraph | Table] = []
    for block in source.iter_inner_content():
        group.append(block)
        if not _is_kept(block):
            yield group
            group = []
    if group:
        yield group


def _is_kept(block: Paragraph | Table) -> bool:
    """Word keeps a table together by its paragraphs: the first cell's stands for it."""
    if isinstance(block, Paragraph):
        return bool(_format(block, "keep_with_next"))
    cells = block.rows[0].cells if block.rows else ()
    return bool(cells and _format(cells[0].paragraphs[0], "keep_with_next"))


def _height(trial: Sheet, group: Sequence[Paragraph | Table]) -> float:
    """How much room the group takes on a page of its own, in millimetres; infinite when it needs more than one."""
    trial.add_page()
    page, top = trial.page, trial.get_y()
    for block in group:
        _draw(trial, block)
    return trial.get_y() - top if trial.page == page else math.inf


def _is_torn(sheet: Sheet, height: float) -> bool:
    """Whether the page's end would fall into it, and a new page could hold it."""
    return sheet.get_y() + height > sheet.page_break_trigger and height < math.inf


def _draw(sheet: FPDF, block: Paragraph | Table) -> None:
    if isinstance(block, Table):
        _table(sheet, block)
    else:
        _paragraph(sheet, block)


def _format(paragraph: Paragraph, name: str) -> object:
    """A property of the paragraph, or of the styles that it rests on."""
    found, style = getattr(paragraph.paragraph_format, name), paragraph.style
    while found is None and style is not None:
        found, style = getattr(style.paragraph_format, name), style.base_style
    return found


def _size(paragraph: Paragraph) -> float:
    """In points; of the first run that has text, else of the style."""
    for run in paragraph.runs:
        if run.text.strip() and run.font.size is not None:
            return float(run.font.size.pt)
    style = paragraph.style
    while style is not None:
        if style.font.size is not None:
            return float(style.font.size.pt)
        style = style.base_style
    return USUAL_SIZE


def _space(paragraph: Paragraph, name: str) -> float:
    found = _format(paragraph, name)
    return found / 36000 if isinstance(found, int) else 0.0


def _paragraph(sheet: FPDF, paragraph: Paragraph) -> None:
    size = _size(paragraph)
    height = size * POINT * LINE
    _move(sheet, _space(paragraph, "space_before"))
    align = ALIGNED.get(_format(paragraph, "alignment"), "L")  # type: ignore[call-overload]
    for picture, width in _pictures(paragraph):
        sheet.image(picture, x=PLACED.get(align, sheet.l_margin), w=width)
    text = paragraph.text
    if text.strip():
        left = _space(paragraph, "left_indent")
        first = round(_space(paragraph, "first_line_indent") / (size * POINT))
        sheet.set_font("zh", size=size)
        sheet.set_x(sheet.l_margin + left)
        sheet.multi_cell(
            w=sheet.epw - left,
            h=height,
            text="\n".join(line_breaks.lines(INDENT * max(first, 0) + text, sheet.epw - left, sheet.get_string_width)),
            align=align,
            wrapmode=WrapMode.CHAR,
            new_x="LMARGIN",
            new_y="NEXT",
        )
    elif not paragraph._p.findall(f".//{qn('w:drawing')}"):
        _move(sheet, height)
    _move(sheet, _space(paragraph, "space_after"))


def _move(sheet: FPDF, down: float) -> None:
    if down:
        sheet.set_y(sheet.get_y() + down)


def _pictures(paragraph: Paragraph) -> list[tuple[io.BytesIO, float]]:
    """(picture, width in millimetres) of each picture in the paragraph."""
    found = []
    for inline in paragraph._p.findall(f".//{qn('wp:inline')}"):
        blip, extent = inline.find(f".//{qn('a:blip')}"), inline.find(qn("wp:extent"))
        if blip is not None and extent is not None:
            part = paragraph.part.related_parts[blip.get(qn("r:embed"))]
            found.append((io.BytesIO(part.blob), int(extent.get("cx")) / 36000))
    return found


@dataclasses.dataclass(frozen=True)
class _Cell:
    paragraphs: Sequence[Paragraph]
    start: int  # its first column
    columns: int
    rows: int
    shade: tuple[int, int, int] | None

    @property
    def text(self) -> str:
        return "\n".join(paragraph.text for paragraph in self.paragraphs).strip("\n")


def _cells(table: Table) -> list[list[_Cell]]:
    """Row by row; a cell joined over rows stands in its first one."""
    found = []
    grid = [row._tr.tc_lst for row in table.rows]
    for number, row in enumerate(grid):
        line = []
        for tc in row:
            if tc.vMerge == "continue":
                continue
            rows = 1
            if tc.vMerge == "restart":
                below = (
                    next((each for each in lower if each.grid_offset == tc.grid_offset), None)
                    for lower in grid[number + 1 :]
                )
                for each in below:
                    if each is None or each.vMerge != "continue":
                        break
                    rows += 1
            line.append(_Cell([Paragraph(p, table) for p in tc.p_lst], tc.grid_offset, tc.grid_span, rows, _shade(tc)))
        found.append(line)
    return found


def _shade(tc: object) -> tuple[int, int, int] | None:
    shade = tc.find(f"./{qn('w:tcPr')}/{qn('w:shd')}")  # type: ignore[attr-defined]
    colour = shade.get(qn("w:fill")) if shade is not None else None
    if not colour or colour == "auto":
        return None
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)


def _is_framed(table: Table) -> bool:
    borders = table._tbl.find(f"./{qn('w:tblPr')}/{qn('w:tblBorders')}")
    if borders is not None:
        return any(each.get(qn("w:val")) not in (None, "none", "nil") for each in borders)
    return table.style is not None and "Grid" in (table.style.name or "")


def _table(sheet: FPDF, table: Table) -> None:
    rows = _cells(table)
    if not rows:
        return
    widths = [_mm(column.width, 0) for column in table.columns]
    if not all(widths) or sum(widths) > sheet.epw:
        shares = widths if all(widths) else [1.0] * len(widths)
        widths = [sheet.epw * share / sum(shares) for share in shares]
    first, is_framed = _first_size(rows), _is_framed(table)
    padding = PAD if is_framed else 0.0
    sheet.set_font("zh", size=first)
    with sheet.table(
        col_widths=tuple(widths),
        width=min(sum(widths), sheet.epw),
        align="LEFT",
        line_height=first * POINT * LINE,
        borders_layout=TableBordersLayout.ALL if is_framed else TableBordersLayout.NONE,
        first_row_as_headings=table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None,
        headings_style=FontFace(fill_color=rows[0][0].shade) if rows[0] and rows[0][0].shade else FontFace(),
        padding=padding,
        wrapmode=WrapMode.CHAR,
    ) as drawn:
        for line in rows:
            row = drawn.row()
            for cell in line:
                _put(sheet, row, cell, sum(widths[cell.start : cell.start + cell.columns]) - 2 * padding)


def _put(sheet: FPDF, row: Row, cell: _Cell, room: float) -> None:
    """A cell of the row: its text in lines of at most `room` millimetres, or its picture."""
    head = cell.paragraphs[0]
    size = _size(head)
    pictures = [each for paragraph in cell.paragraphs for each in _pictures(paragraph)]
    is_picture = bool(pictures) and not cell.text
    sheet.set_font("zh", size=size)
    row.cell(
        "\n".join(line_breaks.lines(cell.text, room - ROUNDING, sheet.get_string_width)),
        align=ALIGNED.get(_format(head, "alignment"), "L"),  # type: ignore[call-overload]
        style=FontFace(size_pt=size, fill_color=cell.shade),
        img=pictures[0][0] if is_picture else None,
        img_fill_width=is_picture,
        colspan=cell.columns,
        rowspan=cell.rows,
    )


def _first_size(rows: Sequence[Sequence[_Cell]]) -> float:
    return next((_size(cell.paragraphs[0]) for row in rows for cell in row if cell.text), USUAL_SIZE)
