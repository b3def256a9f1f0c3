"""What plain keys left over: codes repaired by their check digits, then names and addresses weighed as evidence."""

import dataclasses
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from rapidfuzz.distance import JaroWinkler
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.enums import CodeState, MatchStage
from models.registers import RegisterRecord as R
from services.rules.matching import engine, keys, names
from services.rules.matching.engine import Scheme
from services.rules.matching.model import Contribution, Model
from services.rules.matching.parties import PARTIES, columns

LIKE_ENOUGH = 0.75  # of the names, before a repaired code is believed
LOOKED_UP = 500
FIELDS: tuple[Any, ...] = (
    R.id, R.register, R.natural_key, R.row_number, R.batch_id, R.subject_code, R.code_state, R.org_code,
    R.registration_no, R.person_key, R.name, R.name_key, R.core_name, R.address, R.address_key, R.contract_no,
    R.house_no, R.parcel_no, R.counterparty_name, R.counterparty_code, R.counterparty_key, R.deal_kind, R.usage,
    R.area, R.amount, R.tax, R.event_on,
    R.status, R.status_on, R.valid_until, R.industry, R.street, R.kind, R.digest,
)  # fmt: skip
Record = Row[Any]


@dataclasses.dataclass(frozen=True)
class Link:
    """A left record with its counterpart, or with the nearest candidate where `is_link` is false."""

    left: Record
    right: Record
    stage: MatchStage
    probability: float
    is_link: bool
    reasons: list[dict[str, Any]]


def read(session: Session, district_id: int, ids: Iterable[int]) -> list[Record]:
    """The records of the ids, in the order of the ids."""
    wanted = sorted(ids)
    found: list[Record] = []
    for start in range(0, len(wanted), LOOKED_UP):
        part = wanted[start : start + LOOKED_UP]
        found += session.execute(
            select(*FIELDS).where(R.district_id == district_id, R.id.in_(part)).order_by(R.id)
        ).all()
    return found


def pair_key(record: Record) -> str:
    """What a record is known by in verdicts, whatever delivery it came with."""
    return f"{record.register.value}/{record.natural_key}"


def repaired(left: Sequence[Record], right: Sequence[Record], cannot: Collection[tuple[str, str]]) -> list[Link]:
    """Pairs whose codes are equal once a slip is undone, the name or the owner or the door agreeing; one to one."""
    by_code: dict[str, list[tuple[Record, Record]]] = defaultdict(list)
    whole_left = {
        record.org_code: record for record in left if record.org_code and record.code_state == CodeState.VALID
    }
    for record in right:
        for code in keys.repaired(record.subject_code or ""):
            if code in whole_left:
                by_code[str(record.id)].append((whole_left[code], record))
    whole_right = {
        record.org_code: record for record in right if record.org_code and record.code_state == CodeState.VALID
    }
    for record in left:
        for code in keys.repaired(record.subject_code or ""):
            if code in whole_right:
                by_code[f"left {record.id}"].append((record, whole_right[code]))
    found: list[Link] = []
    taken: set[int] = set()
    for pairs in by_code.values():
        likely = [(a, b) for a, b in pairs if _are_alike(a, b) and (pair_key(a), pair_key(b)) not in cannot]
        if len({(a.id, b.id) for a, b in likely}) != 1:
            continue
        a, b = likely[0]
        if a.id in taken or b.id in taken:
            continue
        taken |= {a.id, b.id}
        reason = {"name": "code", "label": f"代码 {b.subject_code} 按校验位修复后一致", "bits": 0.0}
        found.append(Link(a, b, MatchStage.REPAIRED, 0.99, True, [reason]))
    return found


def _are_alike(a: Record, b: Record) -> bool:
    if a.person_key and a.person_key == b.person_key:
        return True
    if a.core_name and b.core_name and JaroWinkler.similarity(a.core_name, b.core_name) >= LIKE_ENOUGH:
        return True
    return bool(a.core_name and b.core_name) and names.sound(a.core_name) == names.sound(b.core_name)


def sides(records: Sequence[Record]) -> dict[str, list[str]]:
    return columns(
        [(each.name, each.address or "", each.person_key or "", each.subject_code or "") for each in records]
    )


def weighed(
    left: Sequence[Record],
    right: Sequence[Record],
    model: Model | None,
    cannot: Collection[tuple[str, str]],
    *,
    scheme: Scheme = PARTIES,
) -> list[Link]:
    """Pairs that the evidence makes likely, one to one; those that a person must judge have `is_link` false."""
    if not left or not right:
        return []
    first, second = sides(left), sides(right)
    comparison = engine.compare(scheme, first, second)
    if not len(comparison):
        return []
    model = model or engine.fit(scheme, comparison, first, second)
    chances = engine.weigh(scheme, model, comparison)
    barred = _barred(left, right, cannot)
    return [
        Link(
            left[match.left],
            right[match.right],
            MatchStage.FUZZY,
            match.probability,
            match.is_link,
            reasons(engine.explain(scheme, model, comparison, match.place)),
        )
        for match in engine.assign(scheme, comparison, chances, cannot=barred)
    ]


def _barred(
    left: Sequence[Record], right: Sequence[Record], cannot: Collection[tuple[str, str]]
) -> set[tuple[int, int]]:
    if not cannot:
        return set()
    first = {pair_key(record): place for place, record in enumerate(left)}
    second = {pair_key(record): place for place, record in enumerate(right)}
    return {(first[a], second[b]) for a, b in cannot if a in first and b in second}


def reasons(steps: Sequence[Contribution]) -> list[dict[str, Any]]:
    """The waterfall as it is kept with a finding."""
    return [{"name": step.name, "label": step.label, "bits": round(step.bits, 6)} for step in steps]
