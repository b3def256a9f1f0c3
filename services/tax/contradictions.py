"""Rules that look for what does not fit: a business that ended and still pays, names that differ, codes that are wrong."""

import datetime as dt

from rapidfuzz.distance import JaroWinkler
from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from models.enums import CodeState, Confidence, FindingList, MatchStage
from models.registers import RegisterRecord
from services.rules.matching import addresses
from services.rules.tax_rules import ALONE, CheckKind
from services.tax import linking, residual, sides
from services.tax.outcomes import Found, Outcome, Task, subject_key
from services.tax.residual import Record

SAME_DOOR = 0.9


def apply(task: Task, outcome: Outcome) -> None:
    """Add to the outcome: found where a check fails, linked where all hold, undecidable where no counterpart shows it.

    For 对应记录仍然存在 no counterpart is the good end, so that nothing is undecidable.
    """
    compared = sides.count_left(task)
    outcome.compared_left += compared
    outcome.compared_right += sides.count_right(task)
    found = {each.left.id: each for each in [*_alone(task), *_contradicting(task)][::-1]}
    unmatched = [one for one in task.session.scalars(sides.unmatched_left(task)).all() if one not in found]
    unknown = 0
    if CheckKind.EXISTS in task.rule.checks:
        found |= {each.left.id: each for each in _further(task, unmatched)}
    else:
        unknown = len(unmatched)
    outcome.found += found.values()
    outcome.undecidable += unknown
    outcome.linked += compared - len(found) - unknown


def _alone(task: Task) -> list[Found]:
    """Left records that are wrong by themselves."""
    states = set()
    if CheckKind.CODE_ABSENT in task.rule.checks:
        states.add(CodeState.ABSENT)
    if CheckKind.CODE_INVALID in task.rule.checks:
        states |= {CodeState.WRONG_CHECK, CodeState.MALFORMED}
    if not states:
        return []
    rows = aliased(RegisterRecord)
    wanted = select(rows.id).where(sides.compared(task, rows), rows.code_state.in_(states))
    records = residual.read(task.session, task.district_id, task.session.scalars(wanted).all())
    return [_found(task, each, None, [_wrong(each)], Confidence.EXACT, MatchStage.NONE, 0.0) for each in records]


def _wrong(record: Record) -> CheckKind:
    return CheckKind.CODE_ABSENT if record.code_state == CodeState.ABSENT else CheckKind.CODE_INVALID


def _contradicting(task: Task) -> list[Found]:
    found = []
    for left, right in _pairs(task):
        failed = [each for each in task.rule.checks if each not in ALONE and _fails(each, left, right, task.as_of)]
        if failed:
            by_code = left.org_code is not None and left.org_code == right.org_code
            confidence = Confidence.EXACT if by_code else Confidence.STRONG
            stage = MatchStage.ORG_CODE if by_code else MatchStage.OTHER_KEY
            found.append(_found(task, left, right, failed, confidence, stage, 1.0))
    return found


def _found(
    task: Task,
    left: Record,
    right: Record | None,
    checks: list[CheckKind],
    confidence: Confidence,
    stage: MatchStage,
    probability: float,
) -> Found:
    detail = {"checks": [check.value for check in checks]}
    listed = FindingList.SUSPECTED if confidence == Confidence.WEAK else FindingList.CONFIRMED
    key = subject_key(left)
    return Found(listed, key, left, right, confidence, probability, stage, detail, task.section.label)


def _pairs(task: Task) -> list[tuple[Record, Record]]:
    """The pairs that may fail a check: the many that plainly agree never leave the database."""

    def differing(left: type[RegisterRecord], right: type[RegisterRecord]) -> ColumnElement[bool]:
        return or_(false(), *(_may_fail(check, left, right, task.as_of) for check in task.rule.checks))

    found = sorted((left, right) for left, right in task.session.execute(sides.pairs(task, differing)))
    wanted = residual.read(task.session, task.district_id, {one for pair in found for one in pair})
    records = {record.id: record for record in wanted}
    return [(records[left], records[right]) for left, right in found]


def _may_fail(
    check: CheckKind, left: type[RegisterRecord], right: type[RegisterRecord], as_of: dt.date
) -> ColumnElement[bool]:
    match check:
        case CheckKind.EXISTS:
            return true()
        case CheckKind.NAME_DIFFERS:
            return and_(
                left.name_key.is_distinct_from(right.name_key), left.core_name.is_distinct_from(right.core_name)
            )
        case CheckKind.ADDRESS_DIFFERS:
            return left.address_key != right.address_key
        case CheckKind.OWNER_DIFFERS:
            return left.person_key != right.person_key
        case CheckKind.EXPIRED:
            return right.valid_until < as_of
    return false()


def _fails(check: CheckKind, left: Record, right: Record, as_of: dt.date) -> bool:
    match check:
        case CheckKind.EXISTS:
            return True
        case CheckKind.NAME_DIFFERS:
            return left.name_key != right.name_key and left.core_name != right.core_name
        case CheckKind.ADDRESS_DIFFERS:
            return _other_door(left, right)
        case CheckKind.OWNER_DIFFERS:
            return bool(left.person_key and right.person_key and left.person_key != right.person_key)
        case CheckKind.EXPIRED:
            return right.valid_until is not None and right.valid_until < as_of
    return False


def _other_door(left: Record, right: Record) -> bool:
    """Two addresses that name different roads or numbers; a shortened one is no other."""
    if not left.address_key or not right.address_key or left.address_key == right.address_key:
        return False
    if left.address_key.startswith(right.address_key) or right.address_key.startswith(left.address_key):
        return False
    a, b = addresses.split(left.address or ""), addresses.split(right.address or "")
    if a.road and b.road and a.road != b.road:
        return JaroWinkler.similarity(a.road, b.road) < SAME_DOOR
    return bool(a.number and b.number) and not a.number.startswith(b.number) and not b.number.startswith(a.number)


def _further(task: Task, unmatched: list[int]) -> list[Found]:
    """Counterparts under another spelling: a repaired code is found, a weighed likeness only suspected."""
    left = residual.read(task.session, task.district_id, unmatched)
    found = []
    for link in linking.counterparts(task, left, task.session.scalars(sides.unmatched_right(task)).all()):
        is_sure = link.stage in (MatchStage.REPAIRED, MatchStage.JUDGED)
        confidence = Confidence.STRONG if is_sure else Confidence.WEAK
        made = _found(task, link.left, link.right, [CheckKind.EXISTS], confidence, link.stage, link.probability)
        made.detail["reasons"] = link.reasons
        found.append(made)
    return found
