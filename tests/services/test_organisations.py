"""机构与窗口."""

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

import settings
from models.audit import AuditEntry
from models.districts import District
from models.enums import CENTRE_KINDS, OrganisationKind, ScopeKind, ServiceTier, WindowChannel
from models.organisations import Organisation, Window
from models.people import User
from services import actors, organisations
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.organisations import OrganisationDetails, WindowDetails
from tests import builders

DISTRICT = builders.DISTRICT
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CLERK = actors.system(DISTRICT, name="中心管理员")


@pytest.fixture
def loaded(session):
    """The template database holds the shipped organisations."""
    return session


def by_code(session, code):
    return session.scalars(select(Organisation).where(Organisation.code == code)).one()


def details(row, **changes):
    names = {field.name for field in dataclasses.fields(OrganisationDetails)}
    return OrganisationDetails(**{name: getattr(row, name) for name in names} | changes)


def edit(session, code, **changes):
    row = organisations.get(session, by_code(session, code).id, CLERK)
    organisations.edit(session, row.id, details(row, **changes), version=row.version, actor=CLERK, now=NOW)


def test_the_shipped_tree_has_two_halls_five_streets_eleven_communities_and_all_windows(loaded):
    tree = organisations.tree(loaded, DISTRICT)
    kinds = [row.kind for row in tree]
    assert kinds.count(OrganisationKind.HALL) == 2
    assert kinds.count(OrganisationKind.STREET_CENTRE) == 5
    assert kinds.count(OrganisationKind.COMMUNITY_POINT) == 11
    assert sum(row.windows for row in tree) == loaded.scalar(select(func.count()).select_from(Window))


def test_the_tree_shows_each_organisation_under_its_parent(loaded):
    seen = {None}
    for row in organisations.tree(loaded, DISTRICT):
        assert row.parent_id in seen
        assert row.path.endswith(f"/{row.id}/")
        seen.add(row.id)


def test_loading_the_reference_data_again_changes_nothing(loaded):
    again = organisations.import_reference(loaded, settings.DATA, district=loaded.get(District, DISTRICT), now=NOW)
    assert (again.created, again.changed, again.rejected) == (0, 0, 0)
    assert again.unchanged == again.rows


def test_the_reference_data_is_loaded_in_a_few_statements(session):
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    organisations.import_reference(session, settings.DATA, district=session.get(District, DISTRICT), now=NOW)
    assert len(statements) < 15


def test_a_windows_row_names_several_departments(loaded):
    hall = by_code(loaded, "510109-S")
    first = organisations.windows(loaded, DISTRICT, hall.id)[0]
    assert first.channel is WindowChannel.PARALLEL_PROJECT
    assert len(first.department_names) == 7
    assert first.zone_name == "政务区"


def test_bad_rows_are_told_with_row_column_and_reason_and_good_ones_are_kept(session):
    rows = [
        {"code": "A", "name": "区中心", "kind": "centre", "level": "district"},
        {"code": "A-1", "name": "南厅", "kind": "centre", "level": "district", "parent_code": "A"},
        {"code": "B", "name": "", "kind": "department"},
        {"code": "C", "name": "某局", "kind": "bureau"},
        {"code": "D", "name": "某局", "kind": "department", "parent_code": "missing"},
        {"code": "A", "name": "又一个", "kind": "department"},
        {"centre_code": "A-1", "number": "1", "channel": "standard", "department_code": "nobody"},
    ]
    outcome = organisations.import_organisations(session, rows, district_id=DISTRICT, now=NOW)
    assert [(error.row, error.column) for error in outcome.errors] == [
        (4, "name"), (5, "kind"), (6, "parent_code"), (7, "code"), (8, "department_code"),
    ]  # fmt: skip
    assert outcome.created == 2
    assert by_code(session, "A").kind is OrganisationKind.DISTRICT_CENTRE
    assert by_code(session, "A-1").kind is OrganisationKind.HALL


