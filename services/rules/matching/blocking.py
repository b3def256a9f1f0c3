"""Which pairs are looked at at all: those that share a key of some rule, and no rule's crowd."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from services.rules.matching.fields import Codes, Columns, Interned

LARGEST_BLOCK = 4_000  # pairs of one key: what more records share tells nothing
KeyOf = Callable[[str], str]


@dataclass(frozen=True)
class Block:
    """Pairs that agree on `columns` (after `key`); fields named in `conditions` say nothing new inside it."""

    name: str
    columns: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    key: KeyOf | None = None

    def keys(self, side: Columns) -> list[str]:
        """A key a row; empty where a column is missing."""
        rows = zip(*(side[name] for name in self.columns), strict=True)
        if self.key is None:
            return ["\t".join(row) if all(row) else "" for row in rows]
        return [self.key("\t".join(row)) if all(row) else "" for row in rows]


def pairs(block: Block, left: Columns, right: Columns, *, largest: int = LARGEST_BLOCK) -> tuple[Codes, Codes]:
    """(left rows, right rows) of one rule, in order; keys shared by more than `largest` pairs are left out."""
    column = Interned.of(block.keys(left), block.keys(right))
    order = np.argsort(column.right, kind="stable")
    held = column.right[order]
    begins = np.searchsorted(held, column.left, side="left")
    counts = np.searchsorted(held, column.left, side="right") - begins
    counts[column.left == 0] = 0
    size = len(column.values)
    crowd = np.bincount(column.left, minlength=size) * np.bincount(column.right, minlength=size)
    counts[crowd[column.left] > largest] = 0
    lefts = np.repeat(np.arange(len(column.left)), counts)
    starts = np.repeat(begins - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    rights = order[starts + np.arange(int(counts.sum()))] if len(lefts) else np.empty(0, np.int64)
    return lefts.astype(np.int64), rights.astype(np.int64)


def candidates(
    blocks: Sequence[Block], left: Columns, right: Columns, *, largest: int = LARGEST_BLOCK
) -> tuple[Codes, Codes, list[Codes]]:
    """All pairs once, sorted by (left, right), and for each block the places of its own pairs among them."""
    width = max(_rows(right), 1)
    found = [
        lefts * width + rights for lefts, rights in (pairs(block, left, right, largest=largest) for block in blocks)
    ]
    everything = np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
    places = [np.searchsorted(everything, np.unique(each)) for each in found]
    lefts, rights = np.divmod(everything, width)
    return lefts, rights, places


def _rows(side: Columns) -> int:
    return len(next(iter(side.values()))) if side else 0
