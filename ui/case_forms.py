"""The answers to the application form on a case's page: labelled, ids and phones masked."""

import itertools

import streamlit as st

from services.actors import Actor
from services.cases import answering
from services.cases.details import CaseDetail
from ui import page
from ui.case_sheets import HANDLING


def answers(found: CaseDetail, actor: Actor) -> None:
    """Nothing for a case without a form. Who does not handle cases sees addresses down to the street."""
    with page.transaction() as session:
        rows = answering.in_words(session, found.case, found.version, hides_place=not actor.permissions & HANDLING)
    if not rows:
        return
    st.markdown("#### 申请表单")
    for section, members in itertools.groupby(rows, key=lambda row: row[0]):
        with st.container(gap="xxsmall"):
            if section:
                st.markdown(f"**{page.plain(section)}**")
            for _, label, text in members:
                st.markdown(f":gray[{page.plain(label)}]　{page.plain(text)}")
