"""What the departments of a flow answered (R-PAR-03)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import TaskOpinion
from models.cases import Case, CaseTask
from models.enums import Opinion, TaskState
from services.errors import Invalid

SHORTEST_REASON = 4
LONGEST = 2000


@dataclasses.dataclass(frozen=True)
class Answer:
    """A task with what its department said; `opinion` is None while it is silent."""

    task: CaseTask
    said: TaskOpinion | None

    @property
    def opinion(self) -> Opinion | None:
        """What counts for the join: a superior's reply once it is there."""
        if self.said is not None:
            return self.said.reply or self.said.opinion
        return Opinion.AGREE if self.task.state == TaskState.DONE else None


def of_case(session: Session, case: Case, tasks: Sequence[CaseTask]) -> list[Answer]:
    """The tasks with their answers, in the order given."""
    said = session.scalars(
        select(TaskOpinion).where(TaskOpinion.district_id == case.district_id, TaskOpinion.case_id == case.id)
    )
    by_task = {row.task_id: row for row in said}
    return [Answer(task, by_task.get(task.id)) for task in tasks]


def counted(answers: Sequence[Answer]) -> dict[tuple[int, int], Opinion]:
    """The answers that the join rules count: of finished tasks only."""
    return {
        (each.task.stage, each.task.department_id): each.opinion
        for each in answers
        if each.task.state == TaskState.DONE and each.opinion is not None
    }


def checked(opinion: Opinion, text: str) -> str:
    """The words of an opinion. Raises Invalid for a disagreement without reasons (R-PAR-03)."""
    text = text.strip()
    if opinion is Opinion.DISAGREE and len(text) < SHORTEST_REASON:
        message = f"不同意必须写明理由（至少 {SHORTEST_REASON} 个字）"
        raise Invalid(message, {"reasons": message})
    if len(text) > LONGEST:
        message = f"意见超过 {LONGEST} 个字，现为 {len(text)} 个字"
        raise Invalid(message, {"reasons": message})
    return text or opinion.label


def write(
    session: Session,
    task: CaseTask,
    opinion: Opinion,
    text: str,
    *,
    by: str,
    now: dt.datetime,
    meeting_id: int | None = None,
) -> TaskOpinion:
    """Store a department's answer."""
    said = TaskOpinion(
        district_id=task.district_id,
        task_id=task.id,
        case_id=task.case_id,
        opinion=opinion,
        reasons=text,
        given_by=by,
        given_at=now,
        meeting_id=meeting_id,
        reply_text="",
    )
    session.add(said)
    session.flush()
    return said
