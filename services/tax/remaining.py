"""What plain keys leave over on both sides: asked of the whole registers, or of what changed since the run before.

A record's place can change only by a delivery that brought or ended it or a counterpart, or by a date of one of them that the
day passed. These are asked again, with all that was left over before; so a delta run equals a whole one.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.enums import ImportKind, RunState
from models.registers import RegisterRecord
from models.taxes import RunRemainder, TaxRun
from services.tax import sides
from services.tax.outcomes import Before, Remainder, Task
from services.tax.rules import KeptRule
from services.tax.sides import Rows

WHOLE_EVERY_DAYS = 7
LOOKED_UP = 500


def before(
    session: Session, district_id: int, rule: KeptRule, deliveries: Sequence[tuple[str, int, str]], now: dt.datetime
) -> Before | None:
    """The run that a delta may rest on. None: another version, a delivery taken back, or the last whole run a week ago."""
    mine = (
        TaxRun.district_id == district_id,
        TaxRun.rule_version_id == rule.version_id,
        TaxRun.state == RunState.DONE,
    )
    found = session.execute(
        select(TaxRun.as_of, RunRemainder.batches, RunRemainder.sections)
        .join(RunRemainder, (RunRemainder.district_id == TaxRun.district_id) & (RunRemainder.run_id == TaxRun.id))
        .where(*mine)
    ).first()
    whole = session.scalar(select(func.max(TaxRun.started_at)).where(*mine, TaxRun.is_delta.is_(False)))
    if found is None or whole is None or now - whole > dt.timedelta(days=WHOLE_EVERY_DAYS):
        return None
    as_of, batches, sections = found
    standing = {batch for _, batch, _ in deliveries}
    if not set(batches["seen"]) <= standing:
        return None
    remainders = {label: Remainder(each["left"], each["right"]) for label, each in sections.items()}
    return Before(as_of, tuple(sorted(standing - set(batches["seen"]))), remainders)


def keep(
    session: Session, run: TaxRun, deliveries: Sequence[tuple[str, int, str]], found: Mapping[str, Remainder]
) -> None:
    """For the next delta; only the rule's newest is kept."""
    earlier = select(TaxRun.id).where(TaxRun.district_id == run.district_id, TaxRun.rule_id == run.rule_id)
    session.execute(
        delete(RunRemainder).where(RunRemainder.district_id == run.district_id, RunRemainder.run_id.in_(earlier))
    )
    sections: dict[str, Any] = {label: dataclasses.asdict(each) for label, each in found.items()}
    seen = {"seen": [batch for _, batch, _ in deliveries]}
    session.add(RunRemainder(district_id=run.district_id, run_id=run.id, batches=seen, sections=sections))


def of(task: Task) -> Remainder:
    """The left records without a plain counterpart, and the right ones that may be theirs under another spelling."""
    known = task.before.remainders.get(task.section.label) if task.before else None
    asks_right = task.rule.uses_repair or task.rule.uses_fuzzy
    if known is None:
        left = task.session.scalars(sides.unmatched_left(task)).all()
        right = task.session.scalars(sides.unmatched_right(task)).all() if asks_right else []
        return Remainder(sorted(left), sorted(right))
    right_again = {*known.right, *_right_candidates(task)} if asks_right else set()
    return Remainder(
        _among(task, sides.unmatched_left, {*known.left, *_left_candidates(task)}),
        _among(task, sides.unmatched_right, right_again),
    )


def _among(task: Task, unmatched: Any, ids: Collection[int]) -> list[int]:
    found: list[int] = []
    for part in _parts(ids):
        found += task.session.scalars(unmatched(task, part))
    return sorted(found)


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + LOOKED_UP] for start in range(0, len(ordered), LOOKED_UP))


def _left_candidates(task: Task) -> set[int]:
    rule = task.rule
    changed = _ended(task, rule.right.registers) | _passed(task, rule.right.registers, {"event_on": task.as_of})
    passed = {rule.grace_from: rule.founded_by(task.as_of)}
    return (
        _brought(task, rule.left.registers) | _passed(task, rule.left.registers, passed) | _sharing(task, changed, True)
    )


def _right_candidates(task: Task) -> set[int]:
    rule = task.rule
    passed = _passed(task, rule.right.registers, {"event_on": task.as_of})
    return _brought(task, rule.right.registers) | passed | _sharing(task, _ended(task, rule.left.registers), False)


def _brought(task: Task, registers: Sequence[ImportKind]) -> set[int]:
    """Records that came with the deliveries since."""
    return _delivered(task, registers, RegisterRecord.batch_id)


def _ended(task: Task, registers: Sequence[ImportKind]) -> set[int]:
    return _delivered(task, registers, RegisterRecord.ended_batch_id)


def _delivered(task: Task, registers: Sequence[ImportKind], column: InstrumentedAttribute[Any]) -> set[int]:
    new, rows = _since(task).deliveries, RegisterRecord
    if not new:
        return set()
    mine = (rows.district_id == task.district_id, column.in_(new))
    found = task.session.execute(select(rows.id, rows.register).where(*mine))
    return {record_id for record_id, register in found if register in registers}


def _passed(task: Task, registers: Sequence[ImportKind], days: Mapping[str, dt.date]) -> set[int]:
    """Current records with a date that lies between the two days: each of the fields, and the status's own."""
    shift, rows = _since(task).as_of - task.as_of, RegisterRecord
    if not shift:
        return set()
    found: set[int] = set()
    for name, day in (
        *days.items(),
        ("status_on", task.as_of),
    ):  # apart: one by the index's range, one by a walk over it
        within = getattr(rows, name).between(min(day, day + shift), max(day, day + shift))
        mine = sides.of_register(rows, task.district_id, registers)
        found |= set(task.session.scalars(select(rows.id).where(mine, within)))
    return found


def _sharing(task: Task, changed: Collection[int], near_is_left: bool) -> set[int]:
    """Current records of one side that share a key with changed ones of the other."""
    found: set[int] = set()
    for part in _parts(changed):
        for group in task.section.keys:
            left, right = aliased(RegisterRecord), aliased(RegisterRecord)
            near, far = (left, right) if near_is_left else (right, left)
            found |= set(
                task.session.scalars(_sharers(task, near, far, part, sides.agree(left, right, group), near_is_left))
            )
    return found


def _sharers(
    task: Task, near: Rows, far: Rows, ids: Sequence[int], agree: ColumnElement[bool], near_is_left: bool
) -> Select[int]:
    registers = (task.rule.left if near_is_left else task.rule.right).registers
    mine = sides.of_register(near, task.district_id, registers)
    wanted = select(near.id).where(mine, far.district_id == task.district_id, far.id.in_(ids), agree)
    return sides.by_identity(wanted, far)


def _since(task: Task) -> Before:
    assert task.before is not None
    return task.before
