"""Import batches: known by their file's hash, kept with their rows, undone as a whole."""

import dataclasses
import datetime as dt
import hashlib
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import settings
from models.enums import REGISTER_KINDS, BatchState, ImportKind, Permission, RowOutcome
from models.exchange import ImportBatch, ImportRow
from models.identity import new_id
from services import audit
from services.actors import Actor
from services.errors import Invalid, NotFound, WrongState
from services.exchange.sheets import RowError, Sheet

RIGHTS = {
    ImportKind.CATALOGUE: Permission.CATALOGUE_IMPORT,
    ImportKind.CASES: Permission.CASES_IMPORT,
    ImportKind.ORGANISATIONS: Permission.ORGANISATIONS_EDIT,
    **dict.fromkeys(REGISTER_KINDS, Permission.TAX_IMPORT),
}
# Each offers `undo_rows(session, batch, *, actor, now)`; named, not imported, since they stand above this module.
UNDOING = {
    ImportKind.CATALOGUE: "services.catalogue.undoing",
    ImportKind.CASES: "services.cases.imported",
    **dict.fromkeys(REGISTER_KINDS, "services.registers.undoing"),
}
COUNTS = ("rows", "created", "changed", "unchanged", "rejected")
ON_ERROR = ("reject", "skip")


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
    quality: dict[str, Any] | None = None  # what is doubtful without being wrong

    def as_json(self) -> dict[str, Any]:
        """The stable form of the command line (design §7)."""
        counts = {name: getattr(self, name) for name in COUNTS}
        errors = [
            {"row": error.row, "column": error.column, "value": error.value, "reason": error.reason}
            | ({"sheet": error.sheet} if error.sheet else {})
            for error in self.errors
        ]
        found = {"kind": self.kind.value, **counts, "errors": errors, "message": self.message}
        return found if self.quality is None else found | {"quality": self.quality}

    @classmethod
    def from_json(cls, found: Mapping[str, Any], rejected_sheet: bytes | None = None) -> "ImportReport":
        """What `as_json` told, read again: the bad rows' sheet is kept apart."""
        errors = [RowError(**error) for error in found["errors"]]
        counts = {name: found[name] for name in COUNTS}
        kind, quality = ImportKind(found["kind"]), found.get("quality")
        return cls(kind, **counts, errors=errors, rejected_sheet=rejected_sheet, quality=quality)


@dataclasses.dataclass(frozen=True)
class RowRecord:
    """A row as it stood in the file, and what became of it."""

    number: int
    outcome: RowOutcome
    target_id: int | None
    source: dict[str, Any]


def file_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check_on_error(on_error: str) -> None:
    if on_error not in ON_ERROR:
        raise Invalid("出错时的处理方式只能是 reject（全部不导入）或 skip（跳过错误行）")


def already(session: Session, district_id: int, kind: ImportKind, content: bytes) -> ImportReport | None:
    """The report on a file that was taken in before and not undone: nothing changes, and it says so."""
    return already_hash(session, district_id, kind, file_hash(content))


def already_hash(session: Session, district_id: int, kind: ImportKind, hashed: str) -> ImportReport | None:
    """As `already`, of a file known by its hash."""
    batch = session.scalars(
        select(ImportBatch).where(
            ImportBatch.district_id == district_id,
            ImportBatch.kind == kind,
            ImportBatch.file_hash == hashed,
            ImportBatch.undone_at.is_(None),
        )
    ).first()
    if batch is None:
        return None
    day = batch.imported_at.astimezone(settings.current().zone).date()
    told = f"该文件已于 {day} 由{batch.imported_by}导入，内容相同，未作任何改动"
    return ImportReport(kind, batch.rows, 0, 0, batch.rows, 0, [], batch.id, message=told)


