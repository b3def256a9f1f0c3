"""导入导出: a catalogue sheet in, looked at before anything is written; batches undone as a whole."""

import streamlit as st

from models.enums import ImportKind, Permission
from services.catalogue import exporting, importing
from services.exchange import batches
from ui import forms, imports, page

ON_ERROR = {"reject": "有错误就整体不导入", "skip": "跳过错误行，导入其余"}

actor = page.begin(
    "导入导出",
    requires=Permission.CATALOGUE_IMPORT,
    about="导入事项目录表格：先预检，看清新增、变更和错误，再导入；每次导入是一个批次，可整批撤销。",
)


def take_in(session, *, dry_run):
    return importing.import_catalogue(
        session,
        uploaded.getvalue(),
        uploaded.name,
        actor=actor,
        now=page.now(),
        dry_run=dry_run,
        on_error=on_error,
    )


uploaded = st.file_uploader("事项目录表格（CSV 或 XLSX）", type=["csv", "xlsx"], key="sheet")
on_error = st.radio("遇到错误行时", list(ON_ERROR), format_func=ON_ERROR.__getitem__, horizontal=True, key="on_error")

if uploaded is None:
    st.caption("可以直接导入本页导出的表格，也可以导入含 department、item_name、implementation_code 等列的目录表。")
else:
    checked = f"{uploaded.file_id}-{on_error}"
    if st.button("预检", key="check", type="secondary"):
        with st.spinner("正在逐行检查…"), page.transaction() as session:
            st.session_state["checked"] = (checked, take_in(session, dry_run=True))
    mark, report = st.session_state.get("checked", ("", None))
    if mark == checked:
        imports.summary(report)
        is_ready = report.created + report.changed > 0 and (on_error == "skip" or not report.errors)
        if st.button("导入", key="import", type="primary", disabled=not is_ready):
            page.perform(
                lambda session: take_in(session, dry_run=False),
                done=lambda made: (
                    f"已导入：新增 {made.created}，变更 {made.changed}，无变化 {made.unchanged}，错误 {made.rejected}"
                ),
                then=lambda _: st.session_state.pop("checked"),
            )
        imports.findings(report, key="catalogue")

st.subheader("导入批次", anchor=False)
with page.transaction() as session:
    rows = batches.listed(session, actor, kind=ImportKind.CATALOGUE)
chosen = imports.batches(rows)
if chosen is not None and chosen.undone_at is None:
    will_do = (
        f"撤销「{page.plain(chosen.file_name)}」：删除它新增的事项、恢复它变更的内容；已有办件或后续修改的不能撤销。"
    )
    if forms.confirm("撤销该批次", will_do=will_do, key=f"undo-{chosen.id}") is not None:
        page.perform(
            lambda session: batches.undo(session, batches.get(session, chosen.id, actor), actor=actor, now=page.now()),
            done=f"已撤销批次「{chosen.file_name}」",
        )

st.subheader("导出", anchor=False)
st.caption("导出全部事项的全部要素，可原样导回；只导出一部分请在「事项目录」里筛选后导出。")
page.offer_download(
    "导出全部事项",
    lambda session: exporting.export_catalogue(session, actor),
    f"事项目录-{page.now():%Y%m%d}.xlsx",
    imports.XLSX,
    key="export-all",
)
