"""Forwarding to the superior body and its reply; the clock runs on, the time is the superior's (art. 35, 43, R-PAR-04)."""

import datetime as dt

from sqlalchemy.orm import Session

from models.cases import CaseTask
from models.enums import CaseAction, CaseStatus, LimitUnit
from services import audit, calendars
from services.actors import Actor
from services.cases import clocks, review, tasks, telling, transitions
from services.errors import Invalid, WrongState

ANSWER_DAYS = 2  # working days from the superior's reply to the applicant's answer
NAME_LENGTH = 100


def forward_up(
    session: Session,
    number: str,
    superior: str,
    reason: str,
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Send the case to the superior body. Raises Invalid, WrongState, NotAllowed when it is not the department's turn."""
    case, _ = review.opened(session, number, actor, expected_version)
    name = " ".join(superior.split())
    if not 0 < len(name) <= NAME_LENGTH:
        message = f"请填写上级机关的名称（{NAME_LENGTH} 个字以内）"
        raise Invalid(message, {"superior": message})
    text = review.written(reason, "初审意见", "reason")
    with transitions.counted(session, case):
        step = transitions.move(
            session, case, CaseAction.FORWARD_UP, actor=actor, now=now, opinion=text, evidence={"superior": name}
        )
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.forward_up", ("case", number), actor=actor, now=now, after={"superior": name})


def reply(
    session: Session,
    number: str,
    answer: str,
    *,
    decided_above: bool,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Enter the superior's reply: it decided itself (转报办结), or the department decides within two working days."""
    case, task = review.opened(session, number, actor, expected_version)
    if case.status != CaseStatus.WAITING_SUPERIOR:
        raise WrongState(f"办件当前状态为「{case.status.label}」，没有转报上级，不能录入上级答复")
    text = review.written(answer, "上级答复", "answer")
    action = CaseAction.CLOSE_FORWARDED if decided_above else CaseAction.SUPERIOR_REPLY
    with transitions.counted(session, case):
        step = transitions.move(session, case, action, actor=actor, now=now, opinion=text)
        if decided_above:
            tasks.cancel_open(session, case, by=actor.name, now=now)
        else:
            _hurry(session, case.centre_id, task, now)
    telling.tell(session, case, step, now=now)
    audit.record(session, f"case.{action.value}", ("case", number), actor=actor, now=now, after={"answer": text})


def _hurry(session: Session, centre_id: int, task: CaseTask, now: dt.datetime) -> None:
    calendar = calendars.work_calendar(session, task.district_id, centre_id)
    end = clocks.term(now, ANSWER_DAYS, LimitUnit.WORKDAY, calendar)
    if end is not None:
        task.due_at = min(task.due_at, end.due) if task.due_at else end.due
