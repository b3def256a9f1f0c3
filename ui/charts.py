"""Charts are functions of plain rows that return a figure; colours are named by meaning, here and nowhere else."""

import dataclasses
import math
from collections.abc import Sequence
from enum import Enum

import plotly.graph_objects as go
import streamlit as st

from models.enums import CaseStatus, ItemState, VersionState


class Meaning(Enum):
    """A meaning, its colour on light and on dark, and Streamlit's nearest name for badges."""

    OPEN = ("#1f6fb8", "#5ba3e6", "blue")  # 在办
    CLOSED = ("#2e7d4f", "#5db583", "green")  # 办结
    PAUSED = ("#7a7391", "#a89fc4", "violet")  # 补正、挂起
    WARNING = ("#b8670a", "#e79a3c", "orange")  # 预警
    YELLOW = ("#c9a400", "#e3c53f", "yellow")  # 黄牌
    RED = ("#c02b2b", "#ef6a66", "red")  # 红牌
    NEUTRAL = ("#5d6b7a", "#94a3b3", "gray")

    @property
    def colour(self) -> str:
        return self.value[1 if is_dark() else 0]

    @property
    def badge(self) -> str:
        return self.value[2]


OF_CASE = {
    CaseStatus.SUBMITTED: Meaning.OPEN,
    CaseStatus.CORRECTION_REQUESTED: Meaning.PAUSED,
    CaseStatus.ACCEPTED: Meaning.OPEN,
    CaseStatus.EXAMINING: Meaning.OPEN,
    CaseStatus.SUSPENDED: Meaning.PAUSED,
    CaseStatus.WAITING_SUPERIOR: Meaning.PAUSED,
    CaseStatus.DECIDED: Meaning.CLOSED,
    CaseStatus.WITHHELD: Meaning.WARNING,
    CaseStatus.DELIVERED: Meaning.CLOSED,
    CaseStatus.CLOSED: Meaning.NEUTRAL,
}
OF_ITEM = {
    ItemState.PREPARING: Meaning.NEUTRAL,
    ItemState.ACTIVE: Meaning.CLOSED,
    ItemState.SUSPENDED: Meaning.PAUSED,
    ItemState.ABOLISHED: Meaning.RED,
}
OF_VERSION = {
    VersionState.DRAFT: Meaning.NEUTRAL,
    VersionState.SUBMITTED: Meaning.OPEN,
    VersionState.DEPARTMENT_REVIEWED: Meaning.OPEN,
    VersionState.CENTRE_REVIEWED: Meaning.OPEN,
    VersionState.PUBLISHED: Meaning.CLOSED,
    VersionState.SUPERSEDED: Meaning.NEUTRAL,
    VersionState.REJECTED: Meaning.WARNING,
}

BAR_HEIGHT = 30
MARGIN = 56
CONFIG = {"displayModeBar": False, "locale": "zh-CN"}


@dataclasses.dataclass(frozen=True)
class Bar:
    """`label` names it, `text` stands at its end, `key` comes back with a click."""

    label: str
    value: float
    key: str = ""
    text: str = ""
    meaning: Meaning = Meaning.OPEN


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def badge(text: str, meaning: Meaning) -> str:
    """Markdown of a word on its colour: never colour alone."""
    return f":{meaning.badge}-badge[{text}]"


def bars(question: str, rows: Sequence[Bar]) -> go.Figure:
    """Horizontal bars from zero, the greatest first, labelled directly; the title is the question they answer."""
    rows = sorted(rows, key=lambda row: row.value)
    figure = go.Figure(
        go.Bar(
            x=[row.value for row in rows],
            y=[row.label for row in rows],
            text=[row.text or f"{row.value:,.0f}" for row in rows],
            customdata=[row.key for row in rows],
            marker_color=[row.meaning.colour for row in rows],
            orientation="h",
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}：%{text}<extra></extra>",
        )
    )
    figure.update_layout(title=question, height=len(rows) * BAR_HEIGHT + 2 * MARGIN, showlegend=False)
    figure.update_layout(margin={"l": 8, "r": 48, "t": MARGIN, "b": 16}, clickmode="event+select", dragmode=False)
    figure.update_xaxes(rangemode="tozero", visible=False)
    figure.update_yaxes(automargin=True, ticksuffix="  ")
    return figure


