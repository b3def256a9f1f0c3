"""The one shape of all four kinds of case: stages of department tasks (design §4).

`starting` answers one question - given the answers so far, which tasks start now? - and never asks which kind of case it
is. The same functions run on a case's tasks (departments by id) and on a drawn flow (departments by name).
"""

import dataclasses
import enum
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from models.enums import ConsultationMode, JoinRule, LimitUnit, Opinion, TaskKind
from services.rules.conditions import Condition, Facts, holds, problem

CONSENT = frozenset({Opinion.AGREE, Opinion.ABSENT})


class Outcome(enum.Enum):
    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


class Joined(Protocol):
    """What a stage's join rule needs to know of a task."""

    @property
    def stage(self) -> int: ...
    @property
    def key(self) -> tuple[int, Hashable]: ...
    @property
    def join(self) -> JoinRule: ...
    @property
    def quorum(self) -> int | None: ...


class Drawn(Joined, Protocol):
    """A row of a flow as it is drawn."""

    @property
    def limit(self) -> int | None: ...
    @property
    def mode(self) -> ConsultationMode: ...
    @property
    def condition(self) -> Condition | None: ...


Task = TypeVar("Task", bound=Joined)
Row = TypeVar("Row", bound=Drawn)
Key = tuple[int, Hashable]
Answers = Mapping[Any, Opinion]  # by Key


@dataclasses.dataclass(frozen=True)
class FlowTask:
    """One department's work in one stage, with its own limit (None: within the case's)."""

    stage: int
    department_id: int
    limit: int | None = None
    unit: LimitUnit = LimitUnit.WORKDAY
    join: JoinRule = JoinRule.ALL
    quorum: int | None = None
    name: str = ""
    kind: TaskKind = TaskKind.PERMIT
    mode: ConsultationMode = ConsultationMode.CIRCULATE
    condition: Condition | None = None

    @property
    def key(self) -> tuple[int, int]:
        return self.stage, self.department_id


def problems(rows: Sequence[Drawn]) -> list[tuple[int, str]]:
    """What keeps a drawn flow from running: (row counted from 1, or 0 for the whole; what to mend)."""
    found: list[tuple[int, str]] = []
    first_of: dict[int, Drawn] = {}
    seen: set[Key] = set()
    for number, row in enumerate(rows, start=1):
        first = first_of.setdefault(row.stage, row)
        if row.key in seen:
            found.append((number, f"第 {row.stage} 阶段里同一部门出现了两次"))
        seen.add(row.key)
        if (row.join, row.quorum) != (first.join, first.quorum):
            found.append((number, f"第 {row.stage} 阶段写了两种汇合规则，请统一"))
        if row.mode != first.mode:
            found.append((number, f"第 {row.stage} 阶段写了两种会签方式，请统一"))
        if row.limit is not None and row.limit < 1:
            found.append((number, "时限须为正整数；不单独限时请留空"))
        if row.condition is not None and (reason := problem(row.condition)):
            found.append((number, reason))
    found += [(0, reason) for stage in first_of for reason in _stage_problems(rows, stage)]
    if rows and all(row.condition is not None for row in rows):
        found.append((0, "所有任务都带条件，可能没有一个部门办理；请至少保留一个不带条件的任务"))
    return found


def _stage_problems(rows: Sequence[Drawn], stage: int) -> list[str]:
    members = [row for row in rows if row.stage == stage]
    found, first = [], members[0]
    if first.join is JoinRule.VOTE and not 1 <= (first.quorum or 0) <= len(members):
        found.append(f"第 {stage} 阶段按票数汇合，请填写 1 至 {len(members)} 之间的同意票数")
    if first.join is not JoinRule.VOTE and any(row.quorum is not None for row in members):
        found.append(f"第 {stage} 阶段不按票数汇合，请清空同意票数")
    if first.mode is ConsultationMode.MEETING and len(members) < 2:
        found.append(f"第 {stage} 阶段只有一个部门，不需要联审会议")
    return found


def applicable(rows: Sequence[Row], facts: Facts) -> list[Row]:
    """The tasks whose condition holds."""
    return [row for row in rows if row.condition is None or holds(row.condition, facts)]


def is_joint(tasks: Sequence[Joined]) -> bool:
    """Whether several departments answer, so that each gives an opinion and none decides alone."""
    return len({task.key[1] for task in tasks}) > 1


def ruling_stage(tasks: Sequence[Joined]) -> int:
    """The stage after the last, in which the leading department rules when opinions do not settle the case."""
    return max((task.stage for task in tasks), default=0) + 1


def outcome(tasks: Sequence[Joined], stage: int, answers: Answers) -> Outcome:
    """Whether the stage's join rule is met, can still be met, or has failed.

    A stage that needs all is not failed before all have answered: the applicant hears every reason at once.
    """
    members = [task for task in tasks if task.stage == stage]
    given = [answers[task.key] for task in members if task.key in answers]
    waiting, agreed = len(members) - len(given), sum(opinion in CONSENT for opinion in given)
    needed = _needed(members)
    if agreed >= needed:
        return Outcome.PASSED
    is_lost = agreed + waiting < needed
    if is_lost and members[0].join is JoinRule.ALL and waiting:
        return Outcome.OPEN
    return Outcome.FAILED if is_lost else Outcome.OPEN


def _needed(members: Sequence[Joined]) -> int:
    """How many must agree; conditions may leave a stage fewer departments than its quorum."""
    if not members:
        return 0
    first = members[0]
    match first.join:
        case JoinRule.ANY:
            return 1
        case JoinRule.VOTE:
            return min(first.quorum or len(members), len(members))
        case JoinRule.ALL:
            return len(members)


def standing(tasks: Sequence[Joined], answers: Answers) -> tuple[Outcome, int]:
    """How the whole flow stands, and the stage that decides it."""
    stages = sorted({task.stage for task in tasks})
    for stage in stages:
        found = outcome(tasks, stage, answers)
        if found is not Outcome.PASSED:
            return found, stage
    return Outcome.PASSED, stages[-1] if stages else 0


def starting(tasks: Sequence[Task], answers: Answers, started: Collection[Key] = ()) -> list[Task]:
    """The tasks that start now: those of the first open stage that have neither answered nor started."""
    found, stage = standing(tasks, answers)
    if found is not Outcome.OPEN:
        return []
    return [task for task in tasks if task.stage == stage and task.key not in answers and task.key not in started]


def is_settled(tasks: Sequence[Joined], answers: Answers) -> bool:
    """Whether the case can be granted without a ruling: every stage passed, and none by silence (R-PAR-06)."""
    return standing(tasks, answers)[0] is Outcome.PASSED and Opinion.ABSENT not in answers.values()
