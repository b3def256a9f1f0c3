"""Writing a step's vouchers: numbered within kind and year, with what they say."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.documents import CaseDocument
from models.enums import CaseStatus, DocumentKind
from services import audit
from services.documents import composing, templates
from services.rules import vouchers
from services.rules.guide import Guide

OVER = (CaseStatus.DELIVERED, CaseStatus.CLOSED)


def write(
    session: Session, case: Case, version: ItemVersion, event: CaseEvent, *, kinds: Sequence[DocumentKind] | None = None
) -> list[CaseDocument]:
    """Number the vouchers that the step owes and keep what they say. Call when the step's facts are all set.

    `kinds`: only these of them.
    """
    kinds = vouchers.owed(event.action, case.case_type) if kinds is None else kinds
    if not kinds or case.batch_id is not None:  # another system's case has its own papers
        return []
    audit.hold(session, case.district_id)  # two steps at once do not share a number
    guide = Guide.model_validate(version.guide)
    year = event.at.astimezone(settings.current().zone).year
    return [_write(session, case, version, guide, event, kind, year) for kind in kinds]


def _write(
    session: Session, case: Case, version: ItemVersion, guide: Guide, event: CaseEvent, kind: DocumentKind, year: int
) -> CaseDocument:
    last = session.scalar(
        select(func.max(CaseDocument.serial)).where(
            CaseDocument.district_id == case.district_id, CaseDocument.kind == kind, CaseDocument.year == year
        )
    )
    serial = (last or 0) + 1
    made = CaseDocument(
        district_id=case.district_id,
        case_id=case.id,
        sequence=event.sequence,
        kind=kind,
        year=year,
        serial=serial,
        number=vouchers.number(kind, year, serial),
        facts=composing.facts(session, case, version, guide, event, kind),
        template_version=templates.in_force(session, case.district_id, kind).version,
        written_by=event.actor_name,
        written_at=event.at,
    )
    session.add(made)
    session.flush()
    return made


def of_case(session: Session, case: Case) -> Sequence[CaseDocument]:
    """The case's vouchers in the order of its steps."""
    wanted = select(CaseDocument).where(CaseDocument.district_id == case.district_id, CaseDocument.case_id == case.id)
    return session.scalars(wanted.order_by(CaseDocument.sequence, CaseDocument.number)).all()


def missing(
    case: Case, events: Sequence[CaseEvent], written: Sequence[CaseDocument]
) -> list[tuple[CaseEvent, list[DocumentKind]]]:
    """The steps whose vouchers were never written, with their kinds: taken before there were any.

    None of a case that is over (what it was handed on paper is not written anew), and none of another system's.
    """
    if case.batch_id is not None or case.status in OVER:
        return []
    there = {(each.sequence, each.kind) for each in written}
    owed = [
        (event, [kind for kind in vouchers.owed(event.action, case.case_type) if (event.sequence, kind) not in there])
        for event in events
    ]
    return [(event, kinds) for event, kinds in owed if kinds]


def title(document: CaseDocument) -> str:
    return str(document.facts.get("文书名称") or document.kind.label)
