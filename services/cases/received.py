"""What lies at the window to be judged: the queue, the documents as they lie there, what was said of them before."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Attachment, Case, CaseEvent, CaseMaterial
from models.catalogue import ItemVersion
from models.enums import CaseAction, CaseStatus
from models.reviews import MaterialVerdict
from services import access
from services.actors import Actor
from services.cases import deeming, details, filters
from services.rules.completeness import Before, Document
from services.rules.guide import Guide


@dataclasses.dataclass(frozen=True)
class ReceivedCase:
    """A line of 收件审查."""

    id: int
    number: str
    item_name: str
    applicant_name: str
    status: CaseStatus
    channel: str
    centre_id: int
    submitted_at: dt.datetime


def waiting(session: Session, actor: Actor, *, limit: int = 200) -> Sequence[ReceivedCase]:
    """What lies at the window to be judged or is being corrected, the oldest first."""
    query = (
        select(Case, ItemVersion.name)
        .join(ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id))
        .where(
            filters.is_open(),
            Case.status.in_((CaseStatus.SUBMITTED, CaseStatus.CORRECTION_REQUESTED)),
            Case.batch_id.is_(None),
        )
        .order_by(Case.status.desc(), Case.submitted_at, Case.id)
        .limit(limit)
    )
    served = access.served(session, actor)
    if served is not None:
        query = query.where(Case.department_id.in_(served))
    rows = session.execute(access.visible(query, actor))
    return [
        ReceivedCase(
            case.id, case.number, name, case.applicant_name, case.status, case.channel.label, case.centre_id,
            case.submitted_at,
        )
        for case, name in rows
    ]  # fmt: skip


def round_of(events: Sequence[CaseEvent]) -> int:
    """1 for the documents as first handed in, 2 after the correction."""
    return 1 + sum(event.action is CaseAction.RESUBMIT for event in events)


def documents(session: Session, case: Case) -> list[Document]:
    """The case's documents as they lie there now, each with the digest of its content."""
    materials = session.scalars(
        select(CaseMaterial).where(CaseMaterial.district_id == case.district_id, CaseMaterial.case_id == case.id)
    ).all()
    files = session.execute(
        select(Attachment.material_key, Attachment.sha256).where(
            Attachment.district_id == case.district_id, Attachment.case_id == case.id
        )
    ).all()
    handed = {key: place for place, event in enumerate(_resubmissions(session, case), 1) for key in _handed(event)}
    found = []
    for each in materials:
        mine = sorted(row.sha256 for row in files if row.material_key == each.material_key)
        told = "|".join((each.state.value, str(handed.get(each.material_key, 0)), *mine))
        digest = hashlib.sha256(told.encode()).hexdigest()
        found.append(Document(each.material_key, each.name, each.necessity, digest))
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    order = {material.name: place for place, material in enumerate(Guide.model_validate(version.guide).materials)}
    return sorted(found, key=lambda each: (order.get(each.name, len(order)), each.key))


def _resubmissions(session: Session, case: Case) -> list[CaseEvent]:
    return [event for event in details.events(session, case) if event.action is CaseAction.RESUBMIT]


def _handed(event: CaseEvent) -> Sequence[str]:
    return (event.evidence or {}).get("handed", [])


def verdicts(session: Session, case: Case) -> Sequence[MaterialVerdict]:
    """Everything that was said of the case's documents, round after round."""
    wanted = select(MaterialVerdict).where(
        MaterialVerdict.district_id == case.district_id, MaterialVerdict.case_id == case.id
    )
    return session.scalars(wanted.order_by(MaterialVerdict.round, MaterialVerdict.material_key)).all()


def earlier(session: Session, case: Case) -> dict[str, Before]:
    """The newest verdict on each document."""
    return {
        row.material_key: Before(row.round, row.verdict, row.content, row.judged_by, row.judged_at)
        for row in verdicts(session, case)
    }


@dataclasses.dataclass(frozen=True)
class Asked:
    """A document to be corrected: what is wrong with it, and how to mend it. `key` is empty in a notice of old."""

    key: str
    name: str
    reason: str


def asked(session: Session, case: Case) -> tuple[list[Asked], dt.date | None]:
    """What the standing request asks for, and until when; nothing where none stands."""
    event = deeming.last_event(session, case, CaseAction.REQUEST_CORRECTION)
    if event is None or case.status is not CaseStatus.CORRECTION_REQUESTED:
        return [], None
    told = event.evidence or {}
    items = told.get("items") or [{"name": name} for name in told.get("missing", [])]
    found = [
        Asked(each.get("key", ""), each["name"], "：".join(filter(None, (each.get("verdict"), each.get("note")))))
        for each in items
    ]
    return found or [Asked("", event.opinion or "", "")], deeming.correction_end(event)
