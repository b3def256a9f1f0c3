"""Where the weights come from: u from random pairs, m by expectation-maximisation inside each block without the fields that
the block conditions on, both leaning on shipped weights so that small registers work; the prior by fixed point.

Let loose on all blocked pairs at once, expectation-maximisation collapses (precision 0.05 on one labelled set): hence this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.rules.matching.blocking import Block
from services.rules.matching.fields import Codes, Field, Levels, Pairs, Sides, levels_of
from services.rules.matching.model import SMALLEST, Floats, Model, probability

RANDOM_PAIRS = 100_000
LEAN_M = 200.0  # pairs that the shipped weights are worth
LEAN_U = 20.0
ROUNDS = 25
SETTLED = 1e-4
COMMON = 5  # a value seen this often has its share kept


def shares(levels: Levels, count: int, weight: Floats | None = None) -> Floats:
    """How the known levels are spread."""
    seen = np.bincount(levels, weights=weight, minlength=count).astype(float)
    seen[0] = 0.0
    return seen


def leaning(seen: Floats, shipped: Sequence[float], lean: float) -> list[float]:
    """Seen counts with the shipped shares as so many pairs more."""
    total = seen + lean * np.asarray(shipped, float)
    total[0] = 0.0
    return list(np.maximum(total / max(total.sum(), SMALLEST), SMALLEST))


def frequencies(values: Sequence[str]) -> tuple[dict[str, float], float]:
    """(shares of common values, the share of a rare one)."""
    counts: dict[str, int] = {}
    for value in values:
        if value:
            counts[value] = counts.get(value, 0) + 1
    total = max(sum(counts.values()), 1)
    common = {value: count / total for value, count in counts.items() if count >= COMMON}
    return common, min(1.0, 2 / total)


@dataclass(frozen=True)
class Candidates:
    """The pairs that are weighed: the left row of each, every block's own places among them, their levels by field."""

    sides: Sides
    left: Codes
    places: Sequence[Codes]
    levels: Mapping[str, Levels]


def estimate(
    shipped: Model, fields: Sequence[Field], blocks: Sequence[Block], pairs: Candidates, *, seed: int = 1
) -> Model:
    """Weights fitted to these two sides; deterministic for the seed. Frequencies are those of both sides together."""
    model = replace(shipped, u=_random_u(shipped, fields, pairs.sides, seed))
    model = replace(model, m=_by_block(model, shipped, fields, blocks, pairs))
    found = {
        each.name: frequencies([*pairs.sides.left[each.columns[0]], *pairs.sides.right[each.columns[0]]])
        for each in fields
        if each.frequency_level
    }
    model = replace(
        model,
        frequencies={name: common for name, (common, _) in found.items()},
        rarest={name: rare for name, (_, rare) in found.items()},
    )
    return replace(model, prior=_fixed_point(model, fields, pairs))


def _random_u(shipped: Model, fields: Sequence[Field], sides: Sides, seed: int) -> dict[str, list[float]]:
    rng, (left, right) = np.random.default_rng(seed), sides.rows
    count = min(RANDOM_PAIRS, left * right)
    drawn = Pairs(sides, rng.integers(0, left, count), rng.integers(0, right, count))
    return {
        each.name: leaning(shares(levels_of(each, drawn), each.levels), shipped.u[each.name], LEAN_U) for each in fields
    }


def _by_block(
    model: Model,
    shipped: Model,
    fields: Sequence[Field],
    blocks: Sequence[Block],
    pairs: Candidates,
) -> dict[str, list[float]]:
    """m of a field: the mean of its estimates over the blocks that leave it free."""
    seen = {each.name: np.zeros(each.levels) for each in fields}
    other = np.zeros(len(pairs.left), bool)
    for each in fields:
        if each.rules_out:
            other |= pairs.levels[each.name] == 1
    for block, own in zip(blocks, pairs.places, strict=True):
        free = [each for each in fields if each.name not in block.conditions]
        own = own[~other[own]]
        if len(own) == 0 or not free:
            continue
        patterns, weight = _patterns(free, {each.name: pairs.levels[each.name][own] for each in free})
        for name, counts in _maximise(model, shipped, free, patterns, weight).items():
            seen[name] += counts
    return {each.name: leaning(seen[each.name], shipped.m[each.name], LEAN_M) for each in fields}


def _patterns(free: Sequence[Field], levels: Mapping[str, Levels]) -> tuple[dict[str, Levels], Floats]:
    """The different combinations of levels, and how many pairs show each."""
    code = np.zeros(len(levels[free[0].name]), np.int64)
    for each in free:
        code = code * each.levels + levels[each.name]
    unique, counts = np.unique(code, return_counts=True)
    found = {}
    for each in reversed(free):
        unique, level = np.divmod(unique, each.levels)
        found[each.name] = level.astype(np.int8)
    return found, counts.astype(float)


def _maximise(
    model: Model, shipped: Model, free: Sequence[Field], patterns: Mapping[str, Levels], weight: Floats
) -> dict[str, Floats]:
    """Expected counts of each level among the block's matches. u stands; m and the block's own prior move."""
    m = {each.name: list(shipped.m[each.name]) for each in free}
    prior, counts = 0.2, {each.name: np.zeros(each.levels) for each in free}
    for _ in range(ROUNDS):
        bits = np.full(len(weight), np.log2(prior / (1 - prior)))
        moved = replace(model, m=m)
        for each in free:
            bits += moved.weights(each.name)[patterns[each.name]]
        chance = probability(bits) * weight
        counts = {each.name: shares(patterns[each.name], each.levels, chance) for each in free}
        m = {each.name: leaning(counts[each.name], shipped.m[each.name], LEAN_M) for each in free}
        now = float(np.clip(chance.sum() / weight.sum(), 1e-4, 0.95))
        if abs(now - prior) < SETTLED:
            break
        prior = now
    return counts


def _fixed_point(model: Model, fields: Sequence[Field], pairs: Candidates) -> float:
    """The prior of a random pair under which the expected number of matched left records gives the same prior."""
    left, right = pairs.sides.rows
    everything = max(left * right, 1)
    prior = min(0.5 * min(left, right) / everything, 0.5) or SMALLEST
    if len(pairs.left) == 0:
        return prior
    flat = np.zeros(len(pairs.left))
    for each in fields:
        flat += model.weights(each.name)[pairs.levels[each.name]]
    best = np.full(left, -np.inf)  # whatever the prior is, the likeliest pair of a record stays it
    np.maximum.at(best, pairs.left, flat)
    best = best[np.isfinite(best)]
    for _ in range(ROUNDS):
        chance = probability(best + np.log2(prior / (1 - prior)))
        now = float(np.clip(chance.sum() / everything, 1e-12, 0.5))
        if abs(now - prior) < SETTLED * prior:
            break
        prior = now
    return prior
