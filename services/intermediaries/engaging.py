"""Engaging an intermediary, its report, acceptance or return, cancelling, and the ratings of both sides."""

import dataclasses
import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import settings
from models.cases import Case
from models.enums import EngagementAction, EngagementState, OrganisationKind, Permission, RatingSide
from models.intermediaries import Engagement, EngagementEvent
from models.organisations import Organisation
from models.projects import Project
from services import audit
from services.actors import Actor
from services.cases import details, transitions
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.projects import loading
from services.rules import engagements

A = EngagementAction
LENGTH = 200
SHORTEST_REASON = 4
NEEDS_REASON = {A.RETURN: "退回的原因", A.CANCEL: "解除的原因"}
TAKEN = "这份委托刚被其他人处理过，请核对最新情况后再提交"


@dataclasses.dataclass(frozen=True)
class NewEngagement:
    """Inside a case or a project, by its number; exactly one of the two."""

    intermediary_id: int
    service: str
    contract_number: str
    due_on: dt.date
    case_number: str = ""
    project_number: str = ""


def engage(session: Session, new: NewEngagement, *, actor: Actor, now: dt.datetime) -> Engagement:
    """Raises Invalid naming fields, WrongState for a case that is over, NotFound, NotAllowed."""
    _check_may(actor)
    audit.hold(session, actor.district_id)
    case_id, project_id = _place(session, new, actor)
    _check(session, new, actor, now)
    made = Engagement(
        district_id=actor.district_id,
        case_id=case_id,
        project_id=project_id,
        intermediary_id=new.intermediary_id,
        service=new.service.strip(),
        contract_number=new.contract_number.strip(),
        engaged_at=now,
        engaged_by=actor.name,
        due_on=new.due_on,
        state=EngagementState.ENGAGED,
        report="",
        client_comment="",
        intermediary_comment="",
    )
    session.add(made)
    session.flush()
    _record(session, made, A.ENGAGE, made.service, actor, now)
    return made


def _check_may(actor: Actor) -> None:
    if not (actor.may(Permission.CASES_INTAKE) or actor.may(Permission.CASES_REVIEW)):
        raise NotAllowed("您没有办理中介委托的权限，由窗口或审批人员办理")


def _place(session: Session, new: NewEngagement, actor: Actor) -> tuple[int | None, int | None]:
    if bool(new.case_number) == bool(new.project_number):
        raise Invalid("中介委托应在一个办件或一个项目之内")
    if new.project_number:
        return None, loading.get(session, new.project_number, actor).id
    case = details.get(session, new.case_number, actor)
    if not transitions.is_open(case):
        raise WrongState(f"办件当前为「{case.status.label}」，不能再委托中介")
    return case.id, None


def _check(session: Session, new: NewEngagement, actor: Actor, now: dt.datetime) -> None:
    problems: dict[str, str] = {}
    chosen = session.get(Organisation, (actor.district_id, new.intermediary_id))
    if chosen is None or chosen.kind is not OrganisationKind.INTERMEDIARY or not chosen.is_active:
        problems["intermediary"] = "请选择一家在册的中介服务机构"
    for field, text, label in (
        ("service", new.service, "服务内容"),
        ("contract", new.contract_number, "合同编号"),
    ):
        if not text.strip():
            problems[field] = f"请填写{label}"
        elif len(text.strip()) > LENGTH:
            problems[field] = f"{label}超过 {LENGTH} 个字"
    if new.due_on < now.astimezone(settings.current().zone).date():
        problems["due_on"] = "交付期限不能早于今天"
    if problems:
        raise Invalid("；".join(problems.values()), problems)


def _held(session: Session, engagement_id: int, actor: Actor) -> Engagement:
    """The engagement behind the lock, within the actor's scope: that of its case or project."""
    _check_may(actor)
    audit.hold(session, actor.district_id)
    found = session.get(Engagement, (actor.district_id, engagement_id))
    if found is None:
        raise NotFound("没有找到这份委托")
    _check_scope(session, found, actor)
    return found


def _check_scope(session: Session, found: Engagement, actor: Actor) -> None:
    if found.case_id is not None:
        details.get(session, session.get_one(Case, (found.district_id, found.case_id)).number, actor)
    if found.project_id is not None:
        loading.get(session, session.get_one(Project, (found.district_id, found.project_id)).number, actor)


def act(
    session: Session,
    engagement_id: int,
    action: EngagementAction,
    text: str = "",
    *,
    expected_version: int,
    actor: Actor,
    now: dt.datetime,
) -> EngagementState:
    """Take one step; `text` names the report, or says why it is returned or the contract cancelled.

    Raises WrongState for a step out of turn, Invalid for missing words, Conflict when somebody was faster.
    """
    found = _held(session, engagement_id, actor)
    if found.version != expected_version:
        raise Conflict(TAKEN)
    state, text = engagements.next_state(found.state, action), text.strip()
    if action is A.REPORT and not text:
        raise Invalid("请填写报告名称或编号", {"text": "请填写报告名称或编号"})
    if action in NEEDS_REASON and len(text) < SHORTEST_REASON:
        message = f"请填写{NEEDS_REASON[action]}（至少 {SHORTEST_REASON} 个字）"
        raise Invalid(message, {"text": message})
    if action is A.REPORT:
        found.report = text[:LENGTH]
    found.state = state
    try:
        session.flush()
    except StaleDataError:
        raise Conflict(TAKEN) from None
    _record(session, found, action, text, actor, now)
    return state


def _record(
    session: Session, found: Engagement, action: EngagementAction, text: str, actor: Actor, now: dt.datetime
) -> None:
    last = session.scalar(
        select(func.max(EngagementEvent.sequence)).where(
            EngagementEvent.district_id == found.district_id, EngagementEvent.engagement_id == found.id
        )
    )
    session.add(
        EngagementEvent(
            district_id=found.district_id,
            engagement_id=found.id,
            sequence=(last or 0) + 1,
            action=action,
            state=found.state,
            at=now,
            actor_name=actor.name,
            remark=text,
        )
    )
    session.flush()
    after = {"state": found.state, "text": text}
    audit.record(session, f"engagement.{action.value}", ("engagement", found.id), actor=actor, now=now, after=after)


def rate(
    session: Session,
    engagement_id: int,
    side: RatingSide,
    stars: int,
    comment: str = "",
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """One side judges the other once the engagement is over. Raises WrongState, Invalid."""
    found = _held(session, engagement_id, actor)
    is_client = side is RatingSide.CLIENT
    given = found.client_rating if is_client else found.intermediary_rating
    comment = engagements.check_rating(found.state, given, stars, comment)
    if is_client:
        found.client_rating, found.client_comment = stars, comment
    else:
        found.intermediary_rating, found.intermediary_comment = stars, comment
    session.flush()
    after = {"side": side, "stars": stars, "comment": comment}
    audit.record(session, "engagement.rate", ("engagement", found.id), actor=actor, now=now, after=after)
