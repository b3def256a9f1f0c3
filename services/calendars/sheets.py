"""A year's holiday arrangement as it is published: a CSV, or the JSON of the public holiday-cn table."""

import csv
import dataclasses
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.errors import Invalid

WORKDAY_WORDS = {
    "1": True,
    "是": True,
    "上班": True,
    "true": True,
    "0": False,
    "否": False,
    "放假": False,
    "false": False,
}
SHAPE = "应为 CSV（date,is_workday,name，例如 2027-02-05,0,春节）或 holiday-cn 的 JSON"


@dataclasses.dataclass(frozen=True)
class DayRow:
    """A day that differs from the week's rhythm."""

    date: dt.date
    is_workday: bool
    name: str


def read_days(content: bytes) -> list[DayRow]:
    """The days of a file. Raises Invalid naming the row that cannot be read."""
    text = _text(content)
    try:
        raw = json.loads(text)["days"] if text.lstrip().startswith("{") else list(csv.DictReader(io.StringIO(text)))
    except (ValueError, KeyError, TypeError):
        raise Invalid(f"读不出节假日安排：{SHAPE}") from None
    if not raw:
        raise Invalid(f"文件里没有任何一天：{SHAPE}")
    return list(_rows(raw))


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(f"文件编码无法识别：{SHAPE}")


def _rows(raw: Iterable[Mapping[str, Any]]) -> Iterable[DayRow]:
    seen = set()
    for number, row in enumerate(raw, start=2):
        try:
            date = dt.date.fromisoformat(str(row["date"]).strip())
            works = not row["isOffDay"] if "isOffDay" in row else WORKDAY_WORDS[str(row["is_workday"]).strip().lower()]
        except (KeyError, ValueError):
            raise Invalid(f"第 {number} 行读不出日期或是否上班：{SHAPE}") from None
        if date in seen:
            raise Invalid(f"第 {number} 行的 {date} 在文件中重复")
        seen.add(date)
        yield DayRow(date, bool(works), str(row.get("name") or "").strip())
