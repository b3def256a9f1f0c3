"""One lead on screen: what it is, its next steps as verbs, its money, letters and history."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import streamlit as st

import settings
from models.enums import LeadAction, LeadState, LedgerKind, Permission
from models.taxes import LeadEvent, LedgerEntry, TaxLead, TaxLetter
from services import attachments
from services.actors import Actor
from services.attachments import Upload
from services.documents import templates
from services.rules import leads as rules
from services.rules.money import Balance
from services.tax import leads, ledger, letters
from services.tax.lead_lists import LeadRow
from ui import charts, forms, page, tables, tax_leads, words
from ui.tables import Column

ENTERED = {each.value: each.label for each in LedgerKind if each not in (LedgerKind.ESTIMATED, LedgerKind.LATE_FEE)}
LEDGER = (
    Column("时间", lambda row: words.brief(row.entered_at), width=130),
    Column("事项", "kind", width=80),
    Column("税种", lambda row: row.tax.label if row.tax else words.NOTHING, width=100),
    Column("金额(元)", lambda row: f"{row.amount:,.2f}", width=130),
    Column("说明", "note", width="large"),
    Column("记账人", "entered_by", width=90),
)


def head(row: LeadRow, lead: TaxLead) -> None:
    """What it is, whose and until when."""
    badge = charts.badge(row.state.label, tax_leads.MEANING.get(row.state, charts.Meaning.NEUTRAL))
    st.markdown(
        f"{badge}　{row.rule} {page.plain(row.rule_name)}　主体编号 {page.plain(row.subject_key)}　{row.confidence.label}"
    )
    said = [f"首次发现 {lead.first_found_on}，最近 {lead.last_found_on}"]
    if row.officer:
        said.append(f"经办人 {row.officer}，期限 {tax_leads.due(row)}")
    st.caption(page.plain("　".join(said)))
    if lead.estimate_note:
        st.caption(page.plain(lead.estimate_note))


def steps(lead: TaxLead, officers: Mapping[int, str], due: dt.date, seen: Mapping[int, int], actor: Actor) -> None:
    """What may be done now, as verbs; closing needs reason and evidence."""
    possible = rules.possible(lead.state)
    if LeadAction.ASSIGN in possible and actor.may(Permission.TAX_ASSIGN):
        with st.expander("分派", expanded=lead.state == LeadState.NEW):
            tax_leads.assigning([lead.id], officers, due, seen, actor, key=f"lead-{lead.id}")
    if not actor.may(Permission.TAX_LEADS):
        return
    if LeadAction.START in possible and st.button("开始核实", key=f"start-{lead.id}", type="primary"):
        _act(lead, LeadAction.START, "", seen, actor)
    _closing(lead, {each.value: each.label for each in rules.CLOSING if each in possible}, seen, actor)
    note = forms.confirm("记一笔", will_do="记入这条线索的经过，状态不变。", key=f"note-{lead.id}", needs="内容")
    if note is not None:
        _act(lead, LeadAction.NOTE, note, seen, actor)


def _closing(lead: TaxLead, closing: dict[str, str], seen: Mapping[int, int], actor: Actor) -> None:
    if not closing:
        return
    fields, limit = forms.Fields(f"close-{lead.id}"), settings.current().attachment_limit_mb
    with st.form(f"close-form-{lead.id}"):
        action = fields.choice("action", "核实结论", closing)
        reason = fields.long_text("reason", "理由", height=80)
        proof = fields.text("evidence", "凭据", placeholder="登记证号、完税凭证号、批文或核实记录")
        file = st.file_uploader(
            f"凭据文件（可不传，不超过 {limit} MB）",
            attachments.ACCEPTED,
            max_upload_size=limit,
            key=fields.key("file"),
        )
        pressed = st.form_submit_button("结案")
    if pressed and action is None:
        fields.mark({"action": "请选择核实结论"})
    elif pressed:
        chosen = LeadAction(action)
        upload = Upload(file.name, file.getvalue()) if file is not None else None
        fields.perform(
            lambda session: leads.act(
                session, [lead.id], chosen, reason, proof, actor=actor, now=page.now(), seen=seen, upload=upload
            ),
            done=f"已结案：{chosen.label}",
        )


def _act(lead: TaxLead, action: LeadAction, reason: str, seen: Mapping[int, int], actor: Actor) -> None:
    page.perform(
        lambda session: leads.act(session, [lead.id], action, reason, actor=actor, now=page.now(), seen=seen),
        done=f"已{action.label}",
    )


def account(lead: TaxLead, entries: Sequence[LedgerEntry], standing: Balance, actor: Actor) -> None:
    """The money ledger, and new entries."""
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
    if standing.assessed:
        with st.expander("计滞纳金"):
            _late_fee(lead, actor)


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


def _late_fee(lead: TaxLead, actor: Actor) -> None:
    """On the assessed tax, from the day it was due to the day given."""
    fields = forms.Fields(f"late-{lead.id}")
    with st.form(f"late-form-{lead.id}", border=False):
        due = fields.day("due", "税款的缴纳期限")
        until = fields.day("until", "计至", page.now().date())
        st.caption("按核定税款每日万分之五计算（税收征管法第三十二条）。")
        pressed = st.form_submit_button("计算并记账")
    if pressed and (due is None or until is None):
        fields.mark({"due": "请填写缴纳期限和截止日"})
    elif pressed and due is not None and until is not None:
        first, last = due, until
        fields.perform(
            lambda session: ledger.late_fee(
                session, leads.get(session, lead.id, actor), first, last, actor=actor, now=page.now()
            ),
            done=lambda entry: f"已记滞纳金 {entry.amount:,.2f} 元",
        )


def post(lead: TaxLead, sent: Sequence[TaxLetter], seen: int, actor: Actor) -> None:
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
                templates.DOCX,
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
                        session, lead.id, due, phone, actor=actor, now=page.now(), expected=seen
                    ),
                    done=lambda letter: f"已生成税通〔{letter.year}〕{letter.serial:05d}号，可下载打印",
                )


def history(events: Sequence[LeadEvent], actor: Actor) -> None:
    """What happened, the newest first; a file that proves a step can be fetched."""
    st.markdown("**经过**")
    for event in reversed(events):
        proof = event.evidence or {}
        said = f"{words.brief(event.at)}　**{event.action.label}**　{page.plain(event.actor_name)}：{page.plain(event.reason)}"
        st.markdown(f"- {said}" + (f"（凭据：{page.plain(str(proof['text']))}）" if proof.get("text") else ""))
        if file := proof.get("file"):
            page.offer_download(
                f"凭据文件 {file['name']}",
                functools.partial(leads.proof_file, lead_id=event.lead_id, sequence=event.sequence, actor=actor),
                file["name"],
                file["type"],
                key=f"proof-{event.lead_id}-{event.sequence}",
            )
