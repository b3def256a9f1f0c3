"""Tracking without an account: what to do first, time left, what comes next, and how long such cases took."""

import datetime as dt
from collections import Counter

import pytest

from models.applications import ItemDuration
from models.cases import Case
from models.enums import CaseAction, CaseResult, CaseStatus
from services import confidential
from services.cases import durations, intake, review, tracking, transitions
from services.errors import NotFound
from tests import builders

D = builders.DISTRICT
DAY = dt.timedelta(days=1)


@pytest.fixture
def item(session):
    return builders.item(session, places=[{"place": "南区大厅", "hours": "周一至周五 9:00—17:00"}])


@pytest.fixture
def filed(session, item, clerk_017, now):
    return intake.file(session, builders.filing(item), actor=clerk_017, now=now)


def look(session, filed, now):
    return tracking.by_code(session, D, filed.number, confidential.query_code(D, filed.number), now=now)


def test_an_accepted_case_tells_the_working_time_left_and_what_comes_next(session, filed, now):
    found = look(session, filed, now + DAY)
    assert (found.left.workdays, found.left.overdue) == (4, False)
    assert found.upcoming == ["作出决定", "送达或领取结果"]
    assert found.todo is None
    assert "示例甲" not in found.applicant


def test_a_wrong_code_and_an_unknown_number_say_the_same(session, filed, now):
    for number, code in ((filed.number, "0" * 14), ("51010920260316000010", filed.query_code)):
        with pytest.raises(NotFound) as refusal:
            tracking.by_code(session, D, number, code, now=now)
        assert str(refusal.value) == tracking.UNKNOWN


def test_a_correction_stands_first_with_each_document_its_reason_and_the_last_day(session, item, clerk_017, now):
    form = builders.filing(item, is_to_review=True)
    filed = intake.file(session, form, actor=clerk_017, now=now)
    assert look(session, filed, now).upcoming[0].startswith("窗口核对材料")
    case = session.get_one(Case, (D, filed.case_id))
    told = {"items": [{"key": "id", "name": "身份证明", "verdict": "看不清", "note": "请重拍"}], "until": "2026-04-01"}
    with transitions.counted(session, case):
        transitions.move(session, case, CaseAction.REQUEST_CORRECTION, actor=clerk_017, now=now, evidence=told)
    todo = look(session, filed, now).todo
    assert [(each.name, each.reason) for each in todo.asked] == [("身份证明", "看不清：请重拍")]
    assert (todo.until, todo.hours) == (dt.date(2026, 4, 1), "周一至周五 9:00—17:00")


def test_a_decided_case_says_where_to_fetch_it(session, filed, reviewer, now):
    review.grant(session, filed.number, actor=reviewer, now=now)
    found = look(session, filed, now)
    assert found.status is CaseStatus.DECIDED
    assert (found.todo.asked, found.left, found.usual) == ([], None, None)
    assert found.todo.place


def test_how_long_such_cases_took_is_never_told_of_fewer_than_twenty(session, filed, item, now):
    for cases, told in ((19, (19, None, None)), (20, (20, 3, 6))):
        session.merge(ItemDuration(district_id=D, item_id=item, as_of=now.date(), cases=cases, p50_days=3, p90_days=6))
        usual = look(session, filed, now).usual
        assert (usual.cases, usual.p50_days, usual.p90_days) == told


def refresh(session, at):
    return durations.keep(session, D, durations.measured(session, D, now=at), now=at)


def test_the_figures_are_made_once_a_day_of_the_last_ninety_days(session, item, clerk_017, reviewer, now):
    numbers = [intake.file(session, builders.filing(item), actor=clerk_017, now=now).number for _ in range(3)]
    for place, number in enumerate(numbers):  # Monday accepted: decided on Tuesday, on Friday, on the next Monday
        review.grant(session, number, actor=reviewer, now=now + (1, 4, 7)[place] * DAY)
    assert refresh(session, now + 10 * DAY) == 1
    found = durations.of_item(session, D, item)
    assert (found.cases, found.p50_days, found.p90_days) == (3, 4, 5)
    assert durations.measured(session, D, now=now + 10 * DAY) is None
    refresh(session, now + 200 * DAY)
    assert durations.of_item(session, D, item) is None


def test_withdrawn_cases_do_not_count(session, item, clerk_017, now):
    number = intake.file(session, builders.filing(item), actor=clerk_017, now=now).number
    review.withdraw(session, number, "申请人不办了", actor=clerk_017, now=now + DAY)
    assert refresh(session, now + 10 * DAY) == 0


@pytest.mark.parametrize(
    ("days", "share", "told"), [({1: 10, 5: 10}, 0.5, 1), ({1: 10, 5: 10}, 0.9, 5), ({2: 1}, 0.9, 2)]
)
def test_quantiles_are_of_nearest_rank(days, share, told):
    assert durations.quantile(Counter(days), share) == told
    assert CaseResult.WITHDRAWN not in durations.JUDGED
