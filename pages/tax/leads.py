"""线索: what is to be verified, mine first; assigned, judged, followed down to the money."""

import streamlit as st

from models.enums import Permission
from services.tax import lead_lists, leads, ledger, rules
from ui import imports, page, tables, tax_leads

actor = page.begin(
    "线索",
    requires=Permission.TAX_READ,
    about="比对发现的疑点，逐条核实；登记或完税数据到了会自动结案，并写明是哪一行。",
)
today = page.now().date()

with page.transaction() as session:
    counts = lead_lists.counts(session, actor, today=today)
    officers = lead_lists.officers(session, actor)
    streets = lead_lists.streets(session, actor)
    due = leads.usual_due(session, actor, today)
    kept = {str(rule.id): f"{rules.base_code(rule.code)} {rule.name}" for rule in rules.listed(session, actor)}

tax_leads.figures(counts)
tax_leads.bar(kept, officers, streets)
asked = tax_leads.asked(actor)
number = tables.page_number("page", asked)
with page.transaction() as session:
    rows, total = lead_lists.page(session, asked, number, actor, today=today)
    totals = ledger.totals(session, actor, among=lead_lists.chosen(asked, actor, today))
page.record(lambda session: lead_lists.note(session, asked, total, actor=actor, now=page.now()), seen=("leads", asked))

if not rows:
    tables.empty("没有符合条件的线索", "去掉上面的条件，或到「比对」运行比对")
    st.stop()
tax_leads.money(totals, total)
opened = tables.opened(rows, tax_leads.LEADS, key="leads", alt="线索列表，自己的在前，其次最早到期的在前")
tables.pages("page", total=total, page=number, per_page=lead_lists.PER_PAGE)
if opened is not None:
    tax_leads.open_lead(opened.id)
tax_leads.summed(asked, actor)
if actor.may(Permission.TAX_LEADS):
    tax_leads.several(rows, officers, due, actor)
page.offer_download(
    "导出所列",
    lambda session: lead_lists.workbook(session, asked, actor, today=today),
    f"线索-{today}.xlsx",
    imports.XLSX,
    key="export-leads",
)
