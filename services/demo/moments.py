"""When the demonstration's cases happen: seconds since 1970, in working time by the district's calendar."""

import bisect
import datetime as dt

import numpy as np

from services.demo.distributions import Distributions
from services.rules.working_time import ONE_DAY, WorkCalendar

MINUTE = 60
HOUR = 60 * MINUTE
AFTERWARDS = 120  # days past the period that a promised case may still need


class Period:
    """The year that ends with the day `until`, and the working time in it and shortly after."""

    def __init__(self, until: dt.date, calendar: WorkCalendar, zone: dt.tzinfo) -> None:
        self.calendar, self.zone, self.until = calendar, zone, until
        self.first = _year_before(until)
        count = (until - self.first).days + 1
        self.days = [self.first + ONE_DAY * i for i in range(count + AFTERWARDS)]
        self.starts = np.array([int(dt.datetime.combine(d, dt.time(), zone).timestamp()) for d in self.days])
        self.cutoff = int(self.starts[count])  # the first second after the period
        self.size = count
        self.is_workday = np.array([calendar.is_workday(day) for day in self.days])
        self.workdays = np.flatnonzero(self.is_workday)  # positions of working days in `days`
        self.periods = np.array([(_seconds(a), _seconds(b)) for a, b in calendar.schedule.periods])
        self._bounds = (self.starts[self.workdays][:, None, None] + self.periods).reshape(-1, 2)
        lengths = np.diff(self._bounds, axis=1).ravel()
        self._openings: list[int] = self._bounds[:, 0].tolist()
        self._closings: list[int] = self._bounds[:, 1].tolist()
        self._worked: list[int] = np.concatenate([[0], np.cumsum(lengths)]).tolist()

    @property
    def last_workday(self) -> int:
        """Position among working days of the period's last one."""
        return int(np.searchsorted(self.workdays, self.size)) - 1

    def day_of(self, moments: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.starts, moments, side="right") - 1

    def worked(self, moment: int) -> int:
        """Working seconds from the period's first opening to the moment."""
        i = bisect.bisect_right(self._openings, moment) - 1
        return self._worked[i] + min(moment, self._closings[i]) - self._openings[i] if i >= 0 else 0

    def moment(self, worked: float) -> int:
        """The moment at which so many working seconds have passed; never exactly a closing time."""
        i = min(max(bisect.bisect_right(self._worked, worked) - 1, 0), len(self._openings) - 1)
        return int(self._openings[i] + worked - self._worked[i])

    def later(self, moment: int, seconds: float) -> int:
        """So many working seconds after the moment."""
        return self.moment(self.worked(moment) + seconds)

    def next_opening(self, moments: np.ndarray) -> np.ndarray:
        """The moment itself in working time, else the next opening."""
        i = np.minimum(np.searchsorted(self._closings, moments, side="right"), len(self._openings) - 1)
        return np.maximum(moments, np.array(self._openings)[i])

    def before_closing(self, moments: np.ndarray, room: np.ndarray) -> np.ndarray:
        """Moved back so far that `room` seconds fit before the hall closes; moments lie in working time."""
        i = np.searchsorted(self._openings, moments, side="right") - 1
        return np.minimum(moments, np.array(self._closings)[i] - room)

    def at_windows(self, rng: np.random.Generator, declared: Distributions, days: np.ndarray) -> np.ndarray:
        """Moments in the opening hours of the days, by the day's peaks."""
        minutes = np.concatenate([np.arange(a, b, MINUTE) for a, b in self.periods])
        weights = np.array([declared.hours.get(int(minute) // HOUR, 0.1) for minute in minutes])
        chosen = rng.choice(minutes, size=len(days), p=weights / weights.sum())
        return self.starts[days] + chosen + rng.integers(0, MINUTE, len(days))

    def online(self, rng: np.random.Generator, declared: Distributions, days: np.ndarray) -> np.ndarray:
        weights = np.array(declared.online_hours) / sum(declared.online_hours)
        hours = rng.choice(len(weights), size=len(days), p=weights)
        return self.starts[days] + hours * HOUR + rng.integers(0, HOUR, len(days))

    def some_workdays(self, rng: np.random.Generator, declared: Distributions, count: int) -> np.ndarray:
        days = self.workdays[self.workdays < self.size]
        weights = np.array([declared.weekdays[self.days[day].weekday()] for day in days])
        return rng.choice(days, size=count, p=weights / weights.sum())

    def workday_before(self, count: np.ndarray) -> np.ndarray:
        """The day so many working days before the period's last one."""
        return self.workdays[np.clip(self.last_workday - count, 0, self.last_workday)]


def _year_before(until: dt.date) -> dt.date:
    day = until + ONE_DAY
    return dt.date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _seconds(moment: dt.time) -> int:
    return moment.hour * HOUR + moment.minute * MINUTE
