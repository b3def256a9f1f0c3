"""An intermediary's engagement: its steps, whose time runs, and what a rating may be."""

import datetime as dt
from collections.abc import Iterable, Sequence

from models.enums import EngagementAction, EngagementState
from services.errors import Invalid, WrongState

A, S = EngagementAction, EngagementState

NEXT: dict[tuple[EngagementState, EngagementAction], EngagementState] = {
    (S.ENGAGED, A.REPORT): S.REPORTED,
    (S.RETURNED, A.REPORT): S.REPORTED,
    (S.REPORTED, A.ACCEPT): S.ACCEPTED,
    (S.REPORTED, A.RETURN): S.RETURNED,
    (S.ENGAGED, A.CANCEL): S.CANCELLED,
    (S.RETURNED, A.CANCEL): S.CANCELLED,
    (S.REPORTED, A.CANCEL): S.CANCELLED,
}
OVER = frozenset({S.ACCEPTED, S.CANCELLED})
THEIRS = frozenset({S.ENGAGED, S.RETURNED})  # the time is the intermediary's
STARS = range(1, 6)
LOW, SHORTEST_COMMENT, LONGEST_COMMENT = 2, 4, 500
Span = tuple[dt.datetime, dt.datetime]


def next_state(state: EngagementState, action: EngagementAction) -> EngagementState:
    """Raises WrongState for a step that the table lacks."""
    try:
        return NEXT[state, action]
    except KeyError:
        raise WrongState(f"委托当前为「{state.label}」，不能「{action.label}」") from None


def possible(state: EngagementState) -> list[EngagementAction]:
    return [action for held, action in NEXT if held is state]


def check_rating(state: EngagementState, given: int | None, stars: int, comment: str) -> str:
    """The comment, cut. Raises WrongState before the end or the second time, Invalid for no star or a bare low one."""
    if state not in OVER:
        raise WrongState("报告验收或委托解除之后才能评价")
    if given is not None:
        raise WrongState(f"已经评过 {given} 分，不能重复评价")
    if stars not in STARS:
        raise Invalid("评分应为 1 至 5 分", {"stars": "评分应为 1 至 5 分"})
    comment = comment.strip()
    if stars <= LOW and len(comment) < SHORTEST_COMMENT:
        message = f"{LOW} 分及以下请写明原因（至少 {SHORTEST_COMMENT} 个字）"
        raise Invalid(message, {"comment": message})
    if len(comment) > LONGEST_COMMENT:
        raise Invalid(f"评语超过 {LONGEST_COMMENT} 个字", {"comment": f"评语超过 {LONGEST_COMMENT} 个字"})
    return comment


def spans(steps: Sequence[tuple[dt.datetime, EngagementState]], now: dt.datetime) -> list[Span]:
    """When the time was the intermediary's: from engagement or return until the report; `steps` are in order."""
    ends = [at for at, _ in steps[1:]] + [now]
    return [(at, end) for (at, state), end in zip(steps, ends, strict=True) if state in THEIRS and end > at]


def average(ratings: Iterable[int | None]) -> float | None:
    """None without a rating."""
    given = [each for each in ratings if each is not None]
    return round(sum(given) / len(given), 1) if given else None
