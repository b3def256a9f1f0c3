"""The grid in which a flow is drawn. The frame stands still while it is edited; the picture follows what is typed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from models.enums import ConditionOperator, ConsultationMode, JoinRule, LimitUnit, TaskKind
from models.enums.base import LabelEnum
from services.errors import Invalid
from services.rules import flow
from services.rules.conditions import FACTS
from services.rules.guide import FlowStage
from ui import charts, flow_diagrams, guide_editor, page, tables

HELD = "_flow-grid"
WIDTH = 640  # pixels, less on a narrow screen
EVERY = 2.0  # seconds until the picture follows
TITLES = {name: str(field.title) for name, field in FlowStage.model_fields.items()}
NAMES = {title: name for name, title in TITLES.items()}
LABELS: dict[str, type[LabelEnum]] = {
    "kind": TaskKind,
    "unit": LimitUnit,
    "join": JoinRule,
    "mode": ConsultationMode,
    "when_operator": ConditionOperator,
}
NUMBERS = {"stage", "limit", "quorum"}
OPTIONAL_NUMBER = r"^\d{0,3}$"  # a column of numbers shows "None" for a cell without one
Record = dict[str, Any]


def key(item_id: int, saves: int) -> str:
    """Changes with every save: then the frame is read anew."""
    return f"flow-{item_id}-{saves}-{st.session_state.get('_flow-refused', 0)}"


def frozen(grid: str, stages: Sequence[FlowStage]) -> list[Record]:
    """The rows as they were first drawn under this key."""
    held = st.session_state.get(HELD)
    if held is None or held[0] != grid:
        held = st.session_state[HELD] = (grid, [_record(stage) for stage in stages])
    return held[1]


def _record(stage: FlowStage) -> Record:
    return {TITLES[name]: _shown(getattr(stage, name)) for name in TITLES}


def _shown(value: Any) -> Any:
    if isinstance(value, LabelEnum):
        return value.label
    return "" if value is None else value


def edit(grid: str, rows: Sequence[Record], departments: Sequence[str]) -> list[Record]:
    """Draw the grid; the rows as they stand now."""
    frame = pd.DataFrame(rows, columns=list(TITLES.values()))
    for name in NUMBERS - {"stage"}:
        frame[TITLES[name]] = frame[TITLES[name]].astype(str)
    edited = st.data_editor(
        frame,
        key=grid,
        on_change="ignore",
        num_rows="dynamic",
        hide_index=True,
        column_config=_columns(departments),
        alt="流程表格：一行一个部门任务，末行可新增",
    )
    return _cleaned(edited.to_dict("records"))


def _columns(departments: Sequence[str]) -> dict[str, Any]:
    pick, number, text = (
        st.column_config.SelectboxColumn,
        st.column_config.NumberColumn,
        st.column_config.TextColumn,
    )
    defaults = {"kind": TaskKind.PERMIT, "unit": LimitUnit.WORKDAY, "join": JoinRule.ALL}
    defaults["mode"] = ConsultationMode.CIRCULATE
    columns = {
        TITLES[name]: pick(
            TITLES[name],
            options=[member.label for member in kind],
            default=defaults[name].label if name in defaults else None,
            width=112,
        )
        for name, kind in LABELS.items()
    }
    return columns | {
        TITLES["stage"]: number(TITLES["stage"], min_value=1, max_value=99, step=1, default=1, width=74, pinned=True),
        TITLES["name"]: text(TITLES["name"], width=130, max_chars=40),
        TITLES["department"]: pick(
            TITLES["department"], options=list(departments), width=150, help="不选即事项的实施部门"
        ),
        TITLES["limit"]: text(TITLES["limit"], validate=OPTIONAL_NUMBER, width=74, help="不填即随办件时限"),
        TITLES["quorum"]: text(TITLES["quorum"], validate=OPTIONAL_NUMBER, width=98, help="只在按票数汇合时填写"),
        TITLES["when_fact"]: text(
            TITLES["when_fact"], width=110, help=f"{'、'.join(FACTS)}，或“表单:字段名”；不填即每件都办"
        ),
        TITLES["when_value"]: text(TITLES["when_value"], width=110),
    }


def applied(rows: Sequence[Record], state: Mapping[str, Any]) -> list[Record]:
    """The frozen rows with what the grid says was edited, added and deleted since."""
    edited = {int(place): changes for place, changes in state.get("edited_rows", {}).items()}
    gone = {int(place) for place in state.get("deleted_rows", ())}
    kept = [{**row, **edited.get(place, {})} for place, row in enumerate(rows) if place not in gone]
    return _cleaned([*kept, *state.get("added_rows", ())])


def _cleaned(rows: Sequence[Mapping[str, Any]]) -> list[Record]:
    """Cells that hold nothing are left out, and so are rows without any."""
    found = [{title: cell for title, cell in row.items() if not tables.is_nothing(cell)} for row in rows]
    return [row for row in found if row.keys() & {TITLES["name"], TITLES["department"], TITLES["limit"]}]


def stages(rows: Sequence[Record]) -> list[FlowStage]:
    """The rows as the flow takes them. Raises Invalid naming the row and the cell that cannot be read."""
    values = [
        {NAMES[title]: _value(NAMES[title], cell) for title, cell in row.items() if title in NAMES} for row in rows
    ]
    return guide_editor.read(FlowStage, values)


def _value(name: str, cell: Any) -> Any:
    if name in LABELS:
        return LABELS[name].of_label(str(cell)) or cell
    return str(cell).removesuffix(".0") if name in NUMBERS else str(cell)


def picture(grid: str, rows: Sequence[Record], own: str) -> None:
    """The live diagram of what stands in the grid, with what keeps it from running."""
    state = st.session_state.get(grid) or {}
    try:
        found = stages(applied(rows, state))
    except Invalid as error:
        page.show(error)
        return
    draw(found, own, key=f"picture-{grid}")
    for number, reason in flow.problems(found):
        st.markdown(f":orange-badge[需要修改] {f'第 {number} 行：' if number else ''}{page.plain(reason)}")


def draw(found: Sequence[FlowStage], own: str, *, key: str) -> None:
    if not found:
        tables.empty("流程里还没有任务", "在表格末行新增一行，选择部门")
        return
    told = "；".join(f"第 {row.stage} 阶段 {row.department or own} {row.name}" for row in found)
    st.plotly_chart(flow_diagrams.flow(found, own), key=key, config=charts.CONFIG, width=WIDTH, alt=f"流程图：{told}")
    st.caption("蓝框为本部门审批，紫框为会签意见；虚线框（※）按条件启动。")
