"""What silence brings about by law: acceptance after five working days, the end of a correction that never came.

Sources: 行政许可法 art. 32(4), R-TIM-08.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.clocks import CaseMark
from models.enums import CaseAction, CaseStatus, MarkKind
from services import actors, audit, calendars
from services.actors import Actor
from services.cases import accepting, filters, telling, transitions
from services.rules import working_time
from services.rules.guide import Guide

SHORTEST = dt.timedelta(days=5)  # five working days are never shorter
LOOKED_UP = 500
UNTIL = "until"  # of a correction's evidence: the last day on which it may be handed in
TOLD = "收到材料后五个工作日内没有告知补正，自收到之日起视为受理（《行政许可法》第三十二条）"
EXPIRED = "补正期限届满，申请人没有补正"


@dataclasses.dataclass(frozen=True)
class Swept:
    deemed: int
    expired: int


def sweep(session: Session, district_id: int, *, now: dt.datetime) -> Swept:
    """One round of the worker. Safe to repeat."""
    actor = actors.system(district_id, name="系统", source="法定期限届满")
    submitted = _waiting(session, district_id, CaseStatus.SUBMITTED, CaseAction.RESUBMIT, now - SHORTEST)
    deemed = [case for case, event in submitted if _deem(session, case, event, actor, now)]
    asked = _waiting(session, district_id, CaseStatus.CORRECTION_REQUESTED, CaseAction.REQUEST_CORRECTION, now)
    expired = [case for case, event in asked if _expire(session, case, event, actor, now)]
    return Swept(len(deemed), len(expired))


def _waiting(
    session: Session, district_id: int, status: CaseStatus, action: CaseAction, before: dt.datetime
) -> list[tuple[Case, CaseEvent | None]]:
    """The cases that stand there, each with its newest event of the kind. Another system's cases keep their own course."""
    wanted = select(Case).where(
        filters.is_open(),
        Case.district_id == district_id,
        Case.status == status,
        Case.submitted_at < before,
        Case.batch_id.is_(None),
    )
    cases = session.scalars(wanted.order_by(Case.submitted_at, Case.id)).all()
    newest: dict[int, CaseEvent] = {}
    for start in range(0, len(cases), LOOKED_UP):  # by key: a join would walk through every event of the year
        ids = [case.id for case in cases[start : start + LOOKED_UP]]
        events = select(CaseEvent).where(
            CaseEvent.district_id == district_id, CaseEvent.case_id.in_(ids), CaseEvent.action == action
        )
        newest |= {event.case_id: event for event in session.scalars(events.order_by(CaseEvent.sequence))}
    return [(case, newest.get(case.id)) for case in cases]


def last_event(session: Session, case: Case, *actions: CaseAction) -> CaseEvent | None:
    """The newest event of one of the kinds."""
    wanted = select(CaseEvent).where(
        CaseEvent.district_id == case.district_id, CaseEvent.case_id == case.id, CaseEvent.action.in_(actions)
    )
    return session.scalars(wanted.order_by(CaseEvent.sequence.desc()).limit(1)).first()


def _deem(session: Session, case: Case, resubmitted: CaseEvent | None, actor: Actor, now: dt.datetime) -> bool:
    """Counted from when what is now to be judged came in: at first, or with the correction."""
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    since = (resubmitted.at if resubmitted else case.submitted_at).astimezone(settings.current().zone)
    if now <= working_time.completeness_deadline(since, calendar).due:
        return False
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.DEEM_ACCEPTED, actor=actor, now=now, opinion=TOLD)
        case.accepted_at = since
        accepting.begin(session, case, version, Guide.model_validate(version.guide), calendar, now=now)
    key = {"district_id": case.district_id, "case_id": case.id, "kind": MarkKind.DEEMED_ACCEPTED}
    session.add(CaseMark(**key, at=now, note=TOLD))
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.deem_accepted", ("case", case.number), actor=actor, now=now, after={"received": since})
    return True


def correction_end(event: CaseEvent | None) -> dt.date | None:
    """The last day of the correction that the event asked for; None where none was told."""
    until = (event.evidence or {}).get(UNTIL) if event is not None else None
    return dt.date.fromisoformat(until) if until else None


def _expire(session: Session, case: Case, asked: CaseEvent | None, actor: Actor, now: dt.datetime) -> bool:
    until = correction_end(asked)
    if until is None or now.astimezone(settings.current().zone).date() <= until:
        return False
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.EXPIRE_CORRECTION, actor=actor, now=now, opinion=EXPIRED)
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.expire_correction", ("case", case.number), actor=actor, now=now, after={"until": until})
    return True


def marks(session: Session, case: Case) -> Sequence[CaseMark]:
    """What an inspector is to see on the case."""
    wanted = select(CaseMark).where(CaseMark.district_id == case.district_id, CaseMark.case_id == case.id)
    return session.scalars(wanted.order_by(CaseMark.at)).all()
