"""项目报建: a project's stages and permits, plan and fact, what its end hangs on."""

import streamlit as st

from models.enums import Permission
from services import bundles, projects
from ui import engagements, page, project_views, tables

VIEWS = ("看板", "计划与实际", "关键路径", "申报", "中介", "新建项目")

actor = page.begin(
    "项目报建",
    requires=Permission.CASES_SEARCH,
    about="四个阶段、四十一项审批：上一阶段的必办事项取得或注明不适用，下一阶段即开启。",
)

with page.transaction() as session:
    rows = projects.projects(session, actor)
    cards = bundles.bundles(session, actor.district_id, is_project=True)

chosen = project_views.choose(rows) if rows else None
with page.transaction() as session:
    board = projects.board(session, chosen, actor, now=page.now()) if chosen else None

if board:
    project_views.heading(board)
else:
    tables.empty("还没有您可以查看的项目", "窗口人员可在「新建项目」中建立；部门可看到需要本部门审批的项目")

tabs = st.tabs(VIEWS, key="project-view", on_change="rerun")
looks = (project_views.stages, project_views.gantt, project_views.path)
for tab, draw in zip(tabs, looks, strict=False):
    if tab.open and board:
        with tab:
            draw(board)
if tabs[3].open and board:
    with tabs[3]:
        if project_views.may_act(actor):
            project_views.act(board, actor)
        else:
            st.caption("申报和注明不适用由窗口人员办理。")
if tabs[4].open and board:
    with tabs[4]:
        engagements.of_project(board, actor)
if tabs[5].open:
    with tabs[5]:
        if project_views.may_act(actor):
            project_views.new(cards, actor)
        else:
            st.caption("项目由窗口人员建立。")
