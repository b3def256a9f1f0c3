"""比对: run the comparisons as of a day, see each rule's result with its proof, open its lists."""

import streamlit as st

from models.enums import JobKind, Permission, RunState
from services.tax import rules, runs
from ui import jobs, page, tables, tax_results

actor = page.begin(
    "比对",
    requires=Permission.TAX_READ,
    about="用各部门的登记对照税务登记和完税记录，找出税务部门没有见到的户和交易；每条结果都说明理由。",
)

with page.transaction() as session:
    kept = rules.listed(session, actor)
    newest = runs.latest(session, actor)

if not kept:
    tables.empty("还没有比对规则", "请系统管理员运行 cli.py db upgrade 装入七项比对")
    st.stop()

tax_results.controls(kept, actor)
if actor.may(Permission.TAX_COMPARE):
    jobs.panel(JobKind.RECONCILIATION, actor)
asked = tax_results.board(kept, newest)
if asked is None:
    st.caption("点「看结果」，打开一项比对的名单、证明和趋势。")
    st.stop()

rule = next(each for each in kept if each.code == asked)
st.subheader(f"{rules.base_code(rule.code)} {rule.name}", anchor=False)
st.caption(page.plain(rule.definition.about))
with page.transaction() as session:
    made, earlier = tax_results.of_rule(session, rule, actor)
if made is None:
    tables.empty("这项规则还没有比对过", "在上方选择日期，开始比对")
    st.stop()
tax_results.run_choice(earlier, made)
tax_results.proof(made)
if made.state == RunState.DONE:
    tax_results.figures(made)
    tax_results.pictures(rule, made, earlier)
    tax_results.listed(made, actor)
