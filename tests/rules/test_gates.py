"""Gates between the stages of a project, and the government's own time."""

import datetime as dt

import pytest

from models.enums import PermitState, StageState
from services.rules import gates
from services.rules.gates import Permit
from services.rules.work_calendar import CalendarYear, Schedule, WorkCalendar

P, S = PermitState, StageState
ZONE = dt.timezone(dt.timedelta(hours=8))
CALENDAR = WorkCalendar({}, {2026: CalendarYear(2026, True)}, Schedule.parse("09:00-12:00;13:00-17:00"))


def permit(key, stage, standing=None, *, mandatory=True, early=False, requires=()):
    return Permit(key, f"事项{key}", stage, mandatory, early, standing, requires)


def project(first=None, second=None):
    return [
        permit(1, 1, first),
        permit(2, 1, second),
        permit(3, 1, mandatory=False),
        permit(4, 2),
        permit(5, 2, mandatory=False, early=True),
        permit(6, 3, requires=(4,)),
    ]


@pytest.mark.parametrize(
    ("first", "second", "states"),
    [
        (None, None, [S.OPEN, S.SHUT, S.SHUT]),
        (P.GRANTED, P.OPEN, [S.OPEN, S.SHUT, S.SHUT]),
        (P.GRANTED, P.REFUSED, [S.OPEN, S.SHUT, S.SHUT]),
        (P.GRANTED, P.NOT_APPLICABLE, [S.PASSED, S.OPEN, S.SHUT]),
        (P.GRANTED, P.GRANTED, [S.PASSED, S.OPEN, S.SHUT]),
    ],
)
def test_a_gate_opens_when_all_that_is_mandatory_is_granted_or_not_applicable(first, second, states):
    assert [gates.stage_state(project(first, second), stage) for stage in (1, 2, 3)] == states


def test_what_may_start_early_need_not_wait():
    permits = project()
    assert [gates.state(each, permits) for each in permits] == [P.READY] * 3 + [P.NOT_YET, P.READY, P.NOT_YET]
    assert "事项1、事项2" in gates.problem(permits[3], permits)


def test_an_optional_permit_never_holds_the_gate():
    assert gates.problem(project(P.GRANTED, P.GRANTED)[3], project(P.GRANTED, P.GRANTED)) == ""


def test_a_prerequisite_is_named():
    permits = [permit(1, 1, P.GRANTED), permit(2, 1, requires=(3,)), permit(3, 1)]
    assert "须先取得前置事项：事项3" in gates.problem(permits[1], permits)


@pytest.mark.parametrize(("standing", "words"), [(P.OPEN, "正在办理"), (P.GRANTED, "已取得"), (P.REFUSED, "")])
def test_what_was_applied_for_is_not_again_unless_it_was_refused(standing, words):
    mine = permit(1, 1, standing)
    assert words in gates.problem(mine, [mine]) and bool(words) == bool(gates.problem(mine, [mine]))


def at(day, hour):
    return dt.datetime(2026, 3, day, hour, tzinfo=ZONE)


def test_departments_that_work_at_once_use_the_governments_time_once():
    spans = [(at(16, 9), at(16, 12)), (at(16, 10), at(16, 14)), (at(16, 11), at(16, 12))]
    assert gates.government_minutes(spans, CALENDAR) == 4 * 60


def test_the_applicants_time_between_two_spans_is_not_counted():
    spans = [(at(16, 9), at(16, 10)), (at(18, 9), at(18, 10))]
    assert gates.government_minutes(spans, CALENDAR) == 2 * 60
    assert gates.government_minutes([], CALENDAR) == 0
