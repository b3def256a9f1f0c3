"""Parallel approval: the departments' opinions, the joint meeting, the superior's reply (domain §2.9).

Opinions on one case wait for each other behind the district's lock, so that none is lost and the last one closes it.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

import settings
from models.bundles import JointMeeting, TaskOpinion
from models.cases import Case, CaseTask
from models.catalogue import ItemVersion
from models.enums import (
    CaseAction,
    CaseStatus,
    ConsultationMode,
    LimitUnit,
    Opinion,
    Permission,
    ScopeKind,
    TaskKind,
    TaskState,
)
from services import audit, calendars
from services.actors import Actor
from services.cases import clocks, details, members, opinions, tasks, telling, transitions
from services.errors import Invalid, NotAllowed, WrongState
from services.rules import flow
from services.rules.flow import FlowTask
from services.rules.guide import Guide

SEND_UP_DAYS, ANSWER_DAYS = 3, 2  # R-PAR-04, working days
GIVEN = (Opinion.AGREE, Opinion.DISAGREE, Opinion.FORWARD)
SHORTEST_MINUTES = 10


@dataclasses.dataclass(frozen=True)
class Joint:
    """A case whose flow asks several departments, with the task at hand."""

    case: Case
    version: ItemVersion
    guide: Guide
    planned: Sequence[FlowTask]
    task: CaseTask

    @property
    def step(self) -> FlowTask:
        return next(each for each in self.planned if each.key == (self.task.stage, self.task.department_id))


def advance(
    session: Session,
    case: Case,
    version: ItemVersion,
    *,
    actor: Actor,
    now: dt.datetime,
    said: str,
    evidence: dict[str, Any] | None = None,
) -> CaseStatus:
    """After a department has answered: the next tasks start, or the case is granted. Call inside `counted`."""
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    if tasks.start_next(session, case, Guide.model_validate(version.guide), calendar, now=now):
        step = transitions.move(session, case, CaseAction.GRANT, actor=actor, now=now, opinion=said, evidence=evidence)
        tasks.cancel_open(session, case, by=actor.name, now=now)
        telling.tell(session, case, step, now=now)
    else:
        transitions.move(session, case, CaseAction.EXAMINE, actor=actor, now=now, opinion=said, evidence=evidence)
    return case.status


def asks_for_opinion(guide: Guide, task: CaseTask) -> bool:
    """Whether the task is one of several departments' and not the leading department's ruling."""
    return flow.is_joint(guide.stages()) and task.stage < flow.ruling_stage(guide.stages())


def _opened(session: Session, number: str, actor: Actor) -> Joint:
    """The case, read behind the lock. Raises NotFound, NotAllowed when it is not the department's turn, WrongState."""
    actor.must(Permission.CASES_REVIEW)
    audit.hold(session, actor.district_id)
    case = details.get(session, number, actor)
    department = actor.department_id if actor.scope == ScopeKind.DEPARTMENT else None
    return _joint(session, case, tasks.pending(session, case, department))


def _joint(session: Session, case: Case, task: CaseTask) -> Joint:
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    guide = Guide.model_validate(version.guide)
    if not asks_for_opinion(guide, task):
        raise WrongState("这个任务由本部门直接作出决定，不需要填写会签意见")
    return Joint(case, version, guide, tasks.flow_of(session, case, guide), task)


def give(
    session: Session, number: str, opinion: Opinion, text: str = "", *, actor: Actor, now: dt.datetime
) -> CaseStatus:
    """The department's answer. Raises Invalid for a disagreement without reasons; WrongState where a meeting binds."""
    found = _opened(session, number, actor)
    tasks.check_four_eyes(found.case, actor)
    if opinion not in GIVEN:
        raise Invalid("意见应为同意、不同意或同意但需转报上级")
    if found.step.mode is ConsultationMode.MEETING:
        raise WrongState("本阶段实行联审会议，由主办部门录入会议纪要，各部门不单独填写意见")
    return _answer(session, found, opinion, text, actor=actor, now=now)


