"""The outbox: messages written in the transaction that causes them, sent by the worker; and the texts they are made of."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Cipher, Code, Distributed, Id, Identified, LongText, Name, ShortText
from models.enums import MessageChannel, MessageEvent, MessageState


class OutboxMessage(Identified, Base):
    """A text to a phone or address. `message_key` makes sending it twice harmless."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        UniqueConstraint("district_id", "message_key"),
        Index(None, "district_id", "state", "next_try_at"),
        Index(None, "district_id", "case_id", "created_at"),
        Index(None, "district_id", "created_at"),
        Index(None, "district_id", "state", "created_at"),
        Index(None, "district_id", "event", "created_at"),
    )

    message_key: Mapped[Code]
    event: Mapped[Code]
    case_id: Mapped[Id | None]
    channel: Mapped[MessageChannel] = mapped_column(server_default=MessageChannel.SMS.value)  # rows older than e-mail
    subject: Mapped[ShortText | None]  # of an e-mail
    recipient_cipher: Mapped[Cipher]
    recipient_masked: Mapped[ShortText]
    body: Mapped[LongText]
    state: Mapped[MessageState]
    attempts: Mapped[int]
    next_try_at: Mapped[dt.datetime]
    lease_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    error: Mapped[LongText | None]
    created_at: Mapped[dt.datetime]


class MessageTemplate(Distributed, Base):
    """The office's own words for an event; where there is none, the shipped ones are sent."""

    __tablename__ = "message_templates"

    event: Mapped[MessageEvent] = mapped_column(primary_key=True)
    version: Mapped[int]
    is_sent: Mapped[bool]
    sms: Mapped[Name]
    email_subject: Mapped[ShortText]
    email_body: Mapped[LongText]
    edited_by: Mapped[ShortText]
    edited_at: Mapped[dt.datetime]
