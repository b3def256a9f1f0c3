"""Which pairs are looked at at all: those that share a key of some rule, and no rule's crowd."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.rules.matching.fields import Codes, Columns, Interned, Sides

LARGEST_BLOCK = 4_000  # pairs of one key: what more records share tells nothing
KeyOf = Callable[[str], str]


@dataclass(frozen=True)
class Block:
    """Pairs that agree on `columns` (after `key`); fields named in `conditions` say nothing new inside it."""

    name: str
    columns: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    key: KeyOf | None = None

    def codes(self, sides: Sides) -> tuple[Codes, Codes, int]:
        """(the key of each left row, of each right row, how many keys there are); key 0 where a column is missing."""
        if self.key is not None:
            left, right = (self._texts(side, self.key) for side in (sides.left, sides.right))
            column = Interned.of(left, right)
            return column.left, column.right, len(column.values)
        size = sum(sides.rows)
        both, missing = np.zeros(size, np.int64), np.zeros(size, bool)
        for name in self.columns:
            column = sides.column(name)
            codes = np.concatenate((column.left, column.right))
            missing |= codes == 0
            both = np.unique(both * len(column.values) + codes, return_inverse=True)[1]
        both = np.where(missing, 0, both + 1)
        return both[: sides.rows[0]], both[sides.rows[0] :], int(both.max(initial=0)) + 1

    def _texts(self, side: Columns, key: KeyOf) -> list[str]:
        rows = zip(*(side[name] for name in self.columns), strict=True)
        return [key("\t".join(row)) if all(row) else "" for row in rows]


def pairs(block: Block, left: Columns, right: Columns, *, largest: int = LARGEST_BLOCK) -> tuple[Codes, Codes]:
    """(left rows, right rows) of one rule, in order; keys shared by more than `largest` pairs are left out."""
    return _pairs(block, Sides(left, right), largest)


def _pairs(block: Block, sides: Sides, largest: int) -> tuple[Codes, Codes]:
    near, far, size = block.codes(sides)
    order = np.argsort(far, kind="stable")
    held = far[order]
    begins = np.searchsorted(held, near, side="left")
    counts = np.searchsorted(held, near, side="right") - begins
    counts[near == 0] = 0
    crowd = np.bincount(near, minlength=size) * np.bincount(far, minlength=size)
    counts[crowd[near] > largest] = 0
    lefts = np.repeat(np.arange(len(near)), counts)
    starts = np.repeat(begins - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    rights = order[starts + np.arange(int(counts.sum()))] if len(lefts) else np.empty(0, np.int64)
    return lefts.astype(np.int64), rights.astype(np.int64)


def candidates(
    blocks: Sequence[Block], sides: Sides, *, largest: int = LARGEST_BLOCK
) -> tuple[Codes, Codes, list[Codes]]:
    """All pairs once, sorted by (left, right), and for each block the places of its own pairs among them."""
    width = max(sides.rows[1], 1)
    found = [lefts * width + rights for lefts, rights in (_pairs(block, sides, largest) for block in blocks)]
    everything = np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)
    everything = everything[np.diff(everything, prepend=-1) > 0]
    places = [np.searchsorted(everything, each) for each in found]
    lefts, rights = np.divmod(everything, width)
    return lefts, rights, places