def test_an_import_by_a_person_asks_for_the_right_and_is_audited(session):
    rows = [{"code": "new", "name": "新局", "kind": "department"}]
    stranger = dataclasses.replace(CLERK, permissions=frozenset())
    with pytest.raises(NotAllowed):
        organisations.import_organisations(session, rows, district_id=DISTRICT, now=NOW, actor=stranger)
    organisations.import_organisations(session, rows, district_id=DISTRICT, now=NOW, actor=CLERK)
    organisations.import_organisations(session, rows, district_id=DISTRICT, now=NOW, actor=CLERK)
    assert session.scalars(select(AuditEntry.action)).all() == ["organisations.import"]


def test_parents_may_stand_below_their_children_in_the_sheet_but_not_in_a_circle(session):
    rows = [
        {"code": "child", "name": "下级", "kind": "hall", "parent_code": "parent"},
        {"code": "parent", "name": "上级", "kind": "district_centre"},
        {"code": "x", "name": "甲", "kind": "hall", "parent_code": "y"},
        {"code": "y", "name": "乙", "kind": "hall", "parent_code": "x"},
    ]
    outcome = organisations.import_organisations(session, rows, district_id=DISTRICT, now=NOW)
    assert outcome.created == 2
    assert {error.row for error in outcome.errors} == {4, 5}
    assert by_code(session, "child").path == f"/{by_code(session, 'parent').id}/{by_code(session, 'child').id}/"


def test_an_import_that_moves_a_hall_moves_its_zones(loaded):
    row = {"code": "510109-S", "name": "南区大厅", "kind": "hall", "level": "district", "parent_code": "510109-W"}
    organisations.import_organisations(loaded, [row], district_id=DISTRICT, now=NOW)
    zone = by_code(loaded, "510109-S1")
    assert zone.path.startswith(by_code(loaded, "510109-W").path)


def test_moving_an_organisation_takes_its_subtree_along(loaded):
    edit(loaded, "510109-S", parent_id=by_code(loaded, "510109-W").id)
    assert by_code(loaded, "510109-S1").path.startswith(by_code(loaded, "510109-S").path)
    assert by_code(loaded, "510109-S").path.startswith(by_code(loaded, "510109-W").path)


def test_an_organisation_cannot_be_put_under_itself(loaded):
    with pytest.raises(Invalid) as refusal:
        edit(loaded, "510109-S", parent_id=by_code(loaded, "510109-S1").id)
    assert "parent_id" in refusal.value.fields


def test_two_people_edit_one_organisation_and_the_second_is_told(loaded):
    row = organisations.get(loaded, by_code(loaded, "510109-S").id, CLERK)
    organisations.edit(loaded, row.id, details(row, name="南厅"), version=row.version, actor=CLERK, now=NOW)
    with pytest.raises(Conflict):
        organisations.edit(loaded, row.id, details(row, name="南区"), version=row.version, actor=CLERK, now=NOW)
    assert by_code(loaded, "510109-S").name == "南厅"


def test_a_code_is_given_once_and_errors_stand_at_their_fields(loaded):
    new = OrganisationDetails("510109-S", "", OrganisationKind.DEPARTMENT, region_code="12")
    with pytest.raises(Invalid) as refusal:
        organisations.create(loaded, new, actor=CLERK, now=NOW)
    assert set(refusal.value.fields) == {"code", "name", "region_code"}


def test_a_new_department_is_audited_and_can_be_chosen(loaded):
    new = OrganisationDetails("999", "数据局", OrganisationKind.DEPARTMENT, ServiceTier.DISTRICT)
    organisations.create(loaded, new, actor=CLERK, now=NOW)
    assert "数据局" in [row.name for row in organisations.departments(loaded, DISTRICT)]
    assert loaded.scalars(select(AuditEntry.action)).all() == ["organisation.create"]


def test_a_change_of_hours_makes_a_new_calendar_version(loaded):
    edit(loaded, "510109-S", schedule_code="S8")
    assert loaded.scalar(select(District.calendar_version)) == 2


def test_an_organisation_on_which_others_rest_stays_in_use(loaded):
    hall = organisations.get(loaded, by_code(loaded, "510109-S").id, CLERK)
    with pytest.raises(WrongState, match="窗口"):
        organisations.deactivate(loaded, hall.id, version=hall.version, reason="撤并", actor=CLERK, now=NOW)


