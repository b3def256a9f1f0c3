"""我的工作: the landing page of staff. What is due today, what waits for me, what is overdue, what I took in."""

import streamlit as st

from models.enums import Permission
from ui import case_desk, case_lists, cases, page, tables, words

actor = page.begin("我的工作", requires=Permission.CASES_SEARCH)
now = page.now()
st.caption(f"{page.plain(actor.name)}，今天是 {words.day(now.date())}。数字可点，点开就是它所计的名单。")

with page.transaction() as session:
    figures = case_desk.figures(session, actor, now)
    urgent = case_desk.urgent(session, actor, now)

cases.figures(figures)

for part in urgent:
    st.markdown(f"#### {part.title}")
    if not part.rows:
        tables.empty("没有，一切都在期限内", "")
        continue
    opened = tables.opened(part.rows, case_lists.columns(now), key=f"desk-{part.title}", alt=part.title)
    if opened:
        cases.open_case(opened.number)
