"""How a case of several departments stands: each task with its answer, reminders and permits, for its page."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import CaseMember, JointMeeting, TaskChase
from models.cases import CaseTask
from models.catalogue import ItemVersion
from models.enums import CaseResult, ConsultationMode, Opinion, TaskKind, TaskState
from services.cases import circulation, details, members, opinions, tasks
from services.cases.details import CaseDetail
from services.rules import flow
from services.rules.guide import Guide


@dataclasses.dataclass(frozen=True)
class AnswerRow:
    """`stage` of the ruling is the one after the flow's last. `state` is None for a task that has not started."""

    id: int
    stage: int
    department: str
    department_id: int
    name: str
    kind: TaskKind
    mode: ConsultationMode
    join: str
    state: TaskState | None
    opinion: Opinion | None
    reasons: str
    given_by: str
    given_at: dt.datetime | None
    due_at: dt.datetime | None
    reminders: int
    sent_up_at: dt.datetime | None
    reply: Opinion | None
    reply_text: str


@dataclasses.dataclass(frozen=True)
class MemberRow:
    """An item that the case covers."""

    id: int
    name: str
    department: str
    outcome: CaseResult | None
    reasons: str
    decided_by: str
    decided_at: dt.datetime | None


@dataclasses.dataclass(frozen=True)
class Standing:
    rows: Sequence[AnswerRow]
    members: Sequence[MemberRow]
    meetings: Sequence[JointMeeting]

    @property
    def absent(self) -> list[AnswerRow]:
        """Departments whose silence was taken for consent: a red mark each (R-PAR-06)."""
        return [row for row in self.rows if row.opinion is Opinion.ABSENT]


def is_joint(found: CaseDetail) -> bool:
    """Whether several departments answer. Asks the version alone, no query."""
    return flow.is_joint(Guide.model_validate(found.version.guide).stages())


def asked(found: CaseDetail, task: CaseTask) -> bool:
    """Whether the task wants an opinion rather than a decision."""
    return circulation.asks_for_opinion(Guide.model_validate(found.version.guide), task)


def of(session: Session, found: CaseDetail) -> Standing:
    """All that the page of a case of several departments draws."""
    case, guide = found.case, Guide.model_validate(found.version.guide)
    planned = tasks.flow_of(session, case, guide)
    given = {(each.task.stage, each.task.department_id): each for each in _answers(session, found)}
    reminders = _reminders(session, found)
    steps = {step.key: step for step in planned}
    names = found.task_departments | _missing(session, found, [step.department_id for step in planned])
    order = sorted(steps.keys() | given.keys(), key=lambda key: (key[0], names[key[1]]))
    rows = [_row(key, steps.get(key), given.get(key), names, reminders) for key in order]
    return Standing(rows, _members(session, found, names), _meetings(session, found))


def _answers(session: Session, found: CaseDetail) -> list[opinions.Answer]:
    return opinions.of_case(session, found.case, found.tasks)


def _missing(session: Session, found: CaseDetail, ids: Sequence[int]) -> dict[int, str]:
    wanted = set(ids) - found.task_departments.keys()
    return details.names(session, found.case.district_id, wanted) if wanted else {}


def _row(
    key: tuple[int, int],
    step: flow.FlowTask | None,
    answer: opinions.Answer | None,
    names: dict[int, str],
    reminders: dict[int, int],
) -> AnswerRow:
    said = answer.said if answer else None
    return AnswerRow(
        id=answer.task.id if answer else -(key[0] * 1000 + key[1] % 1000),
        stage=key[0],
        department=names[key[1]],
        department_id=key[1],
        name=step.name if step else "主办部门裁定",
        kind=step.kind if step else TaskKind.PERMIT,
        mode=step.mode if step else ConsultationMode.CIRCULATE,
        join=step.join.label if step else "",
        state=answer.task.state if answer else None,
        opinion=said.opinion if said else answer.opinion if answer else None,
        reasons=said.reasons if said else "",
        given_by=said.given_by if said else (answer.task.finished_by or "" if answer else ""),
        given_at=said.given_at if said else answer.task.finished_at if answer else None,
        due_at=answer.task.due_at if answer else None,
        reminders=reminders.get(answer.task.id, 0) if answer else 0,
        sent_up_at=said.sent_up_at if said else None,
        reply=said.reply if said else None,
        reply_text=said.reply_text if said else "",
    )


def _reminders(session: Session, found: CaseDetail) -> dict[int, int]:
    rows = session.execute(
        select(TaskChase.task_id, TaskChase.sent).where(
            TaskChase.district_id == found.case.district_id,
            TaskChase.task_id.in_([task.id for task in found.tasks]),
        )
    )
    return {row.task_id: row.sent for row in rows}


def _members(session: Session, found: CaseDetail, names: dict[int, str]) -> list[MemberRow]:
    rows: Sequence[CaseMember] = members.of_case(session, found.case)
    if not rows:
        return []
    versions = session.execute(
        select(ItemVersion.id, ItemVersion.name).where(
            ItemVersion.district_id == found.case.district_id,
            ItemVersion.id.in_([row.item_version_id for row in rows]),
        )
    )
    titles = {row.id: row.name for row in versions}
    names = names | _missing(session, found, [row.department_id for row in rows])
    return [
        MemberRow(
            row.item_id,
            titles[row.item_version_id],
            names[row.department_id],
            row.outcome,
            row.reasons,
            row.decided_by or "",
            row.decided_at,
        )
        for row in rows
    ]


def _meetings(session: Session, found: CaseDetail) -> Sequence[JointMeeting]:
    return session.scalars(
        select(JointMeeting)
        .where(JointMeeting.district_id == found.case.district_id, JointMeeting.case_id == found.case.id)
        .order_by(JointMeeting.stage)
    ).all()


def covered(session: Session, found: CaseDetail) -> list[tuple[str, str, str]]:
    """(step, item, department) of what a bundle's case covers, in order, for the applicant; empty for one item."""
    if not members.of_case(session, found.case):
        return []
    standing = of(session, found)
    step_of = {row.department: row.stage for row in reversed(standing.rows) if row.kind is TaskKind.PERMIT}
    rows = sorted(standing.members, key=lambda row: step_of.get(row.department, 0))
    return [(f"第 {step_of.get(row.department, 1)} 步", row.name, row.department) for row in rows]
