"""Leads: assigned, verified, closed by a person or by the next delivery itself; every step is an event.

A lead belongs to a rule and a subject, not to a run: the next run finds it again, never twice.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.enums import LeadAction, LeadState, Permission
from models.people import User
from models.taxes import LeadEvent, TaxLead
from services import attachments, audit, calendars
from services.actors import Actor
from services.attachments import Upload
from services.errors import CalendarMissing, Conflict, Invalid, NotFound
from services.rules import leads as rules
from services.rules import working_time
from services.tax import lead_lists, notices

USUAL_WORKDAYS = 10
NOT_SEEN: Mapping[int, int] = {}


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
    session.add(LeadEvent(**event(key, action, lead.state, (last or 0) + 1, actor, now, reason, evidence)))


def event(
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
        last = events(session, lead)[-1]
        told = f"线索「{lead.name}」刚由{last.actor_name}「{last.action.label}」，现为「{lead.state.label}」"
        raise Conflict(f"{told}；您填的内容还在，请看过最新情况再决定")
    return lead


def note(session: Session, lead_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """That a lead was looked at (R-TAX-06)."""
    audit.record(session, "tax_lead.view", ("tax_lead", lead_id), actor=actor, now=now)


def usual_due(session: Session, actor: Actor, today: dt.date) -> dt.date:
    """Ten working days from today; two weeks where the calendar does not reach."""
    try:
        return working_time.workdays_after(today, USUAL_WORKDAYS, calendars.work_calendar(session, actor.district_id))
    except CalendarMissing:
        return today + dt.timedelta(weeks=2)


def assign(
    session: Session,
    lead_ids: Sequence[int],
    officer_id: int,
    due_on: dt.date,
    *,
    actor: Actor,
    now: dt.datetime,
    seen: Mapping[int, int] = NOT_SEEN,
) -> int:
    """Give the leads to an officer, all or none. Returns how many; the officer gets one message.

    `seen` holds the versions that the person looked at.
    """
    actor.must(Permission.TAX_ASSIGN)
    if not lead_ids:
        raise Invalid("请先选择线索")
    if due_on < now.date():
        raise Invalid("核实期限不能早于今天", {"due_on": "核实期限不能早于今天"})
    officer = session.get(User, (actor.district_id, officer_id))
    if officer is None or officer_id not in lead_lists.officers(session, actor):
        raise NotFound("没有这位税务人员，或账号已停用")
    leads = _all(session, lead_ids, actor, seen)
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


def _all(session: Session, lead_ids: Sequence[int], actor: Actor, seen: Mapping[int, int]) -> list[TaxLead]:
    return [get(session, each, actor, expected=seen.get(each)) for each in dict.fromkeys(lead_ids)]


def act(
    session: Session,
    lead_ids: Sequence[int],
    action: LeadAction,
    reason: str,
    evidence: str = "",
    *,
    actor: Actor,
    now: dt.datetime,
    seen: Mapping[int, int] = NOT_SEEN,
    upload: Upload | None = None,
) -> int:
    """Take one step with one reason on the leads, all or none. Returns how many. `seen` as in `assign`."""
    actor.must(Permission.TAX_LEADS)
    if not lead_ids:
        raise Invalid("请先选择线索")
    reason, evidence = rules.checked_reason(action, reason, evidence)
    leads = _all(session, lead_ids, actor, seen)
    _check_all(leads, action)
    proof = _proof(evidence, upload, now)
    for lead in leads:
        _take(session, lead, action, reason, proof, actor, now)
    return len(leads)


def _take(
    session: Session, lead: TaxLead, action: LeadAction, reason: str, proof: Any, actor: Actor, now: dt.datetime
) -> None:
    before = {"state": lead.state}
    step(session, lead, action, actor, now, reason, proof)
    if action in rules.CLOSING:
        lead.closed_at, lead.judged_hash = now, lead.evidence_hash
    session.flush()
    after = {"state": lead.state, "reason": reason, "evidence": proof}
    subject = ("tax_lead", lead.id)
    audit.record(session, f"tax_lead.{action.value}", subject, actor=actor, now=now, before=before, after=after)


def _proof(evidence: str, upload: Upload | None, now: dt.datetime) -> dict[str, Any] | None:
    """What proves a step: words, and a file kept beside them."""
    found: dict[str, Any] = {"text": evidence} if evidence else {}
    if upload is not None:
        content_type, content = attachments.checked(upload)
        key, digest = attachments.store(content, now=now)
        name = PurePath(upload.file_name).name[-attachments.NAME_LENGTH :]
        found["file"] = {"name": name, "type": content_type, "key": key, "sha256": digest}
    return found or None


def proof_file(session: Session, lead_id: int, sequence: int, actor: Actor) -> bytes:
    """The file that proves a step. Raises NotFound without one, Invalid when it was altered."""
    lead = get(session, lead_id, actor)
    found = session.get(LeadEvent, (lead.district_id, lead.id, sequence))
    kept = (found.evidence or {}).get("file") if found is not None else None
    if kept is None:
        raise NotFound("这一步没有凭据文件")
    return attachments.fetch(kept["key"], kept["sha256"], kept["name"])


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
    lead.closing_record_id, lead.closed_at, lead.judged_hash = record_id, now, None
    step(session, lead, action, actor, now, reason, {"record": record_id} if record_id else None)
