"""The written vouchers of cases, and the Word templates they are filled from."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Hash, Id, Json, LongText, ShortText, link
from models.enums import DocumentKind


class CaseDocument(Distributed, Base):
    """A voucher of one of the case's steps: numbered and its facts kept in the step's transaction.

    The Word file is made when it is first asked for, from the template of then, and kept as it went out.
    """

    __tablename__ = "case_documents"
    __table_args__ = (UniqueConstraint("district_id", "kind", "year", "serial"), link("case_id", "cases"))

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)  # of the case's event
    kind: Mapped[DocumentKind] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[Code]
    facts: Mapped[Json]  # by placeholder, as they stood at the step
    template_version: Mapped[int]  # 0: the shipped template
    written_by: Mapped[ShortText]
    written_at: Mapped[dt.datetime]
    storage_key: Mapped[ShortText | None]  # of the Word file, once made
    sha256: Mapped[Hash | None]


class DocumentTemplate(Distributed, Base):
    """A version of a voucher's Word template; the highest is in force. Without a file it is the shipped one again."""

    __tablename__ = "document_templates"

    kind: Mapped[DocumentKind] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[ShortText]
    storage_key: Mapped[ShortText | None]
    sha256: Mapped[Hash | None]
    note: Mapped[LongText]
    uploaded_by: Mapped[ShortText]
    uploaded_at: Mapped[dt.datetime]