def open_batch(
    session: Session, report: ImportReport, content: bytes, file_name: str, *, actor: Actor, now: dt.datetime
) -> ImportBatch:
    """The batch to which rows and records will point, with the report's counts; recorded in the audit trail."""
    actor.must(RIGHTS[report.kind])
    counts = {name: getattr(report, name) for name in COUNTS}
    batch = ImportBatch(
        district_id=actor.district_id,
        id=new_id(now),
        kind=report.kind,
        file_name=file_name[:200],
        file_hash=file_hash(content),
        imported_by=actor.name,
        imported_at=now,
        **counts,
    )
    session.add(batch)
    session.flush()
    after = {"file": batch.file_name, "hash": batch.file_hash} | counts
    subject = ("import_batch", batch.id)
    audit.record(session, f"import.{report.kind.value}", subject, actor=actor, now=now, after=after)
    return batch


def keep_rows(session: Session, batch: ImportBatch, sheet: Sheet, targets: Mapping[int, object]) -> None:
    """Keep every row of a sheet; `targets` leads from the rows that made a record to it (kept when it is an id)."""
    keep_records(
        session,
        batch,
        [
            RowRecord(
                row.number,
                RowOutcome.CREATED if row.number in targets else RowOutcome.UNCHANGED,
                target if isinstance(target := targets.get(row.number), int) else None,
                row.cells,
            )
            for row in sheet.rows
        ],
    )


def keep_records(session: Session, batch: ImportBatch, records: Sequence[RowRecord]) -> None:
    """Keep the rows with what became of each, as undoing needs it."""
    values = [
        {
            "district_id": batch.district_id,
            "batch_id": batch.id,
            "row_number": record.number,
            "outcome": record.outcome,
            "target_id": record.target_id,
            "source": record.source,
        }
        for record in records
    ]
    if values:
        session.execute(insert(ImportRow), values)


def listed(session: Session, actor: Actor, *, kind: ImportKind | None = None, limit: int = 100) -> list[ImportBatch]:
    """The batches of the kinds that the actor may import, newest first."""
    kinds = [each for each, right in RIGHTS.items() if actor.may(right) and kind in (None, each)]
    return list(
        session.scalars(
            select(ImportBatch)
            .where(ImportBatch.district_id == actor.district_id, ImportBatch.kind.in_(kinds))
            .order_by(ImportBatch.imported_at.desc(), ImportBatch.id.desc())
            .limit(limit)
        )
    )


def get(session: Session, batch_id: int, actor: Actor) -> ImportBatch:
    """Raises NotFound for another district's, and for a kind that the actor may not import."""
    batch = session.get(ImportBatch, (actor.district_id, batch_id))
    if batch is None or not actor.may(RIGHTS[batch.kind]):
        raise NotFound("没有这个导入批次")
    return batch


def rows_of(session: Session, batch: ImportBatch) -> list[ImportRow]:
    """In the order of the file."""
    return list(
        session.scalars(
            select(ImportRow)
            .where(ImportRow.district_id == batch.district_id, ImportRow.batch_id == batch.id)
            .order_by(ImportRow.row_number)
        )
    )


def undo(session: Session, batch: ImportBatch, *, actor: Actor, now: dt.datetime) -> None:
    """Take the whole batch back. Raises WrongState when something rests on it, naming what; then nothing is undone."""
    actor.must(RIGHTS[batch.kind])
    if batch.undone_at is not None:
        raise WrongState(f"该批次已由{batch.undone_by}撤销")
    if batch.kind not in UNDOING:
        raise WrongState(f"「{batch.kind.label}」的导入不能撤销，请逐条修改")
    importlib.import_module(UNDOING[batch.kind]).undo_rows(session, batch, actor=actor, now=now)
    batch.undone_by, batch.undone_at = actor.name, now
    if batch.state is not None:
        batch.state = BatchState.UNDONE
    session.flush()
    after = {"file": batch.file_name, "rows": batch.rows}
    audit.record(
        session, f"undo_import.{batch.kind.value}", ("import_batch", batch.id), actor=actor, now=now, after=after
    )
