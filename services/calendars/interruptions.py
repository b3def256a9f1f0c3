"""What stops and lengthens the clocks of cases: special procedures and the approved extension."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.clocks import CaseExtension, CaseSuspension
from models.enums import ExtensionState
from services.rules.working_time import Suspension

LOOKED_UP = 500


@dataclasses.dataclass(frozen=True)
class Interruptions:
    """Of one case. A procedure that still runs counts until the day on which it is expected to end."""

    suspensions: tuple[Suspension, ...] = ()
    extension: int = 0  # working days


NONE = Interruptions()


def of_cases(session: Session, district_id: int, case_ids: Iterable[int]) -> dict[int, Interruptions]:
    """Only the cases that have any."""
    ids = list(case_ids)
    suspended: dict[int, list[Suspension]] = defaultdict(list)
    days: dict[int, int] = {}
    for start in range(0, len(ids), LOOKED_UP):
        part = ids[start : start + LOOKED_UP]
        for row in session.scalars(
            select(CaseSuspension)
            .where(CaseSuspension.district_id == district_id, CaseSuspension.case_id.in_(part))
            .order_by(CaseSuspension.started_at)
        ):
            suspended[row.case_id].append(_suspension(row))
        extended = select(CaseExtension.case_id, CaseExtension.workdays).where(
            CaseExtension.district_id == district_id,
            CaseExtension.case_id.in_(part),
            CaseExtension.state == ExtensionState.APPROVED,
        )
        days |= {row.case_id: row.workdays for row in session.execute(extended)}
    return {
        case_id: Interruptions(tuple(suspended.get(case_id, ())), days.get(case_id, 0))
        for case_id in suspended.keys() | days.keys()
    }


def of_case(session: Session, district_id: int, case_id: int) -> Interruptions:
    return of_cases(session, district_id, [case_id]).get(case_id, NONE)


def _suspension(row: CaseSuspension) -> Suspension:
    zone = settings.current().zone
    ended = row.ended_at.astimezone(zone).date() if row.ended_at else row.expected_end_on
    return Suspension(row.started_at.astimezone(zone).date(), ended, row.procedure.label)
