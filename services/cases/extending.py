"""The one extension of a case: proposed by who handles it, approved by the head of the body (行政许可法 art. 42)."""

import datetime as dt

from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import ItemVersion
from models.clocks import CaseExtension
from models.enums import CaseAction, ExtensionState, Permission
from services import audit
from services.actors import Actor
from services.cases import clocks, details, review, telling, transitions
from services.errors import Invalid, NotAllowed, WrongState
from services.rules import flow, lifecycle
from services.rules.guide import Guide
from services.rules.working_time import EXTENSION_WORKDAYS, JOINT_EXTENSION_WORKDAYS

ONCE = "期限只能延长一次（《行政许可法》第四十二条）"


def most(guide: Guide) -> int:
    """The most working days by law: ten, fifteen where several departments decide together."""
    return JOINT_EXTENSION_WORKDAYS if flow.is_joint(guide.stages()) else EXTENSION_WORKDAYS


def of_case(session: Session, case: Case) -> CaseExtension | None:
    return session.get(CaseExtension, (case.district_id, case.id))


def propose(session: Session, number: str, workdays: int, reason: str, *, actor: Actor, now: dt.datetime) -> None:
    """Ask for it, before the limit has passed. Raises Invalid, WrongState for a second one, NotAllowed."""
    case, _ = review.opened(session, number, actor, None)
    lifecycle.next_status(case.status, CaseAction.EXTEND)
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    before = of_case(session, case)
    if before is not None and before.state != ExtensionState.REFUSED:
        raise WrongState(f"{ONCE}：本办件的延期{before.state.label}")
    _check(workdays, most(Guide.model_validate(version.guide)), case, now)
    text = review.written(reason, "延长期限的理由", "reason")
    found = before or CaseExtension(district_id=case.district_id, case_id=case.id)
    found.workdays, found.reason, found.state = workdays, text, ExtensionState.PROPOSED
    found.proposed_by_id, found.proposed_by, found.proposed_at = actor.user_id, actor.name, now
    found.judged_by = found.judged_at = found.judgement = None
    session.add(found)
    session.flush()
    after = {"workdays": workdays}
    audit.record(session, "case.propose_extension", ("case", number), actor=actor, now=now, after=after, reason=text)


def _check(workdays: int, highest: int, case: Case, now: dt.datetime) -> None:
    if not 1 <= workdays <= highest:
        message = f"延长期限应为 1 至 {highest} 个工作日（《行政许可法》第四十二条）"
        raise Invalid(message, {"workdays": message})
    ends = [due for due in (case.due_at, case.statutory_due_at) if due is not None]
    if not ends:
        raise WrongState("本办件没有办理期限，不需要延长")
    if now > max(ends):
        raise WrongState("办理期限已经届满，不能再延长：延期须在期限内批准（《行政许可法》第四十二条）")


def judge(
    session: Session, number: str, *, approves: bool, judgement: str = "", actor: Actor, now: dt.datetime
) -> None:
    """The head of the body approves or refuses; who proposed it does not (R-SEC-06). The applicant is told the reasons."""
    actor.must(Permission.CASES_EXTEND)
    case = details.get(session, number, actor)
    found = of_case(session, case)
    if found is None or found.state != ExtensionState.PROPOSED:
        raise WrongState("本办件没有待批准的延期")
    if found.proposed_by_id is not None and found.proposed_by_id == actor.user_id:
        raise NotAllowed("延期的提请人与批准人不能是同一人，请由本机关负责人批准")
    text = judgement.strip() if approves else review.written(judgement, "不予批准的理由", "judgement")
    found.judged_by, found.judged_at, found.judgement = actor.name, now, text
    found.state = ExtensionState.APPROVED if approves else ExtensionState.REFUSED
    if approves:
        _extend(session, case, found, actor, now)
    after = {"workdays": found.workdays, "state": found.state}
    audit.record(session, "case.judge_extension", ("case", number), actor=actor, now=now, after=after, reason=text)


def _extend(session: Session, case: Case, found: CaseExtension, actor: Actor, now: dt.datetime) -> None:
    _check(found.workdays, found.workdays, case, now)
    told = {"workdays": found.workdays, "proposed_by": found.proposed_by}
    with transitions.counted(session, case):
        step = transitions.move(
            session, case, CaseAction.EXTEND, actor=actor, now=now, opinion=found.reason, evidence=told
        )
        clocks.recount(session, case)
    telling.tell(session, case, step, now=now)
