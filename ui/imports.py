"""Importing a sheet: what it would do, what is wrong with it, and what became of earlier ones."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from models.exchange import ImportBatch
from services.exchange.batches import ImportReport
from ui import page, tables, words
from ui.tables import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ERRORS = (
    Column("工作表", "sheet", width=100),
    Column("行", "row", "number", width=60),
    Column("列", "column", width=140),
    Column("内容", "value", width=200),
    Column("错误原因", "reason", width="large"),
)
BATCHES = (
    Column("时间", lambda row: words.brief(row.imported_at), width=130),
    Column("文件", "file_name", width="medium"),
    Column("行数", "rows", "number", width=70),
    Column("新增", "created", "number", width=70),
    Column("变更", "changed", "number", width=70),
    Column("无变化", "unchanged", "number", width=70),
    Column("错误", "rejected", "number", width=70),
    Column("导入人", "imported_by", width=110),
    Column("撤销", lambda row: f"{words.brief(row.undone_at)} {row.undone_by}" if row.undone_at else "", width=150),
)
MOST_ERRORS = 500


def summary(report: ImportReport) -> None:
    """The figures of a report, in the order in which they are asked."""
    counts = {"行数": report.rows, "新增": report.created, "变更": report.changed, "无变化": report.unchanged}
    with st.grid(5, min_column_width=110, gap="small"):
        for title, count in counts.items():
            st.metric(title, words.count(count), border=True)
        st.metric("错误", words.count(report.rejected), border=True)
    if report.message:
        st.info(page.plain(report.message))


def findings(report: ImportReport, *, key: str) -> None:
    """What would change, and every bad row with the sheet to mend it in."""
    if report.preview:
        with st.expander(f"预览（前 {len(report.preview)} 行）", expanded=not report.errors):
            st.dataframe(pd.DataFrame(report.preview), hide_index=True, alt="将要导入的内容")
    if not report.errors:
        return
    st.error(f"{words.count(report.rejected)} 行有错误，请下载错误行改正后重新导入，或选择跳过错误行。")
    tables.show(report.errors[:MOST_ERRORS], ERRORS, key=f"{key}-errors", alt="错误明细")
    if len(report.errors) > MOST_ERRORS:
        st.caption(f"仅列出前 {MOST_ERRORS} 处，其余见下载的错误行。")
    sheet = report.rejected_sheet
    if sheet is not None:
        page.offer_download("下载错误行", lambda _: sheet, "错误行.xlsx", XLSX, key=f"{key}-rejected")


def batches(rows: Sequence[ImportBatch]) -> Any:
    """Earlier imports; the one chosen."""
    if not rows:
        tables.empty("还没有导入过", "在上方选择文件，先预检再导入")
        return None
    return tables.pick(rows, BATCHES, key="batches", alt="导入批次")
