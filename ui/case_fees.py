"""Fees on a case's page: one notice for all of them, and its payment."""

import datetime as dt
from decimal import Decimal

import streamlit as st

from services.actors import Actor
from services.cases import fees
from services.cases.details import CaseDetail
from services.cases.fees import FeeLine, Notice
from ui import charts, forms, page, tables, words
from ui.charts import Meaning
from ui.tables import Column

TERM = dt.timedelta(days=15)
LINES = (
    Column("收费项目", "name", width=150),
    Column("金额（元）", lambda row: f"{row.amount:,.2f}", width=96),
    Column("事项", "item", width=190),
    Column("标准", "standard", width=150),
    Column("依据", "basis", width=170),
)


def show(found: CaseDetail) -> None:
    """What is to be paid, until when, and whether it is."""
    notice = fees.of_events(found.events)
    if notice is None:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**费用**　{_standing(notice)}　合计 {notice.total:,.2f} 元")
        tables.show(notice.lines, LINES, key=f"fees-{found.case.number}", alt="应缴费用")


def _standing(notice: Notice) -> str:
    if notice.paid_at is not None:
        paid = charts.badge("已缴清", Meaning.CLOSED)
        return f"{paid}　:gray[{words.brief(notice.paid_at)}　票据 {page.plain(notice.receipt)}]"
    is_late = notice.until < page.now().date()
    return charts.badge(f"待缴，{words.day(notice.until)}前", Meaning.RED if is_late else Meaning.WARNING)


def act(found: CaseDetail, actor: Actor) -> None:
    """The leading department tells all fees at once; the window notes the payment."""
    notice = fees.of_events(found.events)
    if notice is not None and notice.paid_at is None:
        if fees.may_note_payment(found.case, actor):
            _pay(found, notice, actor)
        return
    if not fees.may_ask(found.case, actor):
        return
    with page.transaction() as session:
        known = fees.by_guides(session, found.case)
    if known:
        with st.expander("告知缴费", key=f"fee-acts-{found.case.number}"):
            _ask(found, known, actor)


def _ask(found: CaseDetail, known: list[FeeLine], actor: Actor) -> None:
    number = found.case.number
    fields = forms.Fields(f"fee-{number}-{len(found.events)}")
    st.caption("办事指南列明的收费项目一次告知；不收的留空。")
    with st.form(f"fee-form-{number}", border=False):
        amounts = [
            st.number_input(
                f"{fee.item}　{fee.name}（{fee.standard or '元'}）",
                min_value=0.0,
                value=float(fee.amount) if fee.amount is not None else None,
                step=1.0,
                format="%.2f",
                key=fields.key(f"amount-{place}"),
            )
            for place, fee in enumerate(known)
        ]
        fields.place("amounts")
        until = fields.day("until", "缴费期限", page.now().date() + TERM)
        pressed = st.form_submit_button("出具缴费通知书", type="primary")
    if pressed:
        given = [Decimal(str(amount)) if amount else None for amount in amounts]
        fields.perform(
            lambda session: fees.ask(session, number, given, until or page.now().date(), actor=actor, now=page.now()),
            done=f"{number} 缴费通知书已出具，已通知申请人",
        )


def _pay(found: CaseDetail, notice: Notice, actor: Actor) -> None:
    number = found.case.number
    fields = forms.Fields(f"fee-paid-{number}-{notice.sequence}")
    with st.form(f"fee-paid-form-{number}", border=True):
        st.markdown(f"**待缴 {notice.total:,.2f} 元**")
        receipt = fields.text("receipt", "缴费票据号", max_chars=fees.RECEIPT_LENGTH, autocomplete="off")
        pressed = st.form_submit_button("登记已缴费", type="primary")
    if pressed:
        fields.perform(
            lambda session: fees.pay(session, number, receipt, actor=actor, now=page.now()), done=f"{number} 已登记缴费"
        )
