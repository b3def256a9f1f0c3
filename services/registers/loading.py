"""An examined delivery taken in: staged in short transactions so that no window waits, then made visible as a whole.

LOADING: rows are staged (ended by their own batch, seen by nobody). ACTIVATING: the rows become current, what they replace
is ended. A process that dies leaves one of the two: `recover` removes the first and finishes the second.
"""

import datetime as dt
import os
import socket
from typing import Any

from sqlalchemy import delete, func, select, text, update
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
from services.registers.examining import Examined
from services.registers.sheets import Values
from services.upserts import table_of

R = RegisterRecord
BLANK: dict[str, Any] = {column.name: None for column in table_of(R).columns}
LOOKED_UP = 400
STEP = 20_000  # rows made visible in one transaction


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
        kept.quality = examined.quality.as_json() | {"changes": counts | {"gone": gone}, "process": _process()}
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
        quality={"process": _process()},
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


def activate(district_id: int, batch_id: int, progress: Progress | None = None) -> None:
    """Make the batch's rows current and end what they replace; can be done again after a break in the middle."""
    progress = progress or silent()
    with database.reading() as session:
        last = (
            session.scalar(select(func.max(R.row_number)).where(R.district_id == district_id, R.batch_id == batch_id))
            or 0
        )
    for first in range(0, last + 1, STEP):
        with database.writing() as session:
            _activate_rows(session, district_id, batch_id, first, first + STEP)
        progress.at(min(first + STEP, last), last, "正在启用")
    with database.writing() as session:
        gone = select(ImportRow.target_id).where(
            ImportRow.district_id == district_id, ImportRow.batch_id == batch_id, ImportRow.outcome == RowOutcome.GONE
        )
        ending = update(R).where(R.district_id == district_id, R.id.in_(gone), R.ended_batch_id.is_(None))
        session.execute(ending.values(ended_batch_id=batch_id))
        session.get_one(ImportBatch, (district_id, batch_id)).state = BatchState.ACTIVE
    with database.writing() as session:
        session.execute(text("ANALYZE register_records"))


def _activate_rows(session: Session, district_id: int, batch_id: int, first: int, until: int) -> None:
    mine = (
        R.district_id == district_id,
        R.batch_id == batch_id,
        R.ended_batch_id == batch_id,
        R.row_number >= first,
        R.row_number < until,
    )
    kind = session.get_one(ImportBatch, (district_id, batch_id)).kind
    replaced = update(R).where(
        R.district_id == district_id,
        R.register == kind,
        R.ended_batch_id.is_(None),
        R.batch_id != batch_id,
        R.natural_key.in_(select(R.natural_key).where(*mine)),
    )
    session.execute(replaced.values(ended_batch_id=batch_id), execution_options={"synchronize_session": False})
    session.execute(
        update(R).where(*mine).values(ended_batch_id=None), execution_options={"synchronize_session": False}
    )


def discard(session: Session, batch: ImportBatch) -> None:
    """Remove a delivery that did not come to be seen."""
    mine = {"district_id": batch.district_id, "batch_id": batch.id}
    session.execute(delete(R).filter_by(**mine))
    session.execute(delete(ImportRow).filter_by(**mine))
    session.execute(delete(ImportBatch).filter_by(district_id=batch.district_id, id=batch.id))


def recover(district_id: int, kind: ImportKind | None = None) -> int:
    """Clear up after processes that died: what was only staged goes, what was half made visible is finished."""
    with database.writing() as session:
        wanted = select(ImportBatch).where(
            ImportBatch.district_id == district_id, ImportBatch.state.in_((BatchState.LOADING, BatchState.ACTIVATING))
        )
        if kind is not None:
            wanted = wanted.where(ImportBatch.kind == kind)
        dead = [batch for batch in session.scalars(wanted).all() if not _is_alive(batch)]
        for batch in dead:
            if batch.state == BatchState.LOADING:
                discard(session, batch)
    for batch in dead:
        if batch.state == BatchState.ACTIVATING:
            activate(batch.district_id, batch.id)
    return len(dead)


def _process() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid()}


def _is_alive(batch: ImportBatch) -> bool:
    """Whether the process that takes the delivery in is still there; one on another host is believed."""
    process = (batch.quality or {}).get("process", {})
    if process.get("host") != socket.gethostname():
        return True
    try:
        os.kill(int(process["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
