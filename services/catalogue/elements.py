"""Elements of a guide as cells of a sheet or grid: written in Chinese, read back without loss, refused in words."""

import datetime as dt
import functools
import re
import types
import typing
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from models.enums import ItemType
from models.enums.base import LabelEnum
from services.rules.differences import value_in_words
from services.rules.guide import Guide, GuidePart

TYPE = "task_type"
YES = {"是", "true", "1", "yes", "√"}
NO = {"否", "false", "0", "no", "×"}
CODE_LISTS = {"user_topic_type", "corp_topic_type", "requires_results_of"}  # codes hold no separators, names may
SEPARATORS = str.maketrans("，,；;|\n", "、" * 6)
LOCAL_TYPES = {f"{number:02d}" for number in (*range(11, 20), *range(21, 30))}
REFUSALS = {
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_long": "最多 {max_length} 个字",
    "int_parsing": "请填写整数",
    "int_from_float": "请填写整数",
    "decimal_parsing": "请填写数字",
    "date_from_datetime_parsing": "请按 2026-11-22 的格式填写日期",
    "date_parsing": "请按 2026-11-22 的格式填写日期",
    "decimal_max_digits": "数字过长",
}


@functools.cache
def kind(part: type[GuidePart], element: str) -> tuple[type, bool]:
    """The element's plain type, and whether it is a list of it."""
    found = typing.get_type_hints(part)[element]
    is_list = typing.get_origin(found) is list
    if is_list:
        (found,) = typing.get_args(found)
    if typing.get_origin(found) in (types.UnionType, typing.Union):
        found = next(each for each in typing.get_args(found) if each is not type(None))
    return found, is_list


def is_rows(element: str) -> bool:
    """Whether the element is a list of rows, which stands on a sheet of its own."""
    found, is_list = kind(Guide, element)
    return is_list and issubclass(found, GuidePart)


ROW_LISTS: dict[str, type[GuidePart]] = {
    element: kind(Guide, element)[0] for element in Guide.model_fields if is_rows(element)
}
CELLS = [element for element in Guide.model_fields if element not in ROW_LISTS]
OF_TITLE = {str(Guide.model_fields[element].title): element for element in CELLS}


def titles(part: type[GuidePart]) -> list[str]:
    """The Chinese titles of a part's own cells."""
    own = CELLS if part is Guide else part.model_fields
    return [str(part.model_fields[element].title) for element in own]


def to_cell(value: Any, element: str = "") -> str | int | None:
    """A value as a sheet shows it: numbers stay numbers, lists of codes stand in one cell, texts one a line."""
    if element == TYPE:
        return ItemType(value).label if value in ItemType.labels() else value
    if isinstance(value, list):
        is_words = element in CODE_LISTS or all(isinstance(each, LabelEnum) for each in value)
        return ("、" if is_words else "\n").join(map(value_in_words, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return value_in_words(value)


def from_cell(part: type[GuidePart], element: str, text: str) -> Any:
    """The value that a cell means. Raises ValueError saying in Chinese what is wrong with it."""
    found, is_list = kind(part, element)
    if part is Guide and element == TYPE:
        return item_type(text)
    if is_list:
        return _listed(found, element, text)
    if not text:
        return _default(part, element)
    if issubclass(found, LabelEnum):
        return _member(found, text)
    if found is bool:
        return _flag(text)
    return _day(text) if found is dt.date else text.replace(",", "") if found in (int, Decimal) else text


def _listed(found: type, element: str, text: str) -> list[Any]:
    if not issubclass(found, LabelEnum) and element not in CODE_LISTS:
        return [line.strip() for line in text.split("\n") if line.strip()]
    words = [word.strip() for word in text.translate(SEPARATORS).split("、") if word.strip()]
    return [_member(found, word) for word in words] if issubclass(found, LabelEnum) else words


def _default(part: type[GuidePart], element: str) -> Any:
    field = part.model_fields[element]
    return "" if field.is_required() else field.get_default(call_default_factory=True)


def item_type(text: str) -> str:
    """An A.1 code of two digits from a code, also of one digit, or its name; empty for an empty cell."""
    named = ItemType.of_label(text)
    code = named.value if named else text.zfill(2) if text else ""
    if code and code not in ItemType.labels() and code not in LOCAL_TYPES:
        raise ValueError("事项类型代码不在 GB/T 39046 表 A.1 中，应为 00-10、20 或本地扩展 11-19、21-29")
    return code


def _member(words: type[LabelEnum], text: str) -> LabelEnum:
    found = words.of_label(text) or next((each for each in words if each.value == text), None)
    if found is None:
        raise ValueError(f"「{text}」不在可选值中，应为：{'、'.join(words.labels().values())}")
    return found


def _flag(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ValueError("应填写「是」或「否」")
    return text.lower() in YES


def _day(text: str) -> dt.date:
    try:
        year, month, day = map(int, re.split(r"[-/.年月]", text.split(" ")[0].rstrip("日")))
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError("请按 2026-11-22 的格式填写日期") from None


def refusals(error: ValidationError) -> list[tuple[tuple[str | int, ...], str]]:
    """What the guide refuses: where, and in Chinese why."""
    return [(found["loc"], _why(found["type"], found.get("ctx", {}))) for found in error.errors()]


def _why(code: str, context: typing.Mapping[str, Any]) -> str:
    return REFUSALS.get(code, "填写的内容不符合要求").format(**{"ge": "", "le": "", "max_length": ""} | dict(context))


def parse(part: type[GuidePart], cells: Sequence[tuple[str, str]]) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Values by element, and (element, text, reason) for each cell that was refused."""
    values: dict[str, Any] = {}
    refused: list[tuple[str, str, str]] = []
    for element, text in cells:
        try:
            values[element] = checked(part, element, from_cell(part, element, text))
        except ValidationError as error:
            refused.append((element, text, refusals(error)[0][1]))
        except ValueError as error:
            refused.append((element, text, str(error)))
    return values, refused


def checked(part: type[GuidePart], element: str, value: Any) -> Any:
    """The value as the guide stores it. Raises ValidationError."""
    return _adapter(part, element).validate_python(value)


@functools.cache
def _adapter(part: type[GuidePart], element: str) -> TypeAdapter[Any]:
    field = part.model_fields[element]
    annotation: Any = field.annotation
    return TypeAdapter(Annotated[(annotation, *field.metadata)] if field.metadata else annotation)
