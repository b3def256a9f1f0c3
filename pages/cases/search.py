"""办件查询: find cases by any of their marks, page through them, keep the search, take the list out."""

import streamlit as st

from models.enums import Permission
from ui import case_lists, cases, page

actor = page.begin(
    "办件查询",
    requires=Permission.CASES_SEARCH,
    about="按时间、部门、状态、词语、编号或申请人查找办件；条件写在地址里，可以收藏或发给同事。",
)

with st.container(horizontal=True):
    cases.kept_searches(actor)

case_lists.browse(actor)
