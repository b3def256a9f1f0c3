"""A project as pictures: plan and fact side by side, and how many government days each stage has used."""

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from models.enums import PermitState
from services.projects import BoardPermit
from ui import words
from ui.charts import Meaning

ROW, MARGIN = 34, 60
MEANING = {
    PermitState.NOT_YET: Meaning.NEUTRAL,
    PermitState.READY: Meaning.WARNING,
    PermitState.OPEN: Meaning.OPEN,
    PermitState.GRANTED: Meaning.CLOSED,
    PermitState.REFUSED: Meaning.RED,
    PermitState.NOT_APPLICABLE: Meaning.NEUTRAL,
}
SIGN = {
    PermitState.NOT_YET: "·",
    PermitState.READY: "○",
    PermitState.OPEN: "…",
    PermitState.GRANTED: "✓",
    PermitState.REFUSED: "✕",
    PermitState.NOT_APPLICABLE: "—",
}


def gantt(rows: Sequence[BoardPermit], today: dt.date) -> go.Figure:
    """Above the plan, below the fact; a thin mark for what is decided the same day."""
    shown = [row for row in reversed(rows) if row.state is not PermitState.NOT_APPLICABLE]
    figure = go.Figure()
    for place, row in enumerate(shown):
        _bar(figure, place + 0.16, row.start, row.finish, Meaning.NEUTRAL, "计划", row.name)
        if row.begun is not None:
            end = row.ended.date() if row.ended else today
            _bar(figure, place - 0.16, row.begun.date(), end, MEANING[row.state], row.state.label, row.name)
    figure.add_vline(x=today.isoformat(), line={"color": Meaning.RED.colour, "width": 1, "dash": "dot"})
    figure.add_annotation(x=today.isoformat(), y=len(shown) - 0.3, text="今天", showarrow=False, yshift=12)
    figure.update_layout(
        height=len(shown) * ROW + MARGIN,
        showlegend=False,
        dragmode=False,
        margin={"l": 8, "r": 16, "t": 28, "b": 24},
        title={"text": "哪些事项落在计划后面？", "y": 0.995},
    )
    labels = [f"{'★' if row.is_critical else ''}{row.name}" for row in shown]
    figure.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=labels, automargin=True, range=[-0.6, len(shown) - 0.1]
    )
    figure.update_xaxes(type="date", tickformat="%m-%d", fixedrange=True)
    return figure


def _bar(figure: go.Figure, place: float, start: dt.date, end: dt.date, meaning: Meaning, what: str, name: str) -> None:
    told = f"{name}<br>{what}：{words.day(start)} 至 {words.day(end)}<extra></extra>"
    figure.add_trace(
        go.Scatter(
            x=[start.isoformat(), end.isoformat()],
            y=[place, place],
            mode="lines+markers",
            line={"color": meaning.colour, "width": 8},
            marker={"color": meaning.colour, "size": 8, "symbol": "square"},
            hovertemplate=told,
        )
    )
