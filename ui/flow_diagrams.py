"""A flow as a picture: stages from left to right, their departments' tasks, how each stage is joined."""

import dataclasses
from collections.abc import Sequence

import plotly.graph_objects as go

from models.enums import ConsultationMode, JoinRule, TaskKind
from services.rules.guide import FlowStage
from services.rules.rehearsal import RehearsedTask
from ui import words
from ui.charts import Meaning

ROW, WIDTH, BOX_HEIGHT = 84, 0.84, 0.8
MOST_LETTERS = 10
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
    limit = f"{row.limit} {row.unit.label}" if row.limit else "随办件时限"
    kind = "会签" if row.kind is TaskKind.OPINION else "审批"
    lines = (row.department or own, row.name or kind, f"{limit}{' · 按条件' if row.condition else ''}")
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
    """The whole flow; a stage's place is its order, not its number."""
    stages = sorted({row.stage for row in rows})
    members = {stage: [row for row in rows if row.stage == stage] for stage in stages}
    height = max((len(each) for each in members.values()), default=1)
    figure = go.Figure()
    for place, stage in enumerate(stages, start=1):
        _stage(figure, place, stage, [box(row, own) for row in members[stage]], joined(members[stage]), height)
    _end(figure, 0, START, height)
    _end(figure, len(stages) + 1, END, height)
    for place in range(len(stages) + 1):
        _arrow(figure, place, height, is_from_end=place == 0, is_to_end=place == len(stages))
    figure.update_layout(
        font={"color": Meaning.NEUTRAL.colour},
        height=ROW * height + 70,
        showlegend=False,
        dragmode=False,
        margin={"l": 4, "r": 4, "t": 8, "b": 8},
    )
    figure.update_xaxes(visible=False, range=[-0.45, len(stages) + 1.45], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-0.25, height + 0.75], fixedrange=True)
    return figure


def _stage(figure: go.Figure, place: int, stage: int, boxes: Sequence[Box], rule: str, height: int) -> None:
    figure.add_annotation(x=place, y=height + 0.45, text=f"<b>第 {stage} 阶段</b><br>{rule}", showarrow=False)
    bottom = (height - len(boxes)) / 2
    for position, each in enumerate(reversed(boxes)):
        middle = bottom + position + 0.5
        figure.add_shape(
            type="rect",
            x0=place - WIDTH / 2, x1=place + WIDTH / 2,
            y0=middle - BOX_HEIGHT / 2, y1=middle + BOX_HEIGHT / 2,
            line={"color": each.meaning.colour, "width": 1.6, "dash": "dot" if each.is_conditional else "solid"},
        )  # fmt: skip
        text = "<br>".join(_short(line) for line in each.lines)
        figure.add_annotation(x=place, y=middle, text=text, showarrow=False, hovertext=each.hover, font={"size": 12})


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _end(figure: go.Figure, place: int, name: str, height: int) -> None:
    colour = Meaning.CLOSED.colour if name == END else Meaning.NEUTRAL.colour
    figure.add_shape(
        type="rect", x0=place - 0.3, x1=place + 0.3, y0=height / 2 - 0.22, y1=height / 2 + 0.22,
        line={"color": colour, "width": 1.6}, fillcolor=colour, opacity=0.16,
    )  # fmt: skip
    figure.add_annotation(x=place, y=height / 2, text=f"<b>{name}</b>", showarrow=False)


def _arrow(figure: go.Figure, place: int, height: int, *, is_from_end: bool, is_to_end: bool) -> None:
    figure.add_annotation(
        x=place + 1 - (0.31 if is_to_end else WIDTH / 2), ax=place + (0.31 if is_from_end else WIDTH / 2),
        y=height / 2, ay=height / 2, xref="x", yref="y", axref="x", ayref="y",
        showarrow=True, arrowhead=2, arrowwidth=1.6, arrowcolor=Meaning.NEUTRAL.colour, text="",
    )  # fmt: skip


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
