"""并联收件: one window takes one set of materials for several items of several departments."""

import streamlit as st

from models.enums import Permission
from services import bundles
from services.bundles import BundleFiling
from ui import bundle_intake, intake, intake_applicants, intake_draft, intake_materials, page, tables
from ui.forms import Fields

clerk = page.begin(
    "并联收件",
    requires=Permission.CASES_INTAKE,
    about="一窗受理、一套材料：各部门同时收到任务，办结后统一交付。",
)
draft = intake_draft.begin(clerk)
fields = Fields(draft.name)

with page.transaction() as session:
    cards = bundles.bundles(session, clerk.district_id)

if not cards:
    tables.empty("还没有可以并联办理的一件事", "请中心业务管理员在「流程设计」中新建并发布")
    st.stop()

left, right = st.columns([2, 1], gap="medium")
with right:
    intake.last_receipt(draft, clerk)
with left:
    card = bundle_intake.choose(cards, draft)
if card is None:
    st.stop()

with page.transaction() as session:
    everything = bundles.compose(session, clerk.district_id, card.id)
with left:
    chosen = bundle_intake.optional(everything, draft)
with page.transaction() as session:
    found = bundles.compose(session, clerk.district_id, card.id, chosen)

with left:
    bundle_intake.overview(found)
    intake_applicants.draw(draft, fields)
    states = bundle_intake.materials(found, draft, fields)
    uploads = intake_materials.loose_files(draft, "attachments")
    agent, channel, subject = intake_applicants.more(draft)
    pressed = st.button("收件", key=draft.key("file"), type="primary", shortcut="F9")


def filing(session):
    applicant = intake_applicants.entry(session, draft)
    return BundleFiling(card.id, applicant, chosen, states, uploads, channel, agent, subject, draft.form_key)


if pressed:
    bundle_intake.file(draft, fields, card.name, filing, clerk)