def clicked(figure: go.Figure, *, key: str, alt: str) -> str | None:
    """Draw the figure; the `key` of the bar that was clicked."""
    event = st.plotly_chart(figure, key=key, on_select="rerun", selection_mode="points", config=CONFIG, alt=alt)
    points = event["selection"]["points"]
    return str(points[0]["customdata"]) if points else None


def circle(names: Sequence[str]) -> go.Figure:
    """Items that require each other, drawn as a ring: each arrow leads to what must be there first."""
    step = 2 * math.pi / len(names)
    places = [(math.sin(step * turn), math.cos(step * turn)) for turn in range(len(names))]
    figure = go.Figure(
        go.Scatter(
            x=[x for x, _ in places],
            y=[y for _, y in places],
            text=[_folded(f"{turn + 1} {name}") for turn, name in enumerate(names)],
            mode="markers+text",
            textposition=["top center" if y >= 0 else "bottom center" for _, y in places],
            marker={"size": 18, "color": Meaning.RED.colour},
            hoverinfo="text",
            cliponaxis=False,
        )
    )
    for turn, (x, y) in enumerate(places):
        _arrow(figure, (x, y), places[(turn + 1) % len(places)])
    figure.update_layout(height=360, showlegend=False, margin={"l": 90, "r": 90, "t": 60, "b": 60}, dragmode=False)
    figure.update_xaxes(visible=False, range=[-1.3, 1.3])
    figure.update_yaxes(visible=False, range=[-1.3, 1.3])
    return figure


def _arrow(figure: go.Figure, start: tuple[float, float], end: tuple[float, float]) -> None:
    figure.add_annotation(
        x=end[0], y=end[1], ax=start[0], ay=start[1],
        xref="x", yref="y", axref="x", ayref="y",
        showarrow=True, arrowhead=2, arrowsize=1.4, arrowwidth=1.6, standoff=14, startstandoff=12,
        arrowcolor=Meaning.NEUTRAL.colour,
    )  # fmt: skip


def _folded(text: str, width: int = 14) -> str:
    return "<br>".join(text[start : start + width] for start in range(0, len(text), width))


def waterfall(question: str, steps: Sequence[tuple[str, float]]) -> go.Figure:
    """What each step adds, from the first to the sum: green for, red against; the words say which."""
    names, values = [name for name, _ in steps], [value for _, value in steps]
    figure = go.Figure(
        go.Waterfall(
            y=[*names, "合计"],
            x=[*values, 0],
            measure=["relative"] * len(steps) + ["total"],
            text=[*(f"{value:+.1f}" for value in values), f"{sum(values):+.1f}"],
            textposition="outside",
            orientation="h",
            increasing={"marker": {"color": Meaning.CLOSED.colour}},
            decreasing={"marker": {"color": Meaning.RED.colour}},
            totals={"marker": {"color": Meaning.OPEN.colour}},
            connector={"line": {"color": Meaning.NEUTRAL.colour, "width": 1}},
            hovertemplate="%{y}：%{text}<extra></extra>",
            cliponaxis=False,
        )
    )
    figure.update_layout(title=question, height=(len(steps) + 1) * BAR_HEIGHT + 2 * MARGIN, showlegend=False)
    figure.update_layout(margin={"l": 8, "r": 48, "t": MARGIN, "b": 16}, dragmode=False)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(automargin=True, ticksuffix="  ", autorange="reversed")
    return figure


def trend(question: str, points: Sequence[tuple[str, float]]) -> go.Figure:
    """A figure over runs or days, from zero, the last one labelled."""
    figure = go.Figure(
        go.Scatter(
            x=[label for label, _ in points],
            y=[value for _, value in points],
            text=[""] * (len(points) - 1) + [f"{points[-1][1]:,.0f}"] if points else [],
            mode="lines+markers+text",
            textposition="top center",
            line={"color": Meaning.OPEN.colour},
            hovertemplate="%{x}：%{y:,.0f}<extra></extra>",
        )
    )
    figure.update_layout(title=question, height=240, showlegend=False, dragmode=False)
    figure.update_layout(margin={"l": 8, "r": 24, "t": MARGIN, "b": 32})
    highest = max((value for _, value in points), default=0)
    figure.update_yaxes(range=[0, highest * 1.25 or 1], automargin=True)
    figure.update_xaxes(type="category")
    return figure


def draw(figure: go.Figure, *, key: str, alt: str) -> None:
    """A figure to look at."""
    st.plotly_chart(figure, key=key, config=CONFIG, alt=alt)
