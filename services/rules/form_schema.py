"""Fields of an application form, and the JSON Schema (draft 2020-12) as which the guide stores them.

What JSON Schema cannot say (the kind of field, section, unit, when it is shown) stands under `x-yichuang`. Both ways
lose nothing.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

from models.enums import ConditionOperator, FieldKind
from services.rules.conditions import FORM, Condition
from services.rules.guide_parts import GuidePart, Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OURS = "x-yichuang"
K = FieldKind
# What an answer is at most long where the field does not say; attackers would write books.
LENGTHS = {K.TEXT: 200, K.LONG_TEXT: 2000, K.ADDRESS: 200, K.ID_NUMBER: 30, K.USCC: 30, K.PHONE: 30}
FORMATS = {K.DATE: "date", K.ID_NUMBER: "citizen-id", K.USCC: "uscc", K.PHONE: "cn-phone"}


class FormField(GuidePart):
    """One question of the form. It is shown when the earlier field `when_field` (a name) is answered as told."""

    key: Text = Field("", title="字段键")
    section: Text = Field("", title="分组", max_length=40)
    label: Text = Field(title="字段名称", max_length=60)
    kind: FieldKind = Field(FieldKind.TEXT, title="类型")
    is_required: bool = Field(True, title="必填")
    options: list[Text] = Field(default_factory=list, title="选项")
    unit: Text = Field("", title="单位", max_length=20)
    minimum: Decimal | None = Field(None, title="最小值")
    maximum: Decimal | None = Field(None, title="最大值")
    max_length: int | None = Field(None, ge=1, le=2000, title="最多字数")
    pattern: Text = Field("", title="格式", max_length=200)
    pattern_hint: Text = Field("", title="格式说明", max_length=100)
    help: Text = Field("", title="填写提示", max_length=200)
    when_field: Text = Field("", title="显示条件字段")
    when_operator: ConditionOperator | None = Field(None, title="条件关系")
    when_value: Text = Field("", title="条件值")

    @property
    def condition(self) -> Condition | None:
        if not self.when_field and self.when_operator is None:
            return None
        return Condition(FORM + self.when_field, self.when_operator or ConditionOperator.FILLED, self.when_value)


def to_schema(fields: Sequence[FormField]) -> dict[str, Any]:
    """The form as JSON Schema; {} for no form. Required are the fields that are always shown."""
    if not fields:
        return {}
    keyed = [(each.key or f"f{place}", each) for place, each in enumerate(fields, start=1)]
    required = [key for key, each in keyed if each.is_required and each.condition is None]
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {key: _property(each) for key, each in keyed},
        "required": required,
        "additionalProperties": False,
        OURS: {"order": [key for key, _ in keyed]},
    }


def _property(field: FormField) -> dict[str, Any]:
    found: dict[str, Any] = {"title": field.label}
    if field.help:
        found["description"] = field.help
    found |= _rules(field)
    own: dict[str, Any] = {"kind": field.kind.value, "required": field.is_required}
    own |= {
        name: value
        for name, value in (
            ("section", field.section),
            ("unit", field.unit),
            ("patternHint", field.pattern_hint),
            ("maxLength", field.max_length),
        )
        if value
    }
    if field.condition is not None:
        operator = field.when_operator.value if field.when_operator else None
        own["when"] = {"field": field.when_field, "operator": operator, "value": field.when_value}
    return found | {OURS: own}


def _rules(field: FormField) -> dict[str, Any]:
    match field.kind:
        case K.NUMBER:
            limits = {"minimum": field.minimum, "maximum": field.maximum}
            return {"type": "number"} | {name: _number(value) for name, value in limits.items() if value is not None}
        case K.YES_NO:
            return {"type": "boolean"}
        case K.CHOICE:
            return {"type": "string", "enum": list(field.options)}
        case K.CHOICES:
            least = {"minItems": 1} if field.is_required else {}
            options = {"type": "string", "enum": list(field.options)}
            return {"type": "array", "items": options, "uniqueItems": True} | least
        case K.DATE:
            return {"type": "string", "format": FORMATS[K.DATE]}
        case kind:
            return _text_rules(field, kind)


def _text_rules(field: FormField, kind: FieldKind) -> dict[str, Any]:
    rules: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": field.max_length or LENGTHS[kind]}
    if kind in FORMATS:
        rules["format"] = FORMATS[kind]
    if field.pattern:
        rules["pattern"] = f"^(?:{field.pattern})$"
    return rules


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def from_schema(schema: Mapping[str, Any]) -> list[FormField]:
    """The fields of a form that `to_schema` wrote."""
    properties = schema.get("properties", {})
    order = schema.get(OURS, {}).get("order") or list(properties)
    return [_field(key, properties[key]) for key in order]


def _field(key: str, found: Mapping[str, Any]) -> FormField:
    own = found.get(OURS, {})
    when = own.get("when", {})
    pattern = str(found.get("pattern", "")).removeprefix("^(?:").removesuffix(")$")
    return FormField(
        key=key,
        section=own.get("section", ""),
        label=found["title"],
        kind=FieldKind(own["kind"]),
        is_required=own["required"],
        options=found.get("enum") or found.get("items", {}).get("enum", []),
        unit=own.get("unit", ""),
        minimum=_decimal(found.get("minimum")),
        maximum=_decimal(found.get("maximum")),
        max_length=own.get("maxLength"),
        pattern=pattern,
        pattern_hint=own.get("patternHint", ""),
        help=found.get("description", ""),
        when_field=when.get("field", ""),
        when_operator=ConditionOperator(when["operator"]) if when.get("operator") else None,
        when_value=when.get("value", ""),
    )


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _read(value: Any) -> Any:
    return from_schema(value) if isinstance(value, Mapping) else value


Form = Annotated[list[FormField], BeforeValidator(_read), PlainSerializer(to_schema, when_used="json")]
