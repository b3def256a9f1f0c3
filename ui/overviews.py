"""今日总览: figures of a day, by centre and by department; each opens the list it counts."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from services import overview
from services.overview import STORED, Figure, Line, Overview
from ui import cases, charts, page, tables, words
from ui.cases import FigureLink
from ui.charts import Bar, Meaning

MEANINGS = {Figure.RECEIVED: Meaning.OPEN, Figure.OVERDUE: Meaning.RED}
MOST_BARS = 10


def chosen_day(today: dt.date) -> dt.date:
    """The day of the address; today without one. Days to come have no figures yet."""
    key, asked = "overview-day", page.query("day")
    try:
        day = min(dt.date.fromisoformat(asked), today)
    except ValueError:
        day = today
    st.session_state[key] = day
    st.date_input(
        "日期",
        key=key,
        max_value=today,
        format="YYYY-MM-DD",
        width=160,
        on_change=page.set_query_from,
        args=("day", key),
    )
    return day


def figures(found: Overview) -> list[FigureLink]:
    """The totals; received and closed beside the same weekday of the week before."""
    return [_figure(found, figure) for figure in Figure]


def _figure(found: Overview, figure: Figure) -> FigureLink:
    delta = None
    if figure in STORED:
        before = found.before[figure]
        weekday = words.WEEKDAYS[found.day.weekday()]
        delta = f"{found.total[figure] - before:+,}（上周{weekday} {words.count(before)}）"
    label = figure.label if figure in (Figure.RECEIVED, Figure.CLOSED, Figure.DUE) else f"此刻{figure.label}"
    return cases.linked(label, found.total[figure], overview.filter_of(figure, found.day), delta=delta)


def table(found: Overview, lines: Sequence[Line], *, by: str, field: str) -> None:
    """The figures of each centre or department; a press on one opens its list."""
    frame = pd.DataFrame(
        {by: [line.name for line in lines]} | {each.label: [line.figures[each] for line in lines] for each in Figure}
    )
    number = st.column_config.NumberColumn(format="localized", alignment="right", width=86)
    event = st.dataframe(
        frame,
        key=f"overview-{field}-{tables.signature(found.day, [line.id for line in lines])}",
        column_config={each.label: number for each in Figure} | {by: st.column_config.TextColumn(width=220)},
        hide_index=True,
        height=tables.ROW_HEIGHT * (len(lines) + 1) + 3,
        row_height=tables.ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-cell",
        alt=f"按{by}的当日数字",
    )
    for row, title in event["selection"]["cells"]:
        figure = Figure.of_label(title)
        if figure is not None and row < len(lines):
            cases.open_list(overview.filter_of(figure, found.day, **{field: lines[row].id}))


def chart(found: Overview, figure: Figure, question: str) -> None:
    """The departments with most of a figure; a press opens the list."""
    rows = [
        Bar(line.name, line.figures[figure], str(line.id), meaning=MEANINGS[figure])
        for line in sorted(found.departments, key=lambda line: -line.figures[figure])[:MOST_BARS]
        if line.figures[figure]
    ]
    if not rows:
        tables.empty(f"没有{figure.label}的办件", question)
        return
    pressed = charts.clicked(charts.bars(question, rows), key=f"overview-{figure}", alt=question)
    if pressed:
        cases.open_list(overview.filter_of(figure, found.day, department_id=int(pressed)))
