"""Editing a guide: fields and grids built from the model of the guide itself, all sections in one form.

The form's base is pinned when it is first drawn, so that another person's save neither moves a typed cell nor loses it.
"""

import datetime as dt
import types
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar, get_args, get_origin

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from models.enums import Audience, ItemType, LabelEnum
from services.errors import Invalid
from services.rules.guide import Guide, GuidePart
from ui import forms, tables
from ui.guides import REGIMES, SECTIONS, TOPICS_OF, Topics, title_of

Row = TypeVar("Row", bound=GuidePart)
LONG = {
    "power_division", "exercise_content", "anticipate_explain", "promise_explain", "scope_of_application",
    "accept_condition", "prohibited", "limit_explain", "intermediary_basis", "fee_basis", "link_way", "supervise_way",
    "limit_scene_explain", "applicant_rights", "review_dept", "litigation_dept", "source_note",
}  # fmt: skip
EXAMPLES = {
    "consult_phone": "例如 028-00001234",
    "complain_phone": "须与咨询电话不同，例如 028-00005678",
    "promise_day": "填 0 表示即办",
    "requires_results_of": "每行一个事项编码",
    "other_dept": "每行一个部门",
    "intermediary_services": "每行一项",
    "online_handle_url": "例如 https://www.sczwfw.gov.cn/…",
}
GRID_ROWS = 400
SEPARATOR = "、"  # between the words of one cell


def draw(guide: Guide, fields: forms.Fields, topics: Topics) -> dict[str, Any]:
    """All sections as tabs of one form; what stands in each element now."""
    found = {}
    for tab, elements in zip(st.tabs(list(SECTIONS)), SECTIONS.values(), strict=True):
        with tab:
            grid = st.grid(2, min_column_width=320, gap=("xsmall", "small"))
            for element in elements:
                with grid.cell(column_span="all" if _is_wide(element) else 1):
                    found[element] = _element(element, getattr(guide, element), fields, topics)
    return found


def _is_wide(element: str) -> bool:
    kind = _kind(Guide.model_fields[element].annotation)
    rows = get_args(kind)[0] if get_origin(kind) is list else None
    return element in LONG or element == "task_name" or (isinstance(rows, type) and issubclass(rows, GuidePart))


def changed(guide: Guide, values: Mapping[str, Any]) -> Guide:
    """The guide with what was typed. Raises Invalid with the elements that cannot be read."""
    try:
        return Guide.model_validate(guide.model_dump() | dict(values))
    except ValidationError as error:
        found = {str(each["loc"][0]): _mend(each["loc"], each["type"]) for each in error.errors()}
    raise Invalid("有内容填写不正确，请按提示修改后再保存", found)


def _mend(place: Sequence[Any], kind: str) -> str:
    element = str(place[0])
    row = f"第 {place[1] + 1} 行" if len(place) > 1 else ""
    if len(place) > 2:
        part = get_args(Guide.model_fields[element].annotation)[0]
        row += f"「{part.model_fields[place[2]].title}」"
    reasons = {"missing": "没有填写", "string_too_long": "太长", "greater_than_equal": "不能小于规定值"}
    return f"「{title_of(element)}」{row}{reasons.get(kind, '填写不正确')}，请修改"


def _kind(annotation: Any) -> Any:
    """What is edited, without Optional and Annotated."""
    if get_origin(annotation) is types.UnionType:
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    return annotation


def _element(element: str, value: Any, fields: forms.Fields, topics: Topics) -> Any:
    field, label, hint = Guide.model_fields[element], title_of(element), EXAMPLES.get(element)
    kind = _kind(field.annotation)
    if element == "task_type":
        return fields.choice(element, label, _with_own(ItemType.labels(), value), value or None) or ""
    if element == "regime":
        return fields.choice(element, label, _with_own({"": "（未标注）", **REGIMES}, value), value)
    if element in TOPICS_OF:
        return fields.choices(element, label, _topics(topics, TOPICS_OF[element]), value)
    if get_origin(kind) is list:
        return _list(element, label, get_args(kind)[0], value, fields)
    if kind is bool:
        return fields.tick(element, label, value)
    if kind is int:
        return fields.number(element, label, value, min_value=0, placeholder=hint)
    if kind is dt.date:
        return fields.day(element, label, value)
    if isinstance(kind, type) and issubclass(kind, LabelEnum):
        return fields.choice(element, label, {member: member.label for member in kind}, value)
    draw_text = fields.long_text if element in LONG else fields.text
    return draw_text(element, label, value, placeholder=hint)


def _with_own(labels: Mapping[str, str], value: str) -> dict[str, str]:
    """Local extensions of the code set stay choosable where they are used."""
    return {**labels, **({value: value} if value and value not in labels else {})}


