"""The two sides of a comparison in SQL: who is compared, who found a counterpart by a plain key, who is left.

A fact counts by its own date: a registration from `event_on`, its end from `status_on`, a payment from its date.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, false, func, or_, select, true, union
from sqlalchemy.orm import aliased

from models.enums import ImportKind, RegisterStatus, TaxKind
from models.registers import RegisterRecord
from services.errors import Invalid
from services.rules.tax_rules import Condition, KeyPair, Op, Section, Standing
from services.tax.outcomes import Task

ENDED = (RegisterStatus.CANCELLED, RegisterStatus.REVOKED)
Rows = type[RegisterRecord]


def _holds(rows: Rows, condition: Condition) -> ColumnElement[bool]:
    column = getattr(rows, condition.field)
    match condition.op:
        case Op.FILLED:
            return column.is_not(None)
        case Op.EMPTY:
            return column.is_(None)
        case Op.IS:
            return column.in_(_values(condition))
        case Op.IS_NOT:
            return or_(column.is_(None), column.not_in(_values(condition)))
        case Op.AT_LEAST:
            return column >= _values(condition)[0]
        case Op.AT_MOST:
            return column <= _values(condition)[0]
    return false()


def _values(condition: Condition) -> list[Any]:
    """The values as the column holds them. Raises Invalid for one that it cannot hold."""
    column = RegisterRecord.__table__.c[condition.field]
    kind = column.type.python_type
    found: list[Any] = []
    for value in condition.values:
        try:
            if issubclass(kind, dt.date):
                found.append(dt.date.fromisoformat(value))
            elif issubclass(kind, Decimal):
                found.append(Decimal(value))
            else:
                members = getattr(column.type, "enum_class", None)
                found.append(members(value) if members else value)
        except (ValueError, InvalidOperation):
            raise Invalid(f"条件的值「{value}」填写有误") from None
    return found


def _stands(rows: Rows, standing: Standing, as_of: dt.date) -> ColumnElement[bool]:
    ended = and_(rows.status.in_(ENDED), or_(rows.status_on.is_(None), rows.status_on <= as_of))
    match standing:
        case Standing.ANY:
            return true()
        case Standing.ALIVE:
            return or_(rows.status.is_(None), ~ended)
        case Standing.ENDED:
            return ended


def of_register(rows: Rows, district_id: int, registers: Sequence[ImportKind]) -> ColumnElement[bool]:
    """Whether a record is a current one of the registers."""
    one = rows.register == registers[0] if len(registers) == 1 else rows.register.in_(registers)
    return and_(rows.district_id == district_id, one, rows.ended_batch_id.is_(None))


def compared(task: Task, rows: Rows) -> ColumnElement[bool]:
    """Whether a left record is compared: of its register, standing, past its grace, and within the conditions."""
    rule = task.rule
    start = getattr(rows, rule.grace_from)
    wanted = [_holds(rows, each) for each in (*rule.left.conditions, *task.section.conditions)]
    if task.first_rows is not None:
        wanted.append(rows.row_number <= task.first_rows)
    return and_(
        of_register(rows, task.district_id, rule.left.registers),
        _stands(rows, rule.left.standing, task.as_of),
        start <= rule.founded_by(task.as_of),
        *wanted,
    )


def counterpart(task: Task, rows: Rows) -> ColumnElement[bool]:
    """Whether a right record counts on the day."""
    side, taxes = task.rule.right, taxes_of(task.section)
    wanted = [_holds(rows, each) for each in side.conditions]
    if taxes:
        wanted.append(rows.tax.in_(taxes) if len(taxes) > 1 else rows.tax == taxes[0])
    return and_(
        of_register(rows, task.district_id, side.registers),
        or_(rows.event_on.is_(None), rows.event_on <= task.as_of),
        _stands(rows, side.standing, task.as_of),
        *wanted,
    )


def agree(left: Rows, right: Rows, group: Sequence[KeyPair]) -> ColumnElement[bool]:
    """All keys of the group are equal, so all are there: what is empty equals nothing.

    An explicit IS NOT NULL would lead SQLite to scan the key's index for it instead of seeking the equal.
    """
    return and_(*(getattr(left, pair.left) == getattr(right, pair.right) for pair in group))


def _unmatched(
    task: Task, near: Rows, far: Rows, conditions: ColumnElement[bool], *, near_is_left: bool
) -> list[ColumnElement[bool]]:
    """No record of the far side shares any of the chain's keys."""
    groups = [agree(near, far, group) if near_is_left else agree(far, near, group) for group in task.section.keys]
    return [~select(far.id).where(conditions, each).exists() for each in groups]


def taxes_of(section: Section) -> list[TaxKind]:
    return [stake.tax for stake in section.taxes]


def count_left(task: Task) -> int:
    rows = aliased(RegisterRecord)
    return task.session.scalar(select(func.count()).where(compared(task, rows))) or 0


def count_right(task: Task) -> int:
    rows = aliased(RegisterRecord)
    return task.session.scalar(select(func.count()).where(counterpart(task, rows))) or 0


def unmatched_left(task: Task, among: Sequence[int] | None = None) -> Select[int]:
    """Ids of the compared left records (or of those `among` them) that no right record shares a key with."""
    left, right = aliased(RegisterRecord), aliased(RegisterRecord)
    alone = _unmatched(task, left, right, counterpart(task, right), near_is_left=True)
    return _one_of(select(left.id).where(compared(task, left), *alone), left, among)


def _one_of(wanted: Select[int], rows: Rows, among: Sequence[int] | None) -> Select[int]:
    return wanted if among is None else by_identity(wanted.where(rows.id.in_(among)), rows)


def by_identity(wanted: Select[int], rows: Rows) -> Select[int]:
    """Found by their ids: SQLite would rather walk an index of three columns than seek one of two."""
    return wanted.with_hint(rows, "INDEXED BY sqlite_autoindex_register_records_1", "sqlite")


def unmatched_right(task: Task, among: Sequence[int] | None = None) -> Select[int]:
    """Ids of the right records that no left record shares a key with: the candidates for what is left.

    A record of a business that is not compared yet is that business's all the same.
    """
    left, right = aliased(RegisterRecord), aliased(RegisterRecord)
    whole = of_register(left, task.district_id, task.rule.left.registers)
    alone = _unmatched(task, right, left, whole, near_is_left=False)
    return _one_of(select(right.id).where(counterpart(task, right), *alone), right, among)


def pairs(task: Task, differing: Callable[[Rows, Rows], ColumnElement[bool]]) -> CompoundSelect[int, int]:
    """(left id, right id) of all that share a key and are `differing`; each group of the chain seeks its own index."""
    return union(*(_pairs_by(task, group, differing) for group in task.section.keys))


def _pairs_by(
    task: Task, group: Sequence[KeyPair], differing: Callable[[Rows, Rows], ColumnElement[bool]]
) -> Select[int, int]:
    left, right = aliased(RegisterRecord), aliased(RegisterRecord)
    return select(left.id, right.id).where(
        compared(task, left), counterpart(task, right), agree(left, right, group), differing(left, right)
    )


def shares_a_key(task: Task, left: Rows, right: Rows) -> ColumnElement[bool]:
    """Whether the two agree on any group of the chain."""
    return or_(*(agree(left, right, group) for group in task.section.keys))
