"""线索详情: one lead with its evidence, what to do next, its money, letters and history."""

import streamlit as st

from models.enums import Permission
from services.rules import money
from services.tax import lead_lists, leads, ledger, letters
from ui import forms, page, tables, tax_lead, tax_leads
from ui.tax_results import SUBJECT

actor = page.begin("线索详情", requires=Permission.TAX_READ)
tax_leads.way_back()

lead_id = page.identity(page.query("lead"))
if lead_id is None:
    tables.empty("请从线索列表打开一条线索", "返回「线索」，点列表里的一行")
    st.stop()

with page.transaction() as session:
    lead = leads.get(session, lead_id, actor)
    row = lead_lists.one(session, lead_id, actor)
    events = leads.events(session, lead)
    entries = ledger.entries(session, lead)
    sent = letters.of_lead(session, lead)
    officers = lead_lists.officers(session, actor)
    due = leads.usual_due(session, actor, page.now().date())

page.record(lambda session: leads.note(session, lead_id, actor=actor, now=page.now()), seen=("lead", lead_id))
st.subheader(page.plain(lead.name), anchor=False)
tax_lead.head(row, lead)
st.page_link(SUBJECT, label="看各部门的登记和比对理由 →", query_params={"finding": str(lead.finding_id)})

left, right = st.columns([3, 2], gap="large")
seen = forms.seen(f"lead-{lead.id}", {lead.id: lead.version})
with left:
    tax_lead.account(lead, entries, money.balance((each.kind, each.amount) for each in entries), actor)
    tax_lead.history(events, actor)
with right:
    tax_lead.steps(lead, officers, due, seen, actor)
    tax_lead.post(lead, sent, seen[lead.id], actor)
