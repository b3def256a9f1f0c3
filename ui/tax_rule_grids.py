"""The small grids of a comparison rule: its conditions and its chain of keys, every cell in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from services.rules.tax_rule_words import value_of, word_of
from services.rules.tax_rules import FIELDS, Condition, KeyPair, Op
from ui.words import NOTHING

FIELD, OP, VALUES = "字段", "条件", "值（多个用、隔开）"
GROUP, LEFT, RIGHT = "第几组", "左边字段", "右边字段"
SPARE = 3  # empty rows at the end: a grid of a fixed number of rows keeps what is typed when the choices change
NAMES = {title: name for name, title in FIELDS.items()}
Json = dict[str, Any]


def conditions(key: str, known: Sequence[Condition], fields: Mapping[str, str]) -> list[Json]:
    """Draw the conditions of a side; as a definition keeps them."""
    rows = [
        (FIELDS[each.field], each.op.label, "、".join(word_of(each.field, value) for value in each.values))
        for each in known
    ]
    rows += [(NOTHING, NOTHING, "")] * SPARE
    pick = st.column_config.SelectboxColumn
    edited = st.data_editor(
        pd.DataFrame(rows, columns=[FIELD, OP, VALUES], dtype=str),
        key=key,
        num_rows="fixed",
        hide_index=True,
        column_config={
            FIELD: pick(FIELD, options=[NOTHING, *fields.values()], width="medium"),
            OP: pick(OP, options=[NOTHING, *Op.labels().values()], width=100),
            VALUES: st.column_config.TextColumn(VALUES, width="medium"),
        },
        alt="条件：一行一个，全部满足才比对；空行不计",
    )
    return [_condition(row) for row in _filled(edited) if row.get(FIELD)]


def _condition(row: Mapping[str, str]) -> Json:
    field = NAMES.get(row[FIELD], row[FIELD])
    op = Op.of_label(row.get(OP, "")) or Op.IS
    typed = row.get(VALUES, "").replace("，", "、").replace(",", "、").split("、")
    return {"field": field, "op": op.value, "values": [value_of(field, each.strip()) for each in typed if each.strip()]}


def keys(
    key: str, known: Sequence[Sequence[KeyPair]], left: Mapping[str, str], right: Mapping[str, str]
) -> list[list[Json]]:
    """Draw the chain of keys; as a definition keeps it. Rows of one number must all agree; any number is enough."""
    rows = [
        (place, FIELDS[pair.left], FIELDS[pair.right]) for place, group in enumerate(known, start=1) for pair in group
    ]
    rows += [(len(known) + turn, NOTHING, NOTHING) for turn in range(1, SPARE + 1)]
    pick = st.column_config.SelectboxColumn
    edited = st.data_editor(
        pd.DataFrame(rows, columns=[GROUP, LEFT, RIGHT]),
        key=key,
        num_rows="fixed",
        hide_index=True,
        column_config={
            GROUP: st.column_config.NumberColumn(GROUP, min_value=1, max_value=20, step=1, width=80),
            LEFT: pick(LEFT, options=[NOTHING, *left.values()], width="medium"),
            RIGHT: pick(RIGHT, options=[NOTHING, *right.values()], width="medium", help="不选即与左边字段相同"),
        },
        alt="比对键：同一组的字段都一致才算同一户；空行不计",
    )
    return _groups(_filled(edited))


def _groups(rows: Sequence[Mapping[str, str]]) -> list[list[Json]]:
    found: dict[int, list[Json]] = {}
    for row in rows:
        if not row.get(LEFT):
            continue
        left, right = row[LEFT], row.get(RIGHT) or row[LEFT]
        pair = {"left": NAMES.get(left, left), "right": NAMES.get(right, right)}
        found.setdefault(int(float(row.get(GROUP, "1"))), []).append(pair)
    return [found[number] for number in sorted(found)]


def _filled(frame: pd.DataFrame) -> list[dict[str, str]]:
    """The rows' cells that hold something, as text."""
    return [
        {
            title: str(cell)
            for title, cell in row.items()
            if not pd.isna(cell) and str(cell).strip() not in ("", NOTHING)
        }
        for row in frame.to_dict("records")
    ]
