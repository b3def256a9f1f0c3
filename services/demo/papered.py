"""Vouchers of the demonstration's newest open cases, which the bulk of the year was made without."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import ItemVersion
from models.enums import CaseType
from services import documents
from services.cases import details, filters

MOST = 400


def write(session: Session, district_id: int) -> None:
    """In the order of filing, so that their numbers run with time."""
    newest = (
        select(Case.id)
        .where(filters.is_open(), Case.district_id == district_id, Case.batch_id.is_(None))
        .where(Case.case_type != CaseType.IMMEDIATE)
        .order_by(Case.submitted_at.desc(), Case.id.desc())
        .limit(MOST)
    )
    wanted = select(Case).where(Case.district_id == district_id, Case.id.in_(newest))
    for case in session.scalars(wanted.order_by(Case.submitted_at, Case.id)).all():
        version = session.get_one(ItemVersion, (district_id, case.item_version_id))
        written = documents.of_case(session, case)
        for event, kinds in documents.missing(case, details.events(session, case), written):
            documents.write(session, case, version, event, kinds=kinds)
