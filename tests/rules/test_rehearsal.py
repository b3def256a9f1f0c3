"""A flow tried on an imaginary case."""

import datetime as dt

import pytest

from models.enums import LimitUnit
from services.rules.guide import FlowStage
from services.rules.rehearsal import rehearse
from services.rules.work_calendar import CalendarYear, Schedule, WorkCalendar
from services.rules.working_time import Limit

ZONE = dt.timezone(dt.timedelta(hours=8))
CALENDAR = WorkCalendar({}, {2026: CalendarYear(2026, True)}, Schedule.parse("09:00-12:00;13:00-17:00"))
MONDAY = dt.datetime(2026, 3, 16, 9, tzinfo=ZONE)
FOUR_HOURS = Limit(4, LimitUnit.WORK_HOUR)


def minutes(stage, department, limit, **changes):
    return FlowStage(stage=stage, department=department, limit=limit, unit=LimitUnit.WORK_MINUTE, **changes)


SET_UP = [
    minutes(1, "工商", 120),
    minutes(2, "公安", 30),
    minutes(2, "质监", 30),
    minutes(3, "国税", 30),
    minutes(4, "地税", 30),
    minutes(5, "工商", 30),
]


def at(hour, minute=0):
    return MONDAY.replace(hour=hour, minute=minute)


def test_the_enterprise_flow_takes_four_working_hours():
    found = rehearse(SET_UP, {}, MONDAY, CALENDAR, FOUR_HOURS)
    assert [(task.row.department, task.starts, task.due) for task in found.tasks] == [
        ("工商", at(9), at(11)),
        ("公安", at(11), at(11, 30)),
        ("质监", at(11), at(11, 30)),
        ("国税", at(11, 30), at(12)),
        ("地税", at(12), at(13, 30)),
        ("工商", at(13, 30), at(14)),
    ]
    assert found.ends == found.promised == at(14) and not found.is_late


def test_a_flow_longer_than_its_promise_is_told():
    found = rehearse([*SET_UP, minutes(6, "卫生", 1)], {}, MONDAY, CALENDAR, FOUR_HOURS)
    assert found.is_late


@pytest.mark.parametrize(("join", "quorum", "hour"), [("all", None, 12), ("any", None, 10), ("vote", 2, 11)])
def test_a_stage_ends_by_its_join_rule(join, quorum, hour):
    rows = [minutes(1, name, 60 * n, join=join, quorum=quorum) for n, name in enumerate("甲乙丙", start=1)]
    assert rehearse(rows, {}, MONDAY, CALENDAR, None).ends == at(hour)


def test_a_task_whose_condition_fails_does_not_start_and_says_why():
    firms = {"when_fact": "申请人类别", "when_operator": "equals", "when_value": "单位"}
    rows = [minutes(1, "工商", 60), minutes(2, "质监", 60, **firms), minutes(3, "国税", 60)]
    found = rehearse(rows, {"申请人类别": "个人"}, MONDAY, CALENDAR, None)
    assert found.tasks[1].starts is None and "申请人类别等于「单位」" in found.tasks[1].why
    assert found.tasks[2].starts == at(10) and found.ends == at(11)
    assert rehearse(rows, {"申请人类别": "单位"}, MONDAY, CALENDAR, None).ends == at(12)
