"""The audit trail: an append-only chain of hashes, one chain a district."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Hash, Id, Json, LongText, ShortText


class AuditEntry(Distributed, Base):
    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "district_id", "subject_kind", "subject_id"),)

    sequence: Mapped[Id] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor_id: Mapped[Id | None]
    actor_name: Mapped[ShortText]
    action: Mapped[Code]
    subject_kind: Mapped[Code]
    subject_id: Mapped[Code]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    reason: Mapped[LongText]
    source: Mapped[ShortText]
    previous_hash: Mapped[Hash]
    hash: Mapped[Hash]


class AuditHead(Distributed, Base):
    """The chain's end: locked by whoever appends. One row a district."""

    __tablename__ = "audit_heads"

    sequence: Mapped[Id]
    hash: Mapped[Hash]