def _topics(topics: Topics, audience: Audience) -> dict[str, str]:
    return {code: name for (kind, code), name in topics.items() if kind is audience}


def _list(element: str, label: str, kind: Any, value: Sequence[Any], fields: forms.Fields) -> Any:
    if isinstance(kind, type) and issubclass(kind, GuidePart):
        return _grid(element, label, kind, value, fields)
    if isinstance(kind, type) and issubclass(kind, LabelEnum):
        return fields.choices(element, label, {member: member.label for member in kind}, value)
    lines = fields.long_text(element, label, "\n".join(value), placeholder=EXAMPLES.get(element))
    return [line.strip() for line in lines.splitlines() if line.strip()]


def _grid(element: str, label: str, part: type[GuidePart], rows: Sequence[GuidePart], fields: forms.Fields) -> Any:
    st.markdown(f"**{label}**")
    edited = st.data_editor(
        frame(part, rows),
        key=fields.key(element),
        column_config={name: column(part, name) for name in part.model_fields},
        num_rows="dynamic",
        hide_index=True,
        alt=f"{label}，可在末行新增",
    )
    fields.keep(element)
    return harvest(part, edited)


def frame(part: type[GuidePart], rows: Sequence[GuidePart]) -> pd.DataFrame:
    """Rows as a grid shows them: enumerations by their labels, every column of a fixed type."""
    return pd.DataFrame(
        {
            name: pd.Series([_cell(getattr(row, name)) for row in rows], dtype=_dtype(_kind(field.annotation)))
            for name, field in part.model_fields.items()
        }
    )


def _cell(value: Any) -> Any:
    if isinstance(value, LabelEnum):
        return value.label
    if isinstance(value, list):
        return SEPARATOR.join(value)
    return float(value) if isinstance(value, Decimal) else value


def _dtype(kind: Any) -> str:
    return {int: "Int64", bool: "bool", Decimal: "Float64", dt.date: "object"}.get(kind, "object")


def column(part: type[GuidePart], name: str) -> Any:
    """How an element of a row is edited in a grid; None hides it."""
    if name == "key":
        return None
    field = part.model_fields[name]
    kind, needed = _kind(field.annotation), field.is_required()
    title, default = field.title, _cell(field.get_default(call_default_factory=True)) if not needed else None
    if isinstance(kind, type) and issubclass(kind, LabelEnum):
        return st.column_config.SelectboxColumn(title, options=[each.label for each in kind], default=default)
    if kind is int:
        return st.column_config.NumberColumn(title, min_value=0, max_value=GRID_ROWS, step=1, default=default)
    if kind is bool:
        return st.column_config.CheckboxColumn(title, default=bool(default))
    if kind is Decimal:
        return st.column_config.NumberColumn(title, min_value=0, format="%.2f")
    if kind is dt.date:
        return st.column_config.DateColumn(title, format="YYYY-MM-DD")
    return st.column_config.TextColumn(title, required=needed, width="medium" if needed else None)


def harvest(part: type[GuidePart], edited: pd.DataFrame) -> list[dict[str, Any]]:
    """What stands in the grid, as the model takes it; rows with nothing in them are dropped."""
    records = edited.to_dict("records")
    rows = [
        {name: _value(part, name, cell) for name, cell in row.items() if not tables.is_nothing(cell)} for row in records
    ]
    return [row for row in rows if not _is_blank(part, row)]


def read(part: type[Row], rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows of a grid as the guide takes them. Raises Invalid naming the row and the cells that cannot be read."""
    found, problems = [], {}
    for number, row in enumerate(rows, start=1):
        try:
            found.append(part.model_validate(row))
        except ValidationError as error:
            cells = "、".join(_title(part, each["loc"]) for each in error.errors())
            problems[f"row{number}"] = f"第 {number} 行：「{cells}」填写不对"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return found


def _title(part: type[GuidePart], place: Sequence[Any]) -> str:
    field = part.model_fields.get(str(place[0])) if place else None
    return str(field.title) if field else ""


def _is_blank(part: type[GuidePart], row: Mapping[str, Any]) -> bool:
    """Nothing was typed in it beyond what a new row begins with."""
    return all(value is False or value == part.model_fields[name].get_default() for name, value in row.items())


def _value(part: type[GuidePart], name: str, cell: Any) -> Any:
    kind = _kind(part.model_fields[name].annotation)
    if isinstance(kind, type) and issubclass(kind, LabelEnum):
        return kind.of_label(str(cell)) or cell
    if get_origin(kind) is list:
        return [each.strip() for each in str(cell).split(SEPARATOR) if each.strip()]
    if kind is Decimal:
        return Decimal(str(cell))
    return cell.date() if isinstance(cell, dt.datetime) else cell
