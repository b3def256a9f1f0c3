"""线索: what is to be verified, mine first; assigned, judged, followed down to the money."""

import streamlit as st

from models.enums import Confidence, LeadState, Permission
from services.tax import lead_lists, ledger, rules
from ui import imports, page, pickers, tables, tax_leads

actor = page.begin(
    "线索",
    requires=Permission.TAX_READ,
    about="比对发现的疑点，逐条核实；登记或完税数据到了会自动结案，并写明是哪一行。",
)
today = page.now().date()

with page.transaction() as session:
    counts = lead_lists.counts(session, actor, today=today)
    totals = ledger.totals(session, actor)
    officers = lead_lists.officers(session, actor)
    kept = {str(rule.id): f"{rules.base_code(rule.code)} {rule.name}" for rule in rules.listed(session, actor)}

tax_leads.figures(counts)
tax_leads.money(totals)
pickers.bar(
    [
        pickers.Filter("whose", "经办人", {"mine": "只看我的"}, any_label="所有人"),
        pickers.Filter("state", "状态", LeadState.labels()),
        pickers.Filter("rule_id", "规则", kept, width=220),
        pickers.Filter("confidence", "可信度", Confidence.labels()),
    ],
    search=pickers.Words(placeholder="名称或编号"),
    key="leads",
)
asked = tax_leads.asked(actor)
number = tables.page_number("page", asked)
with page.transaction() as session:
    rows, total = lead_lists.page(session, asked, number, actor, today=today)

if not rows:
    tables.empty("没有符合条件的线索", "去掉上面的条件，或到「比对」运行比对")
    st.stop()
opened = tables.opened(rows, tax_leads.LEADS, key="leads", alt="线索列表，最早到期的在前")
tables.pages("page", total=total, page=number, per_page=lead_lists.PER_PAGE)
if opened is not None:
    tax_leads.open_lead(opened.id)
if actor.may(Permission.TAX_LEADS):
    tax_leads.several(rows, officers, actor)
page.offer_download(
    "导出所列",
    lambda session: lead_lists.workbook(session, asked, actor, today=today),
    f"线索-{today}.xlsx",
    imports.XLSX,
    key="export-leads",
)
