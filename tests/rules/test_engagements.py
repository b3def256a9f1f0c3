"""An intermediary's engagement, and whose every working minute was."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import CaseStatus, EngagementAction, EngagementState, HolderKind
from services.errors import Invalid, WrongState
from services.rules import engagements, holders, working_time
from services.rules.work_calendar import CalendarYear, Schedule, WorkCalendar

A, S, H = EngagementAction, EngagementState, HolderKind
ZONE = dt.timezone(dt.timedelta(hours=8))
CALENDAR = WorkCalendar({}, {2026: CalendarYear(2026, True)}, Schedule.parse("09:00-12:00;13:00-17:00"))


def at(day, hour, minute=0):
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(("state", "action"), list(itertools.product(S, A)))
def test_only_the_steps_in_the_table_are_possible(state, action):
    if action in engagements.possible(state):
        assert isinstance(engagements.next_state(state, action), EngagementState)
    else:
        with pytest.raises(WrongState, match=state.label):
            engagements.next_state(state, action)


def test_the_time_is_theirs_until_the_report_and_again_after_its_return():
    steps = [(at(16, 9), S.ENGAGED), (at(17, 9), S.REPORTED), (at(18, 9), S.RETURNED), (at(18, 15), S.REPORTED)]
    assert engagements.spans(steps, at(20, 9)) == [(at(16, 9), at(17, 9)), (at(18, 9), at(18, 15))]
    assert engagements.spans(steps[:1], at(16, 12)) == [(at(16, 9), at(16, 12))]


@pytest.mark.parametrize(
    ("state", "given_before", "stars", "comment", "error", "words"),
    [
        (S.ENGAGED, None, 5, "", WrongState, "验收"),
        (S.ACCEPTED, 4, 5, "", WrongState, "已经评过 4 分"),
        (S.ACCEPTED, None, 0, "", Invalid, "1 至 5"),
        (S.ACCEPTED, None, 6, "", Invalid, "1 至 5"),
        (S.ACCEPTED, None, 2, "差", Invalid, "写明原因"),
        (S.CANCELLED, None, 3, "长" * 501, Invalid, "超过"),
    ],
)
def test_a_rating_that_may_not_be_is_refused_in_words(state, given_before, stars, comment, error, words):
    with pytest.raises(error, match=words):
        engagements.check_rating(state, given_before, stars, comment)


def test_no_rating_is_no_average():
    assert engagements.average([None]) is None and engagements.average([5, 4, None]) == 4.5


C = CaseStatus
STEPS = [(at(16, 9), C.SUBMITTED), (at(16, 10), C.ACCEPTED), (at(17, 9), C.SUSPENDED), (at(19, 9), C.EXAMINING)]
STEPS += [(at(19, 12), C.DECIDED), (at(20, 9), C.DELIVERED)]


def test_each_stretch_has_its_holder_and_the_intermediarys_time_is_theirs():
    held = holders.ledger(STEPS, [(at(17, 9), at(18, 9))], CALENDAR, at(30, 9))
    assert holders.totals(held) == {
        H.WINDOW: 60 + 240,
        H.DEPARTMENT: 360 + 180,
        H.INTERMEDIARY: 420,
        H.SPECIAL_PROCEDURE: 420,
    }


moments = st.integers(0, 14 * 24 * 60).map(lambda n: at(2, 0) + dt.timedelta(minutes=n))


@given(
    st.lists(moments, min_size=2, max_size=8, unique=True).map(sorted),
    st.lists(st.sampled_from([C.SUBMITTED, C.CORRECTION_REQUESTED, C.ACCEPTED, C.EXAMINING, C.SUSPENDED]), min_size=8),
    st.lists(st.tuples(moments, moments).map(lambda pair: tuple(sorted(pair))), max_size=4),
)
def test_on_any_history_the_parts_sum_to_the_whole_and_do_not_overlap(times, statuses, theirs):
    now = times[-1]
    steps = list(zip(times[:-1], statuses, strict=False))
    held = holders.ledger(steps, theirs, CALENDAR, now)
    assert sum(each.minutes for each in held) == working_time.working_minutes(times[0], now, CALENDAR)
    assert all(a.end == b.start and a.holder is not b.holder for a, b in itertools.pairwise(held))
    assert held[0].start == times[0] and held[-1].end == now