def test_a_department_with_people_stays_in_use_until_they_leave(loaded):
    new = OrganisationDetails("999", "数据局", OrganisationKind.DEPARTMENT)
    own = organisations.create(loaded, new, actor=CLERK, now=NOW)
    person = User(
        district_id=DISTRICT, username="u", display_name="某", badge_number="1", organisation_id=own, department_id=own,
        window_id=None, scope=ScopeKind.DEPARTMENT, password_hash="-", password_changed_at=NOW,
        must_change_password=False, is_active=True, failed_count=0, locked_until=None,
    )  # fmt: skip
    loaded.add(person)
    loaded.flush()
    with pytest.raises(WrongState, match="1 名在岗人员"):
        organisations.deactivate(loaded, own, version=1, reason="撤并", actor=CLERK, now=NOW)
    person.is_active = False
    loaded.flush()
    organisations.deactivate(loaded, own, version=1, reason="撤并", actor=CLERK, now=NOW)
    assert "数据局" not in [row.name for row in organisations.departments(loaded, DISTRICT)]


def test_a_window_needs_a_number_of_its_own_and_a_department(loaded):
    hall = by_code(loaded, "510109-S")
    taken = organisations.windows(loaded, DISTRICT, hall.id)[0].number
    with pytest.raises(Invalid) as refusal:
        organisations.create_window(
            loaded, hall.id, WindowDetails(taken, "x", WindowChannel.STANDARD), actor=CLERK, now=NOW
        )
    assert set(refusal.value.fields) == {"number", "department_ids"}


def test_a_department_has_no_windows(loaded):
    department = organisations.departments(loaded, DISTRICT)[0]
    new = WindowDetails("1", "窗口", WindowChannel.STANDARD, department_ids=(department.id,))
    with pytest.raises(Invalid, match="不设窗口"):
        organisations.create_window(loaded, department.id, new, actor=CLERK, now=NOW)


def test_a_change_of_the_served_departments_alone_is_a_new_version(loaded):
    hall = by_code(loaded, "510109-S")
    row = organisations.windows(loaded, DISTRICT, hall.id)[5]
    other = organisations.departments(loaded, DISTRICT)[-1]
    changed = WindowDetails(row.number, row.name, row.channel, row.zone_id, row.phone, (*row.department_ids, other.id))
    organisations.edit_window(loaded, row.id, changed, version=row.version, actor=CLERK, now=NOW)
    with pytest.raises(Conflict):
        organisations.edit_window(loaded, row.id, changed, version=row.version, actor=CLERK, now=NOW)
    assert other.id in organisations.windows(loaded, DISTRICT, hall.id)[5].department_ids


def test_a_closed_window_is_shown_last_and_no_longer_counted(loaded):
    hall = by_code(loaded, "510109-S")
    first = organisations.windows(loaded, DISTRICT, hall.id)[0]
    organisations.deactivate_window(loaded, first.id, version=first.version, reason="改造", actor=CLERK, now=NOW)
    assert organisations.windows(loaded, DISTRICT, hall.id)[-1].id == first.id
    count = next(row.windows for row in organisations.tree(loaded, DISTRICT) if row.id == hall.id)
    assert count == len(organisations.windows(loaded, DISTRICT, hall.id)) - 1


def test_who_may_not_edit_organisations_is_refused_and_another_district_is_not_found(loaded):
    stranger = dataclasses.replace(CLERK, permissions=frozenset())
    with pytest.raises(NotAllowed):
        organisations.create(loaded, OrganisationDetails("z", "z", OrganisationKind.HALL), actor=stranger, now=NOW)
    with pytest.raises(NotFound):
        organisations.get(loaded, by_code(loaded, "510109").id, dataclasses.replace(CLERK, district_id=999))


def test_centres_are_where_cases_are_taken_in(loaded):
    found = organisations.centres(loaded, DISTRICT)
    assert len(found) == 18
    assert {row.kind for row in found} == set(CENTRE_KINDS)
