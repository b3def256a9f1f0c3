"""Reading sheets safely: CSV and XLSX."""

import dataclasses
from collections.abc import Sequence


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
    number: int
    cells: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Sheet:
    name: str
    headings: list[str]
    rows: list[Row]


def read(content: bytes, file_name: str) -> list[Sheet]:
    raise NotImplementedError


def errors_workbook(sheets: Sequence[Sheet], errors: Sequence[RowError]) -> bytes:
    raise NotImplementedError
