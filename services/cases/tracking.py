"""Progress for citizens without an account: number and query code, or the link of the QR code (security 13)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case
from models.enums import ApplicantKind, CaseAction, CaseResult, CaseStatus, HolderKind
from services import confidential
from services.cases import details
from services.errors import NotFound
from services.rules import identifiers

UNKNOWN = "没有找到相符的办件：请核对办件编号与查询码（印在收件凭证上）"
PUBLIC_ACTIONS = frozenset(set(CaseAction) - {CaseAction.EXAMINE, CaseAction.NOTE})


@dataclasses.dataclass(frozen=True)
class PublicStep:
    at: dt.datetime
    label: str


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a citizen sees: no id, no phone, a masked name, no officer."""

    number: str
    item_name: str
    item_code: str
    applicant: str
    status: CaseStatus
    result: CaseResult | None
    holder: HolderKind
    holder_name: str
    centre: str
    centre_phone: str
    submitted_at: dt.datetime
    due_at: dt.datetime | None
    is_provisional: bool
    decided_at: dt.datetime | None
    reasons: str
    remedies: str
    steps: Sequence[PublicStep]


def by_code(session: Session, district_id: int, number: str, code: str) -> Progress:
    """Raises NotFound with the same words, after the same work, for an unknown number and a wrong code."""
    number, given = identifiers.normalise(number), identifiers.normalise_query_code(code)
    expected = confidential.query_code(district_id, number)
    return _progress(session, district_id, number, confidential.same(given, expected))


def by_link(session: Session, district_id: int, number: str, token: str) -> Progress:
    """As `by_code`, for the address in the QR code."""
    number = identifiers.normalise(number)
    expected = confidential.link_token(district_id, number)
    return _progress(session, district_id, number, confidential.same(token, expected))


def _progress(session: Session, district_id: int, number: str, is_right: bool) -> Progress:
    case = session.scalar(select(Case).where(Case.district_id == district_id, Case.number == number))
    if case is None or not is_right:
        raise NotFound(UNKNOWN)
    return _public(session, case)


def _public(session: Session, case: Case) -> Progress:
    found = details.of(session, case)
    denial = next((e.evidence for e in found.events if e.action == CaseAction.DENY and e.evidence), {}) or {}
    return Progress(
        number=case.number,
        item_name=found.item_name,
        item_code=found.item_code,
        applicant=identifiers.mask_name(
            case.applicant_name, is_organisation=found.applicant_kind == ApplicantKind.ORGANISATION
        ),
        status=case.status,
        result=case.result,
        holder=case.holder,
        holder_name=found.holder_name,
        centre=found.centre,
        centre_phone=str(found.version.guide.get("consult_phone", "")),
        submitted_at=case.submitted_at,
        due_at=case.due_at,
        is_provisional=case.is_provisional,
        decided_at=case.decided_at,
        reasons=str(denial.get("reasons", "")),
        remedies=str(denial.get("remedies", "")),
        steps=[PublicStep(e.at, e.action.label) for e in found.events if e.action in PUBLIC_ACTIONS],
    )
