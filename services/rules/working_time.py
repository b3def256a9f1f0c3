"""Working time: deadlines with their ledger, working minutes, what is left (domain §2.6, R-TIM-01 to R-TIM-12).

Times are aware; the zone is that of the first time given, so callers hand over times in the zone of the hall.
A ledger holds one line a date, from the start to the due date.
Working time is counted in whole minutes: seconds are dropped from both ends, so that adjoining spans add up exactly.
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from models.enums import LimitUnit
from services.errors import Invalid, WrongState
from services.rules.work_calendar import CalendarDay as CalendarDay
from services.rules.work_calendar import CalendarYear as CalendarYear
from services.rules.work_calendar import LedgerLine as LedgerLine
from services.rules.work_calendar import Schedule as Schedule
from services.rules.work_calendar import WorkCalendar as WorkCalendar

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(23, 59, 59)  # 24:00 of a day, written so that it keeps its date
COMPLETENESS_WORKDAYS = 5  # 行政许可法 art. 32(4)
EXTENSION_WORKDAYS, JOINT_EXTENSION_WORKDAYS = 10, 15  # art. 42
DELIVERY_WORKDAYS = 10  # art. 44
_MINUTES_IN = {LimitUnit.WORK_HOUR: 60, LimitUnit.WORK_MINUTE: 1}


@dataclass(frozen=True)
class Limit:
    """Raises Invalid below zero. Zero days is the same day; zero hours is no limit at all and refused."""

    amount: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if self.amount < (1 if self.unit in _MINUTES_IN else 0):
            raise Invalid(f"时限“{self.amount}{self.unit.label}”无效，请填写正整数。")


@dataclass(frozen=True)
class Suspension:
    """A special procedure (行政许可法 art. 45): both days belong to it; `last` is None while it runs."""

    first: date
    last: date | None
    reason: str

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise Invalid("特别程序的结束日期不能早于开始日期。")

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Deadline:
    due: datetime
    limit: Limit
    provisional: bool  # a year on the way has no official schedule yet (R-TIM-11)
    ledger: tuple[LedgerLine, ...]


def deadline(
    start: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    *,
    suspensions: Sequence[Suspension] = (),
    until_midnight: bool = False,
) -> Deadline:
    """When the limit ends, and the ledger that shows it.

    Limits in days and months do not count the start day and end at close of business, or with `until_midnight` (online)
    at 24:00, given as 23:59:59. Limits in hours and minutes start at once and run in working time only.
    Raises CalendarMissing beyond the calendar, WrongState when the count runs into a suspension that has not ended.
    Source: 行政许可法 art. 42, 45, 82; 民法典 art. 201-203.
    """
    if start.tzinfo is None:
        raise ValueError("start must be an aware time")
    workday = _suspended(calendar.line, suspensions)
    if limit.unit in _MINUTES_IN:
        due, lines = _count_minutes(start, limit.amount * _MINUTES_IN[limit.unit], calendar.schedule, workday)
    else:
        closing = MIDNIGHT if until_midnight else calendar.schedule.close
        lines = _count_days(start.date(), limit, calendar, suspensions)
        _move_to_workday(lines, workday, past_closing=start.time() > closing)
        due = datetime.combine(lines[-1].date, closing, start.tzinfo)
    shown = "24:00" if due.time() == MIDNIGHT else f"{due:%H:%M}"
    lines[-1] = replace(lines[-1], note=f"{lines[-1].note}；{shown}到期（R-TIM-03）")
    provisional = not all(calendar.year(year).official for year in range(start.year, due.year + 1))
    return Deadline(due, limit, provisional, tuple(lines))


def extended(
    found: Deadline, workdays: int, calendar: WorkCalendar, *, suspensions: Sequence[Suspension] = ()
) -> Deadline:
    """The deadline with an approved extension: so many working days more, counted from the day on which it would have ended.

    Source: 行政许可法 art. 42.
    """
    if not workdays:
        return found
    is_midnight = found.due.time() == MIDNIGHT
    limit = Limit(workdays, LimitUnit.WORKDAY)
    more = deadline(found.due, limit, calendar, suspensions=suspensions, until_midnight=is_midnight)
    last = replace(found.ledger[-1], note=f"{found.ledger[-1].note}；经批准延长{workdays}个工作日（art. 42）")
    return Deadline(
        more.due, found.limit, found.provisional or more.provisional, (*found.ledger[:-1], last, *more.ledger[1:])
    )


_LineOf = Callable[[date], LedgerLine]


def _suspended(line_of: _LineOf, suspensions: Sequence[Suspension]) -> _LineOf:
    """R-TIM-09: days that would count do not while a suspension covers them."""
    if not suspensions:
        return line_of

    def line(day: date) -> LedgerLine:
        plain = line_of(day)
        suspension = next((each for each in suspensions if each.covers(day)), None)
        if suspension is None or not plain.counted:
            return plain
        if suspension.last is None:
            raise WrongState(f"特别程序（{suspension.reason}）尚未结束，结束后才能计算到期时间。")
        return replace(plain, counted=False, rule="R-TIM-09", note=f"特别程序：{suspension.reason}")

    return line


def _count_days(
    start: date, limit: Limit, calendar: WorkCalendar, suspensions: Sequence[Suspension]
) -> list[LedgerLine]:
    def natural(day: date) -> LedgerLine:
        line = calendar.line(day)
        return LedgerLine(day, True, 0, "R-TIM-02", "自然日" if line.counted else f"自然日（{line.note}）")

    left = (_months_after(start, limit.amount) - start).days if limit.unit is LimitUnit.MONTH else limit.amount
    line_of = _suspended(calendar.line if limit.unit is LimitUnit.WORKDAY else natural, suspensions)
    lines, day = [LedgerLine(start, False, 0, "R-TIM-01", "起算当日不计" if left else "当日")], start
    while left:
        day += ONE_DAY
        line = line_of(day)
        lines.append(line)
        left -= line.counted
    return lines


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day. Source: 民法典 art. 202."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _move_to_workday(lines: list[LedgerLine], workday: _LineOf, *, past_closing: bool) -> None:
    """R-TIM-04: a limit that ends on a day off, or as zero days after closing, ends on the next working day."""
    day = lines[-1].date
    if workday(day).counted and not (past_closing and len(lines) == 1):
        return
    while not (line := workday(day := day + ONE_DAY)).counted:
        lines.append(line)
    lines.append(LedgerLine(day, False, 0, "R-TIM-04", f"顺延至本日（{line.note}）"))


def _count_minutes(
    start: datetime, left: int, schedule: Schedule, workday: _LineOf
) -> tuple[datetime, list[LedgerLine]]:
    """R-TIM-05."""
    lines: list[LedgerLine] = []
    day, passed = start.date(), schedule.minutes_before(start.time())
    while True:
        line = workday(day)
        if line.counted:
            used = min(left, schedule.minutes - passed)
            note = f"{line.note}，计{used}分钟" if used else "已过办公时间，自下一办公时段起算"
            line = LedgerLine(day, used > 0, used, "R-TIM-05", note)
            left -= used
        lines.append(line)
        if not left:
            return datetime.combine(day, schedule.moment_after(passed + used), start.tzinfo), lines
        day, passed = day + ONE_DAY, 0


def completeness_deadline(received: datetime, calendar: WorkCalendar) -> Deadline:
    """By when the one-time notice of missing material is due: the 5th working day after receipt (R-TIM-07, R-TIM-08).

    Source: 行政许可法 art. 32(4).
    """
    found = deadline(received, Limit(COMPLETENESS_WORKDAYS, LimitUnit.WORKDAY), calendar)
    receipt = replace(found.ledger[0], rule="R-TIM-07", note="收件当日不计，自下一工作日起算")
    return replace(found, ledger=(receipt, *found.ledger[1:]))


def working_minutes(start: datetime, end: datetime, calendar: WorkCalendar) -> int:
    """Working minutes from start to end, negative when end comes first."""
    end = end.astimezone(start.tzinfo)
    if end < start:
        return -working_minutes(end, start, calendar)
    schedule, day, last = calendar.schedule, start.date(), end.date()
    total = schedule.minutes_before(end.time()) if calendar.is_workday(last) else 0
    total -= schedule.minutes_before(start.time()) if calendar.is_workday(day) else 0
    while day < last:
        total += schedule.minutes if calendar.is_workday(day) else 0
        day += ONE_DAY
    return total


def workdays_after(day: date, n: int, calendar: WorkCalendar) -> date:
    """The n-th working day after the day, before it when n is negative; the day itself when n is 0."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= calendar.is_workday(day)
    return day


@dataclass(frozen=True)
class Remaining:
    """Working time to the due instant, in parts that all carry the sign: negative once it has passed."""

    workdays: int
    hours: int
    minutes: int
    overdue: bool  # decided by the clock: true at once, with all parts 0 until the next opening


def remaining(now: datetime, due: datetime, calendar: WorkCalendar) -> Remaining:
    """What is left until due; a working day is as long as the hall's schedule."""
    left = working_minutes(now, due, calendar)
    sign = -1 if left < 0 else 1
    workdays, rest = divmod(abs(left), calendar.schedule.minutes)
    return Remaining(sign * workdays, sign * (rest // 60), sign * (rest % 60), overdue=now > due)


def describe_remaining(left: Remaining) -> str:
    """剩 2 个工作日 3 小时, 已超期 1 个工作日; minutes only when nothing larger is left."""
    parts = [(left.workdays, "个工作日"), (left.hours, "小时")]
    texts = [f"{abs(count)} {unit}" for count, unit in parts if count]
    if not texts and left.minutes:
        texts = [f"{abs(left.minutes)} 分钟"]
    if not texts:
        return "已到期" if left.overdue else "即将到期"
    return " ".join(["已超期" if left.overdue else "剩", *texts])
