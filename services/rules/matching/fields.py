"""What is compared: a field turns two columns into a level of agreement for each pair.

Level 0 is "not known" (empty on a side) and says nothing; 1 is disagreement; higher levels agree more. Each pair of *values*
is compared once, however many pairs of records share it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein

Codes = NDArray[np.int64]
Levels = NDArray[np.int8]
Truths = NDArray[np.bool_]
Columns = dict[str, list[str]]
# two columns of equal length in, a level for each row out
Compare = Callable[[Sequence[str], Sequence[str]], Levels]


@dataclass(frozen=True)
class Field:
    """How pairs are levelled: by one column's texts, or, where several columns speak, by the pairs as a whole.

    `compare` gets the texts of the first column. `labels` name the levels from 0 on. `frequency_level`: at this level the
    rarity of the first column's value counts besides (term frequency); 0 for never. `rules_out`: while weights are
    estimated, pairs that disagree here are taken for different parties.
    """

    name: str
    columns: tuple[str, ...]
    compare: "Compare | WholeCompare"
    labels: tuple[str, ...]
    frequency_level: int = 0
    is_whole: bool = False
    rules_out: bool = False

    @property
    def levels(self) -> int:
        return len(self.labels)


def _known(left: Sequence[str], right: Sequence[str]) -> NDArray[np.bool_]:
    return np.fromiter((bool(a) and bool(b) for a, b in zip(left, right, strict=True)), bool, len(left))


def exact(left: Sequence[str], right: Sequence[str]) -> Levels:
    """0 not known, 1 differs, 2 same."""
    same = np.fromiter((a == b for a, b in zip(left, right, strict=True)), bool, len(left))
    return np.where(_known(left, right), 1 + same, 0).astype(np.int8)


def similar(*steps: float) -> Compare:
    """By Jaro-Winkler on characters: 1 below the first step, one level more a step, the last for the very same."""

    def compare(left: Sequence[str], right: Sequence[str]) -> Levels:
        likeness = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
        same = likeness >= 1 - 1e-6
        levels = 1 + np.searchsorted(np.asarray(steps, np.float32), likeness, side="right") + same
        return np.where(_known(left, right), levels, 0).astype(np.int8)

    return compare


def edits(*most: int) -> Compare:
    """By the number of characters changed: 1 beyond all of `most` (rising), the highest level for none."""

    def compare(left: Sequence[str], right: Sequence[str]) -> Levels:
        apart = process.cpdist(left, right, scorer=Levenshtein.distance, dtype=np.int32)
        levels = 1 + sum((apart <= step).astype(np.int8) for step in most) + (apart == 0)
        return np.where(_known(left, right), levels, 0).astype(np.int8)

    return compare


@dataclass(frozen=True)
class Interned:
    """A column as numbers: `codes` per row, `values` the different texts; the same text has the same number on both sides."""

    left: Codes
    right: Codes
    values: list[str]

    @classmethod
    def of(cls, left: Sequence[str], right: Sequence[str]) -> "Interned":
        places = {text: code for code, text in enumerate(dict.fromkeys(chain([""], left, right)))}
        codes = [np.fromiter(map(places.__getitem__, side), np.int64, len(side)) for side in (left, right)]
        return cls(codes[0], codes[1], list(places))


class Sides:
    """Two sides whose columns are turned into numbers when they are first asked for."""

    def __init__(self, left: Columns, right: Columns) -> None:
        self.left, self.right = left, right
        self._columns: dict[str, Interned] = {}

    def column(self, name: str) -> Interned:
        if name not in self._columns:
            self._columns[name] = Interned.of(self.left[name], self.right[name])
        return self._columns[name]

    @property
    def rows(self) -> tuple[int, int]:
        left, right = (len(next(iter(side.values()), [])) for side in (self.left, self.right))
        return left, right


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows (left, right) of two sides; each pair of *values* is compared once."""

    sides: Sides
    left: Codes
    right: Codes

    def codes(self, name: str) -> tuple[Codes, Codes]:
        column = self.sides.column(name)
        return column.left[self.left], column.right[self.right]

    def known(self, name: str) -> Truths:
        """Filled on both sides."""
        first, second = self.codes(name)
        return (first > 0) & (second > 0)

    def same(self, name: str) -> Truths:
        """Filled, and the very same."""
        first, second = self.codes(name)
        return (first == second) & (first > 0)

    def compared(self, name: str, compare: Callable[[list[str], list[str]], NDArray[Any]]) -> NDArray[Any]:
        """`compare` on the texts of every pair."""
        first, second = self.codes(name)
        values = self.sides.column(name).values
        unique, back = np.unique(first * len(values) + second, return_inverse=True)
        lefts, rights = np.divmod(unique, len(values))
        return compare([values[code] for code in lefts.tolist()], [values[code] for code in rights.tolist()])[back]

    def at(self, where: Truths) -> "Pairs":
        return Pairs(self.sides, self.left[where], self.right[where])

    def likeness(self, name: str, where: Truths) -> NDArray[np.float32]:
        """Jaro-Winkler on characters for the pairs of `where`; 0 for the others."""
        found = np.zeros(len(self.left), np.float32)
        found[where] = self.at(where).compared(name, jaro_winkler)
        return found


def jaro_winkler(left: list[str], right: list[str]) -> NDArray[np.float32]:
    return process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)


def levels_of(field: Field, pairs: Pairs) -> Levels:
    """The field's level for every pair."""
    if field.is_whole:
        return cast(WholeCompare, field.compare)(pairs)
    return pairs.compared(field.columns[0], cast(Compare, field.compare))


WholeCompare = Callable[[Pairs], Levels]
