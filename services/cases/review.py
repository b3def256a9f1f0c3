"""Department review: examining, granting, denying, and the applicant's withdrawal.

Sources: 行政许可法 art. 34, 38, 42, 45.
"""

import datetime as dt

from sqlalchemy.orm import Session

from models.cases import Case, CaseTask
from models.catalogue import ItemVersion
from models.enums import CaseAction, CaseStatus, Opinion, Permission, ScopeKind, TaskState
from services import audit
from services.actors import Actor
from services.cases import circulation, details, tasks, telling, transitions
from services.cases.details import CaseDetail
from services.errors import Conflict, Invalid, WrongState
from services.rules import lifecycle
from services.rules.guide import Guide

OPINION_LENGTH = 2000
SHORTEST_REASON = 4


def possible(found: CaseDetail, actor: Actor) -> frozenset[CaseAction]:
    """What the actor may do with the case now: status, permission and whose turn it is."""
    allowed: set[CaseAction] = set()
    turn = actor.department_id if actor.scope == ScopeKind.DEPARTMENT else None
    mine = [t for t in found.tasks if t.state == TaskState.PENDING and turn in (None, t.department_id)]
    if actor.may(Permission.CASES_REVIEW) and mine:
        guide = Guide.model_validate(found.version.guide)
        allowed |= {CaseAction.SUSPEND, CaseAction.RESUME, CaseAction.EXTEND}
        if not circulation.asks_for_opinion(guide, mine[0]):
            allowed |= {CaseAction.EXAMINE, CaseAction.GRANT, CaseAction.DENY}
            allowed |= {CaseAction.FORWARD_UP, CaseAction.SUPERIOR_REPLY, CaseAction.LATE_REQUEST}
            allowed |= {CaseAction.UPHOLD, CaseAction.REVOKE}
    if actor.may(Permission.CASES_INTAKE) or actor.may(Permission.CASES_REVIEW):
        allowed.add(CaseAction.WITHDRAW)
    if actor.may(Permission.CASES_DELIVER):
        allowed.add(CaseAction.DELIVER)
    return frozenset(allowed & lifecycle.possible(found.case.status))


def leads(case: Case, actor: Actor) -> bool:
    """Whether the actor speaks for the department that the case belongs to, the leading one of several (R-PAR-05)."""
    in_charge = actor.scope != ScopeKind.DEPARTMENT or actor.department_id == case.department_id
    return actor.may(Permission.CASES_REVIEW) and in_charge


def opened(session: Session, number: str, actor: Actor, expected_version: int | None) -> tuple[Case, CaseTask]:
    """The case and the actor's department's open task. Raises NotFound, NotAllowed, Conflict when it was changed since."""
    actor.must(Permission.CASES_REVIEW)
    case = details.get(session, number, actor)
    if expected_version is not None and case.version != expected_version:
        raise Conflict(transitions.TAKEN)
    department = actor.department_id if actor.scope == ScopeKind.DEPARTMENT else None
    return case, tasks.pending(session, case, department)


def written(text: str, what: str, field: str = "opinion", *, shortest: int = SHORTEST_REASON) -> str:
    """The text, trimmed. Raises Invalid when it is too short or too long."""
    text = text.strip()
    if len(text) < shortest:
        message = f"请填写{what}（至少 {shortest} 个字）"
        raise Invalid(message, {field: message})
    if len(text) > OPINION_LENGTH:
        message = f"{what}超过 {OPINION_LENGTH} 个字，现为 {len(text)} 个字"
        raise Invalid(message, {field: message})
    return text


def examine(
    session: Session,
    number: str,
    opinion: str,
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Write an opinion of the examination; the case goes on being examined."""
    case, _ = opened(session, number, actor, expected_version)
    text = written(opinion, "审查意见")
    with transitions.counted(session, case):
        transitions.move(session, case, CaseAction.EXAMINE, actor=actor, now=now, opinion=text)
    audit.record(session, "case.examine", ("case", number), actor=actor, now=now, after={"opinion": text})


def grant(
    session: Session,
    number: str,
    opinion: str = "",
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> CaseStatus:
    """Agree for the department; when every stage is done the case is granted. Returns the case's status."""
    case, task = opened(session, number, actor, expected_version)
    tasks.check_four_eyes(case, actor)
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    opinion = written(opinion.strip() or "同意", "审查意见", shortest=1)
    if circulation.asks_for_opinion(Guide.model_validate(version.guide), task):
        return circulation.give(session, number, Opinion.AGREE, opinion, actor=actor, now=now)
    with transitions.counted(session, case):
        tasks.finish(task, by=actor.name, now=now)
        session.flush()
        circulation.advance(session, case, version, actor=actor, now=now, said=opinion)
    audit.record(
        session, "case.grant", ("case", number), actor=actor, now=now, after={"opinion": opinion, "status": case.status}
    )
    return case.status


def deny(
    session: Session,
    number: str,
    reasons: str,
    remedies: str,
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Deny, with reasons and the remedies open to the applicant (R-CASE-07, 行政许可法 art. 38).

    One of several departments does not deny the case: it disagrees, and the leading department rules (R-PAR-03).
    """
    case, task = opened(session, number, actor, expected_version)
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    if circulation.asks_for_opinion(Guide.model_validate(version.guide), task):
        raise WrongState("并联办件由各部门填写意见：请选「不同意」并写明理由，是否不予许可由主办部门决定")
    tasks.check_four_eyes(case, actor)
    evidence = {
        "reasons": written(reasons, "不予许可的理由", "reasons"),
        "remedies": written(remedies, "救济途径", "remedies"),
    }
    with transitions.counted(session, case):
        tasks.finish(task, by=actor.name, now=now)
        step = transitions.move(
            session, case, CaseAction.DENY, actor=actor, now=now, opinion=evidence["reasons"], evidence=evidence
        )
        tasks.cancel_open(session, case, by=actor.name, now=now)
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.deny", ("case", number), actor=actor, now=now, after=evidence)


def withdraw(session: Session, number: str, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    """The applicant takes the application back before the decision; the reason is kept."""
    if not actor.may(Permission.CASES_REVIEW):
        actor.must(Permission.CASES_INTAKE)
    case = details.get(session, number, actor)
    text = written(reason, "撤回原因", "reason")
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.WITHDRAW, actor=actor, now=now, opinion=text)
        tasks.cancel_open(session, case, by=actor.name, now=now)
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.withdraw", ("case", number), actor=actor, now=now, reason=text)
