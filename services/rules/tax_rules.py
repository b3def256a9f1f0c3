"""What a comparison is: two sides, a chain of keys, conditions, a grace period, checks, and the taxes at stake (domain §5.2).

An officer composes it on screen; every field and word has its Chinese title here.
"""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.enums import (
    REGISTER_KINDS,
    CodeState,
    DealKind,
    ImportKind,
    LabelEnum,
    Payer,
    Regime,
    RegisterStatus,
    RuleKind,
    TaxKind,
)
from services.errors import Invalid

FIELDS = {
    "org_code": "组织机构代码（含统一代码、税号内的）",
    "subject_code": "代码（规整后原样）",
    "registration_no": "注册号",
    "person_key": "个人证件号",
    "name_key": "名称（规整后）",
    "core_name": "字号和行业",
    "address_key": "地址（去行政区划）",
    "contract_no": "合同号",
    "house_no": "房屋编号",
    "parcel_no": "宗地号",
    "counterparty_code": "卖方机构代码",
    "counterparty_key": "卖方个人证件号",
    "status": "状态",
    "deal_kind": "交易类型或供地方式",
    "tax": "税种",
    "usage": "用途",
    "kind": "类型",
    "industry": "行业",
    "street": "街道",
    "authority": "登记或主管机关",
    "amount": "金额",
    "event_on": "登记、签约或缴款日期",
    "status_on": "状态日期",
    "valid_until": "有效期至",
    "code_state": "代码校验结果",
}
KEY_FIELDS = (
    "org_code", "subject_code", "registration_no", "person_key", "name_key", "core_name", "address_key", "contract_no",
    "house_no", "parcel_no", "counterparty_code", "counterparty_key",
)  # fmt: skip
NAME_KEYS = frozenset({"name_key", "core_name", "address_key"})
DATE_FIELDS = ("event_on", "status_on")
HIDDEN_FIELDS = ("person_key", "counterparty_key")  # kept as a keyed digest
DAY_FIELDS = (*DATE_FIELDS, "valid_until")
WORD_FIELDS: dict[str, type[LabelEnum]] = {  # a condition on one of these names its words
    "status": RegisterStatus,
    "deal_kind": DealKind,
    "tax": TaxKind,
    "code_state": CodeState,
}
LONGEST_GRACE = 3650


class Op(LabelEnum):
    IS = "is", "是"
    IS_NOT = "is_not", "不是"
    FILLED = "filled", "有值"
    EMPTY = "empty", "没有值"
    AT_LEAST = "at_least", "不小于"
    AT_MOST = "at_most", "不大于"


class Standing(LabelEnum):
    """Whether a record is alive on the day of the comparison; a status counts from its own date."""

    ANY = "any", "不论"
    ALIVE = "alive", "当日存续（未注销、未吊销）"
    ENDED = "ended", "当日已注销或吊销"


class CheckKind(LabelEnum):
    """What makes a matched pair, or a left record alone, a finding."""

    EXISTS = "exists", "对应记录仍然存在"
    NAME_DIFFERS = "name_differs", "名称不同"
    ADDRESS_DIFFERS = "address_differs", "地址不同"
    OWNER_DIFFERS = "owner_differs", "经营者不同"
    CODE_ABSENT = "code_absent", "没有代码"
    CODE_INVALID = "code_invalid", "代码校验不符"
    EXPIRED = "expired", "对应证照已过期"


ALONE = frozenset({CheckKind.CODE_ABSENT, CheckKind.CODE_INVALID})  # seen on the left record itself


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Condition(Part):
    field: str = Field(title="字段")
    op: Op = Field(title="条件")
    values: list[str] = Field(default_factory=list, title="值")


class Side(Part):
    registers: list[ImportKind] = Field(title="名册", min_length=1)
    standing: Standing = Field(Standing.ANY, title="状态")
    conditions: list[Condition] = Field(default_factory=list, title="条件")


class KeyPair(Part):
    left: str = Field(title="左边字段")
    right: str = Field(title="右边字段")


class Stake(Part):
    """One tax that should have been paid: whether it was is asked of the payments of this tax."""

    tax: TaxKind = Field(title="税种")
    payer: Payer = Field(Payer.BUYER, title="纳税人")


class Section(Part):
    """A part of a comparison with its own left conditions and keys, e.g. the seller's side of a sale."""

    label: str = Field("", title="名称")
    taxes: list[Stake] = Field(default_factory=list, title="税种")
    conditions: list[Condition] = Field(default_factory=list, title="左边另加的条件")
    keys: list[list[KeyPair]] = Field(title="比对键", min_length=1)


