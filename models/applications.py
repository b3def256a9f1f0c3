"""Applications made online: drafts with their files until they are sent, and the form's answers of a case."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Hash, Id, Identified, LongText, ShortText, link


class OnlineDraft(Identified, Base):
    """An application that is being filled in. Who applies and what they answered is encrypted.

    It keeps the version that was in force when it was begun. `form_key` becomes the case's: sent twice is one case.
    """

    __tablename__ = "online_drafts"
    __table_args__ = (
        UniqueConstraint("district_id", "number"),
        Index(None, "district_id", "expires_at"),
        link("item_id", "service_items"),
        link("item_version_id", "item_versions"),
        link("bundle_id", "bundles"),
    )

    number: Mapped[Code]
    item_id: Mapped[Id]
    item_version_id: Mapped[Id]
    bundle_id: Mapped[Id | None]
    chosen: Mapped[list[Any]]  # optional items of the bundle
    content_cipher: Mapped[LongText]  # services.applications.contents.Content
    step: Mapped[int]
    form_key: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[dt.datetime]
    saved_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    case_id: Mapped[Id | None]  # once it was sent
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class DraftFile(Identified, Base):
    """A file of a draft, checked and stored as a case's files are; sending makes it the case's."""

    __tablename__ = "draft_files"
    __table_args__ = (Index(None, "district_id", "draft_id"), link("draft_id", "online_drafts"))

    draft_id: Mapped[Id]
    material_key: Mapped[Code]
    file_name: Mapped[ShortText]
    content_type: Mapped[ShortText]
    size: Mapped[int]
    sha256: Mapped[Hash]
    storage_key: Mapped[ShortText]
    uploaded_at: Mapped[dt.datetime]


class CaseForm(Distributed, Base):
    """The answers to the form of the case's item version, encrypted: a form may ask for ids and addresses."""

    __tablename__ = "case_forms"
    __table_args__ = (link("case_id", "cases"),)

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    answers_cipher: Mapped[LongText]


class ItemDuration(Distributed, Base):
    """How long the item's cases of the last 90 days took from acceptance to decision, in working days; made once a day."""

    __tablename__ = "item_durations"
    __table_args__ = (link("item_id", "service_items"),)

    item_id: Mapped[Id] = mapped_column(primary_key=True)
    as_of: Mapped[dt.date]
    cases: Mapped[int]
    p50_days: Mapped[int]
    p90_days: Mapped[int]
