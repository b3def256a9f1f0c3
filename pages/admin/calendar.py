"""工作日历: a year month by month, its document, and the changes: a day, a hall's own day, a year."""

import streamlit as st

from models.enums import Permission
from services import calendars, organisations
from ui import calendar_forms as change
from ui import calendar_views as views
from ui import page, pickers

actor = page.begin(
    "工作日历",
    requires=Permission.CALENDAR_EDIT,
    about="所有时限都按这份日历计算；改动须有依据文件。",
)
today = page.now().date()

with page.transaction() as session:
    years = calendars.years(session)
    centres = organisations.centres(session, actor.district_id)

options = {str(each.year): f"{each.year} 年{'' if each.official else '（暂定）'}" for each in years}
chosen = pickers.bar(
    [
        pickers.Filter("year", "年份", options, 160, "今年"),
        pickers.Filter("centre", "按哪个大厅看", {str(row.id): row.name for row in centres}, 260, "全国日历"),
    ],
    key="calendar",
)
number = int(chosen["year"] or today.year)
centre = int(chosen["centre"]) if chosen["centre"] else None

with page.transaction() as session:
    calendar = calendars.work_calendar(session, actor.district_id, centre)
    overrides = calendars.overrides(session, actor.district_id, number)

views.standing(next((each for each in years if each.year == number), None), number)
look, day, hall, import_year = st.tabs(
    ["日历", "改一天", "大厅例外", "导入年度安排"], key="calendar-tabs", on_change="rerun"
)
if look.open:
    with look:
        views.year(calendar, number, today)
if day.open:
    with day:
        change.day(number, actor)
if hall.open:
    with hall:
        change.override(number, centres, views.overrides(overrides), actor)
if import_year.open:
    with import_year:
        change.year(actor)
