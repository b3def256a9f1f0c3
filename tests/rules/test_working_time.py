"""Working time: the vectors of domain §2.7 on the shipped calendar, and what must hold for every limit."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import LimitUnit
from services.errors import CalendarMissing, Invalid, WrongState
from services.rules.working_time import (
    CalendarDay,
    CalendarYear,
    Limit,
    Schedule,
    Suspension,
    WorkCalendar,
    completeness_deadline,
    deadline,
    describe_remaining,
    remaining,
    workdays_after,
    working_minutes,
)

DATA = Path(__file__).parents[2] / "data"
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SCHEDULES = {row["code"]: Schedule.parse(row["periods"]) for row in rows("work_schedules.csv")}
YEARS = {
    int(r["year"]): CalendarYear(int(r["year"]), r["official"] == "1", r["source"]) for r in rows("calendar_years.csv")
}
DAYS = {
    (day := date.fromisoformat(r["date"])): CalendarDay(day, r["is_workday"] == "1", r["name"], r["source"])
    for r in rows("calendar_days.csv")
}
S7 = WorkCalendar(DAYS, YEARS, SCHEDULES["S7"])
S8 = WorkCalendar(DAYS, YEARS, SCHEDULES["S8"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def workdays(amount: int) -> Limit:
    return Limit(amount, LimitUnit.WORKDAY)


@pytest.mark.parametrize(
    ("accepted", "amount", "due"),
    [
        ("2007-09-28", 5, "2007-10-10"),
        ("2007-12-28", 3, "2008-01-03"),
        ("2008-01-02", 20, "2008-01-30"),
        ("2008-01-02", 30, "2008-02-18"),
        ("2008-01-28", 17, "2008-02-25"),
        ("2008-02-01", 3, "2008-02-04"),
        ("2008-02-05", 5, "2008-02-19"),
        ("2008-09-26", 5, "2008-10-08"),
        ("2007-10-30", 17, "2007-11-22"),
        ("2007-10-30", 68, "2008-02-02"),
        ("2020-01-20", 20, "2020-02-25"),
        ("2020-01-22", 5, "2020-02-06"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 10, "2026-03-05"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 5, "2026-10-13"),
    ],
)
@pytest.mark.parametrize("hour", ["08:00", "10:30", "18:30"])
def test_working_days_end_at_close_of_business(accepted, amount, due, hour):
    found = deadline(at(f"{accepted}T{hour}"), workdays(amount), S7)
    assert found.due == at(f"{due}T17:00")
    assert not found.provisional


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2008-02-01T10:00", "2008-02-13"),
        ("2008-02-01T22:00", "2008-02-13"),
        ("2008-02-02T10:00", "2008-02-14"),
        ("2008-02-09T10:00", "2008-02-19"),
    ],
)
def test_completeness_is_told_by_the_fifth_working_day(received, due):
    found = completeness_deadline(at(received), S7)
    assert found.due == at(f"{due}T17:00")
    assert found.ledger[0].rule == "R-TIM-07"


def test_a_suspension_moves_the_due_date_by_its_working_days():
    review = Suspension(date(2008, 1, 14), date(2008, 1, 25), "专家评审")
    accepted = at("2008-01-07T10:00")
    assert deadline(accepted, workdays(20), S7).due.date() == date(2008, 2, 2)
    found = deadline(accepted, workdays(20), S7, suspensions=[review])
    assert found.due.date() == date(2008, 2, 21)
    removed = [line for line in found.ledger if line.rule == "R-TIM-09"]
    assert [len(removed), removed[0].note, removed[0].counted] == [10, "特别程序：专家评审", False]


def test_a_suspension_that_still_runs_leaves_no_due_time():
    running = Suspension(date(2008, 1, 14), None, "听证")
    with pytest.raises(WrongState, match="听证"):
        deadline(at("2008-01-07T10:00"), workdays(20), S7, suspensions=[running])
    assert deadline(at("2008-01-07T10:00"), workdays(4), S7, suspensions=[running]).due.date() == date(2008, 1, 11)


@pytest.mark.parametrize(
    ("start", "due8", "due7"),
    [
        ("2007-10-30T10:30", "2007-10-30T15:30", "2007-10-30T15:30"),
        ("2007-10-30T15:30", "2007-10-31T10:30", "2007-10-31T11:30"),
        ("2007-10-30T08:00", "2007-10-30T14:00", "2007-10-30T14:00"),
        ("2007-10-30T12:30", "2007-10-30T17:00", "2007-10-30T17:00"),
        ("2007-10-30T18:30", "2007-10-31T14:00", "2007-10-31T14:00"),
        ("2007-11-02T16:00", "2007-11-05T11:00", "2007-11-05T12:00"),
        ("2007-09-30T15:00", "2007-10-08T10:00", "2007-10-08T11:00"),
        ("2008-02-02T16:00", "2008-02-03T11:00", "2008-02-03T12:00"),
        ("2008-02-05T16:00", "2008-02-13T11:00", "2008-02-13T12:00"),
    ],
)
@pytest.mark.parametrize("limit", [Limit(4, LimitUnit.WORK_HOUR), Limit(240, LimitUnit.WORK_MINUTE)])
def test_four_working_hours_run_only_inside_working_time(start, due8, due7, limit):
    assert deadline(at(start), limit, S8).due == at(due8)
    assert deadline(at(start), limit, S7).due == at(due7)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2008-01-02", Limit(15, LimitUnit.NATURAL_DAY), "2008-01-17"),
        ("2008-01-22", Limit(15, LimitUnit.NATURAL_DAY), "2008-02-13"),  # 6 February: Spring Festival
        ("2008-01-18", Limit(15, LimitUnit.NATURAL_DAY), "2008-02-02"),  # a Saturday, but worked
        ("2007-12-15", Limit(1, LimitUnit.MONTH), "2008-01-15"),
        ("2008-01-31", Limit(1, LimitUnit.MONTH), "2008-02-29"),
        ("2008-01-12", Limit(1, LimitUnit.MONTH), "2008-02-13"),
        ("2007-11-30", Limit(3, LimitUnit.MONTH), "2008-02-29"),
    ],
)
def test_natural_days_and_months_move_off_a_day_off(start, limit, due):
    found = deadline(at(f"{start}T10:00"), limit, S7)
    assert found.due == at(f"{due}T17:00")


def test_a_limit_moved_off_a_holiday_says_so():
    found = deadline(at("2008-01-22T10:00"), Limit(15, LimitUnit.NATURAL_DAY), S7)
    assert [line.rule for line in found.ledger] == ["R-TIM-01", *["R-TIM-02"] * 15, *["R-TIM-06"] * 6, "R-TIM-04"]
    assert found.ledger[15].note == "自然日（春节）"


def test_natural_days_pass_over_a_suspension():
    inspection = Suspension(date(2008, 1, 3), date(2008, 1, 12), "检测")
    start, limit = at("2008-01-02T10:00"), Limit(15, LimitUnit.NATURAL_DAY)
    assert deadline(start, limit, S7, suspensions=[inspection]).due.date() == date(2008, 1, 28)


def test_online_limits_end_at_midnight_of_the_same_day():
    found = deadline(at("2008-02-01T10:00"), workdays(3), S7, until_midnight=True)
    assert found.due == at("2008-02-04T23:59:59")
    assert found.ledger[-1].note == "工作日；24:00到期（R-TIM-03）"


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2008-01-31T10:00", "2008-01-31T17:00"),
        ("2008-01-31T17:30", "2008-02-01T17:00"),
        ("2008-02-09T10:00", "2008-02-13T17:00"),
    ],
)
def test_zero_days_is_the_same_day_while_the_hall_is_open(start, due):
    assert deadline(at(start), workdays(0), S7).due == at(due)


def test_every_ledger_line_names_its_rule_and_reason():
    ledger = deadline(at("2008-02-01T10:00"), workdays(5), S7).ledger
    assert [(line.date.day, line.counted, line.rule) for line in ledger] == [
        (1, False, "R-TIM-01"),
        (2, True, "R-TIM-06"),
        (3, True, "R-TIM-06"),
        (4, True, "R-TIM-06"),
        (5, True, "R-TIM-06"),
        *[(day, False, "R-TIM-06") for day in range(6, 13)],
        (13, True, "R-TIM-06"),
    ]
    assert [ledger[1].note, ledger[3].note, ledger[5].note] == ["调休上班（春节）", "工作日", "春节"]


def test_hours_in_the_ledger_say_how_much_each_day_gave():
    ledger = deadline(at("2007-11-02T16:00"), Limit(4, LimitUnit.WORK_HOUR), S7).ledger
    assert [(line.date.day, line.minutes) for line in ledger] == [(2, 60), (3, 0), (4, 0), (5, 180)]
    assert ledger[1].note == "周六"
    assert ledger[3].note == "工作日，计180分钟；12:00到期（R-TIM-03）"


def test_a_hall_closed_for_the_day_does_not_count_it():
    closed = CalendarDay(date(2008, 1, 3), False, "停电闭厅", "示例通知")
    opened = CalendarDay(date(2008, 1, 5), True, "延时开放", "示例通知")
    hall = WorkCalendar(DAYS, YEARS, SCHEDULES["S7"], overrides={day.date: day for day in (closed, opened)})
    found = deadline(at("2008-01-02T10:00"), workdays(2), hall)
    assert found.due.date() == date(2008, 1, 5)
    assert [(line.rule, line.note) for line in found.ledger][1] == ("R-TIM-12", "停电闭厅")
    assert found.ledger[-1].rule == "R-TIM-12"


def test_a_year_without_official_schedule_is_provisional_and_never_works_on_new_year():
    found = deadline(at("2026-12-31T10:00"), workdays(1), S7)
    assert found.due.date() == date(2027, 1, 4)
    assert found.provisional
    assert found.ledger[1].rule == "R-TIM-11"
    assert found.ledger[1].note == "元旦（暂定）"


def test_a_year_that_nobody_entered_is_asked_for():
    with pytest.raises(CalendarMissing, match=r"缺少2041年.*暂定日历"):
        deadline(at("2040-12-31T10:00"), workdays(1), S7)


def test_a_due_time_beyond_all_years_is_refused_instead_of_running_on():
    with pytest.raises(CalendarMissing):
        deadline(at("2026-01-05T10:00"), workdays(10_000), S7)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2007-10-30T10:30", "2007-10-30T15:30", 240),
        ("2007-11-02T16:00", "2007-11-05T12:00", 240),
        ("2008-02-05T16:00", "2008-02-13T12:00", 240),
        ("2008-02-08T09:00", "2008-02-09T17:00", 0),
        ("2007-10-30T15:30", "2007-10-30T10:30", -240),
    ],
)
def test_working_minutes_between_two_moments(start, end, minutes):
    assert working_minutes(at(start), at(end), S7) == minutes


def test_working_minutes_follow_the_halls_zone_whatever_zone_the_end_is_in():
    assert working_minutes(at("2007-10-30T10:30"), at("2007-10-30T15:30").astimezone(ZoneInfo("UTC")), S7) == 240


@pytest.mark.parametrize(
    ("day", "n", "found"),
    [
        ("2008-02-01", 3, "2008-02-04"),
        ("2008-02-04", -3, "2008-02-01"),
        ("2008-02-09", 0, "2008-02-09"),
        ("2008-02-09", 1, "2008-02-13"),
    ],
)
def test_working_days_are_counted_both_ways(day, n, found):
    assert workdays_after(date.fromisoformat(day), n, S7) == date.fromisoformat(found)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        ("2008-02-01T14:00", "剩 4 个工作日 3 小时"),  # the worked Saturday and Sunday are among them
        ("2008-02-05T16:20", "剩 40 分钟"),
        ("2008-02-05T17:00", "即将到期"),
        ("2008-02-09T10:00", "已到期"),
        ("2008-02-13T10:00", "已超期 1 小时"),
        ("2008-02-13T17:00", "已超期 1 个工作日"),
        ("2008-02-14T11:00", "已超期 1 个工作日 2 小时"),
    ],
)
def test_what_is_left_is_said_in_working_time(now, text):
    assert describe_remaining(remaining(at(now), at("2008-02-05T17:00"), S7)) == text


def test_what_is_left_is_negative_and_overdue_after_the_due_time():
    left = remaining(at("2008-02-14T11:30"), at("2008-02-05T17:00"), S7)
    assert (left.workdays, left.hours, left.minutes, left.overdue) == (-1, -2, -30, True)


def test_nonsense_is_refused():
    for make in (
        lambda: workdays(-1),
        lambda: Limit(0, LimitUnit.WORK_HOUR),
        lambda: Suspension(date(2008, 1, 2), date(2008, 1, 1), "听证"),
        lambda: Schedule(()),
        lambda: Schedule.parse("13:00-17:00;09:00-12:00"),
        lambda: Schedule.parse("九点到五点"),
    ):
        with pytest.raises(Invalid):
            make()
    with pytest.raises(ValueError, match="aware"):
        deadline(datetime(2008, 1, 2, 10), workdays(1), S7)


MOMENTS = st.datetimes(datetime(2006, 1, 1), datetime(2026, 6, 30)).map(lambda moment: moment.replace(tzinfo=SHANGHAI))
CALENDARS = st.sampled_from([S7, S8])
DAY_UNITS = st.sampled_from([LimitUnit.WORKDAY, LimitUnit.NATURAL_DAY])
MINUTE_UNITS = st.sampled_from([LimitUnit.WORK_HOUR, LimitUnit.WORK_MINUTE])
UNITS = st.sampled_from(LimitUnit)


@st.composite
def suspensions_after(draw, start: datetime) -> list[Suspension]:
    spans = draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=3))
    first = start.date()
    return [Suspension(first + a * DAY, first + (a + b) * DAY, "检验") for a, b in spans]


@given(MOMENTS, st.integers(1, 40), UNITS, CALENDARS)
def test_a_longer_limit_never_ends_earlier(start, amount, unit, calendar):
    if unit is LimitUnit.MONTH:
        amount = amount % 6 + 1
    shorter, longer = (deadline(start, Limit(n, unit), calendar).due for n in (amount - (amount > 1), amount))
    assert shorter <= longer


@given(st.data(), MOMENTS, st.integers(0, 40), DAY_UNITS, CALENDARS)
def test_counted_days_sum_to_the_limit(data, start, amount, unit, calendar):
    found = deadline(start, Limit(amount, unit), calendar, suspensions=data.draw(suspensions_after(start)))
    assert sum(line.counted for line in found.ledger) == amount
    assert [line.date for line in found.ledger] == [
        start.date() + n * DAY for n in range((found.due.date() - start.date()).days + 1)
    ]


@given(st.data(), MOMENTS, st.integers(1, 100), MINUTE_UNITS, CALENDARS)
def test_counted_minutes_sum_to_the_limit(data, start, amount, unit, calendar):
    limit = Limit(amount, unit)
    minutes = amount * (60 if unit is LimitUnit.WORK_HOUR else 1)
    found = deadline(start, limit, calendar, suspensions=data.draw(suspensions_after(start)))
    assert sum(line.minutes for line in found.ledger) == minutes
    assert working_minutes(start, deadline(start, limit, calendar).due, calendar) == minutes


@given(st.data(), MOMENTS, st.integers(0, 40), UNITS, CALENDARS, st.booleans())
def test_a_due_time_is_after_the_start_on_an_open_unsuspended_day(data, start, amount, unit, calendar, until_midnight):
    if unit is LimitUnit.MONTH:
        amount %= 6
    pauses = data.draw(suspensions_after(start))
    limit = Limit(max(amount, 1), unit)
    due = deadline(start, limit, calendar, suspensions=pauses, until_midnight=until_midnight).due
    assert due > start.replace(second=0, microsecond=0)
    assert calendar.is_workday(due.date())
    assert not any(pause.covers(due.date()) for pause in pauses)


@given(st.data(), MOMENTS, st.integers(1, 30), UNITS, CALENDARS)
def test_a_suspension_never_shortens(data, start, amount, unit, calendar):
    limit = Limit(amount % 6 + 1 if unit is LimitUnit.MONTH else amount, unit)
    pauses = data.draw(suspensions_after(start))
    assert deadline(start, limit, calendar, suspensions=pauses).due >= deadline(start, limit, calendar).due


@given(MOMENTS, st.lists(st.integers(0, 20_000), min_size=2, max_size=2), CALENDARS)
def test_working_minutes_of_adjoining_spans_add_up(start, gaps, calendar):
    middle = start + timedelta(minutes=gaps[0], seconds=17)
    end = middle + timedelta(minutes=gaps[1], seconds=31)
    parts = working_minutes(start, middle, calendar) + working_minutes(middle, end, calendar)
    assert parts == working_minutes(start, end, calendar)
