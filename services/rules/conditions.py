"""Conditions of flow tasks: one fact, one relation, one value. Nothing typed here is ever executed."""

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from models.enums import ConditionOperator

Op = ConditionOperator
FORM = "表单:"  # before the name of a field of the application form
APPLICANT_KIND, CHANNEL, CHOSEN_ITEMS = "申请人类别", "来件方式", "所选事项"
ITEM, CASE_TYPE, DEPARTMENT = "事项名称", "办件类型", "实施部门"
FACTS = (APPLICANT_KIND, CHANNEL, CHOSEN_ITEMS, ITEM, CASE_TYPE, DEPARTMENT)
WITHOUT_VALUE = frozenset({Op.FILLED, Op.BLANK})
ORDERED = frozenset({Op.AT_LEAST, Op.AT_MOST})

Fact = str | int | float | Decimal | Sequence[str] | None
Facts = Mapping[str, Fact]


@dataclasses.dataclass(frozen=True)
class Condition:
    """`fact` is one of FACTS, or FORM and the name of a form field."""

    fact: str
    operator: ConditionOperator
    value: str = ""

    def in_words(self) -> str:
        return f"{self.fact}{self.operator.label}{f'「{self.value}」' if self.value else ''}"


def problem(condition: Condition) -> str:
    """Why the condition cannot be asked, in words; empty when it can."""
    if condition.fact not in FACTS and not (condition.fact.startswith(FORM) and condition.fact != FORM):
        return f"条件项「{condition.fact}」不存在，可用：{'、'.join(FACTS)}，或“{FORM}字段名”"
    if condition.operator in WITHOUT_VALUE:
        return f"「{condition.operator.label}」不需要条件值，请清空" if condition.value else ""
    if not condition.value:
        return f"「{condition.operator.label}」需要填写条件值"
    if condition.operator in ORDERED and _number(condition.value) is None:
        return f"「{condition.operator.label}」比较的是数字，条件值「{condition.value}」不是数字"
    return ""


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is true of the facts; a fact that nobody gave is blank."""
    fact, value = facts.get(condition.fact), condition.value
    match condition.operator:
        case Op.FILLED:
            return bool(_texts(fact))
        case Op.BLANK:
            return not _texts(fact)
        case Op.EQUALS:
            return _texts(fact) == [value] or _same_number(fact, value)
        case Op.DIFFERS:
            return not (_texts(fact) == [value] or _same_number(fact, value))
        case Op.CONTAINS:
            return _contains(fact, value)
        case Op.LACKS:
            return not _contains(fact, value)
        case Op.AT_LEAST | Op.AT_MOST:
            return _compares(fact, condition)


def _texts(fact: Fact) -> list[str]:
    if isinstance(fact, str):
        return [fact.strip()] if fact.strip() else []
    if isinstance(fact, Sequence):
        return [text for text in fact if text]
    return [] if fact is None else [str(fact)]


def _contains(fact: Fact, value: str) -> bool:
    return value in fact if isinstance(fact, str) else value in _texts(fact)


def _number(fact: Fact) -> Decimal | None:
    try:
        found = Decimal(str(fact).strip().replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _same_number(fact: Fact, value: str) -> bool:
    left, right = _number(fact), _number(value)
    return left is not None and left == right


def _compares(fact: Fact, condition: Condition) -> bool:
    left, right = _number(fact), _number(condition.value)
    if left is None or right is None:
        return False
    return left >= right if condition.operator is Op.AT_LEAST else left <= right
