"""What a case's clocks are counted by, beside its own moments: suspensions, the extension; and marks for the inspector."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Distributed, Id, Identified, LongText, ShortText, link
from models.enums import ExtensionState, MarkKind, ProcedureKind


class CaseSuspension(Identified, Base):
    """A special procedure of a case (行政许可法 art. 45). While `ended_at` is None it runs, until the expected day at most."""

    __tablename__ = "case_suspensions"
    __table_args__ = (
        Index(None, "district_id", "case_id", "started_at"),
        Index(None, "district_id", "ended_at", "expected_end_on"),
        link("case_id", "cases"),
    )

    case_id: Mapped[Id]
    procedure: Mapped[ProcedureKind]
    legal_basis: Mapped[ShortText]
    reason: Mapped[LongText]
    started_at: Mapped[dt.datetime]
    started_by: Mapped[ShortText]
    expected_end_on: Mapped[dt.date]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[ShortText | None]
    outcome: Mapped[LongText | None]


class CaseExtension(Distributed, Base):
    """The one extension of a case (art. 42): proposed by the handler, approved by the head of the body."""

    __tablename__ = "case_extensions"
    __table_args__ = (link("case_id", "cases"),)

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    workdays: Mapped[int]
    reason: Mapped[LongText]
    state: Mapped[ExtensionState]
    proposed_by_id: Mapped[Id | None]
    proposed_by: Mapped[ShortText]
    proposed_at: Mapped[dt.datetime]
    judged_by: Mapped[ShortText | None]
    judged_at: Mapped[dt.datetime | None]
    judgement: Mapped[LongText | None]


class CaseMark(Distributed, Base):
    """Something on a case that an inspector is to see, once of each kind."""

    __tablename__ = "case_marks"
    __table_args__ = (Index(None, "district_id", "kind", "at"), link("case_id", "cases"))

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[MarkKind] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    note: Mapped[LongText]
