"""Linking two sides: block, compare, weigh, assign one to one.

sides are columns of text: {"trade": [...], "person": [...], ...}, "" where nothing is known
comparison = engine.compare(scheme, left, right)
model = engine.fit(scheme, comparison, left, right)            # or a kept one: Model.from_json(...)
scored = engine.weigh(scheme, model, comparison)
matches = engine.assign(scheme, scored)                        # one to one, the best first
engine.explain(scheme, model, comparison, place)               # the waterfall of one pair
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.rules.matching import estimating
from services.rules.matching.blocking import LARGEST_BLOCK, Block, candidates
from services.rules.matching.fields import Codes, Columns, Field, Levels, Pairs, Sides, levels_of
from services.rules.matching.model import Contribution, Floats, Model, contributions, probability, score


@dataclass(frozen=True)
class Scheme:
    """What is compared, which pairs, and from which probability on.

    `may_link` gets the pairs' levels by field and says which may be linked without a person; the rest of the likely ones
    are only suspected.
    """

    name: str
    fields: tuple[Field, ...]
    blocks: tuple[Block, ...]
    shipped: Model
    low: float = 0.5
    high: float = 0.9
    largest_block: int = LARGEST_BLOCK
    may_link: Callable[[dict[str, Levels]], NDArray[np.bool_]] | None = None


@dataclass(frozen=True)
class Comparison:
    """The candidate pairs with their levels; `terms` are the values whose rarity counts, by field."""

    left: Codes
    right: Codes
    places: list[Codes]
    levels: dict[str, Levels]
    terms: dict[str, tuple[Codes, list[str]]]
    sides: Sides

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True)
class Match:
    """A pair that a one-to-one assignment chose; `place` leads back to the comparison."""

    left: int
    right: int
    probability: float
    is_link: bool
    place: int


def compare(scheme: Scheme, left: Columns, right: Columns) -> Comparison:
    sides = Sides(left, right)
    lefts, rights, places = candidates(scheme.blocks, sides, largest=scheme.largest_block)
    return _compared(scheme, Pairs(sides, lefts, rights), places)


def _compared(scheme: Scheme, pairs: Pairs, places: list[Codes]) -> Comparison:
    levels = {field.name: levels_of(field, pairs) for field in scheme.fields}
    terms = {
        field.name: (pairs.codes(field.columns[0])[0], pairs.sides.column(field.columns[0]).values)
        for field in scheme.fields
        if field.frequency_level
    }
    return Comparison(pairs.left, pairs.right, places, levels, terms, pairs.sides)


def compare_rows(scheme: Scheme, left: Columns, right: Columns) -> Comparison:
    """Each left row with the right row of the same place: judged pairs, without blocking."""
    rows = np.arange(len(next(iter(left.values()))), dtype=np.int64)
    return _compared(scheme, Pairs(Sides(left, right), rows, rows), [])


def fit(scheme: Scheme, comparison: Comparison, left: Columns, right: Columns, *, seed: int = 1) -> Model:
    """Weights fitted to the two sides, leaning on the shipped ones."""
    found = estimating.Candidates(Sides(left, right), comparison.left, comparison.places, comparison.levels)
    return estimating.estimate(scheme.shipped, scheme.fields, scheme.blocks, found, seed=seed)


def frequency_bits(scheme: Scheme, model: Model, comparison: Comparison) -> dict[str, Floats]:
    """What rarity adds, per pair; 0 where the field does not agree at its frequency level."""
    found = {}
    for field in scheme.fields:
        if field.frequency_level:
            codes, values = comparison.terms[field.name]
            unique, back = np.unique(codes, return_inverse=True)
            bits = model.frequency_bits(field, [values[code] for code in unique])[back]
            found[field.name] = np.where(comparison.levels[field.name] >= field.frequency_level, bits, 0.0)
    return found


def weigh(scheme: Scheme, model: Model, comparison: Comparison) -> Floats:
    """The probability of every pair."""
    rare = frequency_bits(scheme, model, comparison)
    return probability(score(model, scheme.fields, comparison.levels, rare))


def assign(
    scheme: Scheme,
    comparison: Comparison,
    chances: Floats,
    *,
    cannot: Collection[tuple[int, int]] = (),
    low: float | None = None,
) -> list[Match]:
    """The likely pairs, one to one: the likeliest first, ties by place. `cannot` are pairs judged different."""
    low = scheme.low if low is None else low
    allowed = scheme.may_link(comparison.levels) if scheme.may_link else np.ones(len(comparison), bool)
    likely = np.flatnonzero(chances >= low)
    order = np.lexsort((comparison.right[likely], comparison.left[likely], -chances[likely].round(9)))
    places = likely[order]
    lefts, rights = comparison.left[places].tolist(), comparison.right[places].tolist()
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    found = []
    for place, left, right in zip(places.tolist(), lefts, rights, strict=True):
        if left in taken_left or right in taken_right or (left, right) in cannot:
            continue
        taken_left.add(left)
        taken_right.add(right)
        chance = float(chances[place])
        found.append(Match(left, right, chance, bool(allowed[place]) and chance >= scheme.high, place))
    return found


def explain(scheme: Scheme, model: Model, comparison: Comparison, place: int) -> list[Contribution]:
    """The waterfall of one pair; its bits sum to the log2 odds of the pair's probability."""
    levels = {field.name: int(comparison.levels[field.name][place]) for field in scheme.fields}
    rare = {}
    for field in scheme.fields:
        if field.frequency_level and levels[field.name] >= field.frequency_level:
            codes, values = comparison.terms[field.name]
            rare[field.name] = float(model.frequency_bits(field, [values[codes[place]]])[0])
    return contributions(model, scheme.fields, levels, rare)


def nearest(comparison: Comparison, chances: Floats, rows: Sequence[int]) -> dict[int, int]:
    """For each of the left rows, the place of its likeliest pair; rows without a candidate are left out."""
    wanted = set(rows)
    found: dict[int, int] = {}
    for place in np.argsort(-chances, kind="stable"):
        row = int(comparison.left[place])
        if row in wanted and row not in found:
            found[row] = int(place)
    return found
