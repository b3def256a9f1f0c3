"""Builders with valid defaults, for tests."""

import dataclasses
import datetime as dt
import re
from typing import Any

from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

import settings
from models.catalogue import ItemVersion, ServiceItem
from models.districts import District
from models.enums import CaseType, ItemState, LimitUnit, OrganisationKind, Role, ScopeKind, ServiceTier, VersionState
from models.identity import new_id
from models.organisations import Organisation, Window, WindowDepartment
from services import calendars, organisations
from services.actors import Actor
from services.cases.applicants import ApplicantEntry
from services.cases.intake import Filing, MaterialEntry
from services.rules.guide import Guide
from services.rules.permissions import permissions_of

DISTRICT = 1
PERSON = ApplicantEntry("示例甲", "510113189901010011", phone="13800000001")
FIRM_ID = "91510113DEM0000149"
SCOPES = {
    Role.WINDOW_CLERK: ScopeKind.ORGANISATION,
    Role.REVIEWER: ScopeKind.DEPARTMENT,
    Role.CHIEF_REPRESENTATIVE: ScopeKind.DEPARTMENT,
}


@dataclasses.dataclass(frozen=True)
class Place:
    """Ids of the test district, by code."""

    id: int
    organisations: dict[str, int]


def postgresql_database(server: str, name: str, template: str | None) -> str:
    """A fresh database on the test server, copied from a template."""
    admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    source = f" TEMPLATE {make_url(template).database}" if template else " ENCODING 'UTF8' TEMPLATE template0"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {re.sub('[^a-z0-9_]', '', name)}{source}"))
    admin.dispose()
    url = make_url(server).set(drivername="postgresql+psycopg", database=re.sub("[^a-z0-9_]", "", name))
    return url.render_as_string(hide_password=False)


def seed(session: Session) -> None:
    """District, calendar and organisations, as the product's own data has them."""
    district = District(id=DISTRICT, code="510109", name="成都高新区")
    session.add(district)
    session.flush()
    now = dt.datetime(2026, 1, 5, 9, tzinfo=settings.current().zone)
    calendars.load_reference(session, settings.DATA)
    organisations.import_reference(session, settings.DATA, district=district, now=now)


def place(session: Session) -> Place:
    rows = session.execute(select(Organisation.code, Organisation.id).where(Organisation.district_id == DISTRICT))
    return Place(DISTRICT, dict(rows.all()))


def organisation_id(session: Session, code: str) -> int:
    return session.scalars(
        select(Organisation.id).where(Organisation.district_id == DISTRICT, Organisation.code == code)
    ).one()


def department(session: Session, code: str, name: str) -> int:
    """Another department of the district; returns its id."""
    root = session.scalars(select(Organisation).where(Organisation.code == "510109")).one()
    made = Organisation(
        district_id=DISTRICT,
        id=new_id(),
        code=code,
        name=name,
        kind=OrganisationKind.DEPARTMENT,
        parent_id=root.id,
        path=root.path,
        region_code=root.region_code,
        address="",
        phone="",
        is_active=True,
    )
    made.path = f"{root.path}{made.id}/"
    session.add(made)
    session.flush()
    return made.id


def window_serving(session: Session, department: str, centre: str = "510109-S") -> Window:
    """A window of the centre that serves the department."""
    return session.scalars(
        select(Window)
        .join(WindowDepartment, WindowDepartment.window_id == Window.id)
        .where(
            Window.centre_id == organisation_id(session, centre),
            WindowDepartment.department_id == organisation_id(session, department),
        )
        .order_by(Window.number)
        .limit(1)
    ).one()


def actor(
    session: Session,
    role: str,
    *,
    department: str | None = None,
    window: str | None = None,
    centre: str = "510109-S",
    user_id: int | None = None,
) -> Actor:
    """Somebody with one role. `window` and `department` are department codes."""
    kind = Role(role)
    root = organisation_id(session, centre)
    path = session.scalars(select(Organisation.path).where(Organisation.id == root)).one()
    inside = session.scalars(select(Organisation.id).where(Organisation.path.startswith(path))).all()
    return Actor(
        district_id=DISTRICT,
        user_id=user_id,
        name=f"示例{kind.label}",
        roles=frozenset({kind}),
        permissions=permissions_of({kind}),
        scope=SCOPES.get(kind, ScopeKind.DISTRICT),
        organisation_id=root,
        centre_ids=tuple(inside),
        department_id=organisation_id(session, department) if department else None,
        window_id=window_serving(session, window, centre).id if window else None,
        source="测试",
    )


def guide(**changes: Any) -> Guide:
    """A short guide that a case can be filed under."""
    base: dict[str, Any] = {
        "task_name": "公共场所卫生许可证核发",
        "dept_name": "卫生局",
        "task_type": "01",
        "project_type": "2",
        "anticipate_day": 20,
        "promise_day": 5,
        "materials": [
            {"key": "id", "name": "身份证明"},
            {"key": "plan", "name": "场所平面图", "necessity": "deferrable"},
        ],
    }
    return Guide.model_validate(base | changes)


def item(
    session: Session,
    *,
    name: str = "公共场所卫生许可证核发",
    department: str = "017",
    case_type: CaseType = CaseType.PROMISED,
    promise: tuple[int, LimitUnit] = (5, LimitUnit.WORKDAY),
    state: ItemState = ItemState.ACTIVE,
    **changes: Any,
) -> int:
    """A published item, written directly: tests of the catalogue go through its services."""
    body = guide(task_name=name, project_type=case_type.value, promise_day=promise[0], **changes)
    code = f"510109-{department}-01-{session.query(ServiceItem).count() + 1:03d}-000"
    made = ServiceItem(
        district_id=DISTRICT,
        code=code,
        name=name,
        department_id=organisation_id(session, department),
        tier=ServiceTier.DISTRICT,
        state=state,
        item_type="01",
        case_type=case_type,
        for_person=True,
        for_enterprise=False,
        topics=[],
        initials="",
        search_text=name,
    )
    session.add(made)
    session.flush()
    version = ItemVersion(
        district_id=DISTRICT,
        item_id=made.id,
        number=1,
        state=VersionState.PUBLISHED,
        guide=body.model_dump(mode="json"),
        name=name,
        case_type=case_type,
        promise_amount=promise[0],
        promise_unit=promise[1],
        statutory_amount=20,
        statutory_unit=LimitUnit.WORKDAY,
        created_by="测试",
        created_at=dt.datetime(2026, 1, 5, 9, tzinfo=settings.current().zone),
    )
    session.add(version)
    session.flush()
    made.published_version_id = version.id
    session.flush()
    return made.id


def filing(item_id: int, **changes: Any) -> Filing:
    """A form as a clerk fills it, with every material handed in."""
    materials = tuple(MaterialEntry(key) for key in changes.pop("materials", ("id", "plan")))
    return Filing(item_id, changes.pop("applicant", PERSON), materials, **changes)
