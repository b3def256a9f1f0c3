"""Changing the calendar: a day, a hall's own day, a year. Each says first which open cases it moves."""

import collections
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from services import calendars
from services.actors import Actor
from services.calendars import Moved, OverrideRow
from services.cases import clocks
from services.errors import Invalid
from services.organisations import OrganisationRow
from ui import calendar_views as views
from ui import forms, page


def _given(day: dt.date | None) -> dt.date:
    if day is None:
        raise Invalid("请选择日期", {"day": "请选择日期"})
    return day


def _followed(change: Callable[..., list[Moved]], actor: Actor, *given: Any, **said: Any) -> Callable[[Any], Any]:
    """The change of the calendar and, in the same transaction, the due instants of the open cases that it moves."""
    return lambda session: clocks.follow(
        session, change(session, *given, **said, actor=actor, now=page.now()), actor=actor, now=page.now()
    )


def day(number: int, actor: Actor) -> None:
    """A day of the national table, with its document."""
    fields = forms.Fields(f"day-{number}")
    with st.form("day", border=False):
        kind = fields.choice("is_workday", "这一天", views.KINDS, False)
        chosen, name, source = views.fields_of_day(fields, number)
        with st.container(horizontal=True):
            looked = st.form_submit_button("看看影响")
            pressed = st.form_submit_button("保存", type="primary")
    if looked and chosen is not None:
        with page.transaction() as session:
            views.moved(calendars.preview_day(session, actor.district_id, chosen, kind), key="day-moved")
    if pressed:
        fields.perform(
            _followed(calendars.edit_day, actor, _given(chosen), is_workday=kind, name=name, source=source),
            done=views.said,
        )


def override(number: int, centres: Sequence[OrganisationRow], chosen: OverrideRow | None, actor: Actor) -> None:
    """A hall's own day; the one chosen in the list can be taken back."""
    if chosen is not None:
        reason = forms.confirm(
            "撤回这一天的安排",
            will_do=f"{page.plain(chosen.centre)} {chosen.date} 恢复为全国日历的安排。",
            key=f"override-{chosen.id}",
            needs="依据或原因",
        )
        if reason is not None:
            page.perform(
                _followed(calendars.remove_override, actor, chosen.centre_id, chosen.date, reason=reason),
                done=views.said,
            )
    fields = forms.Fields(f"override-{number}")
    with st.form("override", border=False):
        centre = fields.choice("centre_id", "大厅、中心", {row.id: row.name for row in centres})
        kind = fields.choice("is_workday", "这一天", {False: "放假（不对外服务）", True: "上班"}, False)
        given, name, source = views.fields_of_day(fields, number)
        with st.container(horizontal=True):
            looked = st.form_submit_button("看看影响")
            pressed = st.form_submit_button("登记", type="primary")
    if looked and centre is not None and given is not None:
        with page.transaction() as session:
            found = calendars.preview_override(session, actor.district_id, centre, given, is_workday=kind)
            views.moved(found, key="override-moved")
    if pressed:
        fields.perform(
            _followed(
                calendars.set_override, actor, centre or 0, _given(given), is_workday=kind, name=name, source=source
            ),
            done=views.said,
        )


def year(actor: Actor) -> None:
    """The arrangement of a year, as published: looked at first, then imported."""
    st.caption("每年 11 月前后国务院办公厅公布次年安排。文件为 CSV（date,is_workday,name）或 holiday-cn 的 JSON。")
    uploaded = st.file_uploader("节假日安排文件", type=["csv", "json"], key="year-file")
    if uploaded is None:
        return
    with page.transaction():
        rows = calendars.read_days(uploaded.getvalue())
    fields = forms.Fields(f"import-year-{uploaded.file_id}")
    of_file = collections.Counter(row.date.year for row in rows).most_common(1)[0][0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = int(fields.number("year", "年份", of_file, min_value=2000, max_value=2100, width=140) or of_file)
        source = fields.text("source", "依据文件", placeholder="例如 国办发明电〔2026〕X号", width=320)
        official = fields.choice("official", "性质", {True: "正式公布", False: "暂定"}, True, width=140)
    with page.transaction() as session:
        found = calendars.preview_year(session, actor.district_id, rows, target, official=official, source=source)
    working = sum(row.is_workday for row in rows)
    st.markdown(f"文件中共 **{len(rows)}** 天：放假 {len(rows) - working} 天，调休上班 {working} 天。")
    views.moved(found, key="year-moved")
    if st.button(f"导入 {target} 年安排", type="primary", key="import-year"):
        fields.perform(
            _followed(calendars.import_year, actor, rows, target, official=official, source=source),
            done=views.said,
            then=lambda _: page.set_query(year=target),
        )
