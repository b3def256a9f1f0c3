"""A comparison rule as an officer reads and types it: every field, condition and value in words."""

from services.rules.tax_rules import FIELDS, WORD_FIELDS, Condition, Definition, KeyPair, Section, Side, Standing


def value_of(field: str, word: str) -> str:
    """What an officer typed as the condition keeps it: 存量房 is existing_house."""
    words = WORD_FIELDS.get(field)
    found = words.of_label(word) if words else None
    return found.value if found else word


def word_of(field: str, value: str) -> str:
    """What the condition keeps, as an officer reads it."""
    words = WORD_FIELDS.get(field)
    return words(value).label if words and value in set(words) else value


def in_words(rule: Definition) -> list[str]:
    """What the rule does, line by line, as an officer reads it."""
    left, right = ("、".join(each.label for each in side.registers) for side in (rule.left, rule.right))
    lines = [f"{rule.kind.label}：以「{left}」对照「{right}」" + ("，两个方向都查" if rule.both_ways else "")]
    lines += [
        f"{title}只看：{'；'.join(said)}"
        for title, side in (("左边", rule.left), ("右边", rule.right))
        if (said := _side_words(side))
    ]
    start = "登记或签约" if rule.grace_from == "event_on" else "状态变更"
    lines.append(f"{start}超过 {rule.grace_days} 天才算" if rule.grace_days else f"{start}的次日起算")
    lines += [_section_words(section) for section in rule.sections]
    if rule.checks:
        lines.append(f"核对：{'、'.join(each.label for each in rule.checks)}")
    return lines


def _side_words(side: Side) -> list[str]:
    standing = [side.standing.label] if side.standing != Standing.ANY else []
    return [*standing, *map(_condition_words, side.conditions)]


def _section_words(section: Section) -> str:
    chain = " → ".join(" + ".join(_pair_words(pair) for pair in group) for group in section.keys)
    taxes = "、".join(f"{stake.tax.label}·{stake.payer.label}" for stake in section.taxes)
    only = "；".join(map(_condition_words, section.conditions))
    told = [chain, f"只看 {only}" if only else "", f"涉及 {taxes}" if taxes else ""]
    return f"{section.label or '比对键'}：{'；'.join(filter(None, told))}"


def _condition_words(condition: Condition) -> str:
    values = "、".join(word_of(condition.field, value) for value in condition.values)
    return f"{FIELDS[condition.field]}{condition.op.label}{values}"


def _pair_words(pair: KeyPair) -> str:
    left, right = FIELDS[pair.left], FIELDS[pair.right]
    return left if left == right else f"{left}＝{right}"
