"""A flow tried on an imaginary case: which tasks start when, and when each is due at the latest."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from models.enums import JoinRule
from services.rules import flow, working_time
from services.rules.conditions import Facts
from services.rules.guide import FlowStage
from services.rules.working_time import Limit, WorkCalendar


@dataclasses.dataclass(frozen=True)
class RehearsedTask:
    """`starts` is None for a task that this case would not have; `why` says so."""

    row: FlowStage
    starts: dt.datetime | None
    due: dt.datetime | None
    why: str = ""


@dataclasses.dataclass(frozen=True)
class Rehearsal:
    tasks: Sequence[RehearsedTask]
    ends: dt.datetime  # when the last stage is done if every department takes all its time
    promised: dt.datetime | None

    @property
    def is_late(self) -> bool:
        return self.promised is not None and self.ends > self.promised


def rehearse(
    rows: Sequence[FlowStage], facts: Facts, start: dt.datetime, calendar: WorkCalendar, promise: Limit | None
) -> Rehearsal:
    """Every department takes its whole limit; one without a limit is due with the case."""
    promised = working_time.deadline(start, promise, calendar).due if promise else None
    running = flow.applicable(rows, facts)
    found, moment = [], start
    for stage in sorted({row.stage for row in rows}):
        members = [row for row in rows if row.stage == stage]
        tasks = [_task(row, moment if row in running else None, promised, calendar) for row in members]
        found += tasks
        moment = max(moment, _done(tasks, moment))
    return Rehearsal(found, moment, promised)


def _task(
    row: FlowStage, starts: dt.datetime | None, promised: dt.datetime | None, calendar: WorkCalendar
) -> RehearsedTask:
    if starts is None:
        return RehearsedTask(row, None, None, f"不启动：不满足「{row.condition.in_words()}」" if row.condition else "")
    if row.limit is None:
        return RehearsedTask(row, starts, promised)
    return RehearsedTask(row, starts, working_time.deadline(starts, Limit(row.limit, row.unit), calendar).due)


def _done(tasks: Sequence[RehearsedTask], begun: dt.datetime) -> dt.datetime:
    """When the stage's join rule is met at the latest."""
    dues = sorted(task.due or begun for task in tasks if task.starts is not None)
    if not dues:
        return begun
    first = tasks[0].row
    if first.join is JoinRule.ANY:
        return dues[0]
    if first.join is JoinRule.VOTE:
        return dues[min(first.quorum or len(dues), len(dues)) - 1]
    return dues[-1]
