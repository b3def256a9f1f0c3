"""What changed between two guides, in words, and the keys by which rows of two versions are matched."""

import dataclasses
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from models.enums.base import LabelEnum
from services.rules.guide import Guide, GuidePart

NOTHING = "（空）"
# What names a row to a reader; rows of two versions with the same name are the same row.
NAMED_BY: dict[str, tuple[str, ...]] = {
    "by_law": ("law_name", "article"),
    "materials": ("name",),
    "form": ("label",),
    "handle_flow": ("name",),
    "flow": ("stage", "department"),
    "special_procedure": ("name",),
    "fee_items": ("name",),
    "places": ("place", "windows"),
    "faq": ("question",),
}
KEYED = {"materials": "m", "form": "f"}  # rows with a key of their own, and how one begins


class ChangeKind(LabelEnum):
    ADDED = "added", "新增"
    REMOVED = "removed", "删除"
    CHANGED = "changed", "修改"


@dataclasses.dataclass(frozen=True)
class Change:
    """`element` in Chinese, e.g. 申请材料「身份证」：原件份数; `before` and `after` in words, empty for none."""

    element: str
    kind: ChangeKind
    before: str
    after: str


def differences(old: Guide, new: Guide) -> list[Change]:
    """Everything that differs, in the order of the guide; empty only when the guides say the same."""
    return [change for element in Guide.model_fields for change in _element(element, old, new)]


def in_words(changes: Iterable[Change]) -> list[str]:
    """One line a change: 承诺办结时限 5 → 3; 新增 申请材料「身份证」."""
    return [_line(change) for change in changes]


def _line(change: Change) -> str:
    match change.kind:
        case ChangeKind.CHANGED:
            return f"{change.element} {change.before or NOTHING} → {change.after or NOTHING}"
        case kind:
            value = change.before or change.after
            return f"{kind.label} {change.element}{f'：{value}' if value else ''}"


def value_in_words(value: Any) -> str:
    """A value as a Chinese reader writes it; empty for none."""
    if value is None:
        return ""
    if isinstance(value, LabelEnum):
        return value.label
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(map(value_in_words, value))
    return str(value)


def with_keys(guide: Guide, *, old: Guide | None = None) -> Guide:
    """The guide with a key of its own for every material and every field of the form.

    One without a key, or with a key that stands twice, takes that of the old guide's row of the same name, or a fresh
    one; keys of the old guide's other rows are not used again.
    """
    keyed = {
        element: _with_keys(getattr(guide, element), getattr(old, element) if old else [], NAMED_BY[element][0], prefix)
        for element, prefix in KEYED.items()
    }
    return guide.model_copy(update=keyed)


def _with_keys(rows: Sequence[Any], old: Sequence[Any], named_by: str, prefix: str) -> list[Any]:
    known = {getattr(row, named_by): row.key for row in old}
    given = {row.key for row in rows}
    numbers = (f"{prefix}{number}" for number in itertools.count(1))
    fresh = (key for key in numbers if key not in given | set(known.values()))
    seen: set[str] = set()
    found = []
    for row in rows:
        key = row.key
        if key in seen | {""}:
            key = known.get(getattr(row, named_by), "")
            key = key if key and key not in given | seen else next(fresh)
        seen.add(key)
        found.append(row.model_copy(update={"key": key}))
    return found


def _element(element: str, old: Guide, new: Guide) -> Iterator[Change]:
    before, after = getattr(old, element), getattr(new, element)
    title = str(Guide.model_fields[element].title)
    if before == after:
        return
    if element in NAMED_BY:
        yield from _rows(title, NAMED_BY[element], before, after)
    elif isinstance(before, list):
        yield from _values(title, before, after)
    else:
        yield _change(title, before, after)


def _change(element: str, before: Any, after: Any) -> Change:
    told = value_in_words(before), value_in_words(after)
    kind = ChangeKind.ADDED if not told[0] else ChangeKind.REMOVED if not told[1] else ChangeKind.CHANGED
    return Change(element, kind, *told)


def _values(title: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    old, new = Counter(map(value_in_words, before)), Counter(map(value_in_words, after))
    for value in (old - new).elements():
        yield Change(title, ChangeKind.REMOVED, value, "")
    for value in (new - old).elements():
        yield Change(title, ChangeKind.ADDED, "", value)
    if old == new:
        yield _change(f"{title}的顺序", before, after)


Named = list[tuple[str, GuidePart]]


def _rows(
    title: str, named_by: tuple[str, ...], before: Sequence[GuidePart], after: Sequence[GuidePart]
) -> Iterator[Change]:
    old, new = _named(named_by, before), _named(named_by, after)
    pairs = _pairs(old, new)
    matched = {index for _, index in pairs}
    gone = set(range(len(old))) - {index for index, _ in pairs}
    for index in sorted(gone):
        yield Change(f"{title}「{old[index][0]}」", ChangeKind.REMOVED, "", "")
    for index, (name, _) in enumerate(new):
        if index not in matched:
            yield Change(f"{title}「{name}」", ChangeKind.ADDED, "", "")
    for mine, theirs in pairs:
        yield from _fields(f"{title}「{old[mine][0]}」", old[mine][1], new[theirs][1])
    if [theirs for _, theirs in pairs] != sorted(matched):
        yield _change(f"{title}的顺序", [name for name, _ in old], [name for name, _ in new])


def _named(named_by: tuple[str, ...], rows: Sequence[GuidePart]) -> Named:
    return [(" ".join(filter(None, (value_in_words(getattr(row, name)) for name in named_by))), row) for row in rows]


def _pairs(old: Named, new: Named) -> list[tuple[int, int]]:
    """Rows of the same key; of those left, rows of the same name in order; ordered as in the old guide."""
    pairs: list[tuple[int, int]] = []
    left_old, left_new = list(range(len(old))), list(range(len(new)))
    for identity in (_key, _name):
        waiting: dict[object, list[int]] = {}
        for index in left_new:
            waiting.setdefault(identity(new[index]), []).append(index)
        for index in list(left_old):
            same = waiting.get(identity(old[index])) if identity(old[index]) else None
            if same:
                found = same.pop(0)
                pairs.append((index, found))
                left_old.remove(index)
                left_new.remove(found)
    return sorted(pairs)


def _key(named: tuple[str, GuidePart]) -> str:
    return str(getattr(named[1], "key", ""))


def _name(named: tuple[str, GuidePart]) -> str:
    return named[0] or NOTHING


def _fields(row: str, old: GuidePart, new: GuidePart) -> Iterator[Change]:
    for name, field in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after and name != "key":
            change = _change(f"{row}：{field.title}", before, after)
            yield dataclasses.replace(change, kind=ChangeKind.CHANGED)
