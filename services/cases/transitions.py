"""The one function that changes a case's status: it asks the table, writes the event and keeps the sums."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from models.cases import Case, CaseEvent
from models.enums import CaseAction, CaseStatus
from services import counts
from services.actors import Actor
from services.errors import Conflict
from services.rules import lifecycle

TAKEN = "这个办件刚被其他人处理过，您填写的内容已保留，请核对最新情况后再提交"


@contextlib.contextmanager
def counted(session: Session, case: Case) -> Iterator[None]:
    """Whatever the block does to the case, the stored sums follow; `case` may be new.

    Raises Conflict when another transaction changed the case first.
    """
    is_new = case not in session or case in session.new
    before = {} if is_new else counts.sums_by_day(case)
    try:
        yield
        session.flush()
    except StaleDataError:
        raise Conflict(TAKEN) from None
    counts.keep(session, case, before)


def next_sequence(session: Session, case: Case) -> int:
    """The number of the case's next event."""
    last = session.scalar(
        select(func.max(CaseEvent.sequence)).where(
            CaseEvent.district_id == case.district_id, CaseEvent.case_id == case.id
        )
    )
    return (last or 0) + 1


def receive(session: Session, case: Case, *, actor: Actor, now: dt.datetime) -> None:
    """The first event: materials were received, the 5-day clock runs (行政许可法 art. 32)."""
    session.add(_event(case, 1, CaseAction.RECEIVE, actor, now))


def move(
    session: Session,
    case: Case,
    action: CaseAction,
    *,
    actor: Actor,
    now: dt.datetime,
    opinion: str = "",
    evidence: dict[str, Any] | None = None,
    sequence: int | None = None,
) -> CaseEvent:
    """Take one step of the table: status, holder, result and moments change, an event is written and returned.

    Raises WrongState for a step the table lacks. Call inside `counted`.
    """
    case.status = lifecycle.next_status(case.status, action)
    flag_modified(case, "status")  # every step is a new version, also one that leaves the status as it was
    _mark(case, action, now)
    event = _event(case, sequence or next_sequence(session, case), action, actor, now)
    event.opinion, event.evidence = opinion or None, evidence
    session.add(event)
    return event


def _event(case: Case, sequence: int, action: CaseAction, actor: Actor, now: dt.datetime) -> CaseEvent:
    return CaseEvent(
        district_id=case.district_id,
        case_id=case.id,
        sequence=sequence,
        action=action,
        status=case.status,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        place_id=actor.window_id or actor.organisation_id,
    )


def _mark(case: Case, action: CaseAction, now: dt.datetime) -> None:
    case.holder = lifecycle.HOLDER_OF[case.status]
    if action in lifecycle.RESULT_OF:
        case.result = lifecycle.RESULT_OF[action]
        case.decided_at = case.decided_at or now  # a decision that is revoked was made when it was made
    if action == CaseAction.ACCEPT:
        case.accepted_at = now
    elif action == CaseAction.DELIVER:
        case.delivered_at = now


def is_open(case: Case) -> bool:
    """Whether the case is not yet decided."""
    return case.decided_at is None and case.status != CaseStatus.CLOSED
