"""Whether a rule fits its registers: a key that a side never carries would call everything missing."""

from collections.abc import Sequence

from models.enums import ImportKind
from services.errors import Invalid
from services.registers.sheets import fills
from services.rules.tax_rules import FIELDS, KEY_FIELDS, Definition, Section


def fields_of(registers: Sequence[ImportKind], *, keys_only: bool = False) -> dict[str, str]:
    """What the registers' rows can carry, with its title; of no register: everything."""
    carried = frozenset().union(*map(fills, registers)) if registers else frozenset(FIELDS)
    names = KEY_FIELDS if keys_only else tuple(FIELDS)
    return {name: FIELDS[name] for name in names if name in carried}


def check(definition: Definition) -> None:
    """Raises Invalid when a part has no key that both sides carry: it would call everything missing."""
    for section in definition.sections:
        if all(_lacking(definition, section, place) for place in range(len(section.keys))):
            name = f"「{section.label}」" if section.label else ""
            raise Invalid(f"比对部分{name}没有一组键是两边名册都有的：{'；'.join(weaknesses(definition))}")


def weaknesses(definition: Definition) -> list[str]:
    """Groups of keys that can never agree, because a side's registers do not carry a field."""
    found = []
    for section in definition.sections:
        for place in range(len(section.keys)):
            found += [f"第 {place + 1} 组键不会起作用：{each}" for each in _lacking(definition, section, place)]
    return list(dict.fromkeys(found))


def _lacking(definition: Definition, section: Section, place: int) -> list[str]:
    found = []
    for side, names in (
        (definition.left, [pair.left for pair in section.keys[place]]),
        (definition.right, [pair.right for pair in section.keys[place]]),
    ):
        carried = frozenset().union(*map(fills, side.registers))
        registers = "、".join(each.label for each in side.registers)
        found += [f"「{registers}」没有「{FIELDS[name]}」" for name in names if name not in carried]
    return found
