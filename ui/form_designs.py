"""The form designer: fields in a grid, and beside it the very form that a citizen will see.

The frame stands still while it is edited (a grid that reruns at each cell loses keystrokes); the preview follows on a key.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from services import flows
from services.actors import Actor
from services.errors import Invalid
from services.flows import Drawing
from services.rules import forms as rules
from services.rules.form_schema import FormField
from ui import flow_pages, form_fields, guide_editor, page, tables
from ui.forms import Fields

HELD = "_form-grid"
DECIMAL, WHOLE = r"^(-?\d{1,9}(\.\d{1,4})?)?$", r"^\d{0,4}$"
NUMBERS = {"minimum": DECIMAL, "maximum": DECIMAL, "max_length": WHOLE}
TITLES = {name: str(field.title) for name, field in FormField.model_fields.items()}


def edit(found: Drawing) -> list[dict[str, Any]]:
    """Draw the grid; the rows as they stand now."""
    key = f"form-{found.subject.id}-{found.saves}"
    held = st.session_state.get(HELD)
    if held is None or held[0] != key:
        held = st.session_state[HELD] = (key, _frame(found.form))
    edited = st.data_editor(
        held[1],
        key=key,
        on_change="ignore",
        num_rows="dynamic",
        hide_index=True,
        column_config=_columns(),
        alt="表单字段：一行一个字段，末行可新增",
    )
    return guide_editor.harvest(FormField, edited)


def _frame(form: Sequence[FormField]) -> pd.DataFrame:
    """Numbers as text: a column of numbers shows "None" for a cell without one."""
    frame = guide_editor.frame(FormField, form)
    for name in NUMBERS:
        values = (getattr(field, name) for field in form)
        frame[name] = pd.Series(
            [f"{value.normalize():f}" if value is not None else "" for value in map(_decimal, values)]
        )
    return frame


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _columns() -> dict[str, Any]:
    found = {name: guide_editor.column(FormField, name) for name in FormField.model_fields}
    text = st.column_config.TextColumn
    return found | {name: text(TITLES[name], validate=pattern, width=86) for name, pattern in NUMBERS.items()}


def read(rows: Sequence[dict[str, Any]]) -> list[FormField]:
    """The rows as fields. Raises Invalid naming the row and the cells that cannot be read."""
    return guide_editor.read(FormField, rows)


def acts(found: Drawing, rows: Sequence[dict[str, Any]], actor: Actor) -> None:
    """Look at it, keep it, and what comes after."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("预览", key="form-look", shortcut="F4", help="按表格里现在的内容重画下面的表单")
        if st.button("保存表单", type="primary", key="form-save", shortcut="F9"):
            page.perform(
                lambda session: flows.save_form(
                    session, found.subject.id, read(rows), expected_saves=found.saves, actor=actor, now=page.now()
                ),
                done="表单已保存到草稿",
            )
        st.page_link(flow_pages.ITEM, label="保存后到事项详情提交审核", query_params={"id": str(found.subject.id)})


def preview(fields: Sequence[FormField]) -> None:
    """The form as the citizen fills it in, conditions and all; what keeps it from being published."""
    for number, reason in rules.design_problems(fields):
        st.markdown(f":orange-badge[需要修改] {f'第 {number} 行：' if number else ''}{page.plain(reason)}")
    if not fields:
        tables.empty(
            "表单里还没有字段", "在表格末行新增一行，填写字段名称、选择类型；没有表单的事项，在线申请直接上传材料"
        )
        return
    keyed = [each if each.key else each.model_copy(update={"key": f"new-{n}"}) for n, each in enumerate(fields)]
    with st.container(border=True, width=720, key="form-preview"):
        answers = form_fields.draw(keyed, {}, shown := Fields("form-preview-fields"))
        if st.button("试填检查", key="form-try"):
            try_out(keyed, answers, shown)


def try_out(fields: Sequence[FormField], answers: dict[str, Any], shown: Fields) -> None:
    """What the citizen would be told; nothing is kept."""
    given = {key: value for key, value in answers.items() if value not in (None, "", [])}
    try:
        rules.check(fields, given)
    except Invalid as error:
        shown.mark(error.fields)
        st.warning(page.plain(error.message))
        return
    st.success("✓ 填写正确，可以进入下一步")
