"""Special procedures: the clock stops for what the law lists, and for nothing else (行政许可法 art. 45, R-TIM-09)."""

import dataclasses
import datetime as dt

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.catalogue import ItemVersion
from models.clocks import CaseSuspension
from models.enums import LISTED_PROCEDURES, CaseAction, CaseStatus, ProcedureKind
from models.identity import new_id
from services import actors, audit
from services.actors import Actor
from services.cases import clocks, details, review, telling, transitions
from services.errors import Invalid, WrongState
from services.rules import lifecycle
from services.rules.guide import Guide
from services.rules.working_time import MIDNIGHT

LONGEST = dt.timedelta(days=366)
ART_45 = "《行政许可法》第四十五条"
BATCH = 200
ENDED_BY_ITSELF = "预计结束日已过，系统自动恢复计时"


@dataclasses.dataclass(frozen=True)
class Procedure:
    """What the applicant is told in writing."""

    kind: ProcedureKind
    reason: str
    expected_end_on: dt.date
    legal_basis: str = ART_45


def allowed(guide: Guide) -> list[ProcedureKind]:
    """What may stop this item's clock: the listed procedures, and the two others where the item's guide names them."""
    named = {procedure.name.strip() for procedure in guide.special_procedure}
    return [kind for kind in ProcedureKind if kind in LISTED_PROCEDURES or kind.label in named]


def suspend(
    session: Session,
    number: str,
    procedure: Procedure,
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Stop the clocks. Raises Invalid naming fields, WrongState, NotAllowed when it is not the department's turn."""
    case, _ = review.opened(session, number, actor, expected_version)
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    reason = _checked(procedure, Guide.model_validate(version.guide), now)
    lifecycle.next_status(case.status, CaseAction.SUSPEND)
    session.add(
        CaseSuspension(
            district_id=case.district_id,
            id=new_id(now),
            case_id=case.id,
            procedure=procedure.kind,
            legal_basis=procedure.legal_basis.strip(),
            reason=reason,
            started_at=now,
            started_by=actor.name,
            expected_end_on=procedure.expected_end_on,
        )
    )
    told = {
        "procedure": procedure.kind.label,
        "legal_basis": procedure.legal_basis.strip(),
        "expected_end_on": procedure.expected_end_on.isoformat(),
    }
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.SUSPEND, actor=actor, now=now, opinion=reason, evidence=told)
        clocks.recount(session, case)
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.suspend", ("case", number), actor=actor, now=now, after=told, reason=reason)


def _checked(procedure: Procedure, guide: Guide, now: dt.datetime) -> str:
    problems: dict[str, str] = {}
    today = now.astimezone(settings.current().zone).date()
    if procedure.kind not in allowed(guide):
        listed = "、".join(kind.label for kind in LISTED_PROCEDURES)
        problems["kind"] = (
            f"「{procedure.kind.label}」不能停止计时：法律只列了{listed}（{ART_45}），其他情形须在办事指南的特别程序中列明"
        )
    if not procedure.legal_basis.strip():
        problems["legal_basis"] = "请写明法律依据"
    if procedure.expected_end_on < today:
        problems["expected_end_on"] = "预计结束日不能早于今天"
    elif procedure.expected_end_on - today > LONGEST:
        problems["expected_end_on"] = "预计结束日不能在一年以后，请先填最近可预计的日期，需要时再次进入特别程序"
    try:
        reason = review.written(procedure.reason, "进入特别程序的理由", "reason")
    except Invalid as error:
        problems |= error.fields
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return reason


def resume(
    session: Session,
    number: str,
    outcome: str,
    *,
    actor: Actor,
    now: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """The procedure is over; the count goes on from the next working day. Raises WrongState where none runs."""
    case, _ = review.opened(session, number, actor, expected_version)
    if case.status != CaseStatus.SUSPENDED:
        raise WrongState(f"办件当前状态为「{case.status.label}」，没有正在进行的特别程序，不能恢复计时（{ART_45}）")
    text = review.written(outcome, "特别程序的结果", "outcome")
    _end(session, case, text, actor, now)
    audit.record(session, "case.resume", ("case", number), actor=actor, now=now, after={"outcome": text})


def _end(session: Session, case: Case, outcome: str, actor: Actor, at: dt.datetime) -> None:
    running = session.scalars(_running(case.district_id).where(CaseSuspension.case_id == case.id)).one()
    running.ended_at, running.ended_by, running.outcome = at, actor.name, outcome
    told = {"procedure": running.procedure.label}
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.RESUME, actor=actor, now=at, opinion=outcome, evidence=told)
        clocks.recount(session, case)
    telling.tell(session, case, step, now=at)


def _running(district_id: int) -> Select[CaseSuspension]:
    return select(CaseSuspension).where(CaseSuspension.district_id == district_id, CaseSuspension.ended_at.is_(None))


def resume_due(session: Session, district_id: int, *, now: dt.datetime) -> int:
    """End the procedures whose expected day has passed, as of that day's end. Returns how many."""
    zone = settings.current().zone
    passed = _running(district_id).where(CaseSuspension.expected_end_on < now.astimezone(zone).date()).limit(BATCH)
    actor = actors.system(district_id, name="系统", source="自动恢复计时")
    due = session.scalars(passed).all()
    for each in due:
        case = session.get_one(Case, (district_id, each.case_id))
        last = details.events(session, case)[-1].at
        at = max(dt.datetime.combine(each.expected_end_on, MIDNIGHT, zone), last)
        _end(session, case, ENDED_BY_ITSELF, actor, at)
        after = {"outcome": ENDED_BY_ITSELF}
        audit.record(session, "case.resume", ("case", case.number), actor=actor, now=now, after=after)
    return len(due)


def of_case(session: Session, case: Case) -> list[CaseSuspension]:
    """All of the case's procedures, the first one first."""
    wanted = select(CaseSuspension).where(
        CaseSuspension.district_id == case.district_id, CaseSuspension.case_id == case.id
    )
    return list(session.scalars(wanted.order_by(CaseSuspension.started_at)))
