"""流程设计: stages, departments, limits, joins and conditions drawn in a grid, tried, and published as a version."""

import streamlit as st

from models.enums import Permission
from services import flows
from services.cases import chasing
from ui import bundle_creation, bundle_questions, flow_grids, flow_pages, page, tables

VIEWS = ("流程图", "试算", "事项组成", "引导问题", "催办与缺席", "新建一件事")

actor = page.begin(
    "流程设计",
    requires=Permission.CATALOGUE_EDIT,
    about="一行一个部门任务；阶段内同步办理，按汇合规则进入下一阶段。发布后新收件按新流程，在办办件不变。",
)

with page.transaction() as session:
    subjects = flows.subjects(session, actor)
    departments = flows.departments(session, actor.district_id)
    policy = chasing.policy(session, actor.district_id)

chosen = flow_pages.choose(subjects)
if chosen is None:
    tables.empty("还没有选定流程", "在上面选择一件事或事项；没有合适的一件事，可在「新建一件事」中组合")

with page.transaction() as session:
    found = flows.subject(session, chosen, actor) if chosen else None

grid, held, rows = "", [], []
if found:
    flow_pages.standing(found)
if found and found.is_editable:
    grid = flow_grids.key(found.subject.id, found.saves)
    held = flow_grids.frozen(grid, found.stages)
    rows = flow_grids.edit(grid, held, departments)
    flow_pages.acts(found, rows, actor)
elif found:
    flow_pages.begin_draft(found, actor)


@st.fragment(run_every=flow_grids.EVERY)
@page.guard(Permission.CATALOGUE_EDIT)
def live(own: str) -> None:
    flow_grids.picture(grid, held, own)


picture, trial, members, questions, reminders, composing = st.tabs(VIEWS, key="flow-view", on_change="rerun")
if picture.open and found:
    with picture:
        if found.is_editable:
            live(found.subject.department)
        else:
            flow_grids.draw(found.stages, found.subject.department, key=f"picture-{found.subject.id}")
if trial.open and found:
    with trial, page.transaction() as session:
        stages = flow_grids.stages(rows) if found.is_editable else found.stages
        flow_pages.rehearsal(session, found, stages, actor)
if members.open and found and actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
    with members:
        bundle_creation.change(found.subject.id, actor)
if questions.open and found and actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
    with questions:
        bundle_questions.draw(found.subject.id, actor)
if reminders.open and actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
    with reminders:
        flow_pages.policy(policy, actor)
if composing.open and actor.may(Permission.CATALOGUE_REVIEW_CENTRE):
    with composing:
        bundle_creation.draw(actor)
