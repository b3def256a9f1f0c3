"""Application forms: what is asked of whom, which answers are good, and the answers as others read them.

Answers are by the field's key, as JSON has them: text, number, boolean, a list of texts, a date as 2026-11-22.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from models.enums import ConditionOperator, FieldKind
from services.errors import Invalid
from services.rules import conditions, identifiers
from services.rules.conditions import FORM, Fact
from services.rules.form_schema import FormField, to_schema

K = FieldKind
Answers = Mapping[str, Any]
MOST_FIELDS = 80
MOST_REPEATS = 3
WITH_OPTIONS = (K.CHOICE, K.CHOICES)
PATTERNED = (K.TEXT, K.LONG_TEXT)
REPEAT = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")
REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d*,?\d*\})")

CHECKER = FormatChecker(formats=())


@CHECKER.checks("date")
def _is_day(text: object) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(text))) and _day(str(text)) is not None


@CHECKER.checks("citizen-id")
def _is_citizen_id(text: object) -> bool:
    return identifiers.problem_of_citizen_id(identifiers.normalise(str(text))) is None


@CHECKER.checks("uscc")
def _is_uscc(text: object) -> bool:
    return identifiers.problem_of_uscc(identifiers.normalise(str(text))) is None


@CHECKER.checks("cn-phone")
def _is_phone(text: object) -> bool:
    return identifiers.problem_of_phone(str(text)) is None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def shown(fields: Sequence[FormField], answers: Answers) -> list[FormField]:
    """The fields asked of somebody who answers so: a condition sees only what is itself shown."""
    facts: dict[str, Fact] = {}
    found = []
    for field in fields:
        condition = field.condition
        if condition is not None and not conditions.holds(condition, facts):
            continue
        found.append(field)
        facts[FORM + field.label] = _fact(answers.get(field.key))
    return found


def facts(fields: Sequence[FormField], answers: Answers) -> dict[str, Fact]:
    """The answers as the conditions of a flow ask for them: 表单:字段名."""
    return {FORM + field.label: _fact(answers.get(field.key)) for field in shown(fields, answers)}


def _fact(answer: Any) -> Fact:
    return ("是" if answer else "否") if isinstance(answer, bool) else answer


def kept(fields: Sequence[FormField], answers: Answers) -> dict[str, Any]:
    """What is worth keeping: answers to the questions that are asked, trimmed; blanks are none."""
    found = {}
    for field in shown(fields, answers):
        answer = answers.get(field.key)
        answer = answer.strip() if isinstance(answer, str) else answer
        if answer not in (None, "", []):
            found[field.key] = answer
    return found


def check(fields: Sequence[FormField], answers: Answers) -> dict[str, Any]:
    """The answers to keep. Raises Invalid with the rule of every field that is broken, by its key."""
    asked = shown(fields, answers)
    good = kept(fields, answers)
    of_key = {field.key: field for field in asked}
    schema = to_schema([field.model_copy(update=_unconditional()) for field in asked])
    problems: dict[str, str] = {}
    if strange := answers.keys() - {field.key for field in fields}:
        problems[min(strange)] = "表单里没有这个字段"
    for error in Draft202012Validator(schema, format_checker=CHECKER).iter_errors(good) if schema else ():
        for key in _where(error):
            problems.setdefault(key, _problem(of_key[key], error))
    if problems:
        told = [f"「{of_key[key].label}」{text}" if key in of_key else text for key, text in problems.items()]
        raise Invalid("；".join(told), problems)
    return good


def _unconditional() -> dict[str, Any]:
    return {"when_field": "", "when_operator": None, "when_value": ""}


def _where(error: ValidationError) -> list[str]:
    if error.path:
        return [str(error.path[0])]
    required: Any = error.validator_value
    given: Any = error.instance
    return [key for key in required if key not in given] if error.validator == "required" else []


def _problem(field: FormField, error: ValidationError) -> str:
    """What is wrong with the answer, and how it should be."""
    unit = f" {field.unit}" if field.unit else ""
    given: Any = error.instance
    match error.validator:
        case "required" | "minLength" | "minItems":
            return "还没有填写"
        case "minimum":
            return f"不能小于 {error.validator_value}{unit}，现为 {given}"
        case "maximum":
            return f"不能大于 {error.validator_value}{unit}，现为 {given}"
        case "maxLength":
            return f"最多 {error.validator_value} 个字，现为 {len(given)} 个字"
        case "enum":
            return f"请在选项中选择：{'、'.join(field.options)}"
        case "pattern":
            return f"格式不对：{field.pattern_hint or field.help or '请按提示填写'}"
        case "format":
            return _format_problem(field, str(given))
        case _:
            return f"应为{field.kind.label}"


def _format_problem(field: FormField, answer: str) -> str:
    match field.kind:
        case K.ID_NUMBER:
            return identifiers.problem_of_citizen_id(identifiers.normalise(answer)) or ""
        case K.USCC:
            return identifiers.problem_of_uscc(identifiers.normalise(answer)) or ""
        case K.PHONE:
            return identifiers.problem_of_phone(answer) or ""
        case _:
            return "请按 2026-11-22 的格式填写日期"


def in_words(field: FormField, answer: Any, *, is_masked: bool = False, hides_place: bool = False) -> str:
    """An answer as it is read; ids and phones masked, and addresses down to the street, where the reader may not see them."""
    if answer is None or answer == "":
        return ""
    if isinstance(answer, bool):
        return "是" if answer else "否"
    if isinstance(answer, list):
        return "、".join(map(str, answer))
    if field.kind is K.NUMBER:
        return f"{answer:,}{f' {field.unit}' if field.unit else ''}"
    text = str(answer)
    if is_masked and field.kind in (K.ID_NUMBER, K.USCC):
        return identifiers.mask_id(identifiers.normalise(text))
    if is_masked and field.kind is K.PHONE:
        return identifiers.mask_phone(text)
    return identifiers.mask_address(text) if hides_place and field.kind is K.ADDRESS else text


def design_problems(fields: Sequence[FormField]) -> list[tuple[int, str]]:
    """What keeps a form from being published: (field counted from 1, or 0 for the whole; what to mend)."""
    found: list[tuple[int, str]] = []
    if len(fields) > MOST_FIELDS:
        found.append((0, f"表单最多 {MOST_FIELDS} 个字段，现有 {len(fields)} 个，请精简"))
    earlier: dict[str, FormField] = {}
    for number, field in enumerate(fields, start=1):
        reasons = [*_label_problems(field, earlier), *_rule_problems(field), *_condition_problems(field, earlier)]
        found += [(number, reason) for reason in reasons]
        earlier[field.label] = field
    return found


def _label_problems(field: FormField, earlier: Mapping[str, FormField]) -> list[str]:
    if not field.label:
        return ["请填写字段名称"]
    return [f"字段「{field.label}」出现了两次，请改名"] if field.label in earlier else []


def _rule_problems(field: FormField) -> list[str]:
    found = []
    if field.kind in WITH_OPTIONS and len(set(field.options)) < 2:
        found.append(f"「{field.label}」是{field.kind.label}，请至少给出两个不同的选项，用、隔开")
    if field.kind not in WITH_OPTIONS and field.options:
        found.append(f"「{field.label}」不是单选或多选，请清空选项")
    if field.kind is not K.NUMBER and (field.minimum is not None or field.maximum is not None):
        found.append(f"「{field.label}」不是数字，请清空最小值和最大值")
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        found.append(f"「{field.label}」的最小值大于最大值")
    if field.pattern:
        found += [f"「{field.label}」{reason}" for reason in _pattern_problems(field)]
    return found


def _pattern_problems(field: FormField) -> list[str]:
    """A pattern meets what citizens type: one that could take for ever is refused (backtracking)."""
    if field.kind not in PATTERNED:
        return ["只有文字字段可以设格式，请清空"]
    try:
        re.compile(field.pattern)
    except (re.error, OverflowError):
        return ["的格式不是正确的正则表达式"]
    if REPEATED_GROUP.search(field.pattern) or len(REPEAT.findall(field.pattern)) > MOST_REPEATS:
        return [f"的格式过于复杂：不能重复括号里的内容，* + 和 {{m,n}} 最多 {MOST_REPEATS} 处"]
    return [] if field.pattern_hint else ["设了格式，请填写格式说明，告诉申请人怎样写"]


def _condition_problems(field: FormField, earlier: Mapping[str, FormField]) -> list[str]:
    condition = field.condition
    if condition is None:
        return []
    if field.when_field not in earlier:
        return [f"「{field.label}」的显示条件字段「{field.when_field}」应是排在它前面的字段"]
    asked = earlier[field.when_field]
    exact = (ConditionOperator.EQUALS, ConditionOperator.DIFFERS, ConditionOperator.CONTAINS, ConditionOperator.LACKS)
    possible = ["是", "否"] if asked.kind is K.YES_NO else asked.options
    if possible and field.when_operator in exact and field.when_value not in possible:
        return [f"「{field.label}」的条件值「{field.when_value}」不是「{asked.label}」的选项：{'、'.join(possible)}"]
    reason = conditions.problem(condition)
    return [f"「{field.label}」：{reason}"] if reason else []
