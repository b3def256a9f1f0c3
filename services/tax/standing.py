"""One enterprise at the window: how it stands in every department's register, for a clerk who may see it (征管法 art. 8)."""

import dataclasses
import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.enums import OPEN_LEAD_STATES, ImportKind, Permission, RegisterStatus
from models.registers import RegisterRecord
from models.taxes import TaxLead
from services import audit
from services.actors import Actor
from services.registers import freshness
from services.rules.matching import keys

REGISTERS = (
    ImportKind.BUSINESS_REGISTRATION,
    ImportKind.ORG_CODE_CERTIFICATE,
    ImportKind.TAX_REGISTRATION_NATIONAL,
    ImportKind.TAX_REGISTRATION_LOCAL,
)
GOOD = frozenset({RegisterStatus.ALIVE, RegisterStatus.NORMAL})


@dataclasses.dataclass(frozen=True)
class Standing:
    """How the enterprise stands in one register. `state` in words; `is_good` None where nothing can be said."""

    register: ImportKind
    state: str
    name: str
    on: dt.date | None
    is_good: bool | None
    as_of: dt.datetime | None  # when the register was last delivered


@dataclasses.dataclass(frozen=True)
class Enterprise:
    """`open_leads` is for the tax office only: None for others."""

    registers: tuple[Standing, ...]
    open_leads: int | None


def of_code(session: Session, code: str, *, actor: Actor, now: dt.datetime) -> Enterprise | None:
    """By a unified or an organisation code; None for anything else. One query for all registers. The look is recorded.

    Tax ids of persons are not looked up here.
    """
    actor.must(Permission.ENTERPRISE_READ)
    org = keys.read(code).org_code
    if org is None:
        return None
    fresh = freshness.of_all(session, actor.district_id, now=now)
    rows = session.scalars(
        select(RegisterRecord)
        .where(
            RegisterRecord.district_id == actor.district_id,
            RegisterRecord.register.in_(REGISTERS),
            RegisterRecord.ended_batch_id.is_(None),
            RegisterRecord.org_code == org,
        )
        .order_by(RegisterRecord.id)
    ).all()
    newest = {row.register: row for row in rows}
    found = tuple(_standing(kind, newest.get(kind), fresh[kind].delivered_at, now.date()) for kind in REGISTERS)
    audit.record(session, "tax.standing", ("enterprise", org), actor=actor, now=now, after={"registers": len(newest)})
    return Enterprise(found, _open_leads(session, code, actor) if actor.may(Permission.TAX_READ) else None)


def _standing(
    kind: ImportKind, record: RegisterRecord | None, delivered_at: dt.datetime | None, today: dt.date
) -> Standing:
    if delivered_at is None:
        return Standing(kind, "名册未导入", "", None, None, None)
    if record is None:
        return Standing(kind, "未查到", "", None, False, delivered_at)
    if record.valid_until is not None and record.valid_until < today:
        return Standing(kind, f"已于 {record.valid_until} 过期", record.name, record.valid_until, False, delivered_at)
    status = record.status.label if record.status else "已登记"
    is_good = record.status is None or record.status in GOOD
    return Standing(kind, status, record.name, record.status_on or record.event_on, is_good, delivered_at)


def _open_leads(session: Session, code: str, actor: Actor) -> int:
    cleaned = keys.clean(code)
    return (
        session.scalar(
            select(func.count()).where(
                TaxLead.district_id == actor.district_id,
                TaxLead.subject_key == cleaned,
                TaxLead.state.in_(OPEN_LEAD_STATES),
            )
        )
        or 0
    )
