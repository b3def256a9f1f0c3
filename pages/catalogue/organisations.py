"""机构窗口: the organisation tree at the left, the chosen organisation and its windows at the right."""

import streamlit as st

from models.enums import CENTRE_KINDS, Permission
from services import calendars, organisations
from ui import organisation_views as views
from ui import page, tables

actor = page.begin(
    "机构窗口", requires=Permission.ORGANISATIONS_EDIT, about="维护中心、大厅、街道社区、进驻部门及各中心的窗口。"
)
asked = page.query("id")

with page.transaction() as session:
    rows = organisations.tree(session, actor.district_id)
    schedules = calendars.schedules(session)
    row = next((each for each in rows if str(each.id) == asked), None)
    resting = organisations.resting_on(session, row, actor.district_id) if row else {}
    windows = organisations.windows(session, actor.district_id, row.id) if row else []

left, right = st.columns([2, 5], gap="medium")
with left:
    views.tree(rows, row.id if row else None)
with right:
    if row is None:
        tables.empty("选择左侧的一个机构", "查看和修改它的资料、窗口；要新增机构，先选中它的上级")
    else:
        st.subheader(page.plain(row.name), anchor=False)
        st.caption(page.plain(f"{row.kind.label}　{row.code}　{row.address}"))
        names = ["窗口", "资料", "新增下级机构"] if row.kind in CENTRE_KINDS else ["资料", "新增下级机构"]
        tabs = dict(zip(names, st.tabs(names, key=f"tabs-{row.id}", on_change="rerun"), strict=True))
        if "窗口" in tabs and tabs["窗口"].open:
            with tabs["窗口"]:
                views.windows(row, windows, rows, actor)
        if tabs["资料"].open:
            with tabs["资料"]:
                views.form(row, rows, schedules, actor)
                views.standing(row, resting, actor)
        if tabs["新增下级机构"].open:
            with tabs["新增下级机构"]:
                views.form(None, rows, schedules, actor, parent_id=row.id)
