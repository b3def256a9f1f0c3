"""Keeping the staff: accounts by the system administrator, rights by the security administrator (三员分立)."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from models.enums import EXCLUSIVE_ROLES, OrganisationKind, Permission, Role, ScopeKind
from models.organisations import Organisation, Window
from models.people import User, UserRole
from services import audit, passwords
from services import sign_in_sessions as sessions
from services.actors import Actor
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.rules import permissions

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")


@dataclasses.dataclass(frozen=True)
class UserDetails:
    """What is typed about an account; rights are granted apart."""

    username: str
    display_name: str
    badge_number: str
    organisation_id: int
    department_id: int | None = None
    window_id: int | None = None


@dataclasses.dataclass(frozen=True)
class Account(UserDetails):
    """An account as stored; `version` goes back with a change, so that nobody overwrites another's."""

    id: int = 0
    roles: frozenset[Role] = frozenset()
    scope: ScopeKind = ScopeKind.WINDOW
    is_active: bool = True
    locked_until: dt.datetime | None = None
    version: int = 1


@dataclasses.dataclass(frozen=True)
class Issued:
    """An account with the one-time password to hand over; it is shown once and stored only as a hash."""

    user_id: int
    username: str
    password: str


DETAILS = tuple(field.name for field in dataclasses.fields(UserDetails))
STORED = tuple(field.name for field in dataclasses.fields(Account) if field.name != "roles")


def get(session: Session, user_id: int, *, actor: Actor) -> Account:
    """Raises NotFound outside the district, NotAllowed without a right over users."""
    user = _find(session, user_id, actor=actor)
    return Account(roles=_roles_of(session, user), **{name: getattr(user, name) for name in STORED})


def _find(session: Session, user_id: int, *, actor: Actor) -> User:
    if not actor.permissions & {Permission.USERS_EDIT, Permission.GRANTS_APPROVE}:
        actor.must(Permission.USERS_EDIT)
    user = session.get(User, (actor.district_id, user_id))
    if user is None:
        raise NotFound("没有找到该用户")
    return user


def _roles_of(session: Session, user: User) -> frozenset[Role]:
    return frozenset(
        session.scalars(
            select(UserRole.role).where(UserRole.district_id == user.district_id, UserRole.user_id == user.id)
        )
    )


def _other(session: Session, user_id: int, *, actor: Actor, version: int | None = None) -> User:
    """A user other than the actor, as the actor last saw it."""
    user = _find(session, user_id, actor=actor)
    if user.id == actor.user_id:
        raise NotAllowed("不能改动自己的账号和权限，请由另一名管理员办理")
    if version is not None and user.version != version:
        raise Conflict(f"「{user.display_name}」刚被他人修改，请刷新后核对再改")
    return user


# --- accounts: the system administrator ---


def create(session: Session, details: UserDetails, *, actor: Actor, now: dt.datetime) -> Issued:
    """A new account without rights, with a one-time password good for 24 hours."""
    actor.must(Permission.USERS_EDIT)
    details = _checked(session, details, actor=actor)
    password = passwords.one_time()
    user = User(
        district_id=actor.district_id,
        **dataclasses.asdict(details),
        scope=ScopeKind.WINDOW,
        password_hash=passwords.hashed(password),
        password_changed_at=now,
        must_change_password=True,
        is_active=True,
        failed_count=0,
        locked_until=None,
    )
    session.add(user)
    session.flush()
    _record(session, "user.create", user, actor=actor, now=now, after=dataclasses.asdict(details))
    return Issued(user.id, user.username, password)


def edit(session: Session, user_id: int, details: UserDetails, *, version: int, actor: Actor, now: dt.datetime) -> None:
    """Change name, badge, place of work. Raises Conflict when somebody was quicker."""
    actor.must(Permission.USERS_EDIT)
    user = _other(session, user_id, actor=actor, version=version)
    details = _checked(session, details, actor=actor, own=user)
    before = {name: getattr(user, name) for name in DETAILS}
    _check_scope(user.scope, details.department_id)
    for name, value in dataclasses.asdict(details).items():
        setattr(user, name, value)
    session.flush()
    _record(session, "user.edit", user, actor=actor, now=now, before=before, after=dataclasses.asdict(details))


def disable(session: Session, user_id: int, *, reason: str, actor: Actor, now: dt.datetime) -> None:
    """The account can no longer sign in, and is out at the next click."""
    actor.must(Permission.USERS_EDIT)
    user = _other(session, user_id, actor=actor)
    if not reason.strip():
        raise Invalid("请填写停用原因", {"reason": "请填写停用原因"})
    _keep_one(session, user, _roles_of(session, user))
    user.is_active = False
    sessions.revoke_all(session, user.id, actor=actor, now=now)
    _record(session, "user.disable", user, actor=actor, now=now, reason=reason.strip())


