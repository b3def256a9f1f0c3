"""Step two of the review: originals are compared at pick-up; a document that is not genuine withholds the certificate.

Sources: 行政许可法 art. 31, 69, 78; 国办函〔2016〕108号 (trust levels); domain §1.4, §2.2.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, CaseMaterial, CaseTask
from models.clocks import CaseMark
from models.enums import (
    CaseAction,
    CaseResult,
    CaseStatus,
    LimitUnit,
    MarkKind,
    MaterialState,
    Permission,
    TaskState,
    TrustLevel,
)
from services import audit, calendars
from services.actors import Actor
from services.cases import clocks, details, review, tasks, telling, transitions
from services.errors import Invalid, WrongState

RULED_WITHIN = 5  # working days
OPEN_TRUST = (TrustLevel.C, TrustLevel.D)


@dataclasses.dataclass(frozen=True)
class Original:
    """What came of comparing one document with its original."""

    key: str
    is_genuine: bool
    note: str = ""
    valid_until: dt.date | None = None


def to_check(session: Session, case: Case) -> Sequence[CaseMaterial]:
    """The documents whose originals nobody has seen: before a granted certificate is handed over, they are compared."""
    if case.result is not CaseResult.GRANTED or case.batch_id is not None:
        return []
    return session.scalars(
        select(CaseMaterial)
        .where(
            CaseMaterial.district_id == case.district_id,
            CaseMaterial.case_id == case.id,
            CaseMaterial.state == MaterialState.RECEIVED,
            CaseMaterial.originals > 0,
            CaseMaterial.trust_level.in_(OPEN_TRUST),
            CaseMaterial.checked_at.is_(None),
        )
        .order_by(CaseMaterial.material_key)
    ).all()


def mark_seen(material: CaseMaterial, *, by: str, now: dt.datetime, valid_until: dt.date | None = None) -> None:
    """The window has compared it with the original: C and D become B, reusable while valid."""
    material.checked_by, material.checked_at = by, now
    material.valid_until = valid_until or material.valid_until
    if material.trust_level in OPEN_TRUST:
        material.trust_level = TrustLevel.B


def compare(session: Session, number: str, found: Sequence[Original], *, actor: Actor, now: dt.datetime) -> bool:
    """Enter the comparison of every original. True when all are genuine; else the certificate is withheld.

    Raises Invalid naming the documents that are not compared, or that are wrong without a word why.
    """
    actor.must(Permission.CASES_DELIVER)
    case = details.get(session, number, actor)
    if case.status is not CaseStatus.DECIDED:
        raise WrongState(f"办件当前状态为「{case.status.label}」，不在领取环节，不核验原件")
    waiting, said = to_check(session, case), {each.key: each for each in found}
    problems = {each.material_key: f"「{each.name}」还没有核验" for each in waiting if each.material_key not in said}
    for each in waiting:
        one = said.get(each.material_key)
        if one is not None and not one.is_genuine and len(one.note.strip()) < 2:
            problems[each.material_key] = f"「{each.name}」与原件不符：请写明哪里不符"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    false = [each for each in waiting if not said[each.material_key].is_genuine]
    for each in waiting:
        one = said[each.material_key]
        if one.is_genuine:
            mark_seen(each, by=actor.name, now=now, valid_until=one.valid_until)
        else:
            each.note = f"与原件不符：{one.note.strip()}"[:200]
    after = {"genuine": len(waiting) - len(false), "false": [each.name for each in false]}
    audit.record(session, "case.compare_originals", ("case", number), actor=actor, now=now, after=after)
    if false:
        _withhold(session, case, false, actor, now)
    return not false


def _withhold(session: Session, case: Case, false: Sequence[CaseMaterial], actor: Actor, now: dt.datetime) -> None:
    """The decision goes back to the department; the incident is marked for the inspector."""
    text = "；".join(f"{each.name}：{each.note}" for each in false)
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.WITHHOLD, actor=actor, now=now, opinion=text)
    telling.tell(session, case, step, now=now)
    key = {"district_id": case.district_id, "case_id": case.id, "kind": MarkKind.NOT_GENUINE}
    session.merge(CaseMark(**key, at=now, note=text))
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    end = clocks.term(now, RULED_WITHIN, LimitUnit.WORKDAY, calendar)
    stage = max((task.stage for task in tasks.of_case(session, case)), default=0) + 1
    session.add(
        CaseTask(
            district_id=case.district_id,
            case_id=case.id,
            stage=stage,
            department_id=case.department_id,
            state=TaskState.PENDING,
            limit_amount=RULED_WITHIN,
            limit_unit=LimitUnit.WORKDAY,
            started_at=now,
            due_at=end.due if end else None,
        )
    )


def rule(session: Session, number: str, reasons: str, *, upholds: bool, actor: Actor, now: dt.datetime) -> None:
    """The department rules anew on a withheld certificate: upheld, it can be fetched; revoked, the case is closed."""
    case, task = review.opened(session, number, actor, None)
    if case.status is not CaseStatus.WITHHELD:
        raise WrongState(f"办件当前状态为「{case.status.label}」，没有因真实性审核退回")
    text = review.written(reasons, "重新决定的理由", "reasons")
    action = CaseAction.UPHOLD if upholds else CaseAction.REVOKE
    with transitions.counted(session, case):
        tasks.finish(task, by=actor.name, now=now)
        step = transitions.move(session, case, action, actor=actor, now=now, opinion=text)
        for each in to_check(session, case):  # known to differ, and let pass by the department: never reusable
            each.checked_by, each.checked_at = actor.name, now
    telling.tell(session, case, step, now=now)
    audit.record(session, f"case.{action.value}", ("case", number), actor=actor, now=now, reason=text)
