"""收件审查: what lies at the window is judged document by document, told once and completely, or accepted."""

import streamlit as st

from models.enums import CaseStatus, Permission
from services.cases import received
from ui import completeness, page, tables, words

actor = page.begin(
    "收件审查",
    requires=Permission.CASES_INTAKE,
    about="网上提交和先收后审的办件：五个工作日内逐份审查，合格即受理，不齐一次性告知；逾期不告知视为受理。",
)
now = page.now()

with page.transaction() as session:
    waiting = received.waiting(session, actor)

if not waiting and not page.query("number"):
    tables.empty("没有待审查的收件", "网上提交的申请、窗口先收后审的办件会出现在这里")
    st.stop()

to_judge = sum(row.status is CaseStatus.SUBMITTED for row in waiting)
st.caption(f"待审查 {words.count(to_judge)} 件，等申请人补正 {words.count(len(waiting) - to_judge)} 件，最早收到的在前")
queue, desk = st.columns([5, 6], gap="medium")
with queue:
    chosen = completeness.pick(actor, waiting, now) if waiting else None
with desk:
    number = chosen.number if chosen else page.query("number")
    if number:
        completeness.desk(number, actor)
    else:
        tables.empty("请在列表中选一件", "选中后在这里逐份审查材料")
