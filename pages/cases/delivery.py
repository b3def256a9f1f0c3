"""送达: results that wait to be fetched, materials still owed, and the handing over."""

import streamlit as st

from models.enums import Permission
from services.cases import delivery
from ui import case_queues, page, tables, words

actor = page.begin(
    "送达",
    requires=Permission.CASES_DELIVER,
    about="已作出决定、等待申请人领取的办件；扫描或输入编号，核对证件后送达。",
)

sought = st.text_input(
    "查找", key="delivery-find", type="search", placeholder="编号、申请人或事项，可扫描凭证条码", width=380
)

with page.transaction() as session:
    total = delivery.count(session, actor)
    ready = delivery.ready(session, actor, find=sought or "", limit=case_queues.MOST_SHOWN)

st.caption(f"待领取 {words.count(total)} 件，列出等得最久的 {words.count(len(ready))} 件")

if not ready:
    tables.empty(
        "没有待领取的办件",
        "换个编号或姓名再找；未办结的办件请到「办件查询」查看" if sought else "有办件作出决定后会出现在这里",
    )
    st.stop()

queue, desk = st.columns([5, 6], gap="medium")
with queue:
    chosen = case_queues.pick_ready(ready) or (ready[0] if len(ready) == 1 else None)
with desk:
    case_queues.beside(chosen.number if chosen else None, actor)
