"""An examined delivery taken in: staged in short transactions so that no window waits, then made visible as a whole.

LOADING: rows are staged (ended by their own batch, seen by nobody). ACTIVATING: the rows become current, what they replace
is ended. A process that dies leaves one of the two: `recover` removes the first and finishes the second.
"""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import BatchState, ImportKind, Permission, RowOutcome
from models.exchange import ImportBatch, ImportRow
from models.identity import new_id
from models.registers import RegisterRecord
from services import audit, database
from services.actors import Actor
from services.errors import WrongState
from services.exchange import batches
from services.exchange.batches import ImportReport
from services.jobs import Progress, silent
from services.registers.activating import activate, discard, process, recover
from services.registers.examining import Examined
from services.registers.sheets import Values
from services.upserts import table_of

R = RegisterRecord
BLANK: dict[str, Any] = {column.name: None for column in table_of(R).columns}
LOOKED_UP = 400


def report(examined: Examined, **changes: Any) -> ImportReport:
    counts = {"rows": examined.rows, "created": examined.good, "changed": 0, "unchanged": 0}
    return ImportReport(
        kind=examined.kind,
        **(counts | {name: value for name, value in changes.items() if name in counts}),
        rejected=examined.rejected_count,
        errors=examined.errors,
        rejected_sheet=examined.rejected_sheet(),
        quality=examined.quality.as_json(),
        **{name: value for name, value in changes.items() if name not in counts},
    )


def already(session: Session, examined: Examined, actor: Actor) -> ImportReport | None:
    """The same file, taken in before and not undone: nothing changes, and it says so."""
    return batches.already_hash(session, actor.district_id, examined.kind, examined.file_hash)


def trial(session: Session, examined: Examined, actor: Actor) -> ImportReport:
    """What taking the delivery in would do; nothing is written."""
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for chunk in examined.spooled():
        current = _current(session, actor.district_id, examined.kind, [row["natural_key"] for row in chunk])
        for row in chunk:
            counts[_outcome(row, current)] += 1
    return report(examined, **counts)


def _outcome(row: Values, current: dict[str, tuple[int, str]]) -> str:
    known = current.get(row["natural_key"])
    return "created" if known is None else "unchanged" if known[1] == row["digest"] else "changed"


def load(
    examined: Examined,
    *,
    actor: Actor,
    now: dt.datetime,
    source_name: str = "",
    is_full: bool = False,
    on_error: str = "reject",
    progress: Progress | None = None,
) -> ImportReport:
    """Store the good rows. With `reject` nothing is written when any row is bad.

    `is_full`: the delivery is the whole register; what it lacks has left. Raises WrongState while another delivery of the
    register is being taken in.
    """
    actor.must(Permission.TAX_IMPORT)
    batches.check_on_error(on_error)
    progress = progress or silent()
    if examined.errors and on_error == "reject":
        return report(examined, created=0)
    recover(actor.district_id, examined.kind)
    with database.writing() as session:
        if (before := already(session, examined, actor)) is not None:
            return before
        batch = _open(session, examined, source_name, is_full, actor, now)
    try:
        return _taken_in(examined, batch, is_full, progress, actor, now)
    except BaseException:
        with database.writing() as session:
            if session.get_one(ImportBatch, (batch.district_id, batch.id)).state == BatchState.LOADING:
                discard(session, batch)
        raise


