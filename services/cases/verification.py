"""Whether all cases are sound: histories the status table allows, numbers whose check digit fits, sums that add up."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.cases import Case, CaseEvent
from models.enums import CaseAction, CaseStatus
from services import counts
from services.rules import identifiers, lifecycle

MOST_TOLD = 100  # broken things named; more would hide the first
EXAMPLES = 5
FIRST_STEPS = {
    (CaseAction.RECEIVE, CaseStatus.SUBMITTED),
    (CaseAction.CLOSE_ELSEWHERE, CaseStatus.CLOSED),  # another system's log that holds one event of the case
}


@dataclasses.dataclass(frozen=True)
class Verification:
    """`late`: cases whose last step before delivery falls after their deadline; delivery has a term of its own."""

    cases: int
    events: int
    late: int
    broken: list[str]


def verify(session: Session, district_id: int) -> Verification:
    """Read every case and event of the district."""
    cases = session.scalar(select(func.count()).select_from(Case).where(Case.district_id == district_id)) or 0
    mine = CaseEvent.district_id == district_id
    events = session.scalar(select(func.count()).select_from(CaseEvent).where(mine)) or 0
    broken = [
        *_numbers(session, district_id),
        *_steps(session, district_id),
        *_ends(session, district_id),
        *(f"汇总数不符：{each}" for each in counts.check(session, district_id).different),
    ]
    return Verification(cases, events, _late(session, district_id), broken[:MOST_TOLD])


def _numbers(session: Session, district_id: int) -> Iterator[str]:
    """Our own numbers; those of another system's cases keep their form."""
    rows = session.scalars(
        select(Case.number)
        .where(Case.district_id == district_id, Case.batch_id.is_(None))
        .execution_options(yield_per=10_000)
    )
    wrong = (number for number in rows if not identifiers.is_case_number(number))
    yield from (f"办件编号 {number} 的校验位不符" for number in wrong)


def _steps(session: Session, district_id: int) -> Iterator[str]:
    """Every kind of step that occurs, each held against the table once."""
    turn = func.row_number().over(partition_by=CaseEvent.case_id, order_by=CaseEvent.sequence)
    before_it = func.lag(CaseEvent.status).over(partition_by=CaseEvent.case_id, order_by=CaseEvent.sequence)
    found = (
        CaseEvent.case_id,
        (CaseEvent.sequence - turn).label("gap"),
        before_it.label("before"),
        CaseEvent.action,
        CaseEvent.status,
    )
    steps = select(*found).where(CaseEvent.district_id == district_id).subquery()
    kinds = (steps.c.before, steps.c.action, steps.c.status, steps.c.gap)
    for before, action, status, gap, count in session.execute(select(*kinds, func.count()).group_by(*kinds)):
        if fault := _fault(before, action, status, gap):
            same = (steps.c.before.is_not_distinct_from(before), steps.c.action == action, steps.c.status == status)
            query = select(steps.c.case_id).where(*same, steps.c.gap == gap).limit(EXAMPLES)
            numbers = session.scalars(select(Case.number).where(Case.district_id == district_id, Case.id.in_(query)))
            yield f"{fault}：{count} 处，例如 {'、'.join(numbers)}"


def _fault(before: CaseStatus | None, action: CaseAction, status: CaseStatus, gap: int) -> str:
    if gap:
        return "过程序号不连续"
    if before is None:
        return "" if (action, status) in FIRST_STEPS else f"首个环节为「{action.label}」而非收件"
    if lifecycle.NEXT_STATUS.get((before, action)) != status:
        return f"「{before.label}」经「{action.label}」成为「{status.label}」，状态表不允许"
    return ""


def _ends(session: Session, district_id: int) -> Iterator[str]:
    """A case stands where its last event left it."""
    last = _last(CaseEvent.district_id == district_id).subquery()
    query = (
        select(Case.number)
        .outerjoin(last, last.c.case_id == Case.id)
        .outerjoin(
            CaseEvent,
            (CaseEvent.district_id == Case.district_id)
            & (CaseEvent.case_id == Case.id)
            & (CaseEvent.sequence == last.c.sequence),
        )
        .where(Case.district_id == district_id, CaseEvent.status.is_distinct_from(Case.status))
        .limit(MOST_TOLD)
    )
    yield from (f"办件 {number} 的状态与最后一个环节不符" for number in session.scalars(query))


def _last(*wanted: Any) -> Select[Any]:
    last: tuple[Any, ...] = (func.max(CaseEvent.sequence).label("sequence"), func.max(CaseEvent.at).label("at"))
    return select(CaseEvent.case_id, *last).where(*wanted).group_by(CaseEvent.case_id)


def _late(session: Session, district_id: int) -> int:
    last = _last(CaseEvent.district_id == district_id, CaseEvent.action != CaseAction.DELIVER).subquery()
    query = (
        select(func.count())
        .select_from(Case)
        .join(last, last.c.case_id == Case.id)
        .where(Case.district_id == district_id, Case.due_at.is_not(None), last.c.at > Case.due_at)
    )
    return session.scalar(query) or 0
