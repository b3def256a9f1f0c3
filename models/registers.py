"""Registers of the departments that are compared with the tax office's (综合治税), and the long work on them."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Hash, Id, Identified, Json, LongText, Money, Name, ShortText, link
from models.enums import CodeState, DealKind, ImportKind, JobKind, JobState, RegisterStatus, TaxKind


def _found_by(column: str, *covered: str) -> Index:
    """An index over the current records that carry the key; `covered` columns answer the usual conditions from it."""
    carries = text(f"ended_batch_id IS NULL AND {column} IS NOT NULL")
    columns = ("district_id", "register", column, *covered)
    return Index(f"ix_register_records_{column}", *columns, sqlite_where=carries, postgresql_where=carries)


class RegisterRecord(Identified, Base):
    """One row of one delivery, normalised once. It never changes: what replaces it is another record.

    Current while `ended_batch_id` is empty. A batch that is being loaded stages its rows with its own id there, so that
    they are seen all at once; the batch that replaces a row, or lacks it in a full delivery, ends it.
    """

    __tablename__ = "register_records"
    __table_args__ = (
        _found_by("natural_key"),
        _found_by("org_code", "event_on", "status", "status_on"),
        _found_by("subject_code", "event_on", "status", "status_on"),
        _found_by("counterparty_code"),
        _found_by("counterparty_key"),
        _found_by("registration_no", "event_on", "status", "status_on"),
        _found_by("name_key", "event_on", "status", "status_on"),
        _found_by("person_key", "event_on", "status", "status_on"),
        _found_by("contract_no", "event_on", "tax"),
        _found_by("house_no", "event_on", "tax"),
        _found_by("parcel_no", "event_on", "tax"),
        Index(  # a comparison walks through one side by it, and looks at the row only where the code found nothing
            "ix_register_records_current",
            *("district_id", "register", "event_on", "status", "status_on", "org_code"),
            sqlite_where=text("ended_batch_id IS NULL"),
            postgresql_where=text("ended_batch_id IS NULL"),
        ),
        Index("ix_register_records_batch", "district_id", "batch_id", "row_number"),
        Index(
            "ix_register_records_ended",
            "district_id",
            "ended_batch_id",
            sqlite_where=text("ended_batch_id IS NOT NULL"),
            postgresql_where=text("ended_batch_id IS NOT NULL"),
        ),
        link("batch_id", "import_batches"),
    )

    register: Mapped[ImportKind]
    batch_id: Mapped[Id]
    row_number: Mapped[int]
    ended_batch_id: Mapped[Id | None]
    natural_key: Mapped[Name]
    digest: Mapped[str] = mapped_column(String(32))  # keyed, of the delivered cells: tells a changed row

    subject_code: Mapped[Code | None]
    code_state: Mapped[CodeState]
    org_code: Mapped[str | None] = mapped_column(String(9))
    registration_no: Mapped[Code | None]
    person_key: Mapped[Hash | None]
    name: Mapped[Name]
    name_key: Mapped[Name | None]
    core_name: Mapped[Name | None]
    address: Mapped[Name | None]
    address_key: Mapped[Name | None]
    area_code: Mapped[str | None] = mapped_column(String(12))
    street: Mapped[ShortText | None]
    industry: Mapped[ShortText | None]
    kind: Mapped[ShortText | None]
    authority: Mapped[ShortText | None]
    event_on: Mapped[dt.date | None]  # 成立, 登记, 发证, 签约 or 缴款日期
    status: Mapped[RegisterStatus | None]
    status_on: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]

    contract_no: Mapped[Code | None]
    house_no: Mapped[Code | None]
    parcel_no: Mapped[Code | None]
    counterparty_name: Mapped[Name | None]
    counterparty_code: Mapped[str | None] = mapped_column(String(9))  # organisation code
    counterparty_key: Mapped[Hash | None]  # blind index of a person's id
    deal_kind: Mapped[DealKind | None]
    usage: Mapped[ShortText | None]
    area: Mapped[Decimal | None] = mapped_column(Numeric(16, 2))  # m²
    tax: Mapped[TaxKind | None]
    amount: Mapped[Money | None]  # the price, or the tax paid; yuan
    base: Mapped[Money | None]

    source: Mapped[Json]  # the row as delivered, id numbers encrypted


class RegisterSource(Distributed, Base):
    """How fresh a register must be: older than `stale_after_days`, and what rests on it cannot be decided."""

    __tablename__ = "register_sources"

    register: Mapped[ImportKind] = mapped_column(primary_key=True)
    stale_after_days: Mapped[int]
    contact: Mapped[ShortText]


class HeadingMapping(Identified, Base):
    """A department's own headings, led to ours; kept under the source's name."""

    __tablename__ = "heading_mappings"
    __table_args__ = (UniqueConstraint("district_id", "register", "source_name"),)

    register: Mapped[ImportKind]
    source_name: Mapped[ShortText]
    headings: Mapped[Json]
    saved_by: Mapped[ShortText]
    saved_at: Mapped[dt.datetime]


class Job(Identified, Base):
    """Long work in a process of its own: it can be left and come back to."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "district_id", "state", "id"), Index(None, "district_id", "kind", "id"))

    kind: Mapped[JobKind]
    state: Mapped[JobState]
    title: Mapped[ShortText]
    parameters: Mapped[Json]
    done: Mapped[int]
    total: Mapped[int]
    message: Mapped[LongText]
    result: Mapped[Json | None]
    user_id: Mapped[Id | None]
    started_by: Mapped[ShortText]
    created_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    seen_at: Mapped[dt.datetime | None]  # the process's last sign of life
    ended_at: Mapped[dt.datetime | None]
