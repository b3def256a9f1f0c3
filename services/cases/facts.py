"""What the conditions of a flow may ask about a case."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import CaseMember
from models.cases import Applicant, Case
from models.catalogue import ItemVersion
from models.organisations import Organisation
from services.cases import answering
from services.rules import conditions
from services.rules.conditions import Fact


def of_case(session: Session, case: Case) -> dict[str, Fact]:
    """Applicant, channel, item, the items a bundle's case covers, and the answers to the application form."""
    applicant = session.get_one(Applicant, (case.district_id, case.applicant_id))
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    department = session.get_one(Organisation, (case.district_id, case.department_id))
    covered = session.scalars(
        select(ItemVersion.name)
        .join(
            CaseMember,
            (CaseMember.district_id == ItemVersion.district_id) & (CaseMember.item_version_id == ItemVersion.id),
        )
        .where(CaseMember.district_id == case.district_id, CaseMember.case_id == case.id)
        .order_by(CaseMember.position)
    ).all()
    return {
        conditions.APPLICANT_KIND: applicant.kind.label,
        conditions.CHANNEL: case.channel.label,
        conditions.CHOSEN_ITEMS: list(covered),
        conditions.ITEM: version.name,
        conditions.CASE_TYPE: case.case_type.label,
        conditions.DEPARTMENT: department.name,
        **answering.facts(session, case, version),
    }
