"""Who sees which records: the one owner of scope. Out of scope reads as not found."""

from typing import TypeVarTuple, Unpack

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import Session

from models.cases import Case, CaseTask
from models.catalogue import ServiceItem
from models.counts import DailyCaseCount, MonthlyCaseCount
from models.enums import Permission, ScopeKind
from models.organisations import WindowDepartment
from models.projects import Project, ProjectPermit
from services.actors import Actor

Columns = TypeVarTuple("Columns")
CASE_PERMISSIONS = frozenset(
    {Permission.CASES_SEARCH, Permission.CASES_REVIEW, Permission.CASES_INTAKE, Permission.CASES_DELIVER}
)


def _case_scope(actor: Actor) -> ColumnElement[bool] | None:
    """None: the whole district."""
    match actor.scope:
        case ScopeKind.DISTRICT:
            return None
        case ScopeKind.ORGANISATION:
            return Case.centre_id.in_(actor.centre_ids)
        case ScopeKind.DEPARTMENT:
            return Case.department_id == actor.department_id
        case ScopeKind.WINDOW:
            return Case.window_id == actor.window_id if actor.window_id else false()


def visible(query: Select[Unpack[Columns]], actor: Actor, *, by_task: bool = False) -> Select[Unpack[Columns]]:
    """Narrow a query over cases to what the actor may see: district, then scope by centre, department or window.

    With `by_task` a department also sees other departments' cases in which it has a task.
    """
    query = query.where(Case.district_id == actor.district_id)
    if not actor.permissions & CASE_PERMISSIONS:
        return query.where(false())
    scope = _case_scope(actor)
    if scope is None:
        return query
    if by_task and actor.scope == ScopeKind.DEPARTMENT:
        scope |= Case.id.in_(
            select(CaseTask.case_id).where(
                CaseTask.district_id == actor.district_id, CaseTask.department_id == actor.department_id
            )
        )
    return query.where(scope)


def visible_sums(
    query: Select[Unpack[Columns]], actor: Actor, table: type[DailyCaseCount] | type[MonthlyCaseCount]
) -> Select[Unpack[Columns]]:
    """Narrow a query over sums by centre and department to the actor's scope, as `visible` does for cases."""
    query = query.where(table.district_id == actor.district_id)
    if not actor.permissions & CASE_PERMISSIONS:
        return query.where(false())
    match actor.scope:
        case ScopeKind.DISTRICT:
            return query
        case ScopeKind.ORGANISATION:
            return query.where(table.centre_id.in_(actor.centre_ids))
        case ScopeKind.DEPARTMENT:
            return query.where(table.department_id == actor.department_id)
        case ScopeKind.WINDOW:  # these sums know no window
            return query.where(false())


def visible_projects(query: Select[Unpack[Columns]], actor: Actor) -> Select[Unpack[Columns]]:
    """Narrow a query over projects: by the hall that opened them; a department sees those that need its permits."""
    query = query.where(Project.district_id == actor.district_id)
    if not actor.permissions & CASE_PERMISSIONS:
        return query.where(false())
    match actor.scope:
        case ScopeKind.DISTRICT:
            return query
        case ScopeKind.ORGANISATION:
            return query.where(Project.centre_id.in_(actor.centre_ids))
        case ScopeKind.WINDOW:
            return query.where(Project.centre_id == actor.organisation_id)
        case ScopeKind.DEPARTMENT:
            return query.where(
                Project.id.in_(
                    select(ProjectPermit.project_id)
                    .join(
                        ServiceItem,
                        (ServiceItem.district_id == ProjectPermit.district_id)
                        & (ServiceItem.id == ProjectPermit.item_id),
                    )
                    .where(
                        ProjectPermit.district_id == actor.district_id,
                        ServiceItem.department_id == actor.department_id,
                    )
                )
            )


def editable_items(query: Select[Unpack[Columns]], actor: Actor) -> Select[Unpack[Columns]]:
    """Narrow a query over items to those whose versions the actor may draft and review."""
    query = query.where(ServiceItem.district_id == actor.district_id)
    if actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
        return query
    return query.where(ServiceItem.department_id == actor.department_id)


def served(session: Session, actor: Actor) -> frozenset[int] | None:
    """The departments whose items the actor's window takes in; None for somebody at no window."""
    if actor.window_id is None:
        return None
    return frozenset(
        session.scalars(
            select(WindowDepartment.department_id).where(
                WindowDepartment.district_id == actor.district_id, WindowDepartment.window_id == actor.window_id
            )
        )
    )
