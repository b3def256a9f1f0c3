"""Leads on screen: the list with its figures, filters, sums and batch bar."""

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from models.enums import Confidence, LeadAction, LeadState, Permission
from services.actors import Actor
from services.tax import lead_lists, leads, ledger
from services.tax.lead_lists import Filter, LeadRow
from services.tax.ledger import Totals
from ui import forms, page, pickers, tables, words
from ui.charts import Meaning
from ui.tables import Column

LEAD = "pages/tax/lead.py"
BACK = "_lead_list"
MEANING = {
    LeadState.NEW: Meaning.OPEN,
    LeadState.ASSIGNED: Meaning.OPEN,
    LeadState.VERIFYING: Meaning.WARNING,
    LeadState.REGISTERED: Meaning.CLOSED,
    LeadState.PAID: Meaning.CLOSED,
    LeadState.TRANSFERRED: Meaning.RED,
}
LEADS = (
    Column("名称", "name", width=240),
    Column("主体编号", "subject_key", width=180),
    Column("规则", "rule", width=70),
    Column("状态", "state", width=110),
    Column("可信度", "confidence", width=100),
    Column("估算税额", lambda row: words.money(row.estimate) if row.estimate is not None else words.NOTHING, width=130),
    Column("经办人", lambda row: row.officer or words.NOTHING, width=90),
    Column("期限", lambda row: due(row), width=130),
    Column("街道", lambda row: row.street or words.NOTHING, width=100),
    Column("最近发现", lambda row: str(row.last_found_on), width=100),
)
GRAINS = {"rule_id": "规则", "street": "街道", "month": "首次发现月份"}
SUMS = {
    "estimated": "估算(元)",
    "assessed": "核定(元)",
    "late_fee": "滞纳金(元)",
    "paid": "已缴(元)",
    "waived": "免缴(元)",
}
PARTS = (
    Column("名称", "name", width=300),
    Column("线索", "leads", "number", width=80),
    *(
        Column(title, lambda row, name=name: f"{getattr(row.totals, name):,.2f}", width=130)
        for name, title in SUMS.items()
    ),
)


def due(row: LeadRow) -> str:
    """Until when, and whether it is late."""
    if row.due_on is None:
        return words.NOTHING
    late = row.is_open and row.due_on < page.now().date()
    return f"⚠ {row.due_on} 超期" if late else str(row.due_on)


def figures(counts: Mapping[str, int]) -> None:
    """The figures over the list; a press filters it."""
    with st.container(horizontal=True, gap="xsmall"):
        for name, count in counts.items():
            label = lead_lists.FIGURES[name]
            st.button(
                f"{label}　**{words.count(count)}**",
                key=f"lead-figure-{name}",
                type="primary" if page.query("view") == name else "secondary",
                on_click=page.set_query,
                kwargs={"view": None if page.query("view") == name else name, "state": None},
            )


def money(totals: Totals, total: int) -> None:
    """The money of the leads listed: estimated is no assessment."""
    parts = {
        "估算": totals.estimated,
        "核定": totals.assessed,
        "滞纳金": totals.late_fee,
        "已缴": totals.paid,
        "免缴": totals.waived,
    }
    said = "　".join(f"{name} **{amount:,.2f}**" for name, amount in parts.items())
    st.markdown(f"所列 {words.count(total)} 条涉及税款（元）：{said}　:gray[估算不是核定]")


def summed(asked: Filter, actor: Actor) -> None:
    """What the leads listed come to by rule, street or month; a row opens its leads."""
    with st.expander("按规则、街道、月份汇总", key="lead-sums", on_change="rerun") as opened:
        if not opened.open:
            return
        grain = st.segmented_control(
            "汇总方式", list(GRAINS), default="rule_id", format_func=GRAINS.__getitem__, key="lead-grain", required=True
        )
        with page.transaction() as session:
            among = lead_lists.chosen(asked, actor, page.now().date())
            parts = ledger.parts(session, actor, grain, among=among)
        if not parts:
            tables.empty(f"所列线索没有写明{GRAINS[grain]}", "换一种汇总方式")
            return
        part = tables.opened(parts, PARTS, key=f"sums-{grain}", alt=f"所列线索按{GRAINS[grain]}汇总", verb="看线索")
        if part is not None:
            page.set_query(**{grain: part.id})
            st.rerun()


