"""Cases: applications, their history, tasks, materials and files."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Cipher, Code, Distributed, Hash, Id, Identified, Json, LongText, Name, ShortText, link
from models.enums import (
    ApplicantKind,
    ApplicationChannel,
    CaseAction,
    CaseResult,
    CaseStatus,
    CaseType,
    HolderKind,
    IdType,
    LimitUnit,
    MaterialState,
    Necessity,
    TaskState,
    TrustLevel,
)

OPEN = text("status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended', 'waiting_superior')")


class Applicant(Identified, Base):
    """A person or organisation that applies; id, phone and e-mail are encrypted, `id_key` is a keyed blind index."""

    __tablename__ = "applicants"
    __table_args__ = (
        UniqueConstraint("district_id", "id_key"),
        Index(None, "district_id", "name"),
        Index(None, "district_id", "phone_key"),
    )

    kind: Mapped[ApplicantKind]
    name: Mapped[ShortText]
    id_type: Mapped[IdType]
    id_key: Mapped[Hash]
    id_cipher: Mapped[Cipher]
    phone_key: Mapped[Hash | None]
    phone_cipher: Mapped[Cipher | None]
    email_cipher: Mapped[Cipher | None]


class Case(Identified, Base):
    """办件: one application. `id` is ordered by the time of submission."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("district_id", "number"),
        UniqueConstraint("district_id", "form_key"),
        CheckConstraint("decided_at IS NULL OR submitted_at IS NOT NULL", name="submitted_before_decided"),
        CheckConstraint("delivered_at IS NULL OR decided_at IS NOT NULL", name="decided_before_delivered"),
        Index("ix_cases_department", "district_id", "department_id", "status", "submitted_at", "id"),
        Index("ix_cases_department_time", "district_id", "department_id", "submitted_at", "id"),
        Index("ix_cases_centre", "district_id", "centre_id", "submitted_at", "id"),
        Index("ix_cases_time", "district_id", "submitted_at", "id"),
        Index("ix_cases_applicant", "district_id", "applicant_id", "submitted_at"),
        Index("ix_cases_item", "district_id", "item_id", "submitted_at", "id"),
        Index("ix_cases_decided", "district_id", "decided_at", "id"),
        Index("ix_cases_due", "district_id", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_cases_open", "district_id", "status", "submitted_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        link("item_id", "service_items"),
        link("item_version_id", "item_versions"),
        link("applicant_id", "applicants"),
        link("department_id", "organisations"),
        link("centre_id", "organisations"),
        link("window_id", "windows"),
    )

    number: Mapped[Code]
    item_id: Mapped[Id]
    item_version_id: Mapped[Id]
    case_type: Mapped[CaseType]
    status: Mapped[CaseStatus]
    result: Mapped[CaseResult | None]
    department_id: Mapped[Id]
    centre_id: Mapped[Id]
    window_id: Mapped[Id | None]
    clerk_id: Mapped[Id | None]
    channel: Mapped[ApplicationChannel]
    applicant_id: Mapped[Id]
    applicant_name: Mapped[ShortText]
    agent_name: Mapped[ShortText | None]
    subject: Mapped[ShortText | None]
    submitted_at: Mapped[dt.datetime]
    accepted_at: Mapped[dt.datetime | None]
    due_at: Mapped[dt.datetime | None]
    statutory_due_at: Mapped[dt.datetime | None]
    decided_at: Mapped[dt.datetime | None]
    delivered_at: Mapped[dt.datetime | None]
    calendar_version: Mapped[int]
    is_provisional: Mapped[bool]
    holder: Mapped[HolderKind]
    form_key: Mapped[str | None] = mapped_column(String(40))
    batch_id: Mapped[Id | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class CaseEvent(Distributed, Base):
    """Append-only: one step of a case, with who, when, where and what they said."""

    __tablename__ = "case_events"
    __table_args__ = (link("case_id", "cases"), {"sqlite_with_rowid": False})

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[CaseAction]
    status: Mapped[CaseStatus]
    at: Mapped[dt.datetime]
    actor_id: Mapped[Id | None]
    actor_name: Mapped[ShortText]
    place_id: Mapped[Id | None]
    opinion: Mapped[LongText | None]
    evidence: Mapped[Json | None]


class CaseTask(Identified, Base):
    """One department's work on a case in one stage."""

    __tablename__ = "case_tasks"
    __table_args__ = (
        Index(None, "district_id", "department_id", "state", "started_at"),
        UniqueConstraint("district_id", "case_id", "stage", "department_id"),
        link("case_id", "cases"),
        link("department_id", "organisations"),
    )

    case_id: Mapped[Id]
    stage: Mapped[int]
    department_id: Mapped[Id]
    state: Mapped[TaskState]
    limit_amount: Mapped[int | None]
    limit_unit: Mapped[LimitUnit]
    started_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    finished_by: Mapped[ShortText | None]


class CaseMaterial(Distributed, Base):
    """What was handed in for one required material of the item's version."""

    __tablename__ = "case_materials"
    __table_args__ = (link("case_id", "cases"),)

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    material_key: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Name]
    necessity: Mapped[Necessity]
    state: Mapped[MaterialState]
    originals: Mapped[int]
    copies: Mapped[int]
    trust_level: Mapped[TrustLevel]
    note: Mapped[ShortText]
    valid_until: Mapped[dt.date | None]
    checked_by: Mapped[ShortText | None]  # who compared it with the original
    checked_at: Mapped[dt.datetime | None]
    source_case_id: Mapped[Id | None]  # the case from which it was reused


class Attachment(Identified, Base):
    """A file of a case. `storage_key` is random and lies outside any web root."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "district_id", "case_id"), link("case_id", "cases"))

    case_id: Mapped[Id]
    material_key: Mapped[Code | None]
    file_name: Mapped[ShortText]
    content_type: Mapped[ShortText]
    size: Mapped[int]
    sha256: Mapped[Hash]
    storage_key: Mapped[ShortText]
    uploaded_by: Mapped[ShortText]
    uploaded_at: Mapped[dt.datetime]


class CaseNumberCounter(Distributed, Base):
    """The last serial number given on a day."""

    __tablename__ = "case_number_counters"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    last: Mapped[int]


class SavedSearch(Identified, Base):
    """An inspector's search kept under a name; `query` is what the page's address holds."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("district_id", "user_id", "name"), link("user_id", "users"))

    user_id: Mapped[Id]
    name: Mapped[ShortText]
    query: Mapped[Json]
    created_at: Mapped[dt.datetime]
