"""Tables: paged by the server, keyed by page and filter, chosen by identity."""

import dataclasses
import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import pandas as pd
import streamlit as st

from ui import page, words

Kind = Literal["text", "number", "tags"]
T = TypeVar("T")
ROW_HEIGHT = 35
MOST_ROWS_SHOWN = 15


@dataclasses.dataclass(frozen=True)
class Column:
    """`value` is an attribute's name or a function of the row; numbers stand at the right with thousands separated."""

    title: str
    value: str | Callable[[Any], object]
    kind: Kind = "text"
    width: int | Literal["small", "medium", "large"] | None = None
    help: str | None = None

    def of(self, row: Any) -> object:
        found = getattr(row, self.value) if isinstance(self.value, str) else self.value(row)
        return getattr(found, "label", found)

    def config(self) -> Any:
        if self.kind == "number":
            return st.column_config.NumberColumn(
                self.title, width=self.width, help=self.help, format="localized", alignment="right"
            )
        if self.kind == "tags":
            return st.column_config.MultiselectColumn(self.title, width=self.width, help=self.help, color="gray")
        return st.column_config.TextColumn(self.title, width=self.width, help=self.help)


def is_nothing(cell: Any) -> bool:
    """Whether a cell of an edited grid holds nothing."""
    return cell is None or cell == "" or (not isinstance(cell, str) and bool(pd.isna(cell)))


def signature(*values: object) -> str:
    """Tells one filter from another, for keys."""
    return hashlib.sha1(repr(values).encode(), usedforsecurity=False).hexdigest()[:8]


def page_number(name: str, filters: object) -> int:
    """The page asked for, back to the first when the filter changes. `name` is the address's parameter."""
    mark, seen = signature(filters), f"_{name}_filters"
    if st.session_state.setdefault(seen, mark) != mark:
        st.session_state[seen] = mark
        st.session_state[name] = 1
    asked = st.session_state.get(name) or st.query_params.get(name, "1")
    return max(page.identity(str(asked)) or 1, 1)


def pages(name: str, *, total: int, page: int, per_page: int, unit: str = "条") -> None:
    """What stands under a table: how many there are, and the way to the others."""
    last = max(math.ceil(total / per_page), 1)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"共 {words.count(total)} {unit}" + (f"，第 {page} / {last} 页" if last > 1 else ""))
        if last > 1:
            if st.session_state.get(name, 1) > last:
                st.session_state[name] = last
            st.pagination(last, key=name, bind="query-params")


def _frame(rows: Sequence[Any], columns: Sequence[Column]) -> pd.DataFrame:
    return pd.DataFrame({column.title: [column.of(row) for row in rows] for column in columns})


def _height(rows: Sequence[Any]) -> int | Literal["content"]:
    return "content" if len(rows) <= MOST_ROWS_SHOWN else ROW_HEIGHT * (MOST_ROWS_SHOWN + 1)


def show(rows: Sequence[Any], columns: Sequence[Column], *, key: str, alt: str) -> None:
    """A table to read."""
    st.dataframe(
        _frame(rows, columns),
        key=f"{key}-{signature([getattr(row, 'id', row) for row in rows])}",
        column_config={column.title: column.config() for column in columns},
        hide_index=True,
        height=_height(rows),
        row_height=ROW_HEIGHT,
        alt=alt,
    )


def pick(rows: Sequence[T], columns: Sequence[Column], *, key: str, alt: str) -> T | None:
    """A table from which one row is chosen; the row, or None. A new page or filter forgets the choice."""
    event = st.dataframe(
        _frame(rows, columns),
        key=f"{key}-{signature([row.id for row in rows])}",  # type: ignore[attr-defined]
        column_config={column.title: column.config() for column in columns},
        hide_index=True,
        height=_height(rows),
        row_height=ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        alt=alt,
    )
    chosen = event["selection"]["rows"]
    return rows[chosen[0]] if chosen and chosen[0] < len(rows) else None


def opened(rows: Sequence[T], columns: Sequence[Column], *, key: str, alt: str, verb: str = "打开") -> T | None:
    """A table whose rows carry a button; the row whose button was pressed in this run."""
    trigger = f"{key}-{signature([row.id for row in rows])}"  # type: ignore[attr-defined]
    frame = _frame(rows, columns)
    frame.insert(0, verb, verb)
    button = st.column_config.ButtonColumn(" ", key=f"{trigger}-press", type="tertiary", width=64, pinned=True)
    st.dataframe(
        frame,
        key=trigger,
        column_config={verb: button} | {column.title: column.config() for column in columns},
        hide_index=True,
        height=_height(rows),
        row_height=ROW_HEIGHT,
        alt=alt,
    )
    press = st.session_state.get(f"{trigger}-press")
    return rows[press["row"]] if press and press["row"] < len(rows) else None


def empty(why: str, what_to_do: str = "") -> None:
    """Instead of an empty frame."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"**{why}**", width="content")
        if what_to_do:
            st.caption(what_to_do, width="content")
