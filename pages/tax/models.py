"""匹配权重: weights re-estimated on officers' verdicts, looked at in the shadow, adopted or discarded by a person."""

import streamlit as st

from models.enums import JobKind, Permission
from services import jobs as work
from services.rules.matching.learning import FEWEST
from services.tax import learning
from ui import jobs, page, tables, tax_models, words

actor = page.begin(
    "匹配权重",
    requires=Permission.TAX_MODELS,
    about="用人工判定重估近似比对的权重：先试算，看会改变什么、准了多少，再决定采用；不采用就不生效。",
)

with page.transaction() as session:
    labels = learning.count_labels(session, actor)
    rows = learning.listed(session, actor)

st.markdown(f"可学习的人工判定 **{words.count(labels)}** 对（至少 {FEWEST} 对；100 至 200 对时概率已很准）")
jobs.panel(JobKind.MODEL_ESTIMATE, actor)
if st.button("按人工判定重估（试算）", type="primary", disabled=labels < FEWEST):
    page.perform(
        lambda session: work.start(session, JobKind.MODEL_ESTIMATE, "重估匹配权重", {}, actor=actor, now=page.now()),
        done="已开始试算，进度见下方",
        then=jobs.launch,
    )

if not rows:
    tables.empty("还没有重估过", "没有采用任何一版时，每次比对按当次数据和出厂权重估计")
    st.stop()
chosen = tables.pick(rows, tax_models.MODELS, key="models", alt="各版权重，选择一版看试算结果")
if chosen is None:
    st.caption("选择一版，看它的试算结果。")
    st.stop()
tax_models.preview(chosen)
tax_models.decide(chosen, actor)
