"""Due instants follow the calendar."""

import datetime as dt

from sqlalchemy import select

from models.audit import AuditEntry
from models.cases import Case, CaseTask
from models.enums import ImportKind, MessageEvent
from models.exchange import ImportBatch
from models.messages import OutboxMessage
from models.organisations import Organisation
from services import calendars
from services.cases import clocks, intake
from tests import builders

THURSDAY = dt.date(2026, 3, 19)


def due(session, number):
    return session.scalars(select(Case.due_at).where(Case.number == number)).one()


def test_a_closed_day_moves_exactly_the_open_cases_it_lies_before(session, make_item, clerk_017, centre_staff, now):
    item = make_item()
    early = intake.file(session, builders.filing(item), actor=clerk_017, now=now - dt.timedelta(days=40))
    late = intake.file(session, builders.filing(item), actor=clerk_017, now=now)
    closed = {"is_workday": False, "name": "停电检修", "source": "示例通知〔2026〕1号"}
    moved = clocks.follow(
        session,
        calendars.edit_day(session, THURSDAY, **closed, actor=centre_staff, now=now),
        actor=centre_staff,
        now=now,
    )
    assert [each.number for each in moved] == [late.number]
    assert due(session, late.number) == late.due_at + dt.timedelta(days=1)
    assert due(session, early.number) == early.due_at
    task = session.scalars(select(CaseTask).where(CaseTask.case_id == late.case_id)).one()
    assert task.due_at == due(session, late.number)
    told = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.recompute")).one()
    assert list(told.after) == [late.number]


def test_a_halls_own_closure_moves_only_its_cases(session, make_item, clerk_017, centre_staff, now, district):
    filed = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now)
    closed = {"is_workday": False, "name": "停电", "source": "示例通知〔2026〕2号"}
    for centre, expected in (("510109-W", 0), ("510109-S", 1)):
        change = calendars.set_override(
            session, district.organisations[centre], THURSDAY, **closed, actor=centre_staff, now=now
        )
        assert len(clocks.follow(session, change, actor=centre_staff, now=now)) == expected
    assert due(session, filed.number) == filed.due_at + dt.timedelta(days=1)


def test_another_systems_case_keeps_its_own_deadline(session, make_item, clerk_017, centre_staff, now):
    filed = intake.file(session, builders.filing(make_item()), actor=clerk_017, now=now)
    batch = ImportBatch(
        district_id=builders.DISTRICT, id=1, kind=ImportKind.CASES, file_name="log.csv", file_hash="0" * 64, rows=1,
        created=1, changed=0, unchanged=0, rejected=0, imported_by="测试", imported_at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    session.get_one(Case, (builders.DISTRICT, filed.case_id)).batch_id = batch.id
    session.flush()
    assert calendars.preview_day(session, builders.DISTRICT, THURSDAY, False) == []


def test_the_offices_whose_cases_move_are_told_once_each(session, make_item, clerk_017, centre_staff, now):
    item = make_item()
    numbers = [intake.file(session, builders.filing(item), actor=clerk_017, now=now).number for _ in range(7)]
    office = session.get_one(Organisation, (builders.DISTRICT, builders.organisation_id(session, "017")))
    office.phone = "028-00001234"
    closed = {"is_workday": False, "name": "停电检修", "source": "示例通知〔2026〕1号"}
    change = calendars.edit_day(session, THURSDAY, **closed, actor=centre_staff, now=now)
    clocks.follow(session, change, actor=centre_staff, now=now)
    (text,) = session.scalars(
        select(OutboxMessage.body).where(OutboxMessage.event == MessageEvent.DUE_MOVED.value)
    ).all()
    assert "卫生局" in text and "共 7 件" in text and sum(number in text for number in numbers) == clocks.MOST_NAMED
