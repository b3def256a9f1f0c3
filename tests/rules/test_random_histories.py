"""Ten thousand random histories: every due instant as an independent count has it, and every working minute with one holder.

The count here knows nothing of ledgers: it lists the working days and minutes of the years and takes the n-th.
"""

import calendar as months
import datetime as dt
import itertools
import random

import numpy as np
import pytest

from models.enums import CaseStatus, HolderKind, LimitUnit
from services.rules import holders, lifecycle, working_time
from services.rules.work_calendar import CalendarDay, CalendarYear, Schedule, WorkCalendar
from services.rules.working_time import Limit, Suspension
from tests.conftest import SHANGHAI

HISTORIES = 10_000
CALENDARS = 20
FIRST, DAYS = dt.date(2026, 1, 1), 5 * 365
SCHEDULE = Schedule.parse("09:00-12:00;13:00-17:00")
OPEN = [*range(540, 720), *range(780, 1020)]  # its minutes of a day


class Counted:
    """A calendar and, beside it, plain lists of its working days and minutes."""

    def __init__(self, rng):
        dates = [FIRST + dt.timedelta(days=each) for each in range(DAYS)]
        changed = {day: CalendarDay(day, rng.random() < 0.5, "测试") for day in rng.sample(dates, 150)}
        closed = {day: CalendarDay(day, False, "停电") for day in rng.sample(dates, 10)}
        years = {year: CalendarYear(year, year < 2027) for year in range(2026, 2031)}
        self.calendar = WorkCalendar(changed, years, SCHEDULE, closed)
        works = {day: day.weekday() < 5 for day in dates}
        works |= {day: row.is_workday for day, row in (changed | closed).items()}
        self.works = np.array([works[day] for day in dates])
        minutes = np.array([n * 1440 + minute for n in range(DAYS) if self.works[n] for minute in OPEN], np.int64)
        self.minutes = minutes

    def due(self, start, amount, unit, extension, stopped):
        first = (start.date() - FIRST).days
        if unit in (LimitUnit.WORK_HOUR, LimitUnit.WORK_MINUTE):
            wanted = amount * (60 if unit is LimitUnit.WORK_HOUR else 1)
            later = self._later(first, start)
            left = later[~np.isin(later // 1440, list(stopped))][wanted - 1] + 1
            day, moment = divmod(int(left), 1440)
        else:
            day, moment = self._day(first, start, amount, unit, stopped), OPEN[-1] + 1
        if extension:
            day, moment = self._workday(day, extension, stopped), OPEN[-1] + 1
        return dt.datetime.combine(FIRST, dt.time(), SHANGHAI) + dt.timedelta(days=day, minutes=moment)

    def _later(self, first, start):
        begun = first * 1440 + start.hour * 60 + start.minute
        return self.minutes[np.searchsorted(self.minutes, begun) :][:60_000]

    def _workday(self, day, count, stopped):
        counts = self.works.copy()
        counts[list(stopped)] = False
        return int(np.flatnonzero(counts[day + 1 :])[count - 1]) + day + 1

    def _day(self, first, start, amount, unit, stopped):
        if unit is LimitUnit.WORKDAY:
            return self._workday(first, amount, stopped)
        if unit is LimitUnit.MONTH:
            month = start.month - 1 + amount
            year, month = start.year + month // 12, month % 12 + 1
            last = dt.date(year, month, min(start.day, months.monthrange(year, month)[1]))
            amount = (last - start.date()).days
        counts = np.ones(DAYS, bool)
        counts[list(stopped)] = False
        day = int(np.flatnonzero(counts[first + 1 :])[amount - 1]) + first + 1
        return day if self.works[day] and day not in stopped else self._workday(day, 1, stopped)

    def worked(self, start, end):
        return int(np.searchsorted(self.minutes, self._at(end)) - np.searchsorted(self.minutes, self._at(start)))

    def _at(self, moment):
        return (moment.date() - FIRST).days * 1440 + moment.hour * 60 + moment.minute


@pytest.fixture(scope="module")
def calendars():
    rng = random.Random(20261126)
    return [Counted(rng) for _ in range(CALENDARS)]


def moment(rng):
    day = FIRST + dt.timedelta(days=rng.randrange(900))
    return dt.datetime.combine(day, dt.time(rng.randrange(24), rng.randrange(60)), SHANGHAI)


def stops(rng, start):
    """Up to four special procedures, some touching, some overlapping."""
    found, day = [], start.date()
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
        day += dt.timedelta(days=rng.randrange(12))
        found.append(Suspension(day, day + dt.timedelta(days=rng.randrange(20)), "听证"))
    return found


LIMITS = {
    LimitUnit.WORKDAY: 60,
    LimitUnit.NATURAL_DAY: 60,
    LimitUnit.MONTH: 6,
    LimitUnit.WORK_HOUR: 60,
    LimitUnit.WORK_MINUTE: 900,
}


def test_every_due_instant_is_that_of_an_independent_count(calendars):
    """After each history the calendar changes once, and the count is made again."""
    rng = random.Random(1)
    for number in range(HISTORIES):
        start, unit = moment(rng), rng.choice(list(LIMITS))
        amount, extension = rng.randint(1, LIMITS[unit]), rng.choice((0, 0, rng.randint(1, 15)))
        suspended = stops(rng, start)
        stopped = {(s.first - FIRST).days + n for s in suspended for n in range((s.last - s.first).days + 1)}
        for counted in rng.sample(calendars, 1 + (number % 5 == 0)):
            found = working_time.deadline(start, Limit(amount, unit), counted.calendar, suspensions=suspended)
            found = working_time.extended(found, extension, counted.calendar, suspensions=suspended)
            expected = counted.due(start, amount, unit, extension, stopped)
            assert found.due == expected, (number, start, amount, unit, extension, suspended)
            days = [line.date for line in found.ledger]
            assert days == [days[0] + dt.timedelta(days=n) for n in range(len(days))], "a line a day, none twice"
            if unit is LimitUnit.WORKDAY:
                assert sum(line.counted for line in found.ledger) == amount + extension


def test_every_working_minute_has_one_holder_and_no_status_lies_outside_the_table(calendars):
    rng = random.Random(2)
    reached = set()
    for _ in range(HISTORIES):
        counted, at, status = rng.choice(calendars), moment(rng), CaseStatus.SUBMITTED
        steps = [(at, status)]
        while (possible := sorted(lifecycle.possible(status))) and len(steps) < 12:
            status = lifecycle.next_status(status, rng.choice(possible))
            at += dt.timedelta(minutes=rng.randrange(1, 8000))
            steps.append((at, status))
        reached |= {each for _, each in steps}
        end = at + dt.timedelta(minutes=rng.randrange(8000))
        theirs = [(steps[0][0] + dt.timedelta(days=1), steps[0][0] + dt.timedelta(days=3))]
        held = holders.ledger(steps, theirs, counted.calendar, end)
        alive = [
            (first, last)
            for (first, state), last in zip(steps, [each for each, _ in steps[1:]] + [end], strict=True)
            if lifecycle.HOLDER_OF[state] is not HolderKind.NOBODY
        ]
        assert sum(each.minutes for each in held) == sum(counted.worked(first, last) for first, last in alive)
        assert all(a.end <= b.start for a, b in itertools.pairwise(held))
    assert reached == set(CaseStatus)
