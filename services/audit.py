"""The audit trail: one place appends, in the transaction of the act itself (R-SEC-04, 等保2.0 安全审计)."""

import dataclasses
import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry, AuditHead
from services.actors import Actor
from services.database import is_sqlite
from services.errors import DomainError
from services.upserts import insert_missing

GENESIS = "0" * 64
BACKWARD_SECONDS = 2
HASHED = (
    "district_id",
    "sequence",
    "actor_id",
    "actor_name",
    "action",
    "subject_kind",
    "subject_id",
    "before",
    "after",
    "reason",
    "source",
)


@dataclasses.dataclass(frozen=True)
class Verdict:
    intact: bool
    rows: int
    first_broken: int | None


def _digest(fields: dict[str, Any], previous: str) -> str:
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _fields(entry: AuditEntry) -> dict[str, Any]:
    fields = {name: getattr(entry, name) for name in HASHED}
    return fields | {"at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds")}


def _plain(value: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else json.loads(json.dumps(value, ensure_ascii=False, default=str))


def hold(session: Session, district_id: int) -> AuditHead:
    """Lock the chain's end until the transaction ends.

    Whoever must not run beside another writer of the district (two clerks, one new applicant) holds it first; on SQLite
    writers wait for each other anyway.
    """
    head = session.get(AuditHead, district_id, with_for_update=None if is_sqlite(session) else True)
    if head is None:
        insert_missing(session, AuditHead, [{"district_id": district_id, "sequence": 0, "hash": GENESIS}])
        head = session.get_one(AuditHead, district_id, with_for_update=True)
    session.info["audit head"] = head  # else the session forgets it, and asks for it again at each entry
    return head


def record(
    session: Session,
    action: str,
    subject: tuple[str, object],
    *,
    actor: Actor,
    now: dt.datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append one entry to the district's chain. Raises DomainError when the clock stepped back by over two seconds."""
    head = hold(session, actor.district_id)
    last = session.scalar(
        select(AuditEntry.at).where(AuditEntry.district_id == actor.district_id, AuditEntry.sequence == head.sequence)
    )
    if last is not None and (last - now).total_seconds() > BACKWARD_SECONDS:
        raise DomainError("服务器时钟被回拨，为保证审计可信，已拒绝本次操作，请联系系统管理员校时")
    entry = AuditEntry(
        district_id=actor.district_id,
        sequence=head.sequence + 1,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        action=action,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        source=actor.source,
        previous_hash=head.hash,
    )
    entry.hash = _digest(_fields(entry), head.hash)
    head.sequence, head.hash = entry.sequence, entry.hash
    session.add(entry)


def verify(session: Session, district_id: int) -> Verdict:
    """Recompute the whole chain; names the first altered, missing or cut row."""
    previous, expected = GENESIS, 0
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.district_id == district_id)
        .order_by(AuditEntry.sequence)
        .execution_options(yield_per=2000)
    )
    for entry in rows:
        expected += 1
        follows = entry.sequence == expected and entry.previous_hash == previous
        if not follows or entry.hash != _digest(_fields(entry), previous):
            return Verdict(False, expected, expected)
        previous = entry.hash
    head = session.get(AuditHead, district_id)
    if (head.sequence if head else 0) != expected or (head.hash if head else GENESIS) != previous:
        return Verdict(False, expected, expected + 1)
    return Verdict(True, expected, None)


def head(session: Session, district_id: int) -> tuple[int, str]:
    """(rows, last hash): what is copied to a second place to find a cut tail (security 10)."""
    found = session.get(AuditHead, district_id)
    return (found.sequence, found.hash) if found else (0, GENESIS)
