"""办件详情: one case, its clock, its history, what was handed in, and what may be done now."""

import streamlit as st

from models.enums import Permission
from services.cases import details, received
from ui import (
    case_acts,
    case_fees,
    case_forms,
    case_opinions,
    case_papers,
    case_sheets,
    cases,
    completeness,
    engagements,
    page,
    site_visits,
)

actor = page.begin("办件详情", requires=Permission.CASES_SEARCH)
cases.way_back()
number = cases.chosen_number()

with page.transaction() as session:
    found = details.detail(session, number, actor)
    judged = received.verdicts(session, found.case)
    case_sheets.head(session, found, page.now())

main, side = st.columns([3, 2], gap="large")
with side:
    st.markdown("#### 申请人")
    case_sheets.applicant(found, actor)
    st.markdown("#### 办理")
    case_acts.draw(found, actor)
    st.markdown("#### 文书")
    case_papers.vouchers(found, actor)
with main:
    case_opinions.show(found)
    site_visits.show(found)
    case_fees.show(found)
    st.markdown("#### 办理经过")
    case_sheets.history(found)
    with st.expander("中介服务与用时", key="case-intermediaries", on_change="rerun") as services_:
        if services_.open:
            engagements.of_case(found, actor)
    with st.expander("短信和邮件", key="case-messages", on_change="rerun") as messages:
        if messages.open:
            case_papers.messages(found)
    case_forms.answers(found, actor)
    st.markdown("#### 申请材料")
    case_sheets.materials(found)
    completeness.rounds(judged, number)
    case_sheets.files(found, actor)
