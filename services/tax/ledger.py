"""The money ledger: only added to, from the estimate to what was paid and settled."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.enums import LedgerKind, Permission, TaxKind
from models.identity import new_id
from models.taxes import LedgerEntry, TaxLead
from services import audit
from services.actors import Actor
from services.rules import money
from services.rules.money import Balance


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


def totals(session: Session, actor: Actor, *, rule_id: int | None = None) -> Totals:
    """What stands over all leads, or one rule's: the newest estimate and assessment of each, the rest added up."""
    actor.must(Permission.TAX_READ)
    mine = [LedgerEntry.district_id == actor.district_id]
    if rule_id is not None:
        of_rule = select(TaxLead.id).where(TaxLead.district_id == actor.district_id, TaxLead.rule_id == rule_id)
        mine.append(LedgerEntry.lead_id.in_(of_rule))
    newest = (
        select(func.max(LedgerEntry.id))
        .where(*mine, LedgerEntry.kind.in_((LedgerKind.ESTIMATED, LedgerKind.ASSESSED)))
        .group_by(LedgerEntry.lead_id, LedgerEntry.kind)
    )
    standing = LedgerEntry.kind.not_in((LedgerKind.ESTIMATED, LedgerKind.ASSESSED)) | LedgerEntry.id.in_(newest)
    rows = session.execute(
        select(LedgerEntry.kind, func.sum(LedgerEntry.amount)).where(*mine, standing).group_by(LedgerEntry.kind)
    )
    sums = {kind: Decimal(amount or 0) for kind, amount in rows}
    names = ("estimated", "assessed", "late_fee", "paid", "waived")
    return Totals(**{name: sums.get(LedgerKind(name), Decimal(0)) for name in names})
