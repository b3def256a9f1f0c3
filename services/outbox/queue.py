"""The outbox as people see it: what waits, went out or failed; tried again or called off by hand."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.cases import Case
from models.enums import MessageChannel, MessageState, Permission
from models.identity import new_id
from models.messages import OutboxMessage
from services import audit
from services.actors import Actor
from services.errors import Invalid, NotFound, WrongState
from services.outbox import writing
from services.outbox.writing import Cause
from services.rules import contacts, identifiers

PAGE_SIZE = 50
MOST_COUNTED = 10_000
TRIAL, TRIAL_TEXT = "trial", "这是一条测试消息，收到即表示发送通道正常。"
AGAIN = (MessageState.FAILED, MessageState.UNKNOWN)
S = MessageState


@dataclasses.dataclass(frozen=True)
class Line:
    message: OutboxMessage
    case_number: str

    @property
    def id(self) -> int:
        return self.message.id


@dataclasses.dataclass(frozen=True)
class Sought:
    """Which messages are looked for; None: any."""

    state: MessageState | None = None
    channel: MessageChannel | None = None
    event: str | None = None
    case_number: str = ""


def _where(district_id: int, sought: Sought) -> list[ColumnElement[bool]]:
    conditions = [OutboxMessage.district_id == district_id]
    conditions += [OutboxMessage.state == sought.state] if sought.state else []
    conditions += [OutboxMessage.channel == sought.channel] if sought.channel else []
    conditions += [OutboxMessage.event == sought.event] if sought.event else []
    if number := identifiers.normalise(sought.case_number):
        of_number = select(Case.id).where(Case.district_id == district_id, Case.number == number)
        conditions.append(OutboxMessage.case_id.in_(of_number))
    return conditions


def page(session: Session, actor: Actor, sought: Sought, *, number: int = 1) -> tuple[Sequence[Line], int]:
    """(one page, the newest first; how many there are, counted to MOST_COUNTED)."""
    actor.must(Permission.TEMPLATES_EDIT)
    conditions = _where(actor.district_id, sought)
    some = select(OutboxMessage.id).where(*conditions).limit(MOST_COUNTED).subquery()
    total = session.scalar(select(func.count()).select_from(some)) or 0
    rows = session.execute(
        select(OutboxMessage, Case.number)
        .outerjoin(Case, (Case.district_id == OutboxMessage.district_id) & (Case.id == OutboxMessage.case_id))
        .where(*conditions)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return [Line(message, found or "") for message, found in rows], total


def standing(session: Session, actor: Actor) -> dict[MessageState, int]:
    """How many messages stand where."""
    actor.must(Permission.TEMPLATES_EDIT)
    counted = (
        select(OutboxMessage.state, func.count().label("messages"))
        .where(OutboxMessage.district_id == actor.district_id)
        .group_by(OutboxMessage.state)
    )
    found = {row.state: row.messages for row in session.execute(counted)}
    return {state: found.get(state, 0) for state in MessageState}


def of_case(session: Session, case: Case) -> Sequence[OutboxMessage]:
    """All that was sent about a case, in order."""
    return session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.district_id == case.district_id, OutboxMessage.case_id == case.id)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    ).all()


def _message(session: Session, message_id: int, actor: Actor) -> OutboxMessage:
    actor.must(Permission.TEMPLATES_EDIT)
    found = session.get(OutboxMessage, (actor.district_id, message_id), with_for_update=True)
    if found is None:
        raise NotFound("没有找到这条消息")
    return found


def again(session: Session, message_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """Try a failed one, or one whose outcome nobody knows, from the beginning. Raises WrongState for others."""
    found = _message(session, message_id, actor)
    if found.state not in AGAIN:
        raise WrongState(f"消息当前为「{found.state.label}」，不需要重发")
    before = {"state": found.state, "error": found.error}
    found.state, found.attempts, found.next_try_at, found.lease_until = S.WAITING, 0, now, None
    audit.record(session, "message.again", ("message", message_id), actor=actor, now=now, before=before)


def all_again(session: Session, *, actor: Actor, now: dt.datetime) -> int:
    """Try every failed one again, as after an outage of the gateway. Returns how many."""
    actor.must(Permission.TEMPLATES_EDIT)
    failed = session.scalars(
        select(OutboxMessage).where(OutboxMessage.district_id == actor.district_id, OutboxMessage.state == S.FAILED)
    ).all()
    for each in failed:
        each.state, each.attempts, each.next_try_at, each.lease_until = S.WAITING, 0, now, None
    if failed:
        after = {"messages": len(failed)}
        audit.record(session, "message.again", ("messages", len(failed)), actor=actor, now=now, after=after)
    return len(failed)


def trial(session: Session, channel: MessageChannel, recipient: str, *, actor: Actor, now: dt.datetime) -> None:
    """Queue a message that only shows whether the gateway works. Raises Invalid for a wrong number or address."""
    actor.must(Permission.TEMPLATES_EDIT)
    cause = Cause(actor.district_id, f"{TRIAL}:{new_id(now)}", TRIAL)
    try:
        if channel is MessageChannel.SMS:
            writing.sms(session, cause, identifiers.check_phone(recipient), TRIAL_TEXT, now=now)
        else:
            writing.email(session, cause, contacts.check_email(recipient), TRIAL_TEXT, TRIAL_TEXT, now=now)
    except Invalid as error:
        raise Invalid(error.message, {"recipient": error.message}) from None
    audit.record(session, "message.trial", ("message", cause.key), actor=actor, now=now, after={"channel": channel})


def cancel(session: Session, message_id: int, *, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Call off what has not gone out. Raises WrongState for what has, or is going out now."""
    found = _message(session, message_id, actor)
    if found.state not in (S.WAITING, *AGAIN):
        raise WrongState(f"消息当前为「{found.state.label}」，不能取消")
    found.state = S.CANCELLED
    audit.record(session, "message.cancel", ("message", message_id), actor=actor, now=now, reason=reason)
