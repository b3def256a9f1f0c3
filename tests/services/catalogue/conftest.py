"""A small district with two departments, the people who keep its catalogue, and a guide fit to publish."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

import models
from models.districts import District
from models.enums import OrganisationKind, Role, ScopeKind, ServiceTier
from models.organisations import Organisation
from services import actors, database
from services.actors import Actor
from services.catalogue import items, versions
from services.rules.guide import Guide
from services.rules.permissions import permissions_of

NOW = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
DISTRICT = 1
VALID = {
    "task_name": "餐饮业卫生许可", "catalog_code": "510123001001", "task_type": "01", "use_level": "4",
    "dept_name": "卫生局", "project_type": "2", "review_mode": "review_then_approve", "anticipate_day": 20,
    "promise_day": 5, "accept_condition": "有固定的经营场所", "result_name": "卫生许可证", "result_type": "certificate",
    "by_law": [{"law_name": "公共场所卫生管理条例", "article": "第四条"}],
    "materials": [{"name": "卫生许可申请表"}, {"name": "场所平面图", "copies": 1}],
    "handle_flow": [{"name": name} for name in ("受理", "审核", "审批", "办结", "送达")],
    "link_way": "窗口咨询", "consult_phone": "028-00001801", "supervise_way": "督查科",
    "complain_phone": "028-00009999",
    "places": [{"place": "政务大厅", "hours": "工作日 9:00—17:00"}], "serve_type": ["1", "2"],
    "user_topic_type": ["145"], "corp_topic_type": ["110"], "handle_type": ["1"], "limit_scene_num": 1,
    "limit_scene_explain": "领证时核对原件",
}  # fmt: skip


def guide(**changes) -> Guide:
    return Guide.model_validate(VALID | changes)


@pytest.fixture
def other_session(tmp_path):
    """A second installation, without departments."""
    engine = database.make_engine(f"sqlite:///{tmp_path}/other.db").execution_options(writing=True)
    models.Base.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        session.add(District(id=DISTRICT, code="510109", name="成都高新区", calendar_version=1))
        session.flush()
        add_organisation(session, "C", "区政务服务中心", OrganisationKind.DISTRICT_CENTRE)
        yield session
    engine.dispose()


def add_organisation(session, code, name, kind=OrganisationKind.DEPARTMENT, parent=None):
    organisation = Organisation(
        district_id=DISTRICT, code=code, name=name, kind=kind, tier=ServiceTier.DISTRICT, path="", region_code="510109",
        address="", phone="", is_active=True, parent_id=parent.id if parent else None,
    )  # fmt: skip
    session.add(organisation)
    session.flush()
    organisation.path = f"{parent.path if parent else '/'}{organisation.id}/"
    session.flush()
    return organisation


@pytest.fixture
def centre(session):
    return add_organisation(session, "C", "区政务服务中心", OrganisationKind.DISTRICT_CENTRE)


@pytest.fixture
def health(session, centre):
    return add_organisation(session, "WS", "卫生局", parent=centre)


@pytest.fixture
def trade(session, centre):
    return add_organisation(session, "GS", "工商局", parent=centre)


def person(role: Role, department=None, **more) -> Actor:
    return Actor(
        DISTRICT, None, role.label, roles=frozenset({role}), permissions=permissions_of([role]),
        scope=ScopeKind.DEPARTMENT if department else ScopeKind.DISTRICT,
        department_id=department.id if department else None, **more,
    )  # fmt: skip


@pytest.fixture
def reviewer(health):
    return person(Role.REVIEWER, health)


@pytest.fixture
def chief(health):
    return person(Role.CHIEF_REPRESENTATIVE, health)


@pytest.fixture
def staff():
    return person(Role.CENTRE_STAFF)


@pytest.fixture
def system():
    return actors.system(DISTRICT)


@pytest.fixture
def make_item(session, health, system):
    """An item in preparation; `task_code` follows the code unless given."""

    def make(code="WS-001", department=None, **changes):
        changes = {"task_code": f"T{code}"} | changes
        department_id = (department or health).id
        return items.create(
            session, code=code, department_id=department_id, tier=ServiceTier.DISTRICT, guide=guide(**changes),
            actor=system, now=NOW,
        )  # fmt: skip

    return make


def current(session, item):
    """The draft as it stands."""
    return versions.get(session, item.draft_version_id, actors.system(DISTRICT))


def review(session, item, now=NOW):
    """Take the item's draft through both reviews."""
    version, actor = current(session, item), actors.system(DISTRICT)
    for step in (versions.submit, versions.approve_department, versions.approve_centre):
        step(session, version, actor=actor, now=now)
    return version


@pytest.fixture
def make_published(session, make_item, system):
    def make(*args, **changes):
        item = make_item(*args, **changes)
        versions.publish(session, review(session, item), actor=system, now=NOW)
        return item

    return make