def _answer(
    session: Session, found: Joint, opinion: Opinion, text: str, *, actor: Actor, now: dt.datetime
) -> CaseStatus:
    case, task = found.case, found.task
    text = opinions.checked(opinion, text)
    _check_silent(session, found)
    with transitions.counted(session, case):
        said = opinions.write(session, task, opinion, text, by=actor.name, now=now)
        if opinion is Opinion.FORWARD:
            said.send_up_due_at = task.due_at = _workdays_later(session, case, SEND_UP_DAYS, now)
        else:
            _settle(session, found, opinion, text, by=actor.name, now=now)
        evidence = {"意见": opinion.label, "阶段": task.stage}
        advance(session, case, found.version, actor=actor, now=now, said=text, evidence=evidence)
    after = {"opinion": opinion, "reasons": text, "stage": task.stage, "status": case.status}
    audit.record(session, "case.opine", ("case", case.number), actor=actor, now=now, after=after)
    return case.status


def _check_silent(session: Session, found: Joint) -> None:
    said = session.get(TaskOpinion, (found.task.district_id, found.task.id))
    if said is not None:
        raise WrongState(f"本部门的意见「{said.opinion.label}」已由{said.given_by}提交，正在等待上级答复，不能重复填写")


def _settle(session: Session, found: Joint, opinion: Opinion, text: str, *, by: str, now: dt.datetime) -> None:
    """The task is done; a department that decides its own permits has decided them."""
    tasks.finish(found.task, by=by, now=now)
    if found.step.kind is TaskKind.PERMIT:
        members.decide(session, found.case, found.task.department_id, opinion, text, by=by, now=now)
    session.flush()


def _workdays_later(session: Session, case: Case, days: int, now: dt.datetime) -> dt.datetime | None:
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    term = clocks.term(now, days, LimitUnit.WORKDAY, calendar)
    return term.due if term else None


def send_up(session: Session, number: str, *, actor: Actor, now: dt.datetime) -> None:
    """The matter went to the superior: from now on the department waits (R-PAR-04). Raises WrongState."""
    found = _opened(session, number, actor)
    said = _forwarded(session, found)
    if said.sent_up_at is not None:
        raise WrongState("已登记转报，请等待上级答复后录入")
    with transitions.counted(session, found.case):
        said.sent_up_at, found.task.due_at = now, found.case.due_at
        advance(session, found.case, found.version, actor=actor, now=now, said="已转报上级")
    audit.record(session, "case.send_up", ("case", number), actor=actor, now=now)


def superior_replied(
    session: Session, number: str, reply: Opinion, text: str, *, replied_at: dt.datetime, actor: Actor, now: dt.datetime
) -> CaseStatus:
    """The superior's answer settles the department's. It is due to the applicant two working days after it came."""
    found = _opened(session, number, actor)
    said = _forwarded(session, found)
    if said.sent_up_at is None:
        raise WrongState("请先登记转报上级的时间，再录入答复")
    if reply not in (Opinion.AGREE, Opinion.DISAGREE):
        raise Invalid("上级答复应为同意或不同意")
    if not said.sent_up_at <= replied_at <= now:
        message = "答复时间应在转报之后、现在之前"
        raise Invalid(message, {"replied_at": message})
    text = opinions.checked(reply, text)
    with transitions.counted(session, found.case):
        said.reply, said.reply_text, said.replied_at = reply, text, replied_at
        zone = settings.current().zone
        said.answer_due_at = _workdays_later(session, found.case, ANSWER_DAYS, replied_at.astimezone(zone))
        _settle(session, found, reply, text, by=actor.name, now=now)
        evidence = {"上级答复": reply.label, "阶段": found.task.stage}
        advance(session, found.case, found.version, actor=actor, now=now, said=text, evidence=evidence)
    after = {"reply": reply, "reasons": text, "status": found.case.status}
    audit.record(session, "case.superior_reply", ("case", number), actor=actor, now=now, after=after)
    return found.case.status


