"""The exact stages in SQL: each group of keys seeks its own index, on either engine, whatever the size."""

import datetime as dt

import pytest
from sqlalchemy import event

from models.enums import ImportKind, Regime
from services import database
from services.tax import comparing, sides
from services.tax.outcomes import Task
from tests import builders, registers
from tests.registers import business, taxpayer

pytestmark = pytest.mark.usefixtures("fresh_database")
DAY = dt.date(2008, 3, 31)
CODES = ["TX-1", "TX-2", "TX-3", "TX-4", "TX-5", "TX-6", "TX-7"]


@pytest.fixture(autouse=True)
def shipped(fresh_database, now):
    registers.shipped(now)


def statements(task):
    yield sides.unmatched_left(task)
    yield sides.unmatched_right(task)
    yield sides.pairs(task, lambda left, right: left.name_key != right.name_key)


@pytest.mark.parametrize("code", CODES)
def test_no_stage_walks_a_register_for_each_record(code):
    rule = registers.rule(code, Regime.LEGACY_2008).definition
    with database.reading() as session:
        if not database.is_sqlite(session):
            pytest.skip("the plan's words are SQLite's")
        for section in rule.sections:
            task = Task(session, builders.DISTRICT, rule, section, DAY)
            for statement in statements(task):
                sql = str(statement.compile(session.connection(), compile_kwargs={"literal_binds": True}))
                plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
                seeks = [line for line in plan if "register_records" in line]
                assert not [line for line in seeks if line.startswith("SCAN") or ">?" in line], (code, plan)
                outer = [
                    line for line in seeks if "_no=?" not in line and "_code=?" not in line and "_key=?" not in line
                ]
                assert len(outer) <= len(seeks) / 2, (code, plan)


def count_statements(work):
    seen = []
    engine = database.engine()
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    try:
        work()
    finally:
        database.dispose()
    return len(seen)


@pytest.mark.parametrize("size", [20, 200])
def test_the_number_of_queries_does_not_grow_with_the_registers(now, size):
    registers.deliver(ImportKind.BUSINESS_REGISTRATION, [business(each) for each in range(size)], now=now)
    registers.deliver(ImportKind.TAX_REGISTRATION_NATIONAL, [taxpayer(each) for each in range(0, size, 2)], now=now)
    rule = registers.rule("TX-1").definition

    def compare():
        with database.reading() as session:
            comparing.compare(session, builders.DISTRICT, rule, as_of=DAY)

    assert count_statements(compare) <= 8
