"""A catalogue file as entries, one an item: the portal's seven-column sheet, and the workbook that we export."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Any

from models.enums import ServiceTier
from services.catalogue import elements
from services.errors import Invalid
from services.exchange import sheets
from services.exchange.sheets import Row, RowError, Sheet
from services.rules.guide import Guide, GuidePart

OWN_CODE, DEPARTMENT, DEPARTMENT_CODE, TIER = "本平台编码", "部门", "部门编码", "层级"
MAIN_SHEET = "事项"
PORTAL = {
    "main_item": "main_item",
    "item_name": "task_name",
    "implementation_code": "task_code",
    "item_type_code": elements.TYPE,
    "department_code": "dept_code",
}
PORTAL_REQUIRED = ("department", "item_name", "area_code", "implementation_code", "item_type_code")
AREA_CODE = re.compile(r"\d{6}|\d{9}|\d{12}")
MAX_CODE = 64
MAX_DEPARTMENT = 200
PORTAL_MARKS = {"item_name", "implementation_code"}


@dataclasses.dataclass
class Entry:
    """One row of the main sheet with the rows of further sheets that belong to it."""

    row: Row
    code: str
    department: str
    department_code: str
    tier: ServiceTier
    values: dict[str, Any]  # by element, as the guide stores them
    belongings: dict[str, list[Row]] = dataclasses.field(default_factory=dict)  # rows of further sheets, by element


@dataclasses.dataclass
class Reading:
    """`columns` names the heading under which a reader finds an element, for errors found later."""

    entries: list[Entry]
    errors: list[RowError]
    main: Sheet
    sheets: list[Sheet]
    columns: dict[str, str]
    told: set[tuple[int, str]] = dataclasses.field(default_factory=set)

    def refuse(self, row: Row, column: str, reason: str) -> None:
        """Tell a cell of the main sheet; one reason a cell, the first."""
        if (row.number, column) in self.told:
            return
        self.told.add((row.number, column))
        self.errors.append(RowError(row.number, column, row[column], reason, self.main.name))


def read(found: Sequence[Sheet]) -> Reading:
    """Raises Invalid when the headings are of neither kind."""
    for sheet in found:
        if OWN_CODE in sheet.headings and sheet.name in (MAIN_SHEET, ""):
            return _checked(_workbook(sheet, found))
        if PORTAL_MARKS & set(sheet.headings):
            return _checked(_portal(sheet))
    raise Invalid(
        "无法识别表头：应为 department、item_name、area_code、implementation_code、item_type_code 等列，"
        "或本系统导出的工作簿（「事项」表含「本平台编码」列）"
    )


def _checked(reading: Reading) -> Reading:
    """Refuse what stands twice in the file, and rows whose cells have shifted."""
    for sheet in reading.sheets:
        reading.errors += sheets.surplus_errors(sheet)
    if not reading.main.rows:
        raise Invalid("表格只有表头，没有数据行")
    _refuse_twice(reading, OWN_CODE, [(entry.code, entry) for entry in reading.entries])
    tasks = [(entry.values.get("task_code", ""), entry) for entry in reading.entries]
    _refuse_twice(reading, "task_code", [pair for pair in tasks if not pair[1].values.get("task_handle_item")])
    reading.errors.sort(key=lambda error: (error.sheet != reading.main.name, error.sheet, error.row))
    return reading


def _refuse_twice(reading: Reading, element: str, codes: Sequence[tuple[str, Entry]]) -> None:
    first: dict[str, int] = {}
    column = reading.columns[element]
    for code, entry in codes:
        if code and code in first:
            reading.refuse(entry.row, column, f"与第 {first[code]} 行的编码重复")
        first.setdefault(code, entry.row.number)


def _portal(sheet: Sheet) -> Reading:
    sheets.require(sheet, PORTAL_REQUIRED)
    columns = {element: column for column, element in PORTAL.items()} | {OWN_CODE: "implementation_code"}
    reading = Reading([], [], sheet, [sheet], columns | {DEPARTMENT: "department"})
    for row in sheet.rows:
        for column in PORTAL_REQUIRED:
            if not row[column]:
                reading.refuse(row, column, "必填，不能为空")
        if row["area_code"] and not AREA_CODE.fullmatch(row["area_code"]):
            reading.refuse(row, "area_code", "行政区划代码应为 6、9 或 12 位数字")
        cells = [(element, row[column]) for column, element in PORTAL.items() if column in sheet.headings]
        values = _values(reading, row, cells)
        values["dept_name"] = row["department"]
        code = row["implementation_code"]
        entry = Entry(row, code, row["department"], row["department_code"], _tier(row["area_code"]), values)
        _check_names(reading, entry)
        reading.entries.append(entry)
    return reading


def _tier(area_code: str) -> ServiceTier:
    """A code of twelve digits names a community unless it ends in zeros; see GB/T 2260 and the statistics codes."""
    if area_code[6:].strip("0") == "":
        return ServiceTier.DISTRICT
    return ServiceTier.STREET if area_code[9:].strip("0") == "" else ServiceTier.COMMUNITY


def _values(reading: Reading, row: Row, cells: Sequence[tuple[str, str]]) -> dict[str, Any]:
    values, refused = elements.parse(Guide, cells)
    for element, _, reason in refused:
        reading.refuse(row, reading.columns[element], reason)
    return values


def _check_names(reading: Reading, entry: Entry) -> None:
    for element, text, limit in (
        (OWN_CODE, entry.code, MAX_CODE),
        (DEPARTMENT, entry.department, MAX_DEPARTMENT),
    ):
        if len(text) > limit:
            reading.refuse(entry.row, reading.columns[element], f"最多 {limit} 个字")


def _workbook(main: Sheet, found: Sequence[Sheet]) -> Reading:
    sheets.require(main, (OWN_CODE, DEPARTMENT, "事项名称"))
    columns = {element: title for title, element in elements.OF_TITLE.items()}
    columns |= {name: name for name in (OWN_CODE, DEPARTMENT, TIER)}
    lists = _lists(found)
    reading = Reading([], [], main, [main, *lists.values()], columns)
    for row in main.rows:
        for column in (OWN_CODE, DEPARTMENT, "事项名称"):
            if not row[column]:
                reading.refuse(row, column, "必填，不能为空")
        reading.entries.append(_workbook_entry(reading, row))
    for element, sheet in lists.items():
        _hand_out(reading, element, sheet)
    return reading


def _workbook_entry(reading: Reading, row: Row) -> Entry:
    tier = ServiceTier.of_label(row[TIER]) if row[TIER] else ServiceTier.DISTRICT
    if tier is None:
        reading.refuse(row, TIER, f"应为：{'、'.join(ServiceTier.labels().values())}")
    cells = [(element, row[title]) for title, element in elements.OF_TITLE.items() if title in reading.main.headings]
    values = _values(reading, row, cells)
    entry = Entry(row, row[OWN_CODE], row[DEPARTMENT], row[DEPARTMENT_CODE], tier or ServiceTier.DISTRICT, values)
    _check_names(reading, entry)
    return entry


def _lists(found: Sequence[Sheet]) -> dict[str, Sheet]:
    by_name = {sheet.name: sheet for sheet in found}
    titles = {element: str(Guide.model_fields[element].title) for element in elements.ROW_LISTS}
    lists = {element: by_name[title] for element, title in titles.items() if title in by_name}
    for sheet in lists.values():
        sheets.require(sheet, (OWN_CODE,))
    return lists


def _hand_out(reading: Reading, element: str, sheet: Sheet) -> None:
    """Give each item its rows of the sheet, in their order; an item without any has an empty list."""
    part = elements.ROW_LISTS[element]
    entries = {entry.code: entry for entry in reading.entries}
    for entry in reading.entries:
        entry.values[element], entry.belongings[element] = [], []
    for row in sheet.rows:
        owner = entries.get(row[OWN_CODE])
        if owner is None:
            reason = f"「{MAIN_SHEET}」表中没有这个编码"
            reading.errors.append(RowError(row.number, OWN_CODE, row[OWN_CODE], reason, sheet.name))
            continue
        owner.belongings[element].append(row)
        owner.values[element] += _part(reading, part, sheet, row)


def _part(reading: Reading, part: type[GuidePart], sheet: Sheet, row: Row) -> Iterator[GuidePart]:
    titles = {element: str(field.title) for element, field in part.model_fields.items()}
    cells = [(element, row[title]) for element, title in titles.items() if title in sheet.headings]
    values, refused = elements.parse(part, cells)
    refused += [
        (element, "", "必填，不能为空")
        for element, field in part.model_fields.items()
        if field.is_required() and values.get(element, "") == ""
    ]
    for element, text, reason in refused:
        reading.errors.append(RowError(row.number, titles[element], text, reason, sheet.name))
    if not refused:
        yield part.model_validate(values)


def bad_codes(reading: Reading) -> set[str]:
    """Items of which some row is refused."""
    bad = {(error.sheet, error.row) for error in reading.errors}
    found = {entry.code for entry in reading.entries if (reading.main.name, entry.row.number) in bad}
    for sheet in reading.sheets[1:]:
        found |= {row[OWN_CODE] for row in sheet.rows if (sheet.name, row.number) in bad}
    return found


def rejected(reading: Reading) -> list[Sheet]:
    """The file with only the rows of refused items: corrected, it imports again."""
    bad = {(error.sheet, error.row) for error in reading.errors}
    codes = bad_codes(reading)
    column = reading.columns[OWN_CODE]
    return [
        dataclasses.replace(
            sheet,
            rows=[
                row
                for row in sheet.rows
                if (sheet.name, row.number) in bad or row[column if sheet is reading.main else OWN_CODE] in codes
            ],
        )
        for sheet in reading.sheets
    ]
