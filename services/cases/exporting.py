"""The case list as a sheet: as filtered, masked, harmless in a spreadsheet, and audited (security 12, 14)."""

import csv
import dataclasses
import datetime as dt
import enum
import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

import settings
from models.enums import Permission
from services import audit
from services.actors import Actor
from services.cases import search
from services.cases.search import CaseFilter, CaseRow
from services.errors import Invalid

MOST_ROWS = 100_000
HEADINGS = (
    "办件编号",
    "事项名称",
    "申请人",
    "办件类型",
    "状态",
    "办理结果",
    "实施部门",
    "收件地点",
    "收件时间",
    "承诺到期",
    "办结时间",
)
WIDTHS = (23, 36, 20, 10, 10, 12, 22, 28, 17, 17, 17)
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


class Format(enum.Enum):
    """A file's kind: suffix and content type."""

    XLSX = ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    CSV = ("csv", "text/csv; charset=utf-8")

    @property
    def suffix(self) -> str:
        return self.value[0]

    @property
    def content_type(self) -> str:
        return self.value[1]


@dataclasses.dataclass(frozen=True)
class Export:
    content: bytes
    rows: int


def export(session: Session, wanted: CaseFilter, kind: Format, *, actor: Actor, now: dt.datetime) -> Export:
    """The filtered cases as a file. Raises NotAllowed, and Invalid when there are none or too many; see `note`."""
    actor.must(Permission.CASES_EXPORT)
    found = search.count(session, wanted, actor, now=now, cap=MOST_ROWS)
    if found.capped:
        raise Invalid(f"符合条件的办件超过 {MOST_ROWS:,} 件，一次最多导出 {MOST_ROWS:,} 件，请缩小时间范围或增加条件")
    if not found.value:
        raise Invalid("没有符合条件的办件，没有生成文件")
    lines = _lines(session, wanted, actor, now)
    content = _workbook(lines) if kind == Format.XLSX else _text(lines)
    return Export(content, found.value)


def note(session: Session, wanted: CaseFilter, rows: int, *, actor: Actor, now: dt.datetime) -> None:
    """Write down who took how many cases out, and by which conditions; a person searched for is not repeated."""
    asked = {
        field.name: getattr(wanted, field.name)
        for field in dataclasses.fields(wanted)
        if getattr(wanted, field.name) not in (None, "", (), False)
    }
    if "person" in asked:
        asked["person"] = "（按人查询）"
    audit.record(session, "case.export", ("cases", "list"), actor=actor, now=now, after={"rows": rows, "filter": asked})


def _lines(session: Session, wanted: CaseFilter, actor: Actor, now: dt.datetime) -> Iterator[tuple[str, ...]]:
    for page in search.every_page(session, wanted, actor, now=now):
        yield from map(_line, page)


def _line(row: CaseRow) -> tuple[str, ...]:
    return (
        row.number,
        row.item_name,
        row.applicant,
        row.case_type.label,
        row.status.label,
        row.result.label if row.result else "",
        row.department,
        row.centre,
        _local(row.submitted_at),
        _local(row.due_at),
        _local(row.decided_at),
    )


def _local(at: dt.datetime | None) -> str:
    return at.astimezone(settings.current().zone).strftime("%Y-%m-%d %H:%M") if at else ""


def _workbook(lines: Iterator[tuple[str, ...]]) -> bytes:
    """Text cells only: nothing in them is taken for a formula, a link or a number."""
    target = io.BytesIO()
    options: dict[str, Any] = {"constant_memory": True, "in_memory": False}
    options |= dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("办件")
        sheet.freeze_panes(1, 1)
        heading = book.add_format({"bold": True, "bg_color": "#EAEFF5", "border": 1})
        for column, (title, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, heading)
        for number, line in enumerate(lines, start=1):
            for column, value in enumerate(line):
                sheet.write_string(number, column, value)
    return target.getvalue()


def _text(lines: Iterator[tuple[str, ...]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADINGS)
    writer.writerows([harmless(value) for value in line] for line in lines)
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def harmless(value: str) -> str:
    """A cell that a spreadsheet would run is shown as text instead."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
