"""Leads: taken up from a run's findings, assigned, verified, closed by a person or by the next delivery itself.

A lead belongs to a rule and a subject, not to a run: the next run finds it again, never twice.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.enums import OPEN_LEAD_STATES, Confidence, FindingList, LeadAction, LeadState, LedgerKind, Permission
from models.identity import new_id
from models.people import User
from models.taxes import LeadEvent, LedgerEntry, TaxFinding, TaxLead, TaxRun
from services import audit
from services.actors import Actor
from services.errors import Conflict, Invalid, NotFound
from services.rules import leads as rules
from services.tax import notices
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
    leads = [_lead(run, each, now) for each in found]
    reason = f"截至 {run.as_of} 的比对发现"
    written = [_event(lead, LeadAction.RAISE, LeadState.NEW, 1, actor, now, reason) for lead in leads]
    amounts = [_estimated(lead, actor, now) for lead in leads if lead["estimate"] is not None]
    for model, rows in ((TaxLead, leads), (LeadEvent, written), (LedgerEntry, amounts)):
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
    """A known lead found again: quiet while its evidence was judged false, reopened by new evidence or a relapse."""
    is_new_evidence = lead.evidence_hash != found.evidence_hash
    lead.finding_id, lead.last_found_on = found.id, max(lead.last_found_on, run.as_of)
    if lead.state in OPEN_LEAD_STATES:
        if is_new_evidence:
            step(session, lead, LeadAction.FIND_AGAIN, actor, now, "数据有变化，仍为疑点")
            lead.evidence_hash = found.evidence_hash
        return "found_again"
    if rules.is_quiet(lead.state, lead.judged_hash, found.evidence_hash) or lead.state == LeadState.TRANSFERRED:
        return "quiet"
    lead.evidence_hash = found.evidence_hash
    lead.closed_at = lead.closing_record_id = lead.officer_id = lead.due_on = None
    step(
        session,
        lead,
        LeadAction.REOPEN,
        actor,
        now,
        "数据有变化，重新成为疑点" if is_new_evidence else "结案后再次出现",
    )
    return "reopened"


def step(
    session: Session,
    lead: TaxLead,
    action: LeadAction,
    actor: Actor,
    now: dt.datetime,
    reason: str,
    evidence: Any = None,
) -> None:
    """The only place that changes a lead's state: by the table, with its event."""
    lead.state = rules.next_state(lead.state, action)
    last = session.scalar(
        select(func.max(LeadEvent.sequence)).where(
            LeadEvent.district_id == lead.district_id, LeadEvent.lead_id == lead.id
        )
    )
    key = {"district_id": lead.district_id, "id": lead.id}
    session.add(LeadEvent(**_event(key, action, lead.state, (last or 0) + 1, actor, now, reason, evidence)))


def _event(
    lead: dict[str, Any],
    action: LeadAction,
    state: LeadState,
    sequence: int,
    actor: Actor,
    now: dt.datetime,
    reason: str,
    evidence: Any = None,
) -> dict[str, Any]:
    return {
        "district_id": lead["district_id"],
        "lead_id": lead["id"],
        "sequence": sequence,
        "action": action,
        "state": state,
        "at": now,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "reason": reason,
        "evidence": evidence,
    }


def get(session: Session, lead_id: int, actor: Actor, *, expected: int | None = None) -> TaxLead:
    """Raises NotFound for another district's, Conflict when somebody changed it since it was read."""
    actor.must(Permission.TAX_READ)
    lead = session.get(TaxLead, (actor.district_id, lead_id))
    if lead is None:
        raise NotFound("没有这条线索")
    if expected is not None and lead.version != expected:
        raise Conflict(f"线索「{lead.name}」刚被别人处理过，现为「{lead.state.label}」，请看过最新情况再操作")
    return lead


def assign(
    session: Session, lead_ids: Sequence[int], officer_id: int, due_on: dt.date, *, actor: Actor, now: dt.datetime
) -> int:
    """Give the leads to an officer, all or none. Returns how many; the officer gets one message."""
    actor.must(Permission.TAX_ASSIGN)
    if not lead_ids:
        raise Invalid("请先选择线索")
    if due_on < now.date():
        raise Invalid("核实期限不能早于今天", {"due_on": "核实期限不能早于今天"})
    officer = session.get(User, (actor.district_id, officer_id))
    if officer is None or not officer.is_active:
        raise NotFound("没有这位税务人员，或账号已停用")
    leads = [get(session, each, actor) for each in dict.fromkeys(lead_ids)]
    _check_all(leads, LeadAction.ASSIGN)
    for lead in leads:
        lead.officer_id, lead.due_on = officer.id, due_on
        step(session, lead, LeadAction.ASSIGN, actor, now, f"分派给{officer.display_name}，{due_on} 前核实")
    session.flush()
    notices.to_officer(session, officer, leads, due_on, now=now)
    after = {"leads": [lead.id for lead in leads], "officer": officer.username, "due_on": due_on}
    audit.record(session, "tax_lead.assign", ("user", officer.id), actor=actor, now=now, after=after)
    return len(leads)


def _check_all(leads: Sequence[TaxLead], action: LeadAction) -> None:
    """Raises Invalid naming every lead that cannot take the step; then none takes it."""
    wrong = [f"「{lead.name}」为{lead.state.label}" for lead in leads if (lead.state, action) not in rules.NEXT_STATE]
    if wrong:
        raise Invalid(f"{len(wrong)} 条不能{action.label}，全部没有处理：{'、'.join(wrong[:10])}")


def act(
    session: Session,
    lead_ids: Sequence[int],
    action: LeadAction,
    reason: str,
    evidence: str = "",
    *,
    actor: Actor,
    now: dt.datetime,
    expected: int | None = None,
) -> int:
    """Take one step with one reason on the leads, all or none. Returns how many."""
    actor.must(Permission.TAX_LEADS)
    reason, evidence = (
        ("开始核实", "") if action == LeadAction.START else rules.checked_reason(action, reason, evidence)
    )
    leads = [get(session, each, actor, expected=expected) for each in dict.fromkeys(lead_ids)]
    _check_all(leads, action)
    for lead in leads:
        before = lead.state
        step(session, lead, action, actor, now, reason, {"text": evidence} if evidence else None)
        if action in rules.CLOSING:
            lead.closed_at = now
            lead.judged_hash = lead.evidence_hash if lead.state in rules.FALSE_STATES else None
        session.flush()
        after = {"state": lead.state, "reason": reason, "evidence": evidence}
        subject = ("tax_lead", lead.id)
        audit.record(
            session, f"tax_lead.{action.value}", subject, actor=actor, now=now, before={"state": before}, after=after
        )
    return len(leads)


def events(session: Session, lead: TaxLead) -> Sequence[LeadEvent]:
    wanted = select(LeadEvent).where(LeadEvent.district_id == lead.district_id, LeadEvent.lead_id == lead.id)
    return session.scalars(wanted.order_by(LeadEvent.sequence)).all()


def close_by_record(
    session: Session,
    lead: TaxLead,
    action: LeadAction,
    record_id: int | None,
    reason: str,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """The next delivery shows the registration or the payment: the lead says which row did it."""
    lead.closing_record_id, lead.closed_at = record_id, now
    step(session, lead, action, actor, now, reason, {"record": record_id} if record_id else None)
