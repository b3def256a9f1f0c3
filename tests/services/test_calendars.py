"""工作日历."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.audit import AuditEntry
from models.cases import Applicant, Case
from models.catalogue import ItemVersion, ServiceItem
from models.clocks import CaseSuspension
from models.districts import CalendarDay, CalendarYear, CodeValue, District
from models.enums import (
    ApplicantKind,
    ApplicationChannel,
    CaseStatus,
    CaseType,
    HolderKind,
    IdType,
    ItemState,
    LimitUnit,
    ProcedureKind,
    ServiceTier,
    VersionState,
)  # fmt: skip
from models.organisations import Organisation
from services import actors, calendars, database, organisations
from services.calendars import DayRow
from services.errors import Invalid, NotAllowed
from services.rules import working_time
from services.rules.working_time import Limit
from tests import builders

DISTRICT = builders.DISTRICT
ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
CLERK = actors.system(DISTRICT, name="中心管理员")
SPRING = [DayRow(dt.date(2027, 2, day), False, "春节") for day in range(5, 12)] + [
    DayRow(dt.date(2027, 1, 31), True, "春节补班"),
    DayRow(dt.date(2027, 2, 14), True, "春节补班"),
]


@pytest.fixture
def session(fresh_database):
    """A session that may commit: what is kept between transactions is part of the test."""
    with Session(database.engine().execution_options(writing=True), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def hall(session):
    return session.scalars(select(Organisation).where(Organisation.code == "510109-S")).one()


@pytest.fixture
def make_case(session, hall):
    """An accepted case of a promise of `days` working days."""
    department = organisations.departments(session, DISTRICT)[0]
    item = ServiceItem(
        district_id=DISTRICT, id=1, code="I", name="某事项", department_id=department.id, tier=ServiceTier.DISTRICT,
        state=ItemState.ACTIVE, item_type="01", case_type=CaseType.PROMISED, for_person=True, for_enterprise=False,
        topics=[], initials="", search_text="", published_version_id=None, draft_version_id=None, batch_id=None,
    )  # fmt: skip
    applicant = Applicant(
        district_id=DISTRICT, id=1, kind=ApplicantKind.PERSON, name="某人", id_type=IdType.OTHER, id_key="k",
        id_cipher="c", phone_key=None, phone_cipher=None,
    )  # fmt: skip
    session.add_all([item, applicant])
    session.flush()

    def make(number, accepted, days, *, unit=LimitUnit.WORKDAY, centre=hall, due=None, status=CaseStatus.ACCEPTED):
        version = ItemVersion(
            district_id=DISTRICT, id=number, item_id=1, number=number, state=VersionState.PUBLISHED, guide={},
            name="某事项", case_type=CaseType.PROMISED, promise_amount=days, promise_unit=unit, statutory_amount=days,
            statutory_unit=unit, effective_on=None, batch_id=None, created_by="x", created_at=NOW, published_at=NOW,
        )  # fmt: skip
        session.add(version)
        session.flush()
        calendar = calendars.work_calendar(session, DISTRICT, centre.id)
        due = due or working_time.deadline(accepted, Limit(days, unit), calendar).due
        session.add(
            Case(
                district_id=DISTRICT, id=number, number=f"N{number}", item_id=1, item_version_id=number,
                case_type=CaseType.PROMISED, status=status, result=None, department_id=department.id,
                centre_id=centre.id, window_id=None, clerk_id=None, channel=ApplicationChannel.WINDOW, applicant_id=1,
                applicant_name="某人", agent_name=None, subject=None, submitted_at=accepted, accepted_at=accepted,
                due_at=due, statutory_due_at=due, decided_at=None, delivered_at=None, calendar_version=1,
                is_provisional=False, holder=HolderKind.DEPARTMENT, form_key=None, batch_id=None,
            )
        )  # fmt: skip
        session.flush()

    return make


def import_2027(session, rows=SPRING, official=True):
    return calendars.import_year(session, rows, 2027, official=official, source="国办发明电", actor=CLERK, now=NOW)


def test_the_shipped_calendar_works_on_make_up_days_and_rests_on_holidays(session):
    calendar = calendars.work_calendar(session, DISTRICT)
    assert not calendar.is_workday(dt.date(2026, 10, 1))
    assert calendar.is_workday(dt.date(2004, 1, 17))
    assert calendar.schedule.minutes == 420


def test_loading_the_reference_data_again_keeps_what_was_edited(session):
    calendars.edit_day(session, dt.date(2026, 10, 1), is_workday=None, name="", source="更正", actor=CLERK, now=NOW)
    calendars.load_reference(session, settings.DATA)
    assert session.get(CalendarDay, dt.date(2026, 10, 1)) is None


def test_every_official_code_set_is_stored_with_its_words(session):
    assert session.get(CodeValue, ("item_type", "01")).label == "行政许可"
    assert session.get(CodeValue, ("case_type", "2")).label == "承诺件"


def test_a_calendar_is_built_once_for_its_version_and_anew_after_a_change(session, hall):
    first = calendars.work_calendar(session, DISTRICT, hall.id)
    assert calendars.work_calendar(session, DISTRICT, hall.id) is first
    calendars.edit_day(
        session, dt.date(2026, 12, 25), is_workday=False, name="放假", source="文件", actor=CLERK, now=NOW
    )
    session.commit()
    session.info.clear()
    second = calendars.work_calendar(session, DISTRICT, hall.id)
    assert second is not first
    assert not second.is_workday(dt.date(2026, 12, 25))


def test_what_a_rolled_back_change_wrote_is_never_kept(session, hall):
    calendars.edit_day(
        session, dt.date(2026, 12, 25), is_workday=False, name="放假", source="文件", actor=CLERK, now=NOW
    )
    assert not calendars.work_calendar(session, DISTRICT, hall.id).is_workday(dt.date(2026, 12, 25))
    session.rollback()
    session.info.clear()
    calendars.edit_day(session, dt.date(2026, 12, 24), is_workday=False, name="放假", source="x", actor=CLERK, now=NOW)
    session.commit()
    session.info.clear()
    assert calendars.work_calendar(session, DISTRICT, hall.id).is_workday(dt.date(2026, 12, 25))


def test_a_halls_own_closure_holds_for_it_alone_and_below_it(session, hall):
    day = dt.date(2026, 12, 2)
    calendars.set_override(
        session, hall.id, day, is_workday=False, name="停电检修", source="通知", actor=CLERK, now=NOW
    )
    west = session.scalars(select(Organisation).where(Organisation.code == "510109-W")).one()
    assert not calendars.work_calendar(session, DISTRICT, hall.id).is_workday(day)
    assert calendars.work_calendar(session, DISTRICT, west.id).is_workday(day)
    assert calendars.work_calendar(session, DISTRICT).is_workday(day)


def test_halls_inherit_the_centres_closure_unless_they_have_their_own(session, hall):
    day = dt.date(2026, 12, 2)
    for centre, works in ((hall.parent_id, False), (hall.id, True)):
        calendars.set_override(session, centre, day, is_workday=works, name="选举", source="通知", actor=CLERK, now=NOW)
    west = session.scalars(select(Organisation).where(Organisation.code == "510109-W")).one()
    assert calendars.work_calendar(session, DISTRICT, hall.id).is_workday(day)
    assert not calendars.work_calendar(session, DISTRICT, west.id).is_workday(day)


def test_a_halls_hours_are_its_own(session, hall):
    hall.schedule_code = "S8"
    session.info["calendar_changed"] = True
    session.flush()
    assert calendars.work_calendar(session, DISTRICT, hall.id).schedule.minutes == 480


def test_importing_the_official_year_moves_exactly_the_cases_that_lie_across_it(session, make_case):
    make_case(1, dt.datetime(2027, 2, 3, 9, tzinfo=ZONE), 3)  # 2-4 then the holiday
    make_case(2, dt.datetime(2026, 11, 20, 9, tzinfo=ZONE), 3)  # due long before
    make_case(3, dt.datetime(2027, 3, 1, 9, tzinfo=ZONE), 3)  # after it all
    make_case(4, dt.datetime(2027, 2, 3, 9, tzinfo=ZONE), 3, status=CaseStatus.DECIDED)
    expected = calendars.preview_year(session, DISTRICT, SPRING, 2027, official=True, source="")
    found = import_2027(session)
    assert [case.number for case in found] == ["N1"]
    assert found == expected
    calendar = calendars.work_calendar(session, DISTRICT)
    accepted = dt.datetime(2027, 2, 3, 9, tzinfo=ZONE)
    assert found[0].new_due == working_time.deadline(accepted, Limit(3, LimitUnit.WORKDAY), calendar).due


def test_a_due_date_with_a_special_procedure_in_it_is_counted_anew_with_it(session, make_case):
    import_2027(session, rows=[DayRow(dt.date(2027, 1, 1), False, "元旦")], official=False)
    make_case(1, dt.datetime(2027, 2, 1, 9, tzinfo=ZONE), 3, due=dt.datetime(2027, 2, 8, 17, tzinfo=ZONE))
    begun = dt.datetime(2027, 2, 2, 9, tzinfo=ZONE)
    told = {"procedure": ProcedureKind.HEARING, "legal_basis": "x", "reason": "y", "started_by": "测试"}
    ended = {"expected_end_on": dt.date(2027, 2, 9), "ended_at": begun + dt.timedelta(days=1)}
    session.add(CaseSuspension(district_id=1, id=1, case_id=1, started_at=begun, **told, **ended))
    session.flush()
    found = import_2027(session)
    assert [case.new_due for case in found] == [dt.datetime(2027, 2, 14, 17, tzinfo=ZONE)]


def test_importing_a_year_replaces_it_and_tells_that_it_is_official(session):
    import_2027(session, rows=SPRING[:3], official=False)
    assert not session.get(CalendarYear, 2027).official
    import_2027(session)
    assert session.get(CalendarYear, 2027).official
    year = CalendarDay.date.between(dt.date(2027, 1, 1), dt.date(2027, 12, 31))
    kept = session.scalars(select(CalendarDay.date).where(year)).all()
    assert sorted(kept) == sorted(row.date for row in SPRING)


def test_a_day_of_another_year_is_refused(session):
    with pytest.raises(Invalid, match="不属于 2027 年"):
        import_2027(session, rows=[DayRow(dt.date(2026, 5, 1), False, "劳动节")])


def test_every_change_makes_a_new_version_and_an_audit_entry(session, hall):
    import_2027(session)
    calendars.edit_day(session, dt.date(2027, 3, 8), is_workday=False, name="x", source="y", actor=CLERK, now=NOW)
    calendars.set_override(
        session, hall.id, dt.date(2027, 3, 9), is_workday=False, name="x", source="y", actor=CLERK, now=NOW
    )
    calendars.remove_override(session, hall.id, dt.date(2027, 3, 9), reason="恢复", actor=CLERK, now=NOW)
    assert session.scalar(select(District.calendar_version)) == 5
    assert len(session.scalars(select(AuditEntry.action)).all()) == 4


def test_a_change_needs_its_document_and_the_permission(session, hall):
    with pytest.raises(Invalid) as refusal:
        calendars.edit_day(session, dt.date(2026, 12, 1), is_workday=False, name="", source="", actor=CLERK, now=NOW)
    assert set(refusal.value.fields) == {"name", "source"}
    with pytest.raises(NotAllowed):
        calendars.edit_day(
            session,
            dt.date(2026, 12, 1),
            is_workday=False,
            name="x",
            source="y",
            actor=actors.public(DISTRICT),
            now=NOW,
        )


@pytest.mark.parametrize(
    "content",
    [
        b"date,is_workday,name\n2027-02-05,0,\xe6\x98\xa5\xe8\x8a\x82\n2027-02-14,1,\xe8\xa1\xa5\xe7\x8f\xad\n",
        "date,is_workday,name\n2027-02-05,否,春节\n2027-02-14,是,补班\n".encode("gb18030"),
        '{"year": 2027, "days": [{"name": "春节", "date": "2027-02-05", "isOffDay": true},'
        '{"name": "补班", "date": "2027-02-14", "isOffDay": false}]}'.encode(),
    ],
)
def test_a_years_file_is_read_in_every_shape_it_comes_in(content):
    assert calendars.read_days(content) == [
        DayRow(dt.date(2027, 2, 5), False, "春节"),
        DayRow(dt.date(2027, 2, 14), True, "补班"),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"x", b"{", b"date,is_workday\n2027-13-01,1\n", b"date,is_workday\n2027-01-01,2\n"]
)
def test_a_file_that_cannot_be_read_says_what_it_should_look_like(content):
    with pytest.raises(Invalid, match="CSV"):
        calendars.read_days(content)
