"""待办: the tasks that wait for a department, the most urgent first, and how many there are."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

import settings
from models.bundles import TaskChase
from models.cases import Case, CaseTask
from models.catalogue import ItemVersion
from models.enums import CaseStatus, LabelEnum, ScopeKind, TaskState
from services import access
from services.actors import Actor
from services.cases import filters


class Urgency(LabelEnum):
    """Parts of 待办 by when they are due."""

    OVERDUE = "overdue", "已超期"
    TODAY = "today", "今天到期"
    WEEK = "week", "本周到期"


@dataclasses.dataclass(frozen=True)
class WaitingTask:
    """A line of 待办."""

    id: int
    number: str
    item_name: str
    applicant_name: str
    status: CaseStatus
    stage: int
    department_id: int
    centre_id: int
    started_at: dt.datetime
    due_at: dt.datetime | None
    case_due_at: dt.datetime | None
    reminders: int  # how often the department has been reminded of it


@dataclasses.dataclass(frozen=True)
class Workload:
    """How much waits, and how much of it is urgent; each figure is the length of a list of `waiting`."""

    waiting: int
    urgent: Mapping[Urgency, int]


def waiting(
    session: Session, actor: Actor, *, now: dt.datetime, urgency: Urgency | None = None, limit: int = 200
) -> Sequence[WaitingTask]:
    """The department's open tasks, the most urgent first."""
    query = _pending(
        actor,
        CaseTask.id,
        Case.number,
        ItemVersion.name,
        Case.applicant_name,
        Case.status,
        CaseTask.stage,
        CaseTask.department_id,
        Case.centre_id,
        CaseTask.started_at,
        CaseTask.due_at,
        Case.due_at,
        func.coalesce(TaskChase.sent, 0),
    )
    query = query.join(
        ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id)
    ).outerjoin(TaskChase, (TaskChase.district_id == CaseTask.district_id) & (TaskChase.task_id == CaseTask.id))
    if urgency is not None:
        query = query.where(_falls_in(urgency, now))
    query = query.order_by(CaseTask.due_at.is_(None), CaseTask.due_at, CaseTask.case_id).limit(limit)
    return [WaitingTask(*row) for row in session.execute(query)]


def workload(session: Session, actor: Actor, *, now: dt.datetime) -> Workload:
    """The figures over 待办, however long it is."""
    sums = [func.coalesce(func.sum(case((_falls_in(urgency, now), 1), else_=0)), 0) for urgency in Urgency]
    total, *parts = session.execute(_pending(actor, func.count(), *sums)).one()
    return Workload(total, dict(zip(Urgency, parts, strict=True)))


def _pending(actor: Actor, *columns: Any) -> Select[Any]:
    """Open tasks that are the actor's to do."""
    query = (
        select(*columns)
        .select_from(CaseTask)
        .join(Case, (Case.district_id == CaseTask.district_id) & (Case.id == CaseTask.case_id))
        .where(CaseTask.district_id == actor.district_id, CaseTask.state == TaskState.PENDING)
    )
    if actor.scope == ScopeKind.DEPARTMENT:
        query = query.where(CaseTask.department_id == actor.department_id)
    return access.visible(query, actor, by_task=True)


def _falls_in(urgency: Urgency, now: dt.datetime) -> ColumnElement[bool]:
    """Overdue by now; today and this week (Monday to Sunday) count what is still to come."""
    today = filters.midnight(now.astimezone(settings.current().zone).date())
    ends = {
        Urgency.TODAY: today + dt.timedelta(days=1),
        Urgency.WEEK: today + dt.timedelta(days=7 - today.weekday()),
    }
    if urgency == Urgency.OVERDUE:
        return CaseTask.due_at < now
    return (CaseTask.due_at >= now) & (CaseTask.due_at < ends[urgency])
