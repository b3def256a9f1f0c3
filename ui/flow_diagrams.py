"""A flow as a picture: stages from top to bottom, their departments' tasks, how each stage is joined."""

import dataclasses
from collections.abc import Sequence

import plotly.graph_objects as go

from models.enums import ConsultationMode, JoinRule, TaskKind
from services.rules.guide import FlowStage
from services.rules.rehearsal import RehearsedTask
from ui import words
from ui.charts import Meaning

PER_LINE, MOST_LETTERS = 3, 12
BOX, HEAD, GAP, ARROW, EDGE = 60, 28, 10, 26, 6  # pixels
SIDE = 0.03  # of a box's width
START, END = "受理", "办结"


@dataclasses.dataclass(frozen=True)
class Box:
    stage: int
    lines: tuple[str, ...]
    hover: str
    is_conditional: bool
    meaning: Meaning


def box(row: FlowStage, own: str) -> Box:
    """`own` names the department of a row that names none."""
    limit = f"{row.limit} {row.unit.label}" if row.limit else "随办件"
    kind = "会签" if row.kind is TaskKind.OPINION else "审批"
    mark = "会签 " if row.kind is TaskKind.OPINION else ""
    lines = (row.department or own, row.name or kind, f"{mark}{limit}{'※' if row.condition else ''}")
    told = f"{kind}　{f'条件：{row.condition.in_words()}' if row.condition else '每件都办'}"
    meaning = Meaning.PAUSED if row.kind is TaskKind.OPINION else Meaning.OPEN
    return Box(row.stage, lines, told, row.condition is not None, meaning)


def joined(rows: Sequence[FlowStage]) -> str:
    """How a stage of the rows ends, in words."""
    first = rows[0]
    if len(rows) == 1:
        return "办完即进入下一步"
    rule = f"{first.quorum} 票同意" if first.join is JoinRule.VOTE else first.join.label
    return f"{rule}{'（联审会议）' if first.mode is ConsultationMode.MEETING else ''}"


def flow(rows: Sequence[FlowStage], own: str) -> go.Figure:
    """The whole flow from top to bottom, three tasks a line, so that it reads on a narrow screen too.

    Heights are in pixels, counted downwards; a stage's place is its order, not its number.
    """
    figure = go.Figure()
    y = _end(figure, 0, START)
    for stage in sorted({row.stage for row in rows}):
        members = [row for row in rows if row.stage == stage]
        y = _stage(figure, _arrow(figure, y), f"<b>第 {stage} 阶段</b>　{joined(members)}", members, own)
    y = _end(figure, _arrow(figure, y), END)
    figure.update_layout(
        font={"color": Meaning.NEUTRAL.colour, "size": 11},
        height=y + 2 * EDGE,
        showlegend=False,
        dragmode=False,
        margin={"l": EDGE, "r": EDGE, "t": EDGE, "b": EDGE},
    )
    figure.update_xaxes(visible=False, range=[0, PER_LINE], fixedrange=True)
    figure.update_yaxes(visible=False, range=[y, 0], fixedrange=True)
    return figure


def _stage(figure: go.Figure, y: int, title: str, members: Sequence[FlowStage], own: str) -> int:
    """Draw it from `y` down; where it ends."""
    figure.add_annotation(x=PER_LINE / 2, y=y + HEAD / 2, text=title, showarrow=False)
    y += HEAD
    for first in range(0, len(members), PER_LINE):
        line = members[first : first + PER_LINE]
        left = (PER_LINE - len(line)) / 2
        for place, row in enumerate(line):
            _box(figure, left + place, y, box(row, own))
        y += BOX + GAP
    return y - GAP


def _box(figure: go.Figure, x: float, y: int, each: Box) -> None:
    figure.add_shape(
        type="rect", x0=x + SIDE, x1=x + 1 - SIDE, y0=y, y1=y + BOX,
        line={"color": each.meaning.colour, "width": 1.6, "dash": "dot" if each.is_conditional else "solid"},
    )  # fmt: skip
    text = "<br>".join(_short(line) for line in each.lines)
    figure.add_annotation(x=x + 0.5, y=y + BOX / 2, text=text, showarrow=False, hovertext=each.hover)


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _end(figure: go.Figure, y: int, name: str) -> int:
    colour = Meaning.CLOSED.colour if name == END else Meaning.NEUTRAL.colour
    figure.add_shape(
        type="rect", x0=PER_LINE / 2 - 0.3, x1=PER_LINE / 2 + 0.3, y0=y, y1=y + HEAD,
        line={"color": colour, "width": 1.6}, fillcolor=colour, opacity=0.16,
    )  # fmt: skip
    figure.add_annotation(x=PER_LINE / 2, y=y + HEAD / 2, text=f"<b>{name}</b>", showarrow=False)
    return y + HEAD


def _arrow(figure: go.Figure, y: int) -> int:
    figure.add_annotation(
        x=PER_LINE / 2, y=y + ARROW, ax=PER_LINE / 2, ay=y, xref="x", yref="y", axref="x", ayref="y",
        showarrow=True, arrowhead=2, arrowwidth=1.6, arrowcolor=Meaning.NEUTRAL.colour, text="",
    )  # fmt: skip
    return y + ARROW


def rehearsal(tasks: Sequence[RehearsedTask], own: str) -> list[tuple[str, ...]]:
    """The rows of the table that a rehearsal gives."""
    return [
        (
            f"第 {task.row.stage} 阶段",
            task.row.name or task.row.kind.label,
            task.row.department or own,
            words.brief(task.starts),
            words.brief(task.due) if task.starts else words.NOTHING,
            task.why or ("随办件时限" if task.row.limit is None else f"{task.row.limit} {task.row.unit.label}"),
        )
        for task in tasks
    ]
