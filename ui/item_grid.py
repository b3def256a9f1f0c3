"""Many items in one grid. The frame stands still while it is edited; edits are harvested by the item's id."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from services.actors import Actor
from services.catalogue import grids
from services.catalogue.grids import ElementChange
from services.database import Session
from services.errors import Invalid
from ui import page, tables

FIXED = {"name": "事项名称", "department": "实施部门", "state": "版本状态"}
HELD = "grid-frozen"
GRID_HEIGHT = 560
Rows = list[dict[str, Any]]


def nonce(*wanted: object) -> str:
    """Changes with the page, the filter, the elements and each save: then the frame is read anew."""
    return tables.signature(*wanted, st.session_state.get("grid-saves", 0))


def frozen(mark: str, read: Rows) -> Rows:
    """The rows as they were first drawn under this nonce."""
    held = st.session_state.get(HELD)
    if held is None or held[0] != mark:
        held = st.session_state[HELD] = (mark, read)
    return held[1]


def edit(mark: str, rows: Rows, elements: Sequence[str]) -> list[ElementChange]:
    """Draw the grid; what differs from the frozen frame, by item."""
    titles = grids.elements()
    shown = pd.DataFrame(rows, columns=["item_id", *FIXED, *elements]).set_index("item_id")
    edited = st.data_editor(
        shown,
        key=f"grid-{mark}",
        on_change="ignore",
        num_rows="fixed",
        hide_index=True,
        height=GRID_HEIGHT,
        disabled=list(FIXED),
        column_config={
            "name": st.column_config.TextColumn(FIXED["name"], width=220, pinned=True),
            "department": st.column_config.TextColumn(FIXED["department"], width=140),
            "state": st.column_config.TextColumn(FIXED["state"], width=80),
        }
        | {element: titles[element] for element in elements},
        alt="批量编辑事项，改完按保存",
    )
    return harvest({row["item_id"]: row for row in rows}, edited, elements)


def harvest(
    rows: Mapping[int, Mapping[str, Any]], edited: pd.DataFrame, elements: Sequence[str]
) -> list[ElementChange]:
    """The cells that were changed, found by the item's id and never by position."""
    return [
        ElementChange(int(item_id), element, cells[element], rows[item_id]["version"])
        for item_id, cells in edited.to_dict("index").items()
        for element in elements
        if not _same(rows[item_id][element], cells[element])
    ]


def _same(old: Any, new: Any) -> bool:
    if pd.api.types.is_scalar(old) and pd.api.types.is_scalar(new) and pd.isna(old) and pd.isna(new):
        return True
    return bool(old == new) if pd.api.types.is_scalar(new) else list(old or []) == list(new)


def save(changes: Sequence[ElementChange], actor: Actor) -> None:
    """All or nothing; every refused cell is named."""

    def apply(session: Session) -> grids.Outcome:
        outcome = grids.apply(session, changes, actor=actor, now=page.now())
        if outcome.errors:
            fields = {f"{error.code}/{error.element}": _refused(error) for error in outcome.errors}
            raise Invalid(f"{len(fields)} 处没有通过，全部未保存；您填写的内容仍在，改正后再保存", fields)
        return outcome

    page.perform(apply, done=_done, then=_saved)


def _refused(error: grids.ElementError) -> str:
    return f"{error.code}{f'「{error.element}」' if error.element else ''}：{error.reason}"


def _done(outcome: grids.Outcome) -> str:
    return f"已保存 {outcome.changed} 个事项，其中新起草 {outcome.drafts_opened} 个；审核发布后生效"


def _saved(_: grids.Outcome) -> None:
    st.session_state["grid-saves"] = st.session_state.get("grid-saves", 0) + 1
