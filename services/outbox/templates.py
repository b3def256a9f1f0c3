"""The texts of messages by event: the shipped ones, and the office's own where it has edited them."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.enums import MessageEvent, Permission
from models.messages import MessageTemplate
from services import audit
from services.actors import Actor
from services.errors import Conflict
from services.rules import message_texts

FILE = settings.DATA / "message_templates.yaml"


@dataclasses.dataclass(frozen=True)
class Wording:
    """What is sent at an event. `version` 0 is the shipped text."""

    event: MessageEvent
    sms: str
    email_subject: str
    email_body: str
    is_sent: bool = True
    version: int = 0
    edited_by: str = ""
    edited_at: dt.datetime | None = None


@lru_cache(maxsize=1)
def shipped() -> Mapping[MessageEvent, Wording]:
    """The texts that the product brings."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        event: Wording(event, said["sms"], said.get("email_subject", ""), said.get("email_body", "").strip())
        for event, said in ((event, read[event.value]) for event in MessageEvent)
    }


def _wording(row: MessageTemplate) -> Wording:
    return Wording(
        row.event, row.sms, row.email_subject, row.email_body, row.is_sent, row.version, row.edited_by, row.edited_at
    )


def of_event(session: Session, district_id: int, event: MessageEvent) -> Wording:
    """What is sent at the event now."""
    own = session.get(MessageTemplate, (district_id, event))
    return _wording(own) if own else shipped()[event]


def all_(session: Session, district_id: int) -> list[Wording]:
    """What is sent, event by event."""
    rows = session.scalars(select(MessageTemplate).where(MessageTemplate.district_id == district_id))
    own = {row.event: _wording(row) for row in rows}
    return [own.get(event, wording) for event, wording in shipped().items()]


def save(session: Session, wording: Wording, *, actor: Actor, now: dt.datetime) -> None:
    """Keep the office's own text; `wording.version` is the one that was edited. Raises Invalid naming fields, Conflict."""
    actor.must(Permission.TEMPLATES_EDIT)
    sms, subject, body = (text.strip() for text in (wording.sms, wording.email_subject, wording.email_body))
    message_texts.check(wording.event, sms, subject, body)
    audit.hold(session, actor.district_id)  # two people at once: the second is told
    before = of_event(session, actor.district_id, wording.event)
    if before.version != wording.version:
        raise Conflict(
            f"「{wording.event.label}」的文字刚被{before.edited_by}修改过，您填写的内容已保留，请核对后再保存"
        )
    row = session.get(MessageTemplate, (actor.district_id, wording.event))
    if row is None:
        row = MessageTemplate(district_id=actor.district_id, event=wording.event, version=0)
        session.add(row)
    row.version += 1
    row.sms, row.email_subject, row.email_body, row.is_sent = sms, subject, body, wording.is_sent
    row.edited_by, row.edited_at = actor.name, now
    session.flush()
    changed = {"sms": sms, "email_subject": subject, "email_body": body, "is_sent": wording.is_sent}
    old = {name: getattr(before, name) for name in changed}
    subject_ = ("message_template", wording.event.value)
    audit.record(session, "message_template.edit", subject_, actor=actor, now=now, before=old, after=changed)


def restore(session: Session, event: MessageEvent, *, actor: Actor, now: dt.datetime) -> None:
    """Back to the shipped text, as one more edit."""
    current = of_event(session, actor.district_id, event)
    save(session, dataclasses.replace(shipped()[event], version=current.version), actor=actor, now=now)
