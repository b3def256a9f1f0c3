"""Lists of users for the people who keep them."""

import dataclasses
import datetime as dt
from typing import TypeVarTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.enums import Permission, Role, ScopeKind
from models.organisations import Organisation, Window
from models.people import SignInSession, User, UserRole
from services.actors import Actor

PAGE_SIZE = 50
Columns = TypeVarTuple("Columns")


@dataclasses.dataclass(frozen=True)
class Filters:
    words: str = ""
    role: Role | None = None
    organisation_id: int | None = None
    is_active: bool | None = None


@dataclasses.dataclass(frozen=True)
class UserRow:
    id: int
    username: str
    display_name: str
    badge_number: str
    organisation: str
    department: str
    window: str
    roles: tuple[Role, ...]
    scope: ScopeKind
    is_active: bool
    locked_until: dt.datetime | None
    must_change_password: bool
    last_sign_in: dt.datetime | None


def _narrowed(query: Select[*Columns], filters: Filters, actor: Actor) -> Select[*Columns]:
    query = query.where(User.district_id == actor.district_id)
    if words := filters.words.strip():
        columns = (User.username, User.display_name, User.badge_number)
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    if filters.role is not None:
        holders = select(UserRole.user_id).where(
            UserRole.district_id == actor.district_id, UserRole.role == filters.role
        )
        query = query.where(User.id.in_(holders))
    if filters.organisation_id is not None:
        query = query.where(
            or_(User.organisation_id == filters.organisation_id, User.department_id == filters.organisation_id)
        )
    if filters.is_active is not None:
        query = query.where(User.is_active == filters.is_active)
    return query


def page(session: Session, filters: Filters, number: int, *, actor: Actor) -> tuple[list[UserRow], int]:
    """The `number`th page (from 1) of users by name, and how many there are in all."""
    if not actor.permissions & {Permission.USERS_EDIT, Permission.GRANTS_APPROVE}:
        actor.must(Permission.USERS_EDIT)
    total = session.scalar(_narrowed(select(func.count()).select_from(User), filters, actor)) or 0
    place, office = aliased(Organisation), aliased(Organisation)
    district = actor.district_id
    query = (
        select(User, place.name, office.name, Window.number)
        .join(place, and_(place.district_id == district, place.id == User.organisation_id))
        .outerjoin(office, and_(office.district_id == district, office.id == User.department_id))
        .outerjoin(Window, and_(Window.district_id == district, Window.id == User.window_id))
        .order_by(User.display_name, User.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    found = session.execute(_narrowed(query, filters, actor)).all()
    ids = [user.id for user, *_ in found]
    roles, seen = _roles(session, district, ids), _last_sign_ins(session, district, ids)
    return [
        _row(user, home, department, window, roles.get(user.id, ()), seen.get(user.id))
        for user, home, department, window in found
    ], total


def _roles(session: Session, district: int, ids: list[int]) -> dict[int, tuple[Role, ...]]:
    rows = session.execute(
        select(UserRole.user_id, UserRole.role)
        .where(UserRole.district_id == district, UserRole.user_id.in_(ids))
        .order_by(UserRole.role)
    )
    found: dict[int, tuple[Role, ...]] = {}
    for user_id, role in rows:
        found[user_id] = (*found.get(user_id, ()), role)
    return found


def _last_sign_ins(session: Session, district: int, ids: list[int]) -> dict[int, dt.datetime]:
    rows = session.execute(
        select(SignInSession.user_id, func.max(SignInSession.created_at))
        .where(SignInSession.district_id == district, SignInSession.user_id.in_(ids))
        .group_by(SignInSession.user_id)
    )
    return {user_id: at for user_id, at in rows}  # noqa: C416  (a Result is no mapping to dict())


def _row(
    user: User,
    home: str,
    department: str | None,
    window: str | None,
    roles: tuple[Role, ...],
    last_sign_in: dt.datetime | None,
) -> UserRow:
    return UserRow(
        user.id,
        user.username,
        user.display_name,
        user.badge_number,
        home,
        department or "",
        window or "",
        roles,
        user.scope,
        user.is_active,
        user.locked_until,
        user.must_change_password,
        last_sign_in,
    )


def windows(session: Session, *, actor: Actor) -> dict[int, str]:
    """Windows in use, by id: `大厅 · 12`."""
    rows = session.execute(
        select(Window.id, Organisation.name, Window.number)
        .join(Organisation, and_(Organisation.district_id == Window.district_id, Organisation.id == Window.centre_id))
        .where(Window.district_id == actor.district_id, Window.is_active)
        .order_by(Organisation.code, Window.number)
    )
    return {identity: f"{centre} · {number}" for identity, centre, number in rows}