def enable(session: Session, user_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Take a disabled account into use again, or end a lock after failed sign-ins."""
    actor.must(Permission.USERS_EDIT)
    user = _other(session, user_id, actor=actor)
    before = {"is_active": user.is_active, "locked_until": user.locked_until}
    user.is_active, user.failed_count, user.locked_until = True, 0, None
    _record(session, "user.enable", user, actor=actor, now=now, before=before)


def _right_to_reset(held: frozenset[Role]) -> Permission:
    return Permission.GRANTS_APPROVE if held & EXCLUSIVE_ROLES else Permission.USERS_EDIT


def may_reset(held: frozenset[Role], actor: Actor) -> bool:
    """Whether the actor resets the password of somebody with these roles."""
    return actor.may(_right_to_reset(held))


def reset_password(session: Session, user_id: int, *, actor: Actor, now: dt.datetime) -> Issued:
    """A new one-time password; every sign-in ends.

    Administrators' passwords are reset by the security administrator: else whoever makes accounts could become one.
    """
    user = _other(session, user_id, actor=actor)
    actor.must(_right_to_reset(_roles_of(session, user)))
    password = passwords.one_time()
    passwords.replace(session, user, passwords.hashed(password), now=now)
    user.must_change_password = True
    sessions.revoke_all(session, user.id, actor=actor, now=now)
    _record(session, "user.password_reset", user, actor=actor, now=now)
    return Issued(user.id, user.username, password)


# --- rights: the security administrator ---


def grant(
    session: Session,
    user_id: int,
    roles: Iterable[Role],
    scope: ScopeKind,
    *,
    version: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Give exactly these roles, over this part of the records."""
    actor.must(Permission.GRANTS_APPROVE)
    user = _other(session, user_id, actor=actor, version=version)
    wanted, held = frozenset(roles), _roles_of(session, user)
    permissions.check_roles(wanted)
    _check_scope(scope, user.department_id)
    _keep_one(session, user, held - wanted)
    before = {"roles": sorted(held), "scope": user.scope}
    session.execute(delete(UserRole).where(UserRole.district_id == user.district_id, UserRole.user_id == user.id))
    session.add_all(UserRole(district_id=user.district_id, user_id=user.id, role=role) for role in sorted(wanted))
    user.scope = scope
    flag_modified(user, "scope")  # the roles are other rows: the version must rise all the same
    session.flush()
    after = {"roles": sorted(wanted), "scope": scope}
    _record(session, "user.give_roles", user, actor=actor, now=now, before=before, after=after)


def _keep_one(session: Session, user: User, lost: Iterable[Role]) -> None:
    """Each administrator's role keeps a working holder: else nobody could ever give it again."""
    for role in EXCLUSIVE_ROLES & set(lost):
        others = session.scalar(
            select(func.count())
            .select_from(User)
            .join(UserRole, (UserRole.district_id == User.district_id) & (UserRole.user_id == User.id))
            .where(User.district_id == user.district_id, User.id != user.id, User.is_active, UserRole.role == role)
        )
        if not others:
            raise Invalid(f"「{user.display_name}」是唯一在用的{role.label}，须先另设一名再停用或收回")


def _check_scope(scope: ScopeKind, department_id: int | None) -> None:
    if scope is ScopeKind.DEPARTMENT and department_id is None:
        raise Invalid("数据范围为「本部门」时，须先为该用户设置所属部门", {"scope": "该用户没有所属部门"})


# --- what is typed ---


def _checked(session: Session, details: UserDetails, *, actor: Actor, own: User | None = None) -> UserDetails:
    tidy = dataclasses.replace(
        details,
        username=details.username.strip().lower(),
        display_name=details.display_name.strip(),
        badge_number=details.badge_number.strip(),
    )
    faults = _typed_faults(tidy) | _taken(session, tidy, actor=actor, own=own) | _places(session, tidy, actor=actor)
    if faults:
        raise Invalid("请改正以下内容", faults)
    return tidy


def _typed_faults(details: UserDetails) -> dict[str, str]:
    faults = {}
    if not USERNAME.fullmatch(details.username):
        faults["username"] = "用户名须为 3 至 32 位小写字母、数字或 . _ -，以字母或数字开头，例如 zhang.san"
    if not details.display_name:
        faults["display_name"] = "请填写姓名"
    if not details.badge_number:
        faults["badge_number"] = "请填写工号"
    return faults


def _taken(session: Session, details: UserDetails, *, actor: Actor, own: User | None) -> dict[str, str]:
    others = session.execute(
        select(User.username, User.badge_number, User.display_name).where(
            User.district_id == actor.district_id,
            or_(User.username == details.username, User.badge_number == details.badge_number),
            User.id != (own.id if own else 0),
        )
    ).all()
    faults = {}
    for other in others:
        if other.username == details.username:
            faults["username"] = f"用户名已被「{other.display_name}」使用"
        if other.badge_number == details.badge_number:
            faults["badge_number"] = f"工号已被「{other.display_name}」使用"
    return faults


def _places(session: Session, details: UserDetails, *, actor: Actor) -> dict[str, str]:
    faults = {}
    district = actor.district_id
    if session.get(Organisation, (district, details.organisation_id)) is None:
        faults["organisation_id"] = "请选择所属机构"
    if details.department_id is not None:
        department = session.get(Organisation, (district, details.department_id))
        if department is None or department.kind is not OrganisationKind.DEPARTMENT:
            faults["department_id"] = "请从进驻部门中选择"
    if details.window_id is not None and session.get(Window, (district, details.window_id)) is None:
        faults["window_id"] = "没有这个窗口"
    return faults


def _record(session: Session, action: str, user: User, *, actor: Actor, now: dt.datetime, **details: object) -> None:
    audit.record(session, action, ("user", user.id), actor=actor, now=now, **details)  # type: ignore[arg-type]