def _taken_in(
    examined: Examined, batch: ImportBatch, is_full: bool, progress: Progress, actor: Actor, now: dt.datetime
) -> ImportReport:
    counts, seen = {"created": 0, "changed": 0, "unchanged": 0}, set[int]()
    done = 0
    for chunk in examined.spooled():
        with database.writing() as session:
            _stage(session, batch, chunk, counts, seen)
        done += len(chunk)
        progress.at(done, examined.good, f"正在写入 {done:,} / {examined.good:,} 行")
    with database.writing() as session:
        gone = _note_gone(session, batch, seen) if is_full else 0
        kept = session.get_one(ImportBatch, (batch.district_id, batch.id))
        kept.state = BatchState.ACTIVATING
        kept.created, kept.changed, kept.unchanged = counts["created"], counts["changed"], counts["unchanged"]
        kept.quality = examined.quality.as_json() | {"changes": counts | {"gone": gone}, "process": process()}
    activate(batch.district_id, batch.id, progress)
    with database.writing() as session:
        after = {"file": batch.file_name, "hash": batch.file_hash, "rows": examined.rows} | counts | {"gone": gone}
        subject = ("import_batch", batch.id)
        audit.record(session, f"import.{examined.kind.value}", subject, actor=actor, now=now, after=after)
    told = f"其中 {gone} 户不再列出" if gone else ""
    return report(examined, **counts, batch_id=batch.id, message=told)


def _open(
    session: Session, examined: Examined, source_name: str, is_full: bool, actor: Actor, now: dt.datetime
) -> ImportBatch:
    busy = session.scalar(
        select(ImportBatch.file_name).where(
            ImportBatch.district_id == actor.district_id,
            ImportBatch.kind == examined.kind,
            ImportBatch.state.in_((BatchState.LOADING, BatchState.ACTIVATING)),
        )
    )
    if busy is not None:
        raise WrongState(f"「{examined.kind.label}」正在导入「{busy}」，请等它完成")
    batch = ImportBatch(
        district_id=actor.district_id,
        id=new_id(now),
        kind=examined.kind,
        file_name=examined.file_name[:200],
        file_hash=examined.file_hash,
        rows=examined.rows,
        created=0,
        changed=0,
        unchanged=0,
        rejected=examined.rejected_count,
        imported_by=actor.name,
        imported_at=now,
        state=BatchState.LOADING,
        source_name=source_name.strip()[:200] or None,
        is_full=is_full,
        quality={"process": process()},
    )
    session.add(batch)
    session.flush()
    return batch


def _stage(session: Session, batch: ImportBatch, chunk: list[Values], counts: dict[str, int], seen: set[int]) -> None:
    """Write the rows that are new or changed, ended by their own batch; the others stand as they are."""
    current = _current(session, batch.district_id, batch.kind, [row["natural_key"] for row in chunk])
    fresh = []
    for row in chunk:
        outcome = _outcome(row, current)
        counts[outcome] += 1
        if row["natural_key"] in current:
            seen.add(current[row["natural_key"]][0])
        if outcome != "unchanged":
            fresh.append(row)
    fixed = {
        "district_id": batch.district_id,
        "register": batch.kind,
        "batch_id": batch.id,
        "ended_batch_id": batch.id,
    }
    if fresh:
        session.execute(table_of(R).insert(), [BLANK | row | fixed | {"id": new_id()} for row in fresh])


def _current(session: Session, district_id: int, kind: ImportKind, wanted: list[str]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(wanted), LOOKED_UP):
        rows = session.execute(
            select(R.natural_key, R.id, R.digest).where(
                R.district_id == district_id,
                R.register == kind,
                R.ended_batch_id.is_(None),
                R.natural_key.in_(wanted[start : start + LOOKED_UP]),
            )
        )
        found |= {key: (record_id, digest) for key, record_id, digest in rows}
    return found


def _note_gone(session: Session, batch: ImportBatch, seen: set[int]) -> int:
    """Note the current rows that a full delivery lacks: activation ends them."""
    rows = session.execute(
        select(R.id, R.row_number).where(
            R.district_id == batch.district_id, R.register == batch.kind, R.ended_batch_id.is_(None)
        )
    )
    gone = [record_id for record_id, _ in rows if record_id not in seen]
    values = [
        {
            "district_id": batch.district_id,
            "batch_id": batch.id,
            "row_number": -turn,
            "outcome": RowOutcome.GONE,
            "target_id": record_id,
            "source": {},
        }
        for turn, record_id in enumerate(gone, start=1)
    ]
    if values:
        session.execute(table_of(ImportRow).insert(), values)
    return len(gone)