def several(rows: Sequence[LeadRow], officers: Mapping[int, str], due: dt.date, actor: Actor) -> None:
    """One act on many leads: all or none."""
    known = forms.seen("batch", {row.id: row.version for row in rows})
    names = {row.id: f"{row.name}（{row.state.label}）" for row in rows}
    with st.expander("批量处理本页线索"):
        everything = st.checkbox("选择本页全部", key="batch-all")
        chosen = list(names) if everything else st.multiselect(
            "线索", list(names), format_func=names.__getitem__, key="batch-leads", placeholder="选择要处理的线索"
        )  # fmt: skip
        left, right = st.columns(2)
        if actor.may(Permission.TAX_ASSIGN):
            with left:
                assigning(chosen, officers, due, known, actor, key="batch")
        with right, st.form("batch-error"):
            reason = st.text_input("认定数据有误的理由", key="batch-reason")
            proof = st.text_input("凭据", key="batch-evidence")
            if st.form_submit_button("认定数据有误"):
                page.perform(
                    lambda session: leads.act(
                        session, chosen, LeadAction.CORRECT, reason, proof, actor=actor, now=page.now(), seen=known
                    ),
                    done=lambda count: f"已处理 {count} 条",
                )


def assigning(
    chosen: Sequence[int],
    officers: Mapping[int, str],
    due: dt.date,
    known: Mapping[int, int],
    actor: Actor,
    *,
    key: str,
) -> None:
    """To whom and by when."""
    with st.form(f"{key}-assign"):
        officer = st.selectbox(
            "经办人", list(officers), None, format_func=officers.__getitem__, key=f"{key}-officer", placeholder="请选择"
        )
        until = st.date_input("核实期限（默认十个工作日）", due, key=f"{key}-due", format="YYYY-MM-DD")
        if st.form_submit_button("分派", type="primary"):
            if officer is None or until is None:
                st.error("请选择经办人和核实期限")
                return
            page.perform(
                lambda session: leads.assign(session, chosen, officer, until, actor=actor, now=page.now(), seen=known),
                done=lambda count: f"已分派 {count} 条给{officers[officer]}",
            )


def way_back() -> None:
    st.page_link("pages/tax/leads.py", label="← 返回线索列表", query_params=st.session_state.get(BACK, {}))


def open_lead(lead_id: int) -> None:
    st.session_state[BACK] = {name: page.query(name) for name in st.query_params}
    st.switch_page(LEAD, query_params={"lead": str(lead_id)})


def bar(kept: Mapping[str, str], officers: Mapping[int, str], streets: Sequence[str]) -> None:
    """The filters; a month is asked for by the sums."""
    month = page.query("month")
    pickers.bar(
        [
            pickers.Filter("whose", "经办人", {"mine": "只看我的"} | _by_id(officers), any_label="所有人"),
            pickers.Filter("state", "状态", LeadState.labels()),
            pickers.Filter("rule_id", "规则", kept, width=220),
            pickers.Filter("confidence", "可信度", Confidence.labels()),
            pickers.Filter("street", "街道", {name: name for name in streets}, 140),
        ],
        search=pickers.Words(placeholder="名称或编号"),
        also={"month": f"首次发现：{month}"} if month else None,
        key="leads",
    )


def _by_id(names: Mapping[int, str]) -> dict[str, str]:
    return {str(each): name for each, name in names.items()}


def asked(actor: Actor) -> Filter:
    """What the address asks for."""
    view, whose = page.query("view"), page.query("whose")
    return Filter(
        view=view if view in lead_lists.FIGURES else "",
        state=page.query("state"),
        rule_id=page.identity(page.query("rule_id")),
        confidence=page.query("confidence"),
        words=page.query("words"),
        officer_id=actor.user_id if whose == "mine" else page.identity(whose),
        street=page.query("street"),
        month=page.query("month"),
    )
