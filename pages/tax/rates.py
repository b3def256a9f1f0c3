"""税率: the rates with their dates that estimates rest on; no row for a date means 无法估算."""

import streamlit as st

from models.enums import Permission
from services.tax import rates
from ui import page, tables, tax_rates

actor = page.begin(
    "税率",
    requires=Permission.TAX_READ,
    about="估算用的税率，按生效日期取用；某天没有税率就是无法估算，不会按 0 计。未核实的请对照文件核实。",
)

with page.transaction() as session:
    rows = rates.listed(session, actor)

if not rows:
    tables.empty("还没有税率", "请系统管理员运行 cli.py db upgrade 装入参考税率，或在下方添加")
    chosen = None
else:
    chosen = tables.pick(rows, tax_rates.RATES, key="rates", alt="税率，选择一行可以修改")

if actor.may(Permission.TAX_RULES):
    st.subheader("修改所选税率" if chosen else "添加税率", anchor=False)
    tax_rates.form(chosen, actor)
else:
    st.caption("修改税率需要「维护比对规则」权限。")
