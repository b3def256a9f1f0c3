"""Import batches: known by their file's hash, undone as a whole."""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from models.enums import ImportKind
from models.exchange import ImportBatch
from services.actors import Actor
from services.exchange.sheets import RowError


@dataclasses.dataclass(frozen=True)
class ImportReport:
    """What an import did or, as a dry run, would do. `rejected_sheet` is the bad rows as XLSX with 错误原因."""

    kind: ImportKind
    rows: int
    created: int
    changed: int
    unchanged: int
    rejected: int
    errors: list[RowError]
    batch_id: int | None = None
    preview: list[dict[str, str]] = dataclasses.field(default_factory=list)
    message: str = ""
    rejected_sheet: bytes | None = None

    def as_json(self) -> dict[str, Any]:
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class BatchRow:
    id: int
    kind: ImportKind
    file_name: str
    rows: int
    created: int
    changed: int
    unchanged: int
    rejected: int
    imported_by: str
    imported_at: dt.datetime
    undone_by: str | None
    undone_at: dt.datetime | None


def listed(session: Session, actor: Actor, *, kind: ImportKind | None = None, limit: int = 100) -> list[BatchRow]:
    raise NotImplementedError


def get(session: Session, batch_id: int, actor: Actor) -> ImportBatch:
    raise NotImplementedError


def undo(session: Session, batch: ImportBatch, *, actor: Actor, now: dt.datetime) -> None:
    raise NotImplementedError
