"""The catalogue: items, their versions, codes and history."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Id, Identified, Json, LongText, Name, ShortText, link
from models.enums import CaseType, CatalogueAction, CodeScheme, ItemState, LimitUnit, ServiceTier, VersionState


class ServiceItem(Identified, Base):
    """事项: one matter that can be applied for. What the public sees is its published version.

    `name`, `initials`, `search_text` and the browsing columns are copies of the version that stands for the item (the
    published one, or the newest draft of an item never published); the one place that writes them is
    services/catalogue/items.mirror.
    """

    __tablename__ = "service_items"
    __table_args__ = (
        UniqueConstraint("district_id", "code"),
        Index(None, "district_id", "department_id", "name"),
        link("department_id", "organisations"),
    )

    code: Mapped[Code]
    name: Mapped[Name]
    department_id: Mapped[Id]
    tier: Mapped[ServiceTier]
    state: Mapped[ItemState]
    item_type: Mapped[str] = mapped_column(String(4))
    case_type: Mapped[CaseType | None]
    for_person: Mapped[bool]
    for_enterprise: Mapped[bool]
    topics: Mapped[list[Any]]
    initials: Mapped[Name]
    search_text: Mapped[LongText]
    published_version_id: Mapped[Id | None]
    draft_version_id: Mapped[Id | None]
    batch_id: Mapped[Id | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ItemCode(Distributed, Base):
    """Codes of an item, side by side (R-CAT-02)."""

    __tablename__ = "item_codes"
    __table_args__ = (Index(None, "district_id", "item_id"), link("item_id", "service_items"))

    scheme: Mapped[CodeScheme] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    item_id: Mapped[Id]


class ItemVersion(Identified, Base):
    """One version of an item's service guide; once published it never changes (R-CAT-03)."""

    __tablename__ = "item_versions"
    __table_args__ = (
        UniqueConstraint("district_id", "item_id", "number"),
        link("item_id", "service_items"),
    )

    item_id: Mapped[Id]
    number: Mapped[int]
    state: Mapped[VersionState]
    guide: Mapped[Json]  # services.rules.guide.Guide
    name: Mapped[Name]
    case_type: Mapped[CaseType | None]
    promise_amount: Mapped[int | None]
    promise_unit: Mapped[LimitUnit]
    statutory_amount: Mapped[int | None]
    statutory_unit: Mapped[LimitUnit]
    effective_on: Mapped[dt.date | None]
    batch_id: Mapped[Id | None]
    created_by: Mapped[ShortText]
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ItemEvent(Identified, Base):
    """Append-only: who did what to an item or version, and what they said."""

    __tablename__ = "item_events"
    __table_args__ = (Index(None, "district_id", "item_id", "id"), link("item_id", "service_items"))

    item_id: Mapped[Id]
    version_id: Mapped[Id | None]
    action: Mapped[CatalogueAction]
    actor_id: Mapped[Id | None]
    actor_name: Mapped[ShortText]
    opinion: Mapped[LongText]
    at: Mapped[dt.datetime]


class ItemPrerequisite(Distributed, Base):
    """The published version of `item_id` asks for the result of `required_item_id` first."""

    __tablename__ = "item_prerequisites"
    __table_args__ = (
        Index(None, "district_id", "required_item_id"),
        link("item_id", "service_items"),
        link("required_item_id", "service_items"),
    )

    item_id: Mapped[Id] = mapped_column(primary_key=True)
    required_item_id: Mapped[Id] = mapped_column(primary_key=True)


class Bundle(Identified, Base):
    """一件事: items applied for together (企业设立, 项目报建)."""

    __tablename__ = "bundles"
    __table_args__ = (UniqueConstraint("district_id", "code"),)

    code: Mapped[Code]
    name: Mapped[ShortText]
    description: Mapped[LongText]


class BundleItem(Distributed, Base):
    __tablename__ = "bundle_items"
    __table_args__ = (
        Index(None, "district_id", "item_id"),
        link("bundle_id", "bundles"),
        link("item_id", "service_items"),
    )

    bundle_id: Mapped[Id] = mapped_column(primary_key=True)
    item_id: Mapped[Id] = mapped_column(primary_key=True)
    stage: Mapped[ShortText]
    position: Mapped[int]
    is_mandatory: Mapped[bool]  # an optional one is taken when the applicant's circumstances ask for it
    may_start_early: Mapped[bool]  # of a project: need not wait for the stage before (R-PAR-08)
