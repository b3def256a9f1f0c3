"""表单设计: the fields of an online application in a grid, previewed as the citizen sees them, published with the item."""

import streamlit as st

from models.enums import Permission
from services import flows
from ui import flow_pages, form_designs, page, tables

actor = page.begin(
    "表单设计",
    requires=Permission.CATALOGUE_EDIT,
    about="一行一个字段：名称、类型、规则、显示条件。随事项版本审核发布；已开始填写的草稿按原来的版本。",
)

with page.transaction() as session:
    subjects = flows.subjects(session, actor)

chosen = flow_pages.choose(subjects, key="form-subject", label="设计哪个事项的表单")
if chosen is None:
    tables.empty("还没有选定事项", "在上面输入名称查找一个事项或一件事")
    st.stop()

with page.transaction() as session:
    found = flows.subject(session, chosen, actor)

flow_pages.standing(found)
if not found.is_editable:
    flow_pages.begin_draft(found, actor, what="表单")
    form_designs.preview(found.form)
    st.stop()

rows = form_designs.edit(found)
form_designs.acts(found, rows, actor)
st.markdown("**申请人看到的表单**")
with page.transaction():
    fields = form_designs.read(rows)
form_designs.preview(fields)
