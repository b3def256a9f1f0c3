"""What is compared: a field turns two columns into a level of agreement for each pair.

Level 0 is "not known" (empty on a side) and says nothing; 1 is disagreement; higher levels agree more. Each pair of *values*
is compared once, however many pairs of records share it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein

Codes = NDArray[np.int64]
Levels = NDArray[np.int8]
Columns = dict[str, list[str]]
# two columns of equal length in, a level for each row out
Compare = Callable[[Sequence[str], Sequence[str]], Levels]


@dataclass(frozen=True)
class Field:
    """`columns` are handed to `compare` joined by a tab; `labels` name the levels from 0 on.

    `frequency_level`: at this level the rarity of the value itself counts besides (term frequency); 0 for never.
    """

    name: str
    columns: tuple[str, ...]
    compare: Compare
    labels: tuple[str, ...]
    frequency_level: int = 0

    @property
    def levels(self) -> int:
        return len(self.labels)


def join(side: Columns, names: Sequence[str]) -> list[str]:
    """The columns of a field as one; empty where all of them are."""
    if len(names) == 1:
        return side[names[0]]
    rows = zip(*(side[name] for name in names), strict=True)
    return ["\t".join(row) if any(row) else "" for row in rows]


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
        places: dict[str, int] = {"": 0}
        codes = [
            np.fromiter((places.setdefault(text, len(places)) for text in side), np.int64, len(side))
            for side in (left, right)
        ]
        return cls(codes[0], codes[1], list(places))


def levels_of(field: Field, column: Interned, left: Codes, right: Codes) -> Levels:
    """The field's level for the pairs (left row, right row)."""
    pairs = column.left[left] * len(column.values) + column.right[right]
    unique, back = np.unique(pairs, return_inverse=True)
    first, second = np.divmod(unique, len(column.values))
    values = column.values
    levels = field.compare([values[i] for i in first], [values[i] for i in second])
    return levels[back]
