"""The one shape of all four kinds of case: stages of department tasks (design §4).

`starting` answers one question - given the finished tasks, which start now? - and never asks which kind of case it is.
"""

import dataclasses
from collections.abc import Collection, Sequence

from models.enums import LimitUnit
from services.errors import Invalid

JOINS = {"all": "全部完成", "any": "任一完成"}


@dataclasses.dataclass(frozen=True)
class FlowTask:
    """One department's work in one stage, with its own limit (None: within the case's)."""

    stage: int
    department_id: int
    limit: int | None = None
    unit: LimitUnit = LimitUnit.WORKDAY
    join: str = "all"

    @property
    def key(self) -> tuple[int, int]:
        return self.stage, self.department_id


def check(tasks: Sequence[FlowTask]) -> None:
    """Raises Invalid when a stage has two join rules, an unknown one, or one department twice."""
    seen: set[tuple[int, int]] = set()
    joins: dict[int, str] = {}
    for task in tasks:
        if task.join not in JOINS:
            raise Invalid(f"第 {task.stage} 阶段的汇合规则「{task.join}」不存在，可用：{'、'.join(JOINS)}")
        if joins.setdefault(task.stage, task.join) != task.join:
            raise Invalid(f"第 {task.stage} 阶段写了两种汇合规则，请统一")
        if task.key in seen:
            raise Invalid(f"第 {task.stage} 阶段里同一部门出现了两次")
        seen.add(task.key)


def is_stage_done(tasks: Sequence[FlowTask], stage: int, finished: Collection[tuple[int, int]]) -> bool:
    """Whether the stage's join rule is met."""
    members = [task for task in tasks if task.stage == stage]
    done = [task.key in finished for task in members]
    return any(done) if members and members[0].join == "any" else all(done)


def starting(
    tasks: Sequence[FlowTask], finished: Collection[tuple[int, int]], started: Collection[tuple[int, int]] = ()
) -> list[FlowTask]:
    """The tasks that start now: those of the first unfinished stage that have not started."""
    for stage in sorted({task.stage for task in tasks}):
        if not is_stage_done(tasks, stage, finished):
            return [
                task for task in tasks if task.stage == stage and task.key not in finished and task.key not in started
            ]
    return []


def is_complete(tasks: Sequence[FlowTask], finished: Collection[tuple[int, int]]) -> bool:
    """Whether every stage is done and the case can be decided."""
    return all(is_stage_done(tasks, stage, finished) for stage in {task.stage for task in tasks})
