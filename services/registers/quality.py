"""What is doubtful in a delivery without making it useless: told with examples, never rejected."""

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from typing import Any

from models.enums import CodeState, ImportKind, LabelEnum
from services.registers.cells import EARLIEST
from services.registers.sheets import Cells, Sheet, Values
from services.rules import identifiers
from services.rules.matching import keys

EXAMPLES = 50
STRANGE = re.compile(r"[\x00-\x1f\x7f\ufffd]")
WITHOUT_CODE = frozenset({ImportKind.TAX_PAYMENT, ImportKind.HOUSE_TRANSACTION, ImportKind.LAND_TRANSACTION})


class Doubt(LabelEnum):
    """What may be wrong with a row."""

    OUTER_CHECK = "outer_check", "统一代码第18位校验不符"
    INNER_CHECK = "inner_check", "统一代码内的机构代码校验不符"
    CODE_CHECK = "code_check", "代码校验位不符"
    CODE_FORM = "code_form", "代码位数或字符不对"
    CODE_ABSENT = "code_absent", "没有代码"
    FUTURE = "future", "日期在今天之后"
    ANCIENT = "ancient", "日期早于 1949 年"
    REPEATED = "repeated", "同一行重复"
    SAME_KEY = "same_key", "同一编号下名称不同"
    LACKING = "lacking", "选填内容缺失"
    STRANGE_TEXT = "strange_text", "含有乱码或控制字符"


ADVICE = {
    Doubt.OUTER_CHECK: "多为抄错一位；比对时会先用内含的机构代码，再按校验位推算。请交送单位核对原证。",
    Doubt.INNER_CHECK: "第9至17位抄错；比对时按校验位推算候选，再看名称。请交送单位核对原证。",
    Doubt.CODE_CHECK: "多为抄错一位或相邻两位颠倒。请交送单位核对。",
    Doubt.CODE_FORM: "多一位、少一位或夹杂其他字符。请交送单位核对。",
    Doubt.CODE_ABSENT: "只能靠名称、证件和地址比对，请交送单位补全。",
    Doubt.FUTURE: "请核对日期；比对时按所填日期计算。",
    Doubt.ANCIENT: "请核对日期。",
    Doubt.REPEATED: "只保留一行。",
    Doubt.SAME_KEY: "两户用了同一编号，两行都保留，请交送单位核实。",
    Doubt.LACKING: "不影响导入，但会少一种比对依据。",
    Doubt.STRANGE_TEXT: "已去除乱码后比对，原文保留。",
}


@dataclasses.dataclass
class Quality:
    """Counts and the first rows of each doubt."""

    counts: dict[Doubt, int] = dataclasses.field(default_factory=lambda: defaultdict(int))
    examples: dict[Doubt, list[dict[str, Any]]] = dataclasses.field(default_factory=lambda: defaultdict(list))

    def note(self, doubt: Doubt, row: int, column: str, value: str) -> None:
        self.counts[doubt] += 1
        if len(self.examples[doubt]) < EXAMPLES:
            self.examples[doubt].append({"row": row, "column": column, "value": value[:200]})

    def as_json(self) -> dict[str, Any]:
        return {
            doubt.value: {"title": doubt.label, "count": self.counts[doubt], "rows": self.examples[doubt]}
            for doubt in Doubt
            if self.counts.get(doubt)
        }


def look(quality: Quality, sheet: Sheet, row: int, cells: Cells, values: Values, today: dt.date) -> None:
    """Note what is doubtful about a good row."""
    _look_at_codes(quality, sheet, row, cells, values)
    for heading in sheet.headings:
        value, cell = values.get(heading.field), cells.get(heading.title, "")
        if isinstance(value, dt.date) and heading.field in ("event_on", "status_on"):
            if value > today:
                quality.note(Doubt.FUTURE, row, heading.title, cell)
            elif value < EARLIEST:
                quality.note(Doubt.ANCIENT, row, heading.title, cell)
        elif not cell and heading.field in ("address", "person", "status"):
            quality.note(Doubt.LACKING, row, heading.title, "")
        elif STRANGE.search(cell):
            quality.note(Doubt.STRANGE_TEXT, row, heading.title, cell)


def _look_at_codes(quality: Quality, sheet: Sheet, row: int, cells: Cells, values: Values) -> None:
    found = [heading for heading in sheet.headings if heading.field in ("code", "code2") and values.get(heading.field)]
    if not found and sheet.kind not in WITHOUT_CODE:
        quality.note(Doubt.CODE_ABSENT, row, sheet.headings[0].title, "")
    for heading in found:
        cell = cells.get(heading.title, "")
        doubt = doubt_of(cell)
        if doubt is not None:
            quality.note(doubt, row, heading.title, _without_person(cell))


def _without_person(cell: str) -> str:
    """The cell, masked where it looks like a person's id: digits alone that no enterprise's code begins with."""
    return identifiers.mask_id(keys.clean(cell)) if keys.looks_personal(cell) else cell


def doubt_of(code: str) -> Doubt | None:
    """Which check digit of a code fails; None for a sound one."""
    read = keys.read(code)
    match read.state:
        case CodeState.VALID:
            return None
        case CodeState.ABSENT:
            return Doubt.CODE_ABSENT
        case CodeState.MALFORMED:
            return Doubt.CODE_FORM
    if (len(read.cleaned) == 18 and not read.cleaned[:17].isdigit()) or (
        len(read.cleaned) == 18 and read.cleaned[0] in "159NY"
    ):
        return Doubt.OUTER_CHECK if read.org_code else Doubt.INNER_CHECK
    return Doubt.CODE_CHECK
