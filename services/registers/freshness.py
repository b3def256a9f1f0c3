"""How fresh each register is: what was delivered when, and whether it may still be decided upon."""

import dataclasses
import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.enums import REGISTER_KINDS, BatchState, ImportKind, Permission
from models.exchange import ImportBatch
from models.registers import RegisterRecord, RegisterSource
from services import audit
from services.actors import Actor
from services.errors import Invalid

STALE_AFTER_DAYS = 62  # two months: registers are delivered monthly
LONGEST = 3650


@dataclasses.dataclass(frozen=True)
class Freshness:
    """`delivered_at` is empty for a register that was never delivered."""

    register: ImportKind
    delivered_at: dt.datetime | None
    source_name: str
    records: int
    age_days: int | None
    stale_after_days: int
    contact: str

    @property
    def is_missing(self) -> bool:
        return self.delivered_at is None

    @property
    def is_stale(self) -> bool:
        return self.age_days is not None and self.age_days > self.stale_after_days

    @property
    def problem(self) -> str:
        """Why nothing can be decided upon it; empty when it can."""
        if self.is_missing:
            return f"「{self.register.label}」没有导入过"
        if self.is_stale:
            return f"「{self.register.label}」最近一次导入在 {self.age_days} 天前，超过 {self.stale_after_days} 天，请先更新"
        return ""


def of_all(session: Session, district_id: int, *, now: dt.datetime) -> dict[ImportKind, Freshness]:
    """Each register's freshness at `now`, whose date is the installation's."""
    kept = {
        row.register: row
        for row in session.scalars(select(RegisterSource).where(RegisterSource.district_id == district_id))
    }
    latest = {
        kind: (at, name)
        for kind, at, name in session.execute(
            select(ImportBatch.kind, func.max(ImportBatch.imported_at), func.max(ImportBatch.source_name))
            .where(ImportBatch.district_id == district_id, ImportBatch.state == BatchState.ACTIVE)
            .group_by(ImportBatch.kind)
        )
    }
    current = (RegisterRecord.district_id == district_id, RegisterRecord.ended_batch_id.is_(None))
    counted = (
        select(RegisterRecord.register, func.count().label("count")).where(*current).group_by(RegisterRecord.register)
    )
    counts = {kind: count for kind, count in session.execute(counted)}  # noqa: C416 - dict(rows) would ask for rows.keys
    return {kind: _of(kind, kept.get(kind), latest.get(kind), counts.get(kind, 0), now) for kind in REGISTER_KINDS}


def _of(
    kind: ImportKind,
    kept: RegisterSource | None,
    latest: tuple[dt.datetime, str | None] | None,
    records: int,
    now: dt.datetime,
) -> Freshness:
    at = latest[0] if latest else None
    zone = settings.current().zone
    return Freshness(
        register=kind,
        delivered_at=at,
        source_name=(latest[1] or "") if latest else "",
        records=records,
        age_days=(now.astimezone(zone).date() - at.astimezone(zone).date()).days if at else None,
        stale_after_days=kept.stale_after_days if kept else STALE_AFTER_DAYS,
        contact=kept.contact if kept else "",
    )


def deliveries(session: Session, district_id: int, kinds: list[ImportKind]) -> list[tuple[str, int, str]]:
    """(register, batch, file hash) of what stands: what a run's inputs are known by."""
    rows = session.execute(
        select(ImportBatch.kind, ImportBatch.id, ImportBatch.file_hash)
        .where(
            ImportBatch.district_id == district_id, ImportBatch.kind.in_(kinds), ImportBatch.state == BatchState.ACTIVE
        )
        .order_by(ImportBatch.kind, ImportBatch.id)
    )
    return [(kind.value, batch, hashed) for kind, batch, hashed in rows]


def being_taken_in(session: Session, district_id: int, kinds: list[ImportKind]) -> list[ImportKind]:
    """The registers of which a delivery is just being taken in: nothing may be compared meanwhile."""
    states = (BatchState.LOADING, BatchState.ACTIVATING)
    mine = (ImportBatch.district_id == district_id, ImportBatch.kind.in_(kinds), ImportBatch.state.in_(states))
    return list(session.scalars(select(ImportBatch.kind).where(*mine).distinct()))


def set_limit(
    session: Session, kind: ImportKind, stale_after_days: int, contact: str, *, actor: Actor, now: dt.datetime
) -> None:
    """Say from how many days on a register is too old to decide upon."""
    actor.must(Permission.TAX_IMPORT)
    if not 1 <= stale_after_days <= LONGEST:
        raise Invalid(f"天数应在 1 至 {LONGEST} 之间", {"days": f"请填写 1 至 {LONGEST}"})
    row = session.get(RegisterSource, (actor.district_id, kind))
    before = {"days": row.stale_after_days, "contact": row.contact} if row else None
    if row is None:
        row = RegisterSource(district_id=actor.district_id, register=kind)
        session.add(row)
    row.stale_after_days, row.contact = stale_after_days, contact.strip()[:200]
    session.flush()
    after = {"days": stale_after_days, "contact": row.contact}
    audit.record(
        session, "register.freshness", ("register", kind.value), actor=actor, now=now, before=before, after=after
    )
