"""Making a staged delivery visible, or clearing it away; both can be done again after a break in the middle."""

import os
import socket
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from models.enums import BatchState, ImportKind, RowOutcome
from models.exchange import ImportBatch, ImportRow
from models.registers import RegisterRecord as R
from services import database
from services.jobs import Progress, silent

STEP = 20_000  # rows made visible in one transaction


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


def process() -> dict[str, Any]:
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