class Definition(Part):
    name: str = Field(title="名称", min_length=2, max_length=100)
    about: str = Field("", title="说明", max_length=1000)
    kind: RuleKind = Field(title="比对方式")
    regimes: list[Regime] = Field(title="适用体制", min_length=1)
    left: Side = Field(title="左边（应有）")
    right: Side = Field(title="右边（税务）")
    both_ways: bool = Field(False, title="两个方向都查")
    sections: list[Section] = Field(title="比对部分", min_length=1)
    grace_days: int = Field(30, title="宽限天数", ge=0, le=LONGEST_GRACE)
    grace_from: str = Field("event_on", title="宽限起算")
    uses_repair: bool = Field(True, title="按校验位修复抄错的代码")
    uses_fuzzy: bool = Field(True, title="名称地址近似比对")
    checks: list[CheckKind] = Field(default_factory=list, title="核对内容")
    estimates: bool = Field(False, title="估算税额")

    @property
    def registers(self) -> list[ImportKind]:
        return list(dict.fromkeys([*self.left.registers, *self.right.registers]))

    def founded_by(self, as_of: dt.date) -> dt.date:
        """The last day on which a left record may have come into being to be compared: more than the grace has passed."""
        return as_of - dt.timedelta(days=self.grace_days + 1)


def parse(kept: dict[str, Any]) -> Definition:
    """A definition from its JSON. Raises Invalid in words, naming what is wrong."""
    try:
        found = Definition.model_validate(kept)
    except ValidationError as error:
        raise Invalid("；".join(_told(each) for each in error.errors()[:5])) from None
    check(found)
    return found


def _told(error: Any) -> str:
    place = "、".join(_title(each) for each in error["loc"] if isinstance(each, str))
    reason = {"missing": "必填", "too_short": "至少一项", "string_too_short": "太短", "extra_forbidden": "没有这一项"}
    return f"规则的「{place}」{reason.get(error['type'], '填写有误')}"


def _title(name: str) -> str:
    for model in (Definition, Section, Side, Condition, KeyPair, Stake):
        if name in model.model_fields:
            return model.model_fields[name].title or name
    return name


def check(rule: Definition) -> None:
    """Raises Invalid for what the parts' own types cannot say."""
    problems = [f"「{each.label}」不是可比对的名册" for each in rule.registers if each not in REGISTER_KINDS]
    if rule.grace_from not in DATE_FIELDS:
        problems.append("宽限只能从登记日期或状态日期起算")
    for section in rule.sections:
        problems += _section_problems(section)
    for condition in (*rule.left.conditions, *rule.right.conditions):
        problems += _condition_problems(condition)
    if rule.kind == RuleKind.CONTRADICTION and not rule.checks:
        problems.append("「两边不一致」的规则请至少选择一项核对内容")
    if rule.kind == RuleKind.MISSING and rule.checks:
        problems.append("「有此无彼」的规则不需要核对内容")
    if rule.both_ways and len(rule.sections) > 1:
        problems.append("分部分的规则不能两个方向都查")
    labels = [section.label for section in rule.sections]
    if len(set(labels)) < len(labels):
        problems.append("比对部分请各起一个不同的名称")
    has_taxes = any(section.taxes for section in rule.sections)
    if has_taxes and rule.right.registers != [ImportKind.TAX_PAYMENT]:
        problems.append("选择了税种的规则，右边应为「完税记录」")
    if has_taxes and rule.both_ways:
        problems.append("选择了税种的规则不能两个方向都查")
    if rule.estimates and not has_taxes:
        problems.append("估算税额的规则请选择税种")
    if problems:
        raise Invalid("；".join(dict.fromkeys(problems)))


def _section_problems(section: Section) -> list[str]:
    found = []
    for group in section.keys:
        if not group:
            found.append("比对键里有一组是空的")
        for pair in group:
            found += [
                f"「{FIELDS.get(each, each)}」不能作比对键"
                for each in (pair.left, pair.right)
                if each not in KEY_FIELDS
            ]
        if group and all(pair.left in NAME_KEYS for pair in group):
            found.append("只凭名称或地址不能认定为同一户，请再加一项证件或编号")
    return found + [problem for condition in section.conditions for problem in _condition_problems(condition)]


def _condition_problems(condition: Condition) -> list[str]:
    if condition.field not in FIELDS:
        return [f"没有「{condition.field}」这个字段"]
    if condition.op in (Op.FILLED, Op.EMPTY):
        return []
    title = FIELDS[condition.field]
    if condition.field in HIDDEN_FIELDS:
        return [f"「{title}」已加密保存，条件只能是「{Op.FILLED.label}」或「{Op.EMPTY.label}」"]
    if not condition.values:
        return [f"条件「{title}{condition.op.label}」没有填值"]
    ordered = condition.field in (*DAY_FIELDS, "amount")
    if condition.op in (Op.AT_LEAST, Op.AT_MOST) and not ordered:
        return [f"「{title}」不能比较大小，请改用「{Op.IS.label}」或「{Op.IS_NOT.label}」"]
    return [problem for value in condition.values if (problem := _value_problem(condition.field, value))]


def _value_problem(field: str, value: str) -> str:
    """What keeps the field from holding the value; empty when nothing does."""
    title = FIELDS[field]
    if words := WORD_FIELDS.get(field):
        if value in set(words):
            return ""
        return f"「{title}」没有「{value}」，可填 {'、'.join(words.labels().values())}"
    try:
        if field in DAY_FIELDS:
            dt.date.fromisoformat(value)
        elif field == "amount":
            Decimal(value)
    except (ValueError, InvalidOperation):
        return f"「{title}」的值「{value}」应如 " + ("300000" if field == "amount" else "2008-03-31")
    return ""
