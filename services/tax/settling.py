"""After a run: leads taken up, and open ones closed that the registers themselves have settled, naming the row that did it."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from models.enums import OPEN_LEAD_STATES, FindingList, ImportKind, LeadAction, LeadState, LedgerKind, RunState
from models.registers import RegisterRecord
from models.taxes import LedgerEntry, TaxFinding, TaxLead, TaxRuleVersion, TaxRun
from services.actors import Actor
from services.rules import money, tax_rules
from services.rules.tax_rules import Definition
from services.tax import leads, ledger, sides, taking_up
from services.tax.outcomes import Task

R = RegisterRecord


def follow(session: Session, run: TaxRun, *, actor: Actor, now: dt.datetime) -> dict[str, int]:
    """What a finished run does to the leads; nothing for one that could not be decided."""
    if run.state != RunState.DONE:
        return {}
    counts = taking_up.take_up(session, run, actor=actor, now=now)
    return counts | {"settled": settle(session, run, actor=actor, now=now)}


def settle(session: Session, run: TaxRun, *, actor: Actor, now: dt.datetime) -> int:
    """Close the rule's open leads that the run no longer finds. A part payment is entered and the lead stays open.

    A run as of an earlier day than the lead was last found settles nothing. Returns how many were closed.
    """
    version = session.get_one(TaxRuleVersion, (run.district_id, run.rule_version_id))
    definition = tax_rules.parse(version.definition)
    unseen = TaxLead.state.in_((LeadState.REGISTERED, LeadState.PAID)) & TaxLead.closing_record_id.is_(None)
    for lead in _vanished(session, run, unseen):
        _bear_out(session, run, definition, lead, actor, now)
    is_open = TaxLead.state.in_(OPEN_LEAD_STATES)
    return sum(_settle(session, run, definition, lead, actor, now) for lead in _vanished(session, run, is_open))


def _vanished(session: Session, run: TaxRun, wanted: ColumnElement[bool]) -> Sequence[TaxLead]:
    still = select(TaxFinding.fingerprint).where(
        TaxFinding.district_id == run.district_id,
        TaxFinding.run_id == run.id,
        TaxFinding.listed.in_((FindingList.CONFIRMED, FindingList.SUSPECTED)),
    )
    return session.scalars(
        select(TaxLead)
        .where(
            TaxLead.district_id == run.district_id,
            TaxLead.rule_id == run.rule_id,
            wanted,
            TaxLead.last_found_on <= run.as_of,
            TaxLead.fingerprint.not_in(still),
        )
        .order_by(TaxLead.id)
    ).all()


def _bear_out(
    session: Session, run: TaxRun, definition: Definition, lead: TaxLead, actor: Actor, now: dt.datetime
) -> None:
    """A person closed it as registered or paid; now a register shows it: the lead says which row."""
    finding = session.get_one(TaxFinding, (lead.district_id, lead.finding_id))
    left = _current(session, session.get_one(R, (lead.district_id, finding.left_record_id)))
    found = _counterparts(session, run, definition, left, str(finding.detail.get("section", ""))) if left else ()
    if found:
        lead.closing_record_id = found[0].id
        reason = f"「{found[0].register.label}」第 {found[0].row_number} 行印证了结论"
        leads.step(session, lead, LeadAction.NOTE, actor, now, reason, {"record": found[0].id})


def _settle(
    session: Session, run: TaxRun, definition: Definition, lead: TaxLead, actor: Actor, now: dt.datetime
) -> bool:
    finding = session.get_one(TaxFinding, (lead.district_id, lead.finding_id))
    left = _current(session, session.get_one(R, (lead.district_id, finding.left_record_id)))
    if left is None:
        leads.close_by_record(session, lead, LeadAction.CORRECT, None, "最新名册已不再列出该户", actor=actor, now=now)
        return True
    found = _counterparts(session, run, definition, left, str(finding.detail.get("section", "")))
    if ImportKind.TAX_PAYMENT in definition.right.registers and found:
        return _paid(session, lead, found, actor, now)
    if found:
        reason = f"「{found[0].register.label}」第 {found[0].row_number} 行显示已登记或已更正"
        leads.close_by_record(session, lead, LeadAction.REGISTER, found[0].id, reason, actor=actor, now=now)
        return True
    reason = "按最新数据已不符合该项比对的条件"
    leads.close_by_record(session, lead, LeadAction.CORRECT, left.id, reason, actor=actor, now=now)
    return True


def _current(session: Session, record: RegisterRecord) -> RegisterRecord | None:
    """The record as the newest delivery has it."""
    return session.scalar(
        select(R).where(
            R.district_id == record.district_id,
            R.register == record.register,
            R.natural_key == record.natural_key,
            R.ended_batch_id.is_(None),
        )
    )


def _counterparts(
    session: Session, run: TaxRun, definition: Definition, left: RegisterRecord, section: str
) -> Sequence[RegisterRecord]:
    """The right records that share a key with the record, else the one that the run linked it to."""
    chosen = next((each for each in definition.sections if each.label == section), definition.sections[0])
    task = Task(session, run.district_id, definition, chosen, run.as_of)
    near, far = aliased(R), aliased(R)
    keys = sides.shares_a_key(task, near, far)
    rows = session.scalars(
        select(far).where(near.district_id == left.district_id, near.id == left.id, sides.counterpart(task, far), keys)
    )
    found = {row.id: row for row in rows}
    if not found:
        linked = select(TaxFinding.right_record_id).where(
            TaxFinding.district_id == run.district_id,
            TaxFinding.run_id == run.id,
            TaxFinding.left_record_id == left.id,
            TaxFinding.listed == FindingList.LINKED,
        )
        found = {
            row.id: row for row in session.scalars(select(R).where(R.district_id == left.district_id, R.id.in_(linked)))
        }
    return [found[each] for each in sorted(found)]


def _paid(session: Session, lead: TaxLead, payments: Sequence[RegisterRecord], actor: Actor, now: dt.datetime) -> bool:
    """Enter the payments that are not entered yet; close the lead once nothing is left to pay."""
    known = select(LedgerEntry.record_id).where(
        LedgerEntry.district_id == lead.district_id, LedgerEntry.lead_id == lead.id
    )
    entered = set(session.scalars(known))
    for each in payments:
        if each.id not in entered and each.amount:
            note, amount = f"完税记录第 {each.row_number} 行，{each.event_on}", Decimal(each.amount)
            paid = LedgerKind.PAID
            ledger.enter(session, lead, paid, amount, actor=actor, now=now, note=note, tax=each.tax, record_id=each.id)
    standing = money.balance((each.kind, each.amount) for each in ledger.entries(session, lead))
    if standing.rest > 0:
        return False
    last = payments[-1]
    if not standing.is_settled:
        ledger.enter(
            session,
            lead,
            LedgerKind.SETTLED,
            Decimal(0),
            actor=actor,
            now=now,
            note="完税记录已足额",
            record_id=last.id,
        )
    reason = f"完税记录第 {last.row_number} 行显示已缴 {standing.paid:,} 元"
    leads.close_by_record(session, lead, LeadAction.PAY, last.id, reason, actor=actor, now=now)
    return True
