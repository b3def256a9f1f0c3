"""The scheme for enterprises and taxpayers: what is compared, by what they are blocked, and the shipped weights.

Shipped weights were fitted on registers derived with known truth from a public register; a centre's own are estimated anew and
adopted by a person.
"""

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from services.rules.matching import addresses, keys, names
from services.rules.matching.blocking import Block
from services.rules.matching.engine import Scheme
from services.rules.matching.fields import Columns, Field, Levels, exact, similar
from services.rules.matching.model import Model

COLUMNS = (
    "core", "trade", "sound", "industry", "form", "branch", "person", "road", "number", "address", "code", "head", "tail",
)  # fmt: skip


def columns(rows: list[tuple[str, str, str, str]]) -> Columns:
    """Columns of (name, address, person key, code) rows; what is missing is empty."""
    side: Columns = {name: [] for name in COLUMNS}
    for name, address, person, code in rows:
        parts, place = names.split(name), addresses.split(address)
        found = (
            parts.core, parts.trade, parts.sound, parts.industry, parts.form, parts.branch, person,
            place.road, place.number, place.key, _code_tail(code), parts.core[:2], parts.core[-4:],
        )  # fmt: skip
        for column, value in zip(COLUMNS, found, strict=True):
            side[column].append(value)
    return side


def _code_tail(code: str) -> str:
    """What of a delivered code would be an organisation code, sound or not."""
    cleaned = keys.clean(code)
    if len(cleaned) in (17, 18, 19):
        return cleaned[8:-1] if len(cleaned) != 17 else cleaned[8:]
    return cleaned[6:] if len(cleaned) in (14, 15, 16) else cleaned


def _core(left: list[str], right: list[str]) -> Levels:
    """Trade name and business with the sound beside: 5 same, 4 sounds the same, 3 and 2 alike, 1 other."""
    first, second = ([each.split("\t") for each in side] for side in (left, right))
    a, b = [each[0] for each in first], [each[0] for each in second]
    likeness = process.cpdist(a, b, scorer=JaroWinkler.similarity, dtype=np.float32)
    heard = np.fromiter((x[1] == y[1] and x[1] != "" for x, y in zip(first, second, strict=True)), bool, len(a))
    levels = 1 + (likeness >= 0.75).astype(np.int8) + (likeness >= 0.88) + 0
    levels = np.where(heard & (likeness >= 0.6), 4, levels)
    return np.where(np.fromiter((x == y for x, y in zip(a, b, strict=True)), bool, len(a)), 5, levels).astype(np.int8)


def _address(left: list[str], right: list[str]) -> Levels:
    """By road and number first: 4 both, 3 the road with likely text, 2 alike, 1 other, 0 not known."""
    first, second = ([each.split("\t") for each in side] for side in (left, right))
    likeness = process.cpdist(
        [each[0] for each in first], [each[0] for each in second], scorer=JaroWinkler.similarity, dtype=np.float32
    )
    found = np.ones(len(first), np.int8)
    for place, (a, b) in enumerate(zip(first, second, strict=True)):
        if not a[0] or not b[0]:
            found[place] = 0
        elif a[0] == b[0] or (a[1] and a[1] == b[1] and a[2] and a[2] == b[2]):
            found[place] = 4
        elif a[1] and a[1] == b[1]:
            found[place] = 3 if not (a[2] and b[2]) else 2
        elif likeness[place] >= 0.9:
            found[place] = 2
    return found


def _code(left: list[str], right: list[str]) -> Levels:
    """How far two codes are apart: 3 one slip, 2 two slips, 1 more, 0 not known."""
    apart = process.cpdist(left, right, scorer=OSA.distance, dtype=np.int32)
    known = np.fromiter((len(a) >= 8 and len(b) >= 8 for a, b in zip(left, right, strict=True)), bool, len(left))
    return np.where(known, 1 + (apart <= 2).astype(np.int8) + (apart <= 1), 0).astype(np.int8)


FIELDS = (
    Field("name", ("core", "sound"), _core, ("—", "名称不同", "名称略似", "名称相近", "字号读音相同", "名称相同"), 5),  # type: ignore[arg-type]
    Field("industry", ("industry",), similar(0.8), ("—", "行业不同", "行业相近", "行业相同")),
    Field("form", ("form",), exact, ("—", "组织形式不同", "组织形式相同")),
    Field("person", ("person",), exact, ("—", "经营者不同", "经营者证件相同")),
    Field("address", ("address", "road", "number"), _address, ("—", "地址不同", "地址相近", "同一道路", "同一门牌")),  # type: ignore[arg-type]
    Field("code", ("code",), _code, ("—", "代码不同", "代码差两位", "代码只差一位")),  # type: ignore[arg-type]
)
BLOCKS = (
    Block("trade", ("trade",), ("name",)),
    Block("sound", ("sound",), ("name",)),
    Block("core tail", ("tail", "road"), ("address",)),
    Block("person", ("person",), ("person",)),
    Block("door", ("road", "number"), ("address",)),
    Block("head", ("head", "industry", "road"), ("address", "industry")),
    Block("head and form", ("head", "form", "tail"), ("name",)),
)
SHIPPED = Model(
    prior=1e-4,
    m={
        "name": (0, 0.01, 0.05, 0.19, 0.1, 0.65),
        "industry": (0, 0.04, 0.06, 0.9),
        "form": (0, 0.04, 0.96),
        "person": (0, 0.02, 0.98),
        "address": (0, 0.1, 0.1, 0.05, 0.75),
        "code": (0, 0.25, 0.05, 0.7),
    },
    u={
        "name": (0, 0.995, 0.0045, 0.0003, 0.0001, 0.0001),
        "industry": (0, 0.93, 0.02, 0.05),
        "form": (0, 0.6, 0.4),
        "person": (0, 0.9998, 0.0002),
        "address": (0, 0.985, 0.009, 0.005, 0.001),
        "code": (0, 0.99995, 0.00004, 0.00001),
    },
)


def may_link(levels: dict[str, Levels]) -> NDArray[np.bool_]:
    """Name alone never links; the same owner at the same door under another shop name is two parties, to be reviewed."""
    beside = (levels["address"] >= 3) | (levels["person"] == 2) | (levels["code"] >= 2)
    return (levels["name"] >= 3) & beside & (levels["person"] != 1)


PARTIES = Scheme("parties", FIELDS, BLOCKS, SHIPPED, low=0.5, high=0.9, may_link=may_link)
