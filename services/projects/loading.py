"""A project with its permits as the rules see them."""

import dataclasses
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import ItemCode, ItemVersion, ServiceItem
from models.enums import CaseResult, PermitState
from models.organisations import Organisation
from models.projects import Project, ProjectPermit
from services import access
from services.actors import Actor
from services.errors import NotFound
from services.rules.gates import Permit
from services.rules.guide import Guide

# what a project asks for and did not get may be applied for again
REFUSED = frozenset(CaseResult) - {CaseResult.GRANTED}


@dataclasses.dataclass(frozen=True)
class Loaded:
    """One permit: its row, its case, and what the rules ask about it."""

    row: ProjectPermit
    case: Case | None
    version: ItemVersion
    guide: Guide
    department_id: int
    department: str
    permit: Permit


def get(session: Session, number: str, actor: Actor) -> Project:
    """Raises NotFound, also outside the actor's scope."""
    found = session.scalar(access.visible_projects(select(Project), actor).where(Project.number == number.strip()))
    if found is None:
        raise NotFound(f"没有找到项目 {number.strip()}，或不在您的查看范围内")
    return found


def permits(session: Session, project: Project) -> list[Loaded]:
    """In their order. A case that is filed keeps its version; what waits has the one in force."""
    rows = session.execute(
        select(ProjectPermit, Case, ItemVersion, ServiceItem.department_id, Organisation.name)
        .join(
            ServiceItem,
            (ServiceItem.district_id == ProjectPermit.district_id) & (ServiceItem.id == ProjectPermit.item_id),
        )
        .join(
            ItemVersion,
            (ItemVersion.district_id == ServiceItem.district_id) & (ItemVersion.id == ServiceItem.published_version_id),
        )
        .join(
            Organisation,
            (Organisation.district_id == ServiceItem.district_id) & (Organisation.id == ServiceItem.department_id),
        )
        .outerjoin(Case, (Case.district_id == ProjectPermit.district_id) & (Case.id == ProjectPermit.case_id))
        .where(ProjectPermit.district_id == project.district_id, ProjectPermit.project_id == project.id)
        .order_by(ProjectPermit.position)
    ).all()
    guides = {row.item_id: Guide.model_validate(version.guide) for row, _, version, _, _ in rows}
    codes = _codes(session, project.district_id, guides)
    return [
        Loaded(row, case, version, guides[row.item_id], department_id, name, _permit(row, case, version, guides, codes))
        for row, case, version, department_id, name in rows
    ]


def _codes(session: Session, district_id: int, guides: dict[int, Guide]) -> dict[str, int]:
    """Which item a prerequisite's code means, of those that any guide names."""
    asked = {code for guide in guides.values() for code in guide.requires_results_of}
    rows = session.execute(
        select(ItemCode.code, ItemCode.item_id).where(ItemCode.district_id == district_id, ItemCode.code.in_(asked))
    )
    return {row.code: row.item_id for row in rows}


def _permit(
    row: ProjectPermit, case: Case | None, version: ItemVersion, guides: dict[int, Guide], codes: dict[str, int]
) -> Permit:
    needed: Sequence[int | None] = [codes.get(code) for code in guides[row.item_id].requires_results_of]
    return Permit(
        key=row.item_id,
        name=version.name,
        stage=row.stage,
        is_mandatory=row.is_mandatory,
        may_start_early=row.may_start_early,
        standing=_standing(row, case),
        requires=tuple(item for item in needed if item is not None),
    )


def _standing(row: ProjectPermit, case: Case | None) -> PermitState | None:
    if row.not_applicable:
        return PermitState.NOT_APPLICABLE
    if case is None:
        return None
    if case.result is None:
        return PermitState.OPEN
    return PermitState.REFUSED if case.result in REFUSED else PermitState.GRANTED
