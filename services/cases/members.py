"""The items that a bundle's case covers, each decided by its own department."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import CaseMember
from models.cases import Case
from models.catalogue import ServiceItem
from models.enums import CaseResult, Opinion
from services.errors import Invalid

OUTCOME = {Opinion.AGREE: CaseResult.GRANTED, Opinion.DISAGREE: CaseResult.DENIED}


def keep(session: Session, case: Case, item_ids: Sequence[int]) -> None:
    """Note what the case covers. Raises Invalid for an item that cannot be applied for."""
    if not item_ids:
        return
    rows = session.scalars(
        select(ServiceItem).where(ServiceItem.district_id == case.district_id, ServiceItem.id.in_(item_ids))
    )
    found = {item.id: item for item in rows}
    for position, item_id in enumerate(item_ids, start=1):
        item = found.get(item_id)
        if item is None or item.published_version_id is None:
            raise Invalid("所选事项中有未发布的，请重新选择", {"items": "所选事项中有未发布的"})
        session.add(
            CaseMember(
                district_id=case.district_id,
                case_id=case.id,
                item_id=item_id,
                item_version_id=item.published_version_id,
                department_id=item.department_id,
                position=position,
                reasons="",
            )
        )
    session.flush()


def of_case(session: Session, case: Case) -> Sequence[CaseMember]:
    """In the order in which they are handled; empty for a case of one item."""
    return session.scalars(
        select(CaseMember)
        .where(CaseMember.district_id == case.district_id, CaseMember.case_id == case.id)
        .order_by(CaseMember.position)
    ).all()


def decide(
    session: Session, case: Case, department_id: int, opinion: Opinion, reasons: str, *, by: str, now: dt.datetime
) -> None:
    """The department's answer is the decision on its own items. Silence decides nothing (R-PAR-06)."""
    outcome = OUTCOME.get(opinion)
    for member in of_case(session, case) if outcome else ():
        if member.department_id == department_id:
            member.outcome, member.reasons = outcome, reasons
            member.decided_by, member.decided_at = by, now
