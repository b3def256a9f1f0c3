"""Leads on screen: the list with its figures and batch bar, one lead with its steps, money, letters and history."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import streamlit as st

from models.enums import LeadAction, LeadState, LedgerKind, Permission
from models.taxes import LeadEvent, LedgerEntry, TaxLead, TaxLetter
from services.actors import Actor
from services.rules import leads as rules
from services.rules.money import Balance
from services.tax import lead_lists, leads, ledger, letters
from services.tax.lead_lists import Filter, LeadRow
from ui import charts, forms, page, tables, words
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
    Column("期限", lambda row: _due(row), width=130),
    Column("街道", lambda row: row.street or words.NOTHING, width=100),
    Column("最近发现", lambda row: str(row.last_found_on), width=100),
)
ENTERED = {each.value: each.label for each in LedgerKind if each != LedgerKind.ESTIMATED}
LEDGER = (
    Column("时间", lambda row: words.brief(row.entered_at), width=130),
    Column("事项", "kind", width=80),
    Column("税种", lambda row: row.tax.label if row.tax else words.NOTHING, width=100),
    Column("金额(元)", lambda row: f"{row.amount:,.2f}", width=130),
    Column("说明", "note", width="large"),
    Column("记账人", "entered_by", width=90),
)


def _due(row: LeadRow) -> str:
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


def money(totals: ledger.Totals) -> None:
    """The money of all leads: estimated is no assessment."""
    parts = {
        "估算": totals.estimated,
        "核定": totals.assessed,
        "滞纳金": totals.late_fee,
        "已缴": totals.paid,
        "免缴": totals.waived,
    }
    said = "　".join(f"{name} **{amount:,.2f}**" for name, amount in parts.items())
    st.markdown(f"涉及税款（元）：{said}　:gray[估算不是核定]")


def several(rows: Sequence[LeadRow], officers: Mapping[int, str], actor: Actor) -> None:
    """One act on many leads: all or none."""
    if not rows:
        return
    names = {row.id: f"{row.name}（{row.state.label}）" for row in rows}
    with st.expander("批量处理本页线索"):
        everything = st.checkbox("选择本页全部", key="batch-all")
        chosen = list(names) if everything else st.multiselect(
            "线索", list(names), format_func=names.__getitem__, key="batch-leads", placeholder="选择要处理的线索"
        )  # fmt: skip
        left, right = st.columns(2)
        if actor.may(Permission.TAX_ASSIGN):
            with left:
                assigning(chosen, officers, actor, key="batch")
        with right, st.form("batch-error"):
            reason = st.text_input("认定数据有误的理由", key="batch-reason")
            proof = st.text_input("凭据", key="batch-evidence")
            if st.form_submit_button("认定数据有误"):
                page.perform(
                    lambda session: leads.act(
                        session, chosen, LeadAction.CORRECT, reason, proof, actor=actor, now=page.now()
                    ),
                    done=lambda count: f"已处理 {count} 条",
                )


def assigning(chosen: Sequence[int], officers: Mapping[int, str], actor: Actor, *, key: str) -> None:
    """To whom and by when."""
    with st.form(f"{key}-assign"):
        officer = st.selectbox(
            "经办人", list(officers), None, format_func=officers.__getitem__, key=f"{key}-officer", placeholder="请选择"
        )
        due = st.date_input(
            "核实期限", page.now().date() + dt.timedelta(days=15), key=f"{key}-due", format="YYYY-MM-DD"
        )
        if st.form_submit_button("分派", type="primary"):
            if officer is None or due is None:
                st.error("请选择经办人和核实期限")
                return
            page.perform(
                lambda session: leads.assign(session, chosen, officer, due, actor=actor, now=page.now()),
                done=lambda count: f"已分派 {count} 条给{officers[officer]}",
            )


def way_back() -> None:
    st.page_link("pages/tax/leads.py", label="← 返回线索列表", query_params=st.session_state.get(BACK, {}))


def open_lead(lead_id: int) -> None:
    st.session_state[BACK] = {name: page.query(name) for name in st.query_params}
    st.switch_page(LEAD, query_params={"lead": str(lead_id)})


def head(row: LeadRow, lead: TaxLead) -> None:
    """What it is, whose and until when."""
    badge = charts.badge(row.state.label, MEANING.get(row.state, Meaning.NEUTRAL))
    st.markdown(
        f"{badge}　{row.rule} {page.plain(row.rule_name)}　主体编号 {page.plain(row.subject_key)}　{row.confidence.label}"
    )
    said = [f"首次发现 {lead.first_found_on}，最近 {lead.last_found_on}"]
    if row.officer:
        said.append(f"经办人 {row.officer}，期限 {_due(row)}")
    st.caption(page.plain("　".join(said)))
    if lead.estimate_note:
        st.caption(page.plain(lead.estimate_note))


def steps(lead: TaxLead, officers: Mapping[int, str], actor: Actor) -> None:
    """What may be done now, as verbs; closing needs reason and evidence."""
    possible = rules.possible(lead.state)
    if LeadAction.ASSIGN in possible and actor.may(Permission.TAX_ASSIGN):
        with st.expander("分派", expanded=lead.state == LeadState.NEW):
            assigning([lead.id], officers, actor, key=f"lead-{lead.id}")
    if not actor.may(Permission.TAX_LEADS):
        return
    if LeadAction.START in possible and st.button("开始核实", key=f"start-{lead.id}", type="primary"):
        _act(lead, LeadAction.START, "", "", actor)
    closing = {action.value: action.label for action in rules.CLOSING if action in possible}
    if closing:
        fields = forms.Fields(f"close-{lead.id}")
        with st.form(f"close-form-{lead.id}"):
            action = fields.choice("action", "核实结论", closing)
            reason = fields.long_text("reason", "理由", height=80)
            proof = fields.text("evidence", "凭据", placeholder="登记证号、完税凭证号、批文或核实记录")
            pressed = st.form_submit_button("结案")
        if pressed and action is None:
            fields.mark({"action": "请选择核实结论"})
        elif pressed:
            chosen, known = LeadAction(action), lead.version
            fields.perform(
                lambda session: leads.act(
                    session, [lead.id], chosen, reason, proof, actor=actor, now=page.now(), expected=known
                ),
                done=f"已结案：{chosen.label}",
            )
    note = forms.confirm("记一笔", will_do="记入这条线索的经过，状态不变。", key=f"note-{lead.id}", needs="内容")
    if note is not None:
        _act(lead, LeadAction.NOTE, note, "", actor)


def _act(lead: TaxLead, action: LeadAction, reason: str, proof: str, actor: Actor) -> None:
    page.perform(
        lambda session: leads.act(
            session, [lead.id], action, reason, proof, actor=actor, now=page.now(), expected=lead.version
        ),
        done=f"已{action.label}",
    )


def account(lead: TaxLead, entries: Sequence[LedgerEntry], standing: Balance, actor: Actor) -> None:
    """The money ledger and a new entry."""
    st.markdown(
        f"**账目**　应缴 {words.money(standing.due)}　已缴 {words.money(standing.paid)}　未缴 {words.money(standing.rest)}"
    )
    if entries:
        tables.show(entries, LEDGER, key=f"ledger-{lead.id}", alt="这条线索的账目")
    else:
        st.caption("还没有账目。")
    if not actor.may(Permission.TAX_LEADS) or standing.is_settled:
        return
    with st.expander("记账"):
        fields = forms.Fields(f"entry-{lead.id}")
        with st.form(f"entry-form-{lead.id}", border=False):
            kind = fields.choice("kind", "事项", ENTERED, LedgerKind.ASSESSED.value)
            amount = fields.text("amount", "金额（元）", placeholder="如 9000.00；结清填 0")
            note = fields.text("note", "说明", placeholder="核定文书号、完税凭证号")
            if st.form_submit_button("记账"):
                _enter(lead, fields, kind, amount, note, actor)


def _enter(lead: TaxLead, fields: forms.Fields, kind: Any, amount: str, note: str, actor: Actor) -> None:
    try:
        found = Decimal(amount.replace(",", "").strip() or "0").quantize(Decimal("0.01"))
    except InvalidOperation:
        fields.mark({"amount": "请填写数字，如 9000.00"})
        return
    fields.perform(
        lambda session: ledger.enter(
            session, leads.get(session, lead.id, actor), LedgerKind(kind), found, actor=actor, now=page.now(), note=note
        ),
        done="已记账",
    )


def post(lead: TaxLead, sent: Sequence[TaxLetter], actor: Actor) -> None:
    """Letters: those sent, and a new one."""
    st.markdown("**通知书**")
    for letter in sent:
        with st.container(horizontal=True, vertical_alignment="center"):
            number = f"税通〔{letter.year}〕{letter.serial:05d}号"
            st.markdown(f"{number}　{words.brief(letter.issued_at)}　{page.plain(letter.issued_by)}")
            page.offer_download(
                "下载",
                functools.partial(letters.content, letter_id=letter.id, actor=actor),
                letter.file_name,
                letters.DOCX,
                key=f"letter-{letter.id}",
            )
    if LeadAction.SEND_LETTER not in rules.possible(lead.state) or not actor.may(Permission.TAX_LEADS):
        st.caption("分派后可以发出通知书。" if lead.state == LeadState.NEW else "")
        return
    with st.expander("发出税务事项通知书"):
        fields = forms.Fields(f"letter-{lead.id}")
        with st.form(f"letter-form-{lead.id}", border=False):
            due = fields.day("due", "限期", page.now().date() + dt.timedelta(days=15))
            phone = fields.text("phone", "联系电话")
            if st.form_submit_button("生成并编号") and due is not None:
                fields.perform(
                    lambda session: letters.issue(
                        session, lead.id, due, phone, actor=actor, now=page.now(), expected=lead.version
                    ),
                    done=lambda letter: f"已生成税通〔{letter.year}〕{letter.serial:05d}号，可下载打印",
                )


def history(events: Sequence[LeadEvent]) -> None:
    st.markdown("**经过**")
    for event in reversed(events):
        proof = (event.evidence or {}).get("text")
        said = f"{words.brief(event.at)}　**{event.action.label}**　{page.plain(event.actor_name)}：{page.plain(event.reason)}"
        st.markdown(f"- {said}" + (f"（凭据：{page.plain(str(proof))}）" if proof else ""))


def asked(actor: Actor) -> Filter:
    """What the address asks for."""
    view = page.query("view")
    return Filter(
        view=view if view in lead_lists.FIGURES else "",
        state=page.query("state"),
        rule_id=page.identity(page.query("rule_id")),
        confidence=page.query("confidence"),
        words=page.query("words"),
        officer_id=actor.user_id if page.query("whose", "all") == "mine" else None,
    )
