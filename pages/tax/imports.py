"""登记数据: departments' registers in, checked before anything is written; how fresh each of them is."""

import streamlit as st

from models.enums import REGISTER_KINDS, JobKind, Permission
from services.exchange import batches
from services.registers import freshness, mappings
from services.registers.work import kept_for_trial
from ui import jobs, page, tax_imports

ON_ERROR = {"reject": "有错误就整批不导入", "skip": "跳过错误行，导入其余"}

actor = page.begin(
    "登记数据",
    requires=Permission.TAX_IMPORT,
    about="导入各部门的登记名册：先预检，看清错误和可疑内容，再导入；每次导入是一个批次，可整批撤销。",
)

with page.transaction() as session:
    fresh = freshness.of_all(session, actor.district_id, now=page.now())
tax_imports.board(fresh)
tax_imports.limits(fresh, actor)

st.subheader("导入名册", anchor=False)
jobs.panel(JobKind.REGISTER_IMPORT, actor)
kind = st.segmented_control(
    "名册", REGISTER_KINDS, default=REGISTER_KINDS[0], format_func=lambda each: each.label, key="kind", required=True
)
uploaded = st.file_uploader("文件（CSV、GZ 或 XLSX，可达 200 MB）", type=["csv", "gz", "xlsx"], key=f"sheet-{kind}")

if uploaded is not None:
    with page.transaction() as session:
        saved = mappings.kept(session, actor.district_id, kind)
    left, middle, right = st.columns(3)
    source = left.selectbox(
        "数据来源",
        list(saved),
        index=None,
        accept_new_options=True,
        key=f"source-{kind}",
        placeholder="选择或输入，如区市场监管局",
    )
    on_error = middle.radio("遇到错误行时", list(ON_ERROR), format_func=ON_ERROR.__getitem__, key="on_error")
    is_full = right.checkbox("这是整册：表里没有的即已退出名册", key="is_full")
    content, path = uploaded.getvalue(), kept_for_trial(uploaded.file_id, uploaded.getvalue())
    with page.transaction():
        mapped = tax_imports.headings(kind, path, saved.get(source or "", {}))
    report = tax_imports.checked(kind, path, uploaded.name, mapped, actor)
    if report is not None:
        is_ready = report.created + report.changed > 0 and (on_error == "skip" or not report.errors)
        if st.button("导入", key="import", type="primary", disabled=not is_ready):
            choice = {"source": source or "", "is_full": is_full, "on_error": on_error}
            page.perform(
                lambda session: tax_imports.start(session, kind, content, uploaded.name, mapped, choice, actor),
                done="已开始导入，进度见下方",
                then=lambda job: tax_imports.taken(path, job),
            )
        tax_imports.summary(report)

st.subheader("导入批次", anchor=False)
with page.transaction() as session:
    rows = [each for each in batches.listed(session, actor) if each.kind in REGISTER_KINDS]
tax_imports.earlier(rows, actor)