def _forwarded(session: Session, found: Joint) -> TaskOpinion:
    said = session.get(TaskOpinion, (found.task.district_id, found.task.id))
    if said is None or said.opinion is not Opinion.FORWARD:
        raise WrongState("本部门没有填写「同意但需转报上级」，不需要登记转报")
    return said


@dataclasses.dataclass(frozen=True)
class Minutes:
    """A joint meeting as written down; `said` is each department's opinion with its words."""

    held_on: dt.date
    place: str
    text: str
    said: Mapping[int, tuple[Opinion, str]]


def hold_meeting(session: Session, number: str, minutes: Minutes, *, actor: Actor, now: dt.datetime) -> CaseStatus:
    """The leading department writes the meeting down; its minutes bind every department of the stage (R-PAR-01).

    Raises NotAllowed for another department, WrongState where no meeting is due, Invalid for departments left out.
    """
    actor.must(Permission.CASES_REVIEW)
    audit.hold(session, actor.district_id)
    case = details.get(session, number, actor)
    if actor.scope == ScopeKind.DEPARTMENT and actor.department_id != case.department_id:
        raise NotAllowed("联审会议由主办部门召集和录入纪要")
    tasks.check_four_eyes(case, actor)
    waiting = [_joint(session, case, task) for task in tasks.of_case(session, case) if task.state == TaskState.PENDING]
    if not waiting or waiting[0].step.mode is not ConsultationMode.MEETING:
        raise WrongState("当前阶段不是联审会议，各部门请分别填写意见")
    _check_minutes(session, minutes, waiting, now)
    with transitions.counted(session, case):
        meeting = _keep(session, case, waiting[0].task.stage, minutes, actor, now)
        for each in waiting:
            opinion, text = minutes.said[each.task.department_id]
            text = opinions.checked(opinion, text)
            opinions.write(session, each.task, opinion, text, by=actor.name, now=now, meeting_id=meeting.id)
            _settle(session, each, opinion, text, by=actor.name, now=now)
        evidence = {"联审会议": minutes.held_on.isoformat(), "阶段": meeting.stage}
        advance(session, case, waiting[0].version, actor=actor, now=now, said=meeting.minutes, evidence=evidence)
    after = {"stage": meeting.stage, "held_on": minutes.held_on, "status": case.status}
    audit.record(session, "case.meeting", ("case", number), actor=actor, now=now, after=after)
    return case.status


def _check_minutes(session: Session, minutes: Minutes, waiting: Sequence[Joint], now: dt.datetime) -> None:
    problems: dict[str, str] = {}
    if minutes.held_on > now.astimezone(settings.current().zone).date():
        problems["held_on"] = "会议日期不能在今天之后"
    if not minutes.place.strip():
        problems["place"] = "请填写会议地点"
    if len(minutes.text.strip()) < SHORTEST_MINUTES:
        problems["text"] = f"请填写会议纪要（至少 {SHORTEST_MINUTES} 个字）"
    missing = {each.task.department_id for each in waiting} - minutes.said.keys()
    if missing:
        names = details.names(session, waiting[0].case.district_id, missing)
        problems["said"] = f"缺少部门意见：{'、'.join(sorted(names.values()))}"
    if any(opinion not in (Opinion.AGREE, Opinion.DISAGREE) for opinion, _ in minutes.said.values()):
        problems["said"] = "会议意见应为同意或不同意"
    if problems:
        raise Invalid("；".join(problems.values()), problems)


def _keep(session: Session, case: Case, stage: int, minutes: Minutes, actor: Actor, now: dt.datetime) -> JointMeeting:
    made = JointMeeting(
        district_id=case.district_id,
        case_id=case.id,
        stage=stage,
        held_on=minutes.held_on,
        place=minutes.place.strip(),
        minutes=minutes.text.strip(),
        recorded_by=actor.name,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    return made
