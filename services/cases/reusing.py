"""Documents that the centre already holds: of the same applicant, checked, still valid – asked for only once.

Sources: 国务院令716号 art. 7; 国办函〔2016〕108号: A and B may be relied upon, C and D never; domain §1.4.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

import settings
from models.cases import Attachment, Case, CaseMaterial
from models.enums import MaterialState, TrustLevel
from services.errors import Invalid

RELIABLE = (TrustLevel.A, TrustLevel.B)


@dataclasses.dataclass(frozen=True)
class Offer:
    """A document of an earlier case that may be used again."""

    name: str
    case_id: int
    number: str
    material_key: str
    checked_on: dt.date
    trust_level: TrustLevel
    valid_until: dt.date | None
    files: int


def _reliable(district_id: int, applicant_id: int, today: dt.date) -> Select[CaseMaterial, Case]:
    return (
        select(CaseMaterial, Case)
        .join(Case, (Case.district_id == CaseMaterial.district_id) & (Case.id == CaseMaterial.case_id))
        .where(
            Case.district_id == district_id,
            Case.applicant_id == applicant_id,
            CaseMaterial.state == MaterialState.RECEIVED,
            CaseMaterial.trust_level.in_(RELIABLE),
            CaseMaterial.checked_at.is_not(None),
            or_(CaseMaterial.valid_until.is_(None), CaseMaterial.valid_until >= today),
        )
        .order_by(Case.submitted_at.desc())
    )


def offers(
    session: Session, district_id: int, applicant_id: int, names: Iterable[str], *, today: dt.date
) -> dict[str, Offer]:
    """For each document's name the newest that may be used again."""
    wanted = _reliable(district_id, applicant_id, today).where(CaseMaterial.name.in_(list(names)))
    found: dict[str, Offer] = {}
    for material, case in session.execute(wanted.limit(500)):
        if material.name not in found and material.checked_at is not None:
            checked = material.checked_at.astimezone(settings.current().zone).date()
            files = len(_files(session, case.district_id, case.id, material.material_key))
            found[material.name] = Offer(
                material.name, case.id, case.number, material.material_key, checked, material.trust_level,
                material.valid_until, files,
            )  # fmt: skip
    return found


def _files(session: Session, district_id: int, case_id: int, key: str) -> list[Attachment]:
    wanted = select(Attachment).where(
        Attachment.district_id == district_id, Attachment.case_id == case_id, Attachment.material_key == key
    )
    return list(session.scalars(wanted))


def take(
    session: Session,
    case: Case,
    material: CaseMaterial,
    source_case_id: int,
    *,
    by: str,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Use the earlier case's document for this one: its files are linked, not copied.

    Raises Invalid for another person's, an unchecked or an expired one.
    """
    wanted = _reliable(case.district_id, case.applicant_id, today).where(
        Case.id == source_case_id, CaseMaterial.name == material.name
    )
    row = session.execute(wanted).first()
    if row is None:
        message = f"「{material.name}」不能复用：只能复用同一申请人已核验且在有效期内的材料（A、B 级）"
        raise Invalid(message, {"materials": message})
    source = row[0]
    material.state, material.trust_level = MaterialState.RECEIVED, source.trust_level
    material.valid_until, material.source_case_id = source.valid_until, source_case_id
    material.checked_by, material.checked_at = source.checked_by, source.checked_at
    for each in _files(session, case.district_id, source_case_id, source.material_key):
        session.add(
            Attachment(
                district_id=case.district_id,
                case_id=case.id,
                material_key=material.material_key,
                file_name=each.file_name,
                content_type=each.content_type,
                size=each.size,
                sha256=each.sha256,
                storage_key=each.storage_key,
                uploaded_by=by,
                uploaded_at=now,
            )
        )
