"""Sheets as people send them: CSV (UTF-8 with or without BOM, GB18030) and XLSX, read safely; bad rows sent back."""

import csv
import dataclasses
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence

import settings
from services.errors import Invalid
from services.exchange import workbooks

REASON = "错误原因"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
ZIP = b"PK"
MEGABYTE = 1 << 20
MAX_FIELD = 1 << 20


@dataclasses.dataclass(frozen=True)
class RowError:
    """`row` as the spreadsheet shows it; `sheet` is empty where the file has one sheet."""

    row: int
    column: str
    value: str
    reason: str
    sheet: str = ""


@dataclasses.dataclass(frozen=True)
class Row:
    """A row's cells by heading, trimmed; `surplus` is what stands right of the last heading."""

    number: int
    cells: dict[str, str]
    surplus: str = ""

    def __getitem__(self, heading: str) -> str:
        return self.cells.get(heading, "")


@dataclasses.dataclass(frozen=True)
class Sheet:
    name: str
    headings: list[str]
    rows: list[Row]


def read(content: bytes, file_name: str) -> list[Sheet]:
    """The sheets that hold anything, without blank rows; an only sheet has no name.

    Raises Invalid for what cannot or must not be read.
    """
    limit = settings.current().import_limit_mb
    if len(content) > limit * MEGABYTE:
        raise Invalid(f"文件超过 {limit} MB，请拆分后再导入")
    if content.startswith(OLD_WORKBOOK):
        raise Invalid("不支持旧版 XLS 或有密码的工作簿，请另存为 XLSX 或 CSV 再导入")
    if content.startswith(ZIP):
        found = [_sheet(name, rows) for name, rows in workbooks.read(content)]
    else:
        found = [_sheet("", _csv_rows(_decode(content)))]
    sheets = [sheet for sheet in found if sheet is not None]
    if not sheets:
        raise Invalid(f"文件「{file_name}」是空的")
    return sheets if len(sheets) > 1 else [dataclasses.replace(sheets[0], name="")]


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid("无法识别文件的编码，请另存为 UTF-8 编码的 CSV 或 XLSX 再导入")


def _csv_rows(text: str) -> list[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    csv.field_size_limit(MAX_FIELD)
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            rows.append((number, row))
    except csv.Error:
        raise Invalid(f"第 {len(rows) + 1} 行起的引号不配对或内容过长，请改正后再导入") from None
    return rows


def _sheet(name: str, rows: Iterable[tuple[int, Sequence[str]]]) -> Sheet | None:
    filled = ((number, [cell.strip() for cell in row]) for number, row in rows if any(cell.strip() for cell in row))
    heading = next(filled, None)
    if heading is None:
        return None
    headings = heading[1]
    while headings and not headings[-1]:
        headings.pop()
    twice = {title for title in headings if title and headings.count(title) > 1}
    if twice:
        raise Invalid(f"表头有重复的列：{'、'.join(sorted(twice))}，请只留一列")
    return Sheet(
        name, [title for title in headings if title], [_row(number, headings, cells) for number, cells in filled]
    )


def _row(number: int, headings: Sequence[str], cells: Sequence[str]) -> Row:
    named = {title: cell for title, cell in zip(headings, cells, strict=False) if title}
    return Row(number, named, next(filter(None, cells[len(headings) :]), ""))


def require(sheet: Sheet, headings: Iterable[str]) -> None:
    """Raises Invalid naming the headings that the sheet lacks."""
    missing = [title for title in headings if title not in sheet.headings]
    if missing:
        where = f"工作表「{sheet.name}」" if sheet.name else "表格"
        raise Invalid(f"{where}缺少列：{'、'.join(missing)}；请核对第一行表头")


def surplus_errors(sheet: Sheet) -> list[RowError]:
    """Rows that are wider than the headings: a comma too many has shifted their cells."""
    return [
        RowError(
            row.number, "", row.surplus, f"该行的列数多于表头（{len(sheet.headings)} 列），内容可能错位", sheet.name
        )
        for row in sheet.rows
        if row.surplus
    ]


def errors_workbook(sheets: Sequence[Sheet], errors: Sequence[RowError], *, all_rows: bool = False) -> bytes:
    """The bad rows with a 错误原因 column: corrected there, the workbook imports again.

    `all_rows` keeps good rows too: those of a record whose rows stand on several sheets.
    """
    reasons: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for error in errors:
        told = f"{error.column}：{error.reason}" if error.column else error.reason
        reasons[error.sheet, error.row].append(told)
    return workbooks.write(
        (
            sheet.name or "错误行",
            [*(title for title in sheet.headings if title != REASON), REASON],
            [
                [
                    *(row[title] for title in sheet.headings if title != REASON),
                    "；".join(reasons[sheet.name, row.number]),
                ]
                for row in sheet.rows
                if all_rows or (sheet.name, row.number) in reasons
            ],
        )
        for sheet in sheets
    )
