"""Members of staff, for tests."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.enums import Role, ScopeKind
from models.people import User, UserRole
from services import passwords
from tests import builders

PASSWORD = "Yichuang-2026"
_HASHES: dict[tuple[str, int], str] = {}


def hashed(password: str) -> str:
    """bcrypt once a password and cost."""
    key = password, passwords.COST
    if key not in _HASHES:
        _HASHES[key] = passwords.hashed(password)
    return _HASHES[key]


def user(
    session: Session,
    *roles: Role,
    username: str = "",
    password: str = PASSWORD,
    scope: ScopeKind | None = None,
    organisation: str = "510109-S",
    department: str | None = None,
    window: str | None = None,
    now: dt.datetime | None = None,
    **changes: object,
) -> User:
    """A user with the roles. `organisation`, `department`, `window` (a department served there): codes."""
    kind = roles[0] if roles else Role.WINDOW_CLERK
    count = session.scalar(select(func.count()).select_from(User)) or 0
    made = User(
        district_id=builders.DISTRICT,
        username=username or f"{kind.value}{count + 1}",
        display_name=f"示例{kind.label}{count + 1}",
        badge_number=f"G{count + 1:04d}",
        organisation_id=builders.organisation_id(session, organisation),
        department_id=builders.organisation_id(session, department) if department else None,
        window_id=builders.window_serving(session, window, organisation).id if window else None,
        scope=scope or builders.SCOPES.get(kind, ScopeKind.DISTRICT),
        password_hash=hashed(password),
        password_changed_at=now or dt.datetime.now(settings.current().zone),
        must_change_password=False,
        is_active=True,
        failed_count=0,
        locked_until=None,
    )
    for name, value in changes.items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    session.add_all(UserRole(district_id=made.district_id, user_id=made.id, role=role) for role in roles)
    session.flush()
    return made
