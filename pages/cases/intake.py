"""收件: one case after the other, with the keyboard alone."""

import dataclasses

import streamlit as st

from models.enums import Permission
from services.cases.intake import Filing
from ui import intake, intake_applicants, intake_draft, intake_materials, keyboard, page
from ui.forms import Fields

clerk = page.begin("收件", requires=Permission.CASES_INTAKE)
draft = intake_draft.begin(clerk)
fields = Fields(draft.name)
intake.hint(draft)

left, right = st.columns([2, 1], gap="medium")
with right:
    intake.last_receipt(draft, clerk)

with left, keyboard.fields("intake"):
    item = intake.item(draft, fields, clerk)
    intake_applicants.draw(draft, fields)
    materials, uploads = intake_materials.draw(draft, fields, item) if item else ([], [])
    agent, channel, subject = intake_applicants.more(draft)
    with st.container(horizontal=True):
        pressed = st.button("收件", key=draft.key("file"), type="primary", shortcut="F9", disabled=item is None)
        is_to_review = item is not None and intake.may_review_later(item) and intake.review_later(draft)
        st.button(
            "沿用上一位申请人",
            key=draft.key("repeat"),
            shortcut="F8",
            disabled=draft.last_applicant is None,
            on_click=intake_applicants.repeat,
        )


def filing(session):
    applicant = intake_applicants.entry(session, draft)
    filled = Filing(item.id, applicant, materials, uploads, channel, agent, subject, draft.form_key)
    return dataclasses.replace(filled, is_to_review=is_to_review)


if pressed or is_to_review:
    values = {name: draft.typed(name) for name in ("id_number", "name", "phone", "subject")}
    values |= {"item": draft.item_id, "materials": intake_materials.states(materials)}
    intake.file(draft, fields, filing, values, clerk)
