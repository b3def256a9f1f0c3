"""A run's findings become leads: raised once, found again, reopened by new evidence, quiet where a person has judged."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import OPEN_LEAD_STATES, Confidence, FindingList, LeadAction, LeadState, LedgerKind
from models.identity import new_id
from models.taxes import LeadEvent, LedgerEntry, TaxFinding, TaxLead, TaxRun
from services.actors import Actor
from services.rules import leads as rules
from services.tax import leads
from services.upserts import table_of

LOOKED_UP = 400


def take_up(session: Session, run: TaxRun, *, actor: Actor, now: dt.datetime) -> dict[str, int]:
    """Raise or renew a lead for every confirmed finding of the run that counts in totals. Returns what was done."""
    found = session.scalars(
        select(TaxFinding).where(
            TaxFinding.district_id == run.district_id,
            TaxFinding.run_id == run.id,
            TaxFinding.listed == FindingList.CONFIRMED,
            TaxFinding.confidence != Confidence.WEAK,
        )
    ).all()
    known = _known(session, run, [each.fingerprint for each in found])
    counts = {"raised": 0, "found_again": 0, "reopened": 0, "quiet": 0}
    fresh = [each for each in found if each.fingerprint not in known]
    _raise(session, run, fresh, actor, now)
    counts["raised"] = len(fresh)
    for each in found:
        if each.fingerprint in known:
            counts[_renew(session, run, known[each.fingerprint], each, actor, now)] += 1
    session.flush()
    return counts


def _known(session: Session, run: TaxRun, fingerprints: Sequence[str]) -> dict[str, TaxLead]:
    known: dict[str, TaxLead] = {}
    for start in range(0, len(fingerprints), LOOKED_UP):
        part = fingerprints[start : start + LOOKED_UP]
        rows = session.scalars(
            select(TaxLead).where(TaxLead.district_id == run.district_id, TaxLead.fingerprint.in_(part))
        )
        known |= {row.fingerprint: row for row in rows}
    return known


def _raise(session: Session, run: TaxRun, found: Sequence[TaxFinding], actor: Actor, now: dt.datetime) -> None:
    """New leads with their first event and their estimate, written in bulk: a first run raises thousands."""
    made = [_lead(run, each, now) for each in found]
    reason = f"截至 {run.as_of} 的比对发现"
    written = [leads.event(lead, LeadAction.RAISE, LeadState.NEW, 1, actor, now, reason) for lead in made]
    amounts = [_estimated(lead, actor, now) for lead in made if lead["estimate"] is not None]
    for model, rows in ((TaxLead, made), (LeadEvent, written), (LedgerEntry, amounts)):
        if rows:
            session.execute(table_of(model).insert(), rows)


def _lead(run: TaxRun, found: TaxFinding, now: dt.datetime) -> dict[str, Any]:
    copied = ("fingerprint", "evidence_hash", "subject_key", "name", "street", "industry", "confidence", "estimate")
    return {name: getattr(found, name) for name in copied} | {
        "district_id": run.district_id,
        "id": new_id(),
        "rule_id": run.rule_id,
        "finding_id": found.id,
        "state": LeadState.NEW,
        "estimate_note": str(found.detail.get("estimate", "")),
        "first_found_on": run.as_of,
        "last_found_on": run.as_of,
        "created_at": now,
        "version": 1,
    }


def _estimated(lead: dict[str, Any], actor: Actor, now: dt.datetime) -> dict[str, Any]:
    return {
        "district_id": lead["district_id"],
        "id": new_id(),
        "lead_id": lead["id"],
        "kind": LedgerKind.ESTIMATED,
        "amount": lead["estimate"],
        "note": lead["estimate_note"],
        "entered_by": actor.name,
        "entered_at": now,
    }


def _renew(session: Session, run: TaxRun, lead: TaxLead, found: TaxFinding, actor: Actor, now: dt.datetime) -> str:
    """A known lead found again: quiet while the evidence stands that a person judged, reopened by new evidence or a relapse."""
    is_new_evidence = lead.evidence_hash != found.evidence_hash
    lead.finding_id, lead.last_found_on = found.id, max(lead.last_found_on, run.as_of)
    if lead.state in OPEN_LEAD_STATES:
        if is_new_evidence:
            leads.step(session, lead, LeadAction.FIND_AGAIN, actor, now, "数据有变化，仍为疑点")
            lead.evidence_hash = found.evidence_hash
        return "found_again"
    if rules.is_quiet(lead.state, lead.judged_hash, found.evidence_hash):
        return "quiet"
    lead.evidence_hash = found.evidence_hash
    lead.closed_at = lead.closing_record_id = lead.officer_id = lead.due_on = None
    reason = "数据有变化，重新成为疑点" if is_new_evidence else "结案后再次出现"
    leads.step(session, lead, LeadAction.REOPEN, actor, now, reason)
    return "reopened"
