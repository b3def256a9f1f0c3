"""The working calendar month by month, and what a change of it would move."""

import calendar as months
import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from models.districts import CalendarYear
from services.calendars import Moved, OverrideRow
from services.rules.working_time import WorkCalendar
from ui import charts, forms, page, tables, words
from ui.tables import Column

REST, MAKE_UP, OWN = "休", "班", "厅"
JOINED = "\u2060"  # keeps a date and its word on one line
LEGEND = (
    f":red[{REST}] 法定节假日放假　:orange[{MAKE_UP}] 周末调休上班　:violet[{OWN}] 所选大厅自己的安排　灰色数字为周末"
)
KINDS = {True: "上班", False: "放假", None: "恢复为平常的星期"}
MOVED = (
    Column("办件编号", "number", width=190),
    Column("事项", "name", width="large"),
    Column("原到期", lambda row: words.moment(row.old_due), width=170),
    Column("新到期", lambda row: words.moment(row.new_due), width=170),
    Column("原法定", lambda row: words.brief(row.old_legal), width=120),
    Column("新法定", lambda row: words.brief(row.new_legal), width=120),
)
OVERRIDES = (
    Column("日期", lambda row: words.day(row.date), width=140),
    Column("大厅、中心", "centre", width=160),
    Column("安排", lambda row: KINDS[row.is_workday], width=70),
    Column("事由", "name", width=160),
    Column("依据", "source", width="large"),
)
MOST_MOVED = 200


def year(calendar: WorkCalendar, number: int, today: dt.date) -> None:
    """Twelve months; each special day carries a word and a colour, and its name stands below."""
    st.markdown(f":small[{LEGEND}]")
    with st.grid(3, min_column_width=340, gap="small"):
        for month in range(1, 13):
            with st.container(border=True, gap=None):
                _month(calendar, number, month, today)


def _month(calendar: WorkCalendar, number: int, month: int, today: dt.date) -> None:
    weeks = months.Calendar().monthdatescalendar(number, month)
    rows = [[_cell(calendar, day, month, today) for day in week] for week in weeks]
    days = [day for week in weeks for day in week if day.month == month]
    workdays = sum(calendar.is_workday(day) for day in days)
    st.markdown(f"**{month} 月**　:gray[{workdays} 个工作日]")
    st.table(
        pd.DataFrame(rows, columns=list(words.WEEKDAYS)), border=False, hide_index=True, alt=f"{number} 年 {month} 月"
    )
    if named := _named(calendar, days):
        st.caption("；".join(named))


def _cell(calendar: WorkCalendar, day: dt.date, month: int, today: dt.date) -> str:
    if day.month != month:
        return ""
    text = f"**{day.day}**" if day == today else str(day.day)
    marked = f"{text}{JOINED}"
    found = calendar.day(day)
    if day in calendar.overrides:
        return f":small[:violet[{marked}{OWN}]]"
    if day in calendar.days and found.is_workday != (day.weekday() < 5):
        return f":small[:orange[{marked}{MAKE_UP}]]" if found.is_workday else f":small[:red[{marked}{REST}]]"
    if day in calendar.days and not found.is_workday:
        return f":small[:red[{marked}{REST}]]"
    return text if found.is_workday else f":gray[{text}]"


def _named(calendar: WorkCalendar, days: Sequence[dt.date]) -> list[str]:
    """1–3 日 元旦: runs of days with the same name."""
    runs: list[tuple[str, dt.date, dt.date]] = []
    for day in days:
        found = calendar.day(day)
        if day not in calendar.overrides and day not in calendar.days:
            continue
        label = f"{found.name}{'上班' if found.is_workday else ''}"
        if runs and runs[-1][0] == label and runs[-1][2] + dt.timedelta(days=1) == day:
            runs[-1] = (label, runs[-1][1], day)
        else:
            runs.append((label, day, day))
    return [
        page.plain(f"{first.day}{f'–{last.day}' if last != first else ''} 日 {label}") for label, first, last in runs
    ]


def standing(found: CalendarYear | None, number: int) -> None:
    """Whether the year is official, and on what it rests."""
    if found is None:
        st.error(f"日历中还没有 {number} 年，涉及该年的时限无法计算，请先导入该年安排。")
    elif found.official:
        st.markdown(f"{charts.badge('正式', charts.Meaning.CLOSED)}　:gray[依据：{page.plain(found.source)}]")
    else:
        st.markdown(f"{charts.badge('暂定', charts.Meaning.WARNING)}　:gray[{page.plain(found.note or found.source)}]")
        st.warning(f"{number} 年的节假日安排尚未正式公布，涉及该年的到期时间均标为「暂定」；正式安排公布后请及时导入。")


def moved(rows: Sequence[Moved], *, key: str) -> None:
    """The open cases that would move: how many, and which."""
    if not rows:
        st.info("没有在办办件的到期时间会变化。")
        return
    st.warning(f"{words.count(len(rows))} 件在办办件的到期时间会变化：")
    tables.show(rows[:MOST_MOVED], MOVED, key=key, alt="到期时间会变化的办件")
    if len(rows) > MOST_MOVED:
        st.caption(f"仅列出最早到期的 {MOST_MOVED} 件。")


def said(rows: Sequence[Moved]) -> str:
    return (
        f"日历已更新，{words.count(len(rows))} 件在办办件的到期时间已重新计算" if rows else "日历已更新，没有办件受影响"
    )


def overrides(rows: Sequence[OverrideRow]) -> OverrideRow | None:
    if not rows:
        tables.empty("今年没有大厅自己的安排", "停电、选举、防疫等只影响一个大厅的日子在下方登记")
        return None
    return tables.pick(rows, OVERRIDES, key="overrides", alt="大厅自己的安排")


def fields_of_day(fields: forms.Fields, number: int) -> tuple[dt.date | None, str, str]:
    """Date, name and document: what every change of a day asks."""
    first, last = dt.date(number, 1, 1), dt.date(number, 12, 31)
    day = fields.day("day", "日期", None, min_value=first, max_value=last)
    name = fields.text("name", "事由", placeholder="例如 春节、停电检修")
    source = fields.text("source", "依据文件", placeholder="例如 国办发明电〔2026〕X号")
    return day, name, source
