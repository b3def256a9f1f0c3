"""The gates between the stages of a project (R-PAR-08), and the government's own time in it (R-TIM-13)."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence

from models.enums import PermitState, StageState
from services.rules import working_time
from services.rules.working_time import WorkCalendar

SETTLED = frozenset({PermitState.GRANTED, PermitState.NOT_APPLICABLE})


@dataclasses.dataclass(frozen=True)
class Permit:
    """`standing` is what its case says: OPEN, GRANTED, REFUSED, NOT_APPLICABLE, or None before it is applied for."""

    key: int
    name: str
    stage: int
    is_mandatory: bool
    may_start_early: bool
    standing: PermitState | None = None
    requires: tuple[int, ...] = ()

    @property
    def is_settled(self) -> bool:
        return self.standing in SETTLED


def holding(permits: Sequence[Permit], stage: int) -> list[Permit]:
    """What keeps the gate before the stage shut: mandatory permits of earlier stages."""
    return [each for each in permits if each.stage < stage and each.is_mandatory and not each.is_settled]


def stage_state(permits: Sequence[Permit], stage: int) -> StageState:
    """A stage is passed when its own gate has been passed, too."""
    if holding(permits, stage):
        return StageState.SHUT
    return StageState.OPEN if holding(permits, stage + 1) else StageState.PASSED


def state(permit: Permit, permits: Sequence[Permit]) -> PermitState:
    """Where the permit stands, gates considered."""
    if permit.standing in (None, PermitState.REFUSED):
        if permit.standing is None:
            return PermitState.NOT_YET if problem(permit, permits) else PermitState.READY
        return PermitState.REFUSED
    assert permit.standing is not None
    return permit.standing


def problem(permit: Permit, permits: Sequence[Permit]) -> str:
    """Why the permit cannot be applied for now, in words; empty when it can. After a refusal it can be again."""
    if permit.standing is PermitState.OPEN:
        return f"「{permit.name}」正在办理，不能重复申报"
    if permit.standing in SETTLED:
        return f"「{permit.name}」{permit.standing.label}，不需要申报" if permit.standing else ""
    waiting = [] if permit.may_start_early else holding(permits, permit.stage)
    if waiting:
        names = "、".join(each.name for each in waiting[:3]) + ("等" if len(waiting) > 3 else "")
        return f"上一阶段还有必办事项未取得：{names}（共 {len(waiting)} 项）。取得或注明不适用后才能申报本阶段事项"
    missing = [each for each in permits if each.key in permit.requires and not each.is_settled]
    if missing:
        return f"「{permit.name}」须先取得前置事项：{'、'.join(each.name for each in missing)}"
    return ""


Span = tuple[dt.datetime, dt.datetime]


def government_minutes(spans: Collection[Span], calendar: WorkCalendar) -> int:
    """Working minutes in which the government held at least one of the cases; overlapping spans count once."""
    total, until = 0, None
    for start, end in sorted(spans):
        begin = start if until is None or start > until else until
        if end > begin:
            total += working_time.working_minutes(begin, end, calendar)
            until = end
    return total
