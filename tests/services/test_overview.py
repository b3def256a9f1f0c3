"""The day's figures, and the lists that they are the lengths of."""

import datetime as dt
import heapq
import random

import pytest
from sqlalchemy import event, select

from models.cases import Case
from models.enums import CaseStatus, CaseType, LimitUnit
from services import database, overview
from services.cases import intake, review, search
from services.errors import NotAllowed
from services.overview import Figure
from tests import builders

DAY = dt.timedelta(days=1)


@pytest.fixture
def busy_days(session, make_item, now):
    """Two weeks of cases at two centres for two departments; returns the last moment."""
    chance = random.Random(3)
    items = [
        make_item(name="公共场所卫生许可", promise=(2, LimitUnit.WORKDAY)),
        make_item(name="食品经营登记", department="012", dept_name="", promise=(5, LimitUnit.WORKDAY)),
        make_item(name="卫生登记", case_type=CaseType.IMMEDIATE),
    ]
    clerks = [builders.actor(session, "window_clerk", centre=code) for code in ("510109-S", "510109-J1")]
    chiefs = [builders.actor(session, "chief_representative", department=code) for code in ("017", "012")]
    agenda = [(now - 13 * DAY + step * dt.timedelta(hours=5), step, None, None) for step in range(63)]
    while agenda:  # in order of time: the audit trail takes nothing from the past
        moment, step, number, act = heapq.heappop(agenda)
        if number is not None:
            case = session.scalars(select(Case).where(Case.number == number)).one()
            chief = next(each for each in chiefs if each.department_id == case.department_id)
            act(session, number, "申请人要求撤回", actor=chief, now=moment)
            continue
        form = builders.filing(chance.choice(items))
        filed = intake.file(session, form, actor=chance.choice(clerks), now=moment)
        if filed.status == CaseStatus.ACCEPTED and chance.random() < 0.6:
            decided = min(moment + chance.choice([1, 30, 70]) * dt.timedelta(hours=1), now)
            agenda_act = review.withdraw if chance.random() < 0.2 else review.grant
            heapq.heappush(agenda, (decided, 1000 + step, filed.number, agenda_act))
    return now


@pytest.fixture
def leader(session):
    return builders.actor(session, "management")


@pytest.mark.parametrize("who", ["leader", "inspector", "chief", "centre_staff"])
@pytest.mark.parametrize("ago", [0, 1, 4])
def test_every_figure_is_the_length_of_its_list(session, busy_days, request, who, ago):
    actor, now = request.getfixturevalue(who), busy_days
    day = now.date() - ago * DAY
    found = overview.of_day(session, actor, day, now=now)

    def listed(figure, **where):
        wanted = overview.filter_of(figure, day, **where)
        rows = search.page(session, wanted, actor, now=now, size=500).rows
        assert search.count(session, wanted, actor, now=now).value == len(rows)
        return len(rows)

    for figure in Figure:
        assert listed(figure) == found.total[figure], figure
        for line in found.centres:
            assert listed(figure, centre_id=line.id) == line.figures[figure]
        for line in found.departments:
            assert listed(figure, department_id=line.id) == line.figures[figure]
        assert sum(line.figures[figure] for line in found.centres) == found.total[figure]
        assert sum(line.figures[figure] for line in found.departments) == found.total[figure]
    assert any(found.total.values())


def test_a_day_is_compared_with_the_same_weekday_a_week_before(session, busy_days, leader):
    now = busy_days
    found = overview.of_day(session, leader, now.date(), now=now)
    earlier = overview.of_day(session, leader, now.date() - 7 * DAY, now=now)
    assert found.before == {figure: earlier.total[figure] for figure in overview.STORED}


def test_a_chief_representative_sees_the_own_department_only(session, busy_days, chief):
    found = overview.of_day(session, chief, busy_days.date(), now=busy_days)
    assert [line.id for line in found.departments] == [chief.department_id]


def test_a_window_clerk_has_no_overview(session, clerk, now):
    with pytest.raises(NotAllowed, match="查看统计"):
        overview.of_day(session, clerk, now.date(), now=now)


def test_the_figures_come_from_stored_sums_and_partial_indexes(session, busy_days, leader):
    sent = []

    def keep(connection, cursor, statement, parameters, context, many):
        sent.append((statement, parameters))

    session.flush()
    event.listen(database.engine(), "before_cursor_execute", keep)
    overview.of_day(session, leader, busy_days.date(), now=busy_days)
    event.remove(database.engine(), "before_cursor_execute", keep)
    assert len(sent) == 5
    if database.is_sqlite(session):
        live = [each for each in sent if "FROM cases" in each[0]]
        for statement, parameters in live:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            assert "USING INDEX ix_cases_due" in plan[0][-1] or "USING INDEX ix_cases_open" in plan[0][-1]
        assert len(live) == 3
