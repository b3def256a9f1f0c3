"""待办: the department's waiting tasks, the most urgent first, and the chosen one to decide."""

import streamlit as st

from models.enums import Permission
from services.cases import worklists
from ui import case_queues, cases, page, tables, words

actor = page.begin(
    "待办", requires=Permission.CASES_REVIEW, about="轮到本部门处理的办件，最急的在前；选中一件，即可审查和决定。"
)
now, urgency = page.now(), case_queues.urgency()

with page.transaction() as session:
    load = worklists.workload(session, actor, now=now)
    waiting = worklists.waiting(session, actor, now=now, urgency=urgency, limit=case_queues.MOST_SHOWN)

cases.figures(case_queues.load_figures(load))

if not waiting:
    tables.empty(f"没有{urgency.label if urgency else '待办'}的任务", "新的办件受理后会出现在这里")
    st.stop()

if urgency:
    st.caption(f"只看{urgency.label}的 {words.count(len(waiting))} 件")
queue, desk = st.columns([5, 6], gap="medium")
with queue:
    chosen = case_queues.pick_task(actor, waiting, now)
with desk:
    case_queues.beside(chosen.number if chosen else None, actor)
