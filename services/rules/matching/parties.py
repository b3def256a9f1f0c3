"""The scheme for enterprises and taxpayers: what is compared, by what they are blocked, and the shipped weights.

Shipped weights were fitted on registers derived with known truth from a public register; a centre's own are estimated anew and
adopted by a person.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.rules.matching import addresses, keys, names
from services.rules.matching.blocking import Block
from services.rules.matching.engine import Scheme
from services.rules.matching.fields import Columns, Field, Levels, Pairs, exact, similar
from services.rules.matching.model import Model

COLUMNS = (
    "core", "trade", "sound", "industry", "form", "branch", "person", "road", "number", "address", "code", "head", "tail",
    "digits",
)  # fmt: skip


_NOT_DIGITS = re.compile(r"\D")
SHORTEST_PART = 2  # characters of an address that say something by themselves


def columns(rows: list[tuple[str, str, str, str]]) -> Columns:
    """Columns of (name, address, person key, code) rows; what is missing is empty."""
    side: Columns = {name: [] for name in COLUMNS}
    for name, address, person, code in rows:
        parts, place = names.split(name), addresses.split(address)
        found = (
            parts.core, parts.trade, parts.sound, parts.industry, parts.form, parts.branch, person,
            place.road, place.number, place.key, _code_tail(code), parts.core[:2], parts.core[-4:],
            _NOT_DIGITS.sub("", place.key),
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


def _name(pairs: Pairs) -> Levels:
    """Trade name and business, the trade name's sound beside: 5 same, 4 sounds the same, 3 and 2 alike, 1 other."""
    same, known = pairs.same("core"), pairs.known("core")
    likeness = pairs.likeness("core", known & ~same)
    levels = 1 + (likeness >= 0.75).astype(np.int8) + (likeness >= 0.88)
    levels = np.where(pairs.same("sound") & (likeness >= 0.6), 4, levels)
    return np.where(known, np.where(same, 5, levels), 0).astype(np.int8)


def _address(pairs: Pairs) -> Levels:
    """By road and door first: 4 both, 3 the road with a number unknown, 2 alike or cut off, 1 other.

    The door is the first number, or all numbers together: 125号4栋 that lost its 号 is 1254栋.
    """
    known, road = pairs.known("address"), pairs.same("road")
    same = pairs.same("address") | (road & (pairs.same("number") | pairs.same("digits")))
    apart = known & ~same & ~road
    alike = pairs.likeness("address", apart) >= 0.9
    alike[apart] |= pairs.at(apart).compared("address", _is_cut)
    levels = np.where(road, np.where(pairs.known("number"), 2, 3), np.where(alike, 2, 1))
    return np.where(known, np.where(same, 4, levels), 0).astype(np.int8)


def _is_cut(left: list[str], right: list[str]) -> NDArray[np.bool_]:
    return np.fromiter(
        (
            len(a) >= SHORTEST_PART <= len(b) and (a.startswith(b) or b.startswith(a))
            for a, b in zip(left, right, strict=True)
        ),
        bool,
        len(left),
    )


def _branch(pairs: Pairs) -> Levels:
    """0 neither is a branch, 2 the same branch, 1 another, or one is a branch and the other is not."""
    first, second = pairs.codes("branch")
    alike = pairs.same("branch") | (pairs.likeness("branch", pairs.known("branch")) >= 0.88)
    return np.where((first == 0) & (second == 0), 0, 1 + alike).astype(np.int8)


def _industry(left: Sequence[str], right: Sequence[str]) -> Levels:
    """3 same, 2 alike or one part of the other (a name that lost a character shows less of it), 1 other."""
    alike = similar(0.8)(left, right)
    part = np.fromiter((a in b or b in a for a, b in zip(left, right, strict=True)), bool, len(left))
    return np.where((alike == 1) & part, 2, alike).astype(np.int8)


def _code(left: Sequence[str], right: Sequence[str]) -> Levels:
    """How far two codes are apart: 3 one slip, 2 two slips, 1 more, 0 not known."""
    apart = process.cpdist(left, right, scorer=OSA.distance, dtype=np.int32)
    known = np.fromiter((len(a) >= 8 and len(b) >= 8 for a, b in zip(left, right, strict=True)), bool, len(left))
    return np.where(known, 1 + (apart <= 2).astype(np.int8) + (apart <= 1), 0).astype(np.int8)


FIELDS = (
    Field(
        "name",
        ("core", "sound"),
        _name,
        ("—", "名称不同", "名称略似", "名称相近", "字号读音相同", "名称相同"),
        frequency_level=5,
        is_whole=True,
        rules_out=True,
    ),
    Field("industry", ("industry",), _industry, ("—", "行业不同", "行业相近", "行业相同")),
    Field("form", ("form",), exact, ("—", "组织形式不同", "组织形式相同")),
    Field("branch", ("branch",), _branch, ("—", "分支机构不同", "分支机构相同"), is_whole=True, rules_out=True),
    Field("person", ("person",), exact, ("—", "经营者不同", "经营者证件相同")),
    Field(
        "address",
        ("address", "road", "number"),
        _address,
        ("—", "地址不同", "地址相近", "同一道路", "同一门牌"),
        is_whole=True,
    ),
    Field("code", ("code",), _code, ("—", "代码不同", "代码差两位", "代码只差一位")),
)
BLOCKS = (
    Block("trade", ("trade",), ("name",)),
    Block("sound", ("sound",), ("name",)),
    Block("core tail", ("tail", "road"), ("name", "industry", "address")),
    Block("person", ("person",), ("person",)),
    Block("door", ("road", "number"), ("address",)),
    Block("digits", ("road", "digits"), ("address",)),
    Block("head", ("head", "industry", "road"), ("name", "industry", "address")),
    Block("head and form", ("head", "form", "tail"), ("name", "industry", "form")),
)
SHIPPED = Model(
    prior=1e-4,
    m={
        "name": (0, 0.01, 0.05, 0.19, 0.1, 0.65),
        "industry": (0, 0.04, 0.06, 0.9),
        "form": (0, 0.04, 0.96),
        "branch": (0, 0.001, 0.999),
        "person": (0, 0.02, 0.98),
        "address": (0, 0.1, 0.1, 0.05, 0.75),
        "code": (0, 0.25, 0.05, 0.7),
    },
    u={
        "name": (0, 0.995, 0.0045, 0.0003, 0.0001, 0.0001),
        "industry": (0, 0.93, 0.02, 0.05),
        "form": (0, 0.6, 0.4),
        "branch": (0, 0.99, 0.01),
        "person": (0, 0.9998, 0.0002),
        "address": (0, 0.985, 0.009, 0.005, 0.001),
        "code": (0, 0.99995, 0.00004, 0.00001),
    },
)


def may_link(levels: dict[str, Levels]) -> NDArray[np.bool_]:
    """Name alone never links; the same owner at the same door under another shop name is two parties, to be
    reviewed; another branch is another party."""
    beside = (levels["address"] >= 3) | (levels["person"] == 2) | (levels["code"] >= 2)
    return (levels["name"] >= 3) & beside & (levels["person"] != 1) & (levels["branch"] != 1)


PARTIES = Scheme("parties", FIELDS, BLOCKS, SHIPPED, low=0.5, high=0.9, may_link=may_link)
