"""What a step owes the applicant: its written vouchers, and a message. Called once all facts of the step are set."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.enums import CaseStatus, MessageEvent
from models.messages import OutboxMessage
from services import audit, documents
from services.actors import Actor
from services.cases import details, filters, messages
from services.errors import WrongState

SPOKEN_OF = {event.value: event for event in MessageEvent}
LOOKED_BACK = dt.timedelta(days=3)  # for cases that became overdue while no worker ran
BATCH = 200


def tell(session: Session, case: Case, step: CaseEvent, *, now: dt.datetime) -> None:
    """Write the vouchers of the step and queue its message."""
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    documents.write(session, case, version, step)
    event = SPOKEN_OF.get(step.action.value)
    if event is not None:
        messages.announce(session, case, event, version, now=now, step=step)


def apologise(session: Session, district_id: int, *, now: dt.datetime) -> int:
    """One round of the worker: say sorry, once, for each case that has passed its promised time. Returns how many."""
    told = select(OutboxMessage.id).where(
        OutboxMessage.district_id == Case.district_id,
        OutboxMessage.case_id == Case.id,
        OutboxMessage.event == MessageEvent.OVERDUE.value,
    )
    wanted = (
        select(Case, ItemVersion)
        .join(ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id))
        .where(
            filters.is_open(),
            Case.district_id == district_id,
            Case.due_at < now,
            Case.due_at >= now - LOOKED_BACK,
            Case.status != CaseStatus.SUSPENDED,
            Case.batch_id.is_(None),
            ~told.exists(),
        )
        .order_by(Case.due_at)
        .limit(BATCH)
    )
    if not session.execute(wanted.limit(1)).first():
        return 0
    audit.hold(session, district_id)  # a second worker waits, and finds them told
    late = session.execute(wanted).all()
    for case, version in late:
        messages.announce(session, case, MessageEvent.OVERDUE, version, now=now)
    return len(late)


def catch_up(session: Session, number: str, *, actor: Actor, now: dt.datetime) -> int:
    """Write the vouchers of steps that were taken before there were any. Returns how many. Raises WrongState for none."""
    case = details.get(session, number, actor)
    audit.hold(session, case.district_id)  # two people at once: the second finds them written
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    steps = documents.missing(case, details.events(session, case), documents.of_case(session, case))
    if not steps:
        raise WrongState("本办件的文书都已出具")
    written = [each for step, kinds in steps for each in documents.write(session, case, version, step, kinds=kinds)]
    after = {"documents": [each.number for each in written]}
    audit.record(session, "case.write_documents", ("case", number), actor=actor, now=now, after=after)
    return len(written)
