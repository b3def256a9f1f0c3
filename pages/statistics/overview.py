"""今日总览: the day's figures by centre and department, compared with the same weekday a week before."""

import streamlit as st

from models.enums import Permission
from services import overview
from services.overview import Figure
from ui import cases, overviews, page, tables

actor = page.begin(
    "今日总览",
    requires=Permission.STATISTICS_READ,
    about="收件、办结按当日累计，在办、超期为此刻；每个数字都能点开它所计的名单。",
)
now = page.now()
day = overviews.chosen_day(now.date())

with page.transaction() as session:
    found = overview.of_day(session, actor, day, now=now)

cases.figures(overviews.figures(found))

if not found.departments:
    tables.empty("这一天没有办件", "换一天看看；节假日通常没有收件")
    st.stop()

left, right = st.columns(2, gap="large")
with left:
    overviews.chart(found, Figure.RECEIVED, "哪些部门当天收件最多？")
with right:
    overviews.chart(found, Figure.OVERDUE, "哪些部门手上有超期件？")

st.markdown("#### 按收件地点")
overviews.table(found, found.centres, by="收件地点", field="centre_id")
st.markdown("#### 按实施部门")
overviews.table(found, found.departments, by="实施部门", field="department_id")
st.caption("点任一数字，打开它所计的名单；办结不含申请人撤回和作废的办件。")
