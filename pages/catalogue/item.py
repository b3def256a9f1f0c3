"""事项详情: everything about one item, its versions and what may be done with it."""

import streamlit as st

from models.enums import Permission
from services import topics
from services.catalogue import items, versions
from services.rules.lint import lint
from ui import forms, guides, item_acts, item_editing, item_views, page

CASE_SEARCH = "pages/cases/search.py"
VIEWS = ("指南", "编辑", "审查", "版本与差异", "影响", "流转", "历史")

actor = page.begin("事项详情", requires=Permission.CATALOGUE_READ)
asked = page.query("id")

with page.transaction() as session:
    detail = items.get(session, page.identity(asked) or 0, actor)
    names = topics.names(session)
    standing = detail.draft or detail.published
    touched = versions.impact(session, detail.item, actor=actor)
    circle = versions.circle(session, standing.guide, detail.item) if standing else None

item_views.heading(detail)
guide_tab, edit_tab, lint_tab, version_tab, impact_tab, step_tab, history_tab = st.tabs(
    VIEWS, key="view", bind="query-params"
)

with guide_tab:
    if guide_tab.open and standing:
        st.caption(item_views.version_in_words(standing.number, standing.state))
        guides.full(standing.guide, names)
with edit_tab:
    if edit_tab.open:
        item_editing.draw(detail, actor, names)
with lint_tab:
    if lint_tab.open and standing:
        item_views.findings(lint(standing.guide), in_circle=bool(circle))
        item_views.circle(circle)
with version_tab:
    if version_tab.open and detail.versions:
        rows = item_views.version_names(detail.versions)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            old = st.selectbox("从", list(rows), min(1, len(rows) - 1), format_func=rows.__getitem__, width=330)
            new = st.selectbox("到", list(rows), format_func=rows.__getitem__, width=330)
            restoring = detail.is_editable and detail.draft is None and actor.may(Permission.CATALOGUE_EDIT)
            reason = restoring and forms.confirm(
                "恢复旧版", will_do=f"以「{rows[old]}」的内容起草一个新版本，历史不变。", key="restore"
            )
        if reason == "":
            page.perform(
                lambda session: versions.restore(
                    session, versions.get(session, old, actor), actor=actor, now=page.now()
                ),
                done=lambda made: f"已按旧版内容起草第 {made.number} 版",
            )
        with page.transaction() as session:
            item_views.changes(versions.compare(session, old, new, actor))
with impact_tab:
    if impact_tab.open:
        item_views.impact(touched, CASE_SEARCH if actor.may(Permission.CASES_SEARCH) else "")
with step_tab:
    if step_tab.open:
        item_acts.draw(detail, touched, actor)
with history_tab:
    if history_tab.open:
        item_views.history(detail.events)
