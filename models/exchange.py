"""Import batches and their rows."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Distributed, Hash, Id, Identified, Json, ShortText, link
from models.enums import BatchState, ImportKind, RowOutcome


class ImportBatch(Identified, Base):
    """One imported file, known by its hash; undone as a whole while nothing rests on it."""

    __tablename__ = "import_batches"
    __table_args__ = (Index(None, "district_id", "kind", "file_hash"),)

    kind: Mapped[ImportKind]
    file_name: Mapped[ShortText]
    file_hash: Mapped[Hash]
    rows: Mapped[int]
    created: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    rejected: Mapped[int]
    imported_by: Mapped[ShortText]
    imported_at: Mapped[dt.datetime]
    undone_by: Mapped[ShortText | None]
    undone_at: Mapped[dt.datetime | None]
    # of the registers that are compared (综合治税); empty for other kinds
    state: Mapped[BatchState | None]
    source_name: Mapped[ShortText | None]
    is_full: Mapped[bool | None]  # the whole register: what it lacks has left the register
    quality: Mapped[Json | None]


class ImportRow(Distributed, Base):
    """A row as it stood in the file, and what became of it."""

    __tablename__ = "import_rows"
    __table_args__ = (link("batch_id", "import_batches"),)

    batch_id: Mapped[Id] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[RowOutcome]
    target_id: Mapped[Id | None]
    source: Mapped[Json]
