"""在线申请: no account; one question per screen, saved at each step, sent once."""

import streamlit as st

from services import applications
from services.applications import drafting
from ui import applying, applying_sent, applying_steps, page

page.begin("在线申请", requires=None)
found = applying.at_hand()

if found is None:
    applying.come_back()
    st.stop()

with st.container(width=applying.WIDTH, key="apply"):
    if found.case_number:
        applying_sent.draw(found)
        st.stop()
    applying.head(found)
    if found.step == drafting.FORM:
        applying_steps.form(found)
    elif found.step == drafting.MATERIALS:
        applying_steps.materials(found)
    elif found.step == drafting.CHECK:
        with page.transaction() as session:
            places = applications.places(session, page.district_id(), found.department_id)
        applying_steps.check(found, places)
    else:
        applying_steps.applicant(found)
