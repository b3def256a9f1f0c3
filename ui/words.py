"""How figures and times are said on screen."""

import datetime as dt

import settings

WEEKDAYS = "一二三四五六日"
NOTHING = "—"
UNFILLED = "未填写"


def count(number: int | None) -> str:
    """1,234; — where there is none."""
    return NOTHING if number is None else f"{number:,}"


def rate(part: int, whole: int, *, digits: int = 1) -> str:
    """93.7%; — for 0/0."""
    return f"{part / whole:.{digits}%}" if whole else NOTHING


def day(date: dt.date | None) -> str:
    """2026-11-22 周日."""
    return NOTHING if date is None else f"{date:%Y-%m-%d} 周{WEEKDAYS[date.weekday()]}"


def moment(at: dt.datetime | None) -> str:
    """2026-11-22 周日 10:30, in the installation's zone."""
    if at is None:
        return NOTHING
    here = at.astimezone(settings.current().zone)
    return f"{day(here.date())} {here:%H:%M}"


def brief(at: dt.datetime | None) -> str:
    """2026-11-22 10:30, for table cells."""
    return NOTHING if at is None else f"{at.astimezone(settings.current().zone):%Y-%m-%d %H:%M}"


def money(amount: object) -> str:
    return NOTHING if amount is None else f"{amount:,.2f} 元"


def yes(value: bool) -> str:
    return "是" if value else "否"
