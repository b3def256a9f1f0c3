"""The money ledger: only added to, from the estimate to what was paid and settled."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.enums import LedgerKind, Permission, TaxKind
from models.identity import new_id
from models.taxes import LedgerEntry, TaxLead, TaxRule
from services import audit
from services.actors import Actor
from services.errors import Invalid
from services.rules import money, tax_amounts
from services.rules.money import Balance
from services.tax.lead_lists import found_month
from services.tax.rules import base_code

NEWEST = (LedgerKind.ESTIMATED, LedgerKind.ASSESSED)  # the newest of a lead counts; the other kinds add up
NAMES = ("estimated", "assessed", "late_fee", "paid", "waived")


@dataclasses.dataclass(frozen=True)
class Totals:
    """Sums over leads, in yuan."""

    estimated: Decimal
    assessed: Decimal
    late_fee: Decimal
    paid: Decimal
    waived: Decimal


def entries(session: Session, lead: TaxLead) -> Sequence[LedgerEntry]:
    """In the order in which they were entered."""
    wanted = select(LedgerEntry).where(LedgerEntry.district_id == lead.district_id, LedgerEntry.lead_id == lead.id)
    return session.scalars(wanted.order_by(LedgerEntry.id)).all()


def balance(session: Session, lead: TaxLead) -> Balance:
    return money.balance((each.kind, each.amount) for each in entries(session, lead))


def enter(
    session: Session,
    lead: TaxLead,
    kind: LedgerKind,
    amount: Decimal,
    *,
    actor: Actor,
    now: dt.datetime,
    note: str = "",
    tax: TaxKind | None = None,
    record_id: int | None = None,
) -> LedgerEntry:
    """Enter one amount. Raises Invalid for one that cannot be."""
    actor.must(Permission.TAX_LEADS)
    money.check_entry(kind, amount, balance(session, lead))
    entry = LedgerEntry(
        district_id=lead.district_id,
        id=new_id(),
        lead_id=lead.id,
        kind=kind,
        tax=tax,
        amount=amount,
        record_id=record_id,
        note=note.strip()[:2000],
        entered_by=actor.name,
        entered_at=now,
    )
    session.add(entry)
    session.flush()
    after = {"kind": kind, "amount": str(amount), "note": entry.note}
    audit.record(session, "tax_ledger.enter", ("tax_lead", lead.id), actor=actor, now=now, after=after)
    return entry


def late_fee(
    session: Session, lead: TaxLead, due: dt.date, until: dt.date, *, actor: Actor, now: dt.datetime
) -> LedgerEntry:
    """Enter the late fee on the assessed tax for the days after it was due. Raises Invalid without an assessment."""
    assessed = balance(session, lead).assessed
    if not assessed:
        raise Invalid("请先记「核定」税款，再计滞纳金")
    if until <= due:
        raise Invalid("截止日应晚于税款的缴纳期限", {"until": "应晚于缴纳期限"})
    days = (until - due).days
    note = f"{due} 届满，计至 {until} 共 {days} 天，按日万分之五（税收征管法第三十二条）"
    fee = tax_amounts.late_fee(assessed, due, until)
    return enter(session, lead, LedgerKind.LATE_FEE, fee, actor=actor, now=now, note=note)


def _standing(district_id: int, among: Select[int] | None) -> list[ColumnElement[bool]]:
    """The entries that count: of each lead the newest estimate and assessment, and all of the other kinds."""
    mine = [LedgerEntry.district_id == district_id]
    if among is not None:
        mine.append(LedgerEntry.lead_id.in_(among))
    newest = (
        select(func.max(LedgerEntry.id))
        .where(*mine, LedgerEntry.kind.in_(NEWEST))
        .group_by(LedgerEntry.lead_id, LedgerEntry.kind)
    )
    return [*mine, LedgerEntry.kind.not_in(NEWEST) | LedgerEntry.id.in_(newest)]


def totals(session: Session, actor: Actor, *, among: Select[int] | None = None) -> Totals:
    """What stands over the leads whose ids are asked for, else over all."""
    actor.must(Permission.TAX_READ)
    rows = session.execute(
        select(LedgerEntry.kind, func.sum(LedgerEntry.amount))
        .where(*_standing(actor.district_id, among))
        .group_by(LedgerEntry.kind)
    )
    return _totals({kind: amount for kind, amount in rows})  # noqa: C416 - dict(rows) would ask for rows.keys


def _totals(sums: dict[LedgerKind, Decimal | None]) -> Totals:
    return Totals(**{name: Decimal(sums.get(LedgerKind(name)) or 0) for name in NAMES})


@dataclasses.dataclass(frozen=True)
class Part:
    """What a rule's, a street's or a month's leads come to; `id` is what the list is asked for by."""

    id: str
    name: str
    leads: int
    totals: Totals


GRAINS: dict[str, Any] = {
    "rule_id": TaxLead.rule_id,
    "street": TaxLead.street,
    "month": found_month,
}


def parts(session: Session, actor: Actor, grain: str, *, among: Select[int]) -> list[Part]:
    """The leads asked for, added up by one of GRAINS: the greatest estimates first."""
    actor.must(Permission.TAX_READ)
    by, mine = GRAINS[grain], [TaxLead.district_id == actor.district_id, TaxLead.id.in_(among)]
    counted = session.execute(select(by, func.count()).where(*mine).group_by(by))
    counts = {value: count for value, count in counted if value is not None}
    sums: dict[object, dict[LedgerKind, Decimal | None]] = {value: {} for value in counts}
    rows = session.execute(
        select(by, LedgerEntry.kind, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, (LedgerEntry.district_id == TaxLead.district_id) & (LedgerEntry.lead_id == TaxLead.id))
        .where(*mine, *_standing(actor.district_id, among))
        .group_by(by, LedgerEntry.kind)
    )
    for value, kind, amount in rows:
        if value is not None:
            sums[value][kind] = amount
    names = _rule_names(session, actor) if grain == "rule_id" else {}
    found = [Part(str(key), names.get(key, str(key)), counts[key], _totals(sums[key])) for key in counts]
    return sorted(found, key=lambda each: (-each.totals.estimated, each.name))


def _rule_names(session: Session, actor: Actor) -> dict[object, str]:
    rows = session.execute(
        select(TaxRule.id, TaxRule.code, TaxRule.name).where(TaxRule.district_id == actor.district_id)
    )
    return {rule_id: f"{base_code(code)} {name}" for rule_id, code, name in rows}
