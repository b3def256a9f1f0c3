"""The outbox: messages written in the transaction that causes them, sent by the worker."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import Base, Cipher, Code, Id, Identified, LongText, ShortText
from models.enums import MessageState


class OutboxMessage(Identified, Base):
    """A text to a phone or address. `message_key` makes sending it twice harmless."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        UniqueConstraint("district_id", "message_key"),
        Index(None, "district_id", "state", "next_try_at"),
    )

    message_key: Mapped[Code]
    event: Mapped[Code]
    case_id: Mapped[Id | None]
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
