"""审计: what was done, by whom, when and from where; whether the chain is whole; and taking it out."""

import datetime as dt
import json

import streamlit as st

from models.enums import Permission
from services import audit, audit_trail
from ui import page, pickers, tables, words

me = page.begin("审计", requires=Permission.AUDIT_READ, about="操作与登录留痕，只增不改；校验可发现改动、删除或截断")
DAYS = {"1": "今天", "7": "近 7 天", "30": "近 30 天", "365": "近一年"}

chosen = pickers.bar(
    [pickers.Filter("kind", "对象", audit_trail.SUBJECTS), pickers.Filter("days", "时间", DAYS, width=120)],
    search=pickers.Words(placeholder="姓名、操作或编号"),
    key="audit",
)
midnight = page.now().replace(hour=0, minute=0, second=0, microsecond=0)
filters = audit_trail.Filters(
    words=chosen["words"],
    subject_kind=chosen["kind"],
    since=midnight - dt.timedelta(days=int(chosen["days"]) - 1) if chosen["days"] else None,
)
number = tables.page_number("page", filters)

with page.transaction() as session:
    rows, total = audit_trail.page(session, filters, number, actor=me)
    length, head = audit.head(session, me.district_id)

with st.container(horizontal=True, vertical_alignment="center"):
    verify = st.button("校验完整性")
    page.offer_download(
        "导出所列",
        lambda session: audit_trail.workbook(session, filters, actor=me),
        f"审计记录-{page.now():%Y%m%d-%H%M}.xlsx",
        audit_trail.XLSX,
        key="export",
    )
    st.caption(f"共 {words.count(length)} 条留痕，末条校验值 {head[:16]}…（定期抄存于系统之外，可发现截断）")

if verify:
    with st.spinner("正在逐条校验…"), page.transaction() as session:
        verdict = audit.verify(session, me.district_id)
    if verdict.intact:
        st.success(f"完整：{words.count(verdict.rows)} 条留痕逐条相符")
    else:
        st.error(f"不完整：第 {verdict.first_broken} 条起被改动、缺失或截断，请保全数据库并报告安全管理员")

if not rows:
    tables.empty("没有符合条件的留痕", "去掉上面的条件再看")
    st.stop()

picked = tables.pick(
    rows,
    [
        tables.Column("序号", "id", kind="number", width=80),
        tables.Column("时间", lambda row: words.brief(row.at), width=150),
        tables.Column("人员", "actor_name", width=120),
        tables.Column("操作", lambda row: audit_trail.action_words(row.action), width=170),
        tables.Column("对象", lambda row: audit_trail.SUBJECTS.get(row.subject_kind, row.subject_kind), width=100),
        tables.Column("编号", "subject_id", width=210),
        tables.Column("理由", "reason", width=220),
        tables.Column("来自", "source", width=120),
    ],
    key="audit",
    alt="审计留痕，选择一行在下方看前后内容",
)
tables.pages("page", total=total, page=number, per_page=audit_trail.PAGE_SIZE)
if total >= audit_trail.MOST_COUNTED:
    st.caption(f"符合条件的在 {words.count(total)} 条以上，请缩小范围或导出。")

if picked is None:
    st.caption("选择一行，在此处看改动前后的内容。")
else:
    before, after = st.columns(2)
    for place, title, value in ((before, "改动前", picked.before), (after, "改动后", picked.after)):
        with place:
            st.markdown(f"**{title}**")
            st.code(json.dumps(value, ensure_ascii=False, indent=2) if value else "（无）", language="json")
