"""Who acts: a resolved member of staff, the public, or the system itself."""

import dataclasses

from models.enums import Permission, Role, ScopeKind
from services.errors import NotAllowed


@dataclasses.dataclass(frozen=True)
class Actor:
    """Somebody with rights and a scope. `centre_ids` is the organisation subtree in which a case's centre must lie."""

    district_id: int
    user_id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    scope: ScopeKind = ScopeKind.WINDOW
    organisation_id: int | None = None
    centre_ids: tuple[int, ...] = ()
    department_id: int | None = None
    window_id: int | None = None
    session_id: int | None = None
    source: str = ""
    must_change_password: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Raises NotAllowed without the permission."""
        if not self.may(permission):
            raise NotAllowed(f"您没有「{permission.label}」权限")


def system(district_id: int, *, name: str = "系统", source: str = "后台") -> Actor:
    """The product itself at a terminal or in the worker: all permissions, the whole district."""
    return Actor(
        district_id,
        None,
        name,
        permissions=frozenset(Permission),
        scope=ScopeKind.DISTRICT,
        source=source,
    )


def public(district_id: int, *, source: str = "") -> Actor:
    """A citizen without an account."""
    return Actor(district_id, None, "公众", source=source)
