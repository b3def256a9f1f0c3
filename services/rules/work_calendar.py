"""The working calendar of a hall: which days and hours are working time, and why (domain §2.6-2.7).

A calendar lookup decides every day, never the weekday alone (R-TIM-06).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property

from services.errors import CalendarMissing, Invalid


@dataclass(frozen=True, slots=True)
class CalendarDay:
    date: date
    is_workday: bool
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    year: int
    official: bool  # False: weekends and statutory days only, 暂定 (R-TIM-11)
    source: str = ""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Whether and why a date counts. `minutes` is what a limit in hours or minutes used of it, else 0."""

    date: date
    counted: bool
    minutes: int
    rule: str
    note: str


@dataclass(frozen=True)
class Schedule:
    """Opening periods of a working day, in order. Raises Invalid when they overlap or there is none."""

    periods: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        moments = [moment for period in self.periods for moment in period]
        in_order = all(first < last for first, last in self.periods) and moments == sorted(moments)
        if not moments or not in_order:
            raise Invalid("工作时段须按先后排列且互不重叠，例如 09:00-12:00;13:00-17:00。")

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """From `09:00-12:00;13:00-17:00`. Raises Invalid when the text is no schedule."""
        try:
            pairs = [[time.fromisoformat(moment.strip()) for moment in part.split("-")] for part in text.split(";")]
            return cls(tuple((first, last) for first, last in pairs))
        except ValueError:
            raise Invalid(f"工作时段“{text}”格式不对，应如 09:00-12:00;13:00-17:00。") from None

    @property
    def close(self) -> time:
        return self.periods[-1][1]

    @cached_property
    def minutes(self) -> int:
        """Working minutes of a day."""
        return sum(last - first for first, last in self._spans)

    def minutes_before(self, moment: time) -> int:
        """Working minutes of a day that lie before the moment."""
        now = moment.hour * 60 + moment.minute
        return sum(max(0, min(now, last) - first) for first, last in self._spans)

    def moment_after(self, minutes: int) -> time:
        """The first moment of a day at which so many working minutes have passed."""
        for first, last in self._spans:
            if minutes <= last - first:
                return time(*divmod(first + minutes, 60))
            minutes -= last - first
        raise ValueError("more minutes than the day has")

    @cached_property
    def _spans(self) -> tuple[tuple[int, int], ...]:
        return tuple((a.hour * 60 + a.minute, b.hour * 60 + b.minute) for a, b in self.periods)


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Working days of a hall. `days` holds the exceptions to Monday-Friday, `overrides` the hall's own (R-TIM-12)."""

    days: Mapping[date, CalendarDay]
    years: Mapping[int, CalendarYear]
    schedule: Schedule
    overrides: Mapping[date, CalendarDay] = field(default_factory=dict)
    version: int = 1
    _lines: dict[date, LedgerLine] = field(default_factory=dict, init=False, repr=False)

    def year(self, year: int) -> CalendarYear:
        """Raises CalendarMissing when the calendar does not have the year."""
        if year not in self.years:
            raise CalendarMissing(
                f"工作日历缺少{year}年：请在「工作日历」中导入国务院办公厅公布的{year}年节假日安排；"
                f"尚未公布的，请先建立{year}年暂定日历。"
            )
        return self.years[year]

    def day(self, day: date) -> CalendarDay:
        """The day as the calendar has it. Raises CalendarMissing when its year is not there."""
        self.year(day.year)
        listed = self.overrides.get(day) or self.days.get(day)
        return listed or CalendarDay(day, day.weekday() < 5)

    def is_workday(self, day: date) -> bool:
        return self.line(day).counted

    def line(self, day: date) -> LedgerLine:
        """The ledger line of a day that the calendar alone decides; each is built once, a case counts dozens."""
        line = self._lines.get(day)
        if line is None:
            line = self._lines[day] = self._new_line(self.day(day))
        return line

    def _new_line(self, day: CalendarDay) -> LedgerLine:
        weekend = day.date.weekday() >= 5
        if day.date in self.overrides:
            rule, note = "R-TIM-12", day.name or ("临时开放" if day.is_workday else "临时闭厅")
        elif day.is_workday:
            rule, note = "R-TIM-06", ("调休上班" + f"（{day.name}）" * bool(day.name)) if weekend else "工作日"
        else:
            rule, note = "R-TIM-06", day.name or (f"周{'六日'[day.date.weekday() - 5]}" if weekend else "休息日")
        if not self.years[day.date.year].official:
            rule, note = ("R-TIM-11" if rule == "R-TIM-06" else rule), f"{note}（暂定）"
        return LedgerLine(day.date, day.is_workday, 0, rule, note)
