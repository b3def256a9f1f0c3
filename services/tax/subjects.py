"""One subject as every department has it, side by side: what agrees, what differs, what happened when."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.enums import REGISTER_KINDS, ImportKind, Permission, RegisterStatus
from models.exchange import ImportBatch
from models.registers import RegisterRecord
from services import audit
from services.actors import Actor
from services.errors import Invalid
from services.registers import records
from services.registers.sheets import SHEETS

R = RegisterRecord
MOST_EACH = 20
KEYS = ("org_code", "registration_no", "contract_no", "person_key", "name_key")
COMPARED = {
    "名称": "name",
    "代码": "subject_code",
    "注册号": "registration_no",
    "地址": "address",
    "类型": "kind",
    "日期": "event_on",
    "状态": "status",
    "状态日期": "status_on",
    "有效期至": "valid_until",
    "机关": "authority",
    "税种": "tax",
    "金额": "amount",
    "合同号": "contract_no",
    "房屋编号": "house_no",
    "宗地号": "parcel_no",
}


@dataclasses.dataclass(frozen=True)
class Seen:
    """A record with the delivery that it came by; `is_current` unless a later delivery replaced it."""

    record: RegisterRecord
    file_name: str
    imported_at: dt.datetime
    is_current: bool
    how: str  # by which key it was found

    @property
    def register(self) -> ImportKind:
        return self.record.register


@dataclasses.dataclass(frozen=True)
class Line:
    """One attribute over all records; `differs` when two records state different things."""

    title: str
    values: list[str]
    differs: bool


@dataclasses.dataclass(frozen=True)
class Subject:
    name: str
    seen: list[Seen]
    lines: list[Line]
    timeline: list[tuple[dt.date, str]]


def note(session: Session, record_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """A look at one subject is written down (R-TAX-06)."""
    audit.record(session, "tax.subject", ("register_record", record_id), actor=actor, now=now)


def around(session: Session, record_id: int, actor: Actor, *, also: int | None = None) -> Subject:
    """Everything the registers say of a record's subject; `also` is a candidate put beside it."""
    actor.must(Permission.TAX_READ)
    wanted = [record_id, *([also] if also else [])]
    first = session.scalars(select(R).where(R.district_id == actor.district_id, R.id.in_(wanted))).all()
    if not first:
        raise Invalid("没有这条记录")
    by_id = {each.id: (each, "比对所用的记录" if each.id == record_id else "最近的候选") for each in first}
    for each in _sharing(session, by_id[record_id][0]):
        by_id.setdefault(each.id, (each, "编号或证件相同"))
    seen = _with_deliveries(session, actor.district_id, list(by_id.values()))
    order = {kind: place for place, kind in enumerate(REGISTER_KINDS)}
    seen.sort(key=lambda each: (order[each.register], each.record.id))
    name = by_id[record_id][0].name
    return Subject(name, seen, _lines(seen), _timeline(seen))


def _sharing(session: Session, record: RegisterRecord) -> list[RegisterRecord]:
    """Current records of any register that share one of the keys; each key asks its own index."""
    found: dict[int, RegisterRecord] = {}
    for name in KEYS:
        value = getattr(record, name)
        if not value:
            continue
        if name == "name_key" and found:
            break
        rows = session.scalars(
            select(R)
            .where(
                R.district_id == record.district_id,
                R.register.in_(REGISTER_KINDS),
                R.ended_batch_id.is_(None),
                getattr(R, name) == value,
            )
            .order_by(R.id)
            .limit(MOST_EACH)
        )
        found |= {each.id: each for each in rows}
    return list(found.values())


def _with_deliveries(session: Session, district_id: int, rows: Sequence[tuple[RegisterRecord, str]]) -> list[Seen]:
    ids = {record.batch_id for record, _ in rows}
    batches = {
        batch.id: batch
        for batch in session.scalars(
            select(ImportBatch).where(ImportBatch.district_id == district_id, ImportBatch.id.in_(ids))
        )
    }
    return [
        Seen(
            record,
            batches[record.batch_id].file_name,
            batches[record.batch_id].imported_at,
            record.ended_batch_id is None,
            how,
        )
        for record, how in rows
    ]


def _text(value: object) -> str:
    return "" if value is None else str(getattr(value, "label", value))


def _lines(seen: Sequence[Seen]) -> list[Line]:
    lines = []
    for title, name in COMPARED.items():
        values = [_text(getattr(each.record, name)) for each in seen]
        stated = {value for value in values if value}
        if stated:
            lines.append(Line(title, values, _differ(seen, name)))
    return lines


def _differ(seen: Sequence[Seen], name: str) -> bool:
    """Whether two records state different things: as compared, not as written; what is left out differs from nothing."""
    told = DIFFERING.get(name)
    if told is None:
        return False
    return len({value for each in seen if (value := told(each.record)) is not None}) > 1


def _is_alive(record: RegisterRecord) -> bool | None:
    return None if record.status is None else record.status not in (RegisterStatus.CANCELLED, RegisterStatus.REVOKED)


DIFFERING: dict[str, Callable[[RegisterRecord], object]] = {
    "name": lambda record: record.name_key,
    "subject_code": lambda record: record.org_code or record.subject_code,
    "address": lambda record: record.address_key,
    "status": _is_alive,
}


def _timeline(seen: Sequence[Seen]) -> list[tuple[dt.date, str]]:
    found = set()
    for each in seen:
        record, what = each.record, each.register.label
        if record.event_on:
            extra = f" {record.tax.label} {record.amount:,} 元" if record.tax and record.amount is not None else ""
            found.add((record.event_on, f"{what}{extra}"))
        if record.status_on and record.status:
            found.add((record.status_on, f"{what}：{record.status.label}"))
        if record.valid_until:
            found.add((record.valid_until, f"{what}：有效期届满"))
    return sorted(found)


def evidence(record: RegisterRecord) -> list[tuple[str, str]]:
    """(heading, cell) as delivered, in the order of the sheet, persons' ids masked."""
    known = [title for title in SHEETS[record.register].titles if title in record.source]
    others = [title for title in record.source if title not in known]
    return [(title, records.shown(str(record.source[title]))) for title in (*known, *others)]


def reveal(session: Session, record_id: int, reason: str, *, actor: Actor, now: dt.datetime) -> list[tuple[str, str]]:
    """The persons' ids of a record in full, for a reason; recorded (R-TAX-06)."""
    actor.must(Permission.TAX_REVEAL)
    if len(reason.strip()) < 4:
        raise Invalid("请写明查看完整证件号的理由（至少 4 个字）", {"reason": "请写明理由"})
    record = session.get(R, (actor.district_id, record_id))
    if record is None:
        raise Invalid("没有这条记录")
    subject = ("register_record", record.id)
    audit.record(session, "tax.reveal", subject, actor=actor, now=now, reason=reason.strip())
    cells = ((title, str(cell)) for title, cell in record.source.items())
    return [(title, records.revealed(cell)) for title, cell in cells if cell.startswith(records.CIPHER)]
