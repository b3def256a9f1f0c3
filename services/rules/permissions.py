"""Which role may do what, and which roles exclude each other (R-SEC-01)."""

from collections.abc import Iterable

from models.enums import EXCLUSIVE_ROLES, Permission, Role
from services.errors import Invalid

P = Permission

TAX_OFFICER = frozenset(
    {P.TAX_READ, P.TAX_IMPORT, P.TAX_COMPARE, P.TAX_LEADS, P.TAX_REVEAL, P.ENTERPRISE_READ, P.CATALOGUE_READ}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.WINDOW_CLERK: frozenset({P.CASES_INTAKE, P.CASES_DELIVER, P.CASES_SEARCH, P.CATALOGUE_READ}),
    Role.REVIEWER: frozenset({P.CASES_REVIEW, P.CASES_SEARCH, P.CATALOGUE_READ, P.CATALOGUE_EDIT}),
    Role.CHIEF_REPRESENTATIVE: frozenset(
        {
            P.CASES_REVIEW,
            P.CASES_EXTEND,
            P.CASES_SEARCH,
            P.CASES_REVEAL,
            P.CATALOGUE_READ,
            P.CATALOGUE_EDIT,
            P.CATALOGUE_REVIEW_DEPARTMENT,
            P.STATISTICS_READ,
        }
    ),
    Role.CENTRE_STAFF: frozenset(
        {
            P.CATALOGUE_READ,
            P.CATALOGUE_EDIT,
            P.CATALOGUE_REVIEW_CENTRE,
            P.CATALOGUE_IMPORT,
            P.ORGANISATIONS_EDIT,
            P.CALENDAR_EDIT,
            P.TEMPLATES_EDIT,
            P.CASES_SEARCH,
            P.CASES_IMPORT,
            P.STATISTICS_READ,
        }
    ),
    Role.INSPECTOR: frozenset({P.CASES_SEARCH, P.CASES_EXPORT, P.CASES_REVEAL, P.CATALOGUE_READ, P.STATISTICS_READ}),
    Role.MANAGEMENT: frozenset({P.STATISTICS_READ, P.CASES_SEARCH, P.CATALOGUE_READ}),
    Role.TAX_OFFICER: TAX_OFFICER,
    Role.TAX_SUPERVISOR: TAX_OFFICER | {P.TAX_ASSIGN, P.TAX_RULES, P.TAX_MODELS},
    # held beside a window role: tax secrecy (征管法 art. 8) allows only whom the office names
    Role.ENTERPRISE_VIEWER: frozenset({P.ENTERPRISE_READ}),
    Role.SYSTEM_ADMIN: frozenset({P.USERS_EDIT}),
    Role.SECURITY_ADMIN: frozenset({P.GRANTS_APPROVE}),
    Role.AUDIT_ADMIN: frozenset({P.AUDIT_READ}),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """The union of what the roles allow."""
    return frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in roles))


def check_roles(roles: Iterable[Role]) -> None:
    """Raises Invalid when an exclusive administrator role is mixed with another (三员分立)."""
    held = set(roles)
    if not held:
        raise Invalid("请至少选择一个角色", {"roles": "请至少选择一个角色"})
    exclusive = held & EXCLUSIVE_ROLES
    if exclusive and len(held) > 1:
        names = "、".join(sorted(role.label for role in exclusive))
        raise Invalid(f"{names}不得兼任其他角色（三员分立）", {"roles": "三员分立：该角色只能单独授予"})
