"""Where the weights come from: u from random pairs, m by expectation-maximisation inside each block without the fields that
the block conditions on, both leaning on shipped weights so that small registers work; the prior by fixed point.

Let loose on all blocked pairs at once, expectation-maximisation collapses (precision 0.05 on one labelled set): hence this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from services.rules.matching.blocking import Block
from services.rules.matching.fields import Codes, Columns, Field, Interned, Levels, join, levels_of
from services.rules.matching.model import SMALLEST, Floats, Model, probability

RANDOM_PAIRS = 100_000
LEAN_M = 200.0  # pairs that the shipped weights are worth
LEAN_U = 20.0
ROUNDS = 25
SETTLED = 1e-4
MOST_IN_BLOCK = 50_000
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


def estimate(
    shipped: Model,
    fields: Sequence[Field],
    blocks: Sequence[Block],
    left: Columns,
    right: Columns,
    pairs: tuple[Codes, Codes, list[Codes]],
    levels: Mapping[str, Levels],
    *,
    seed: int = 1,
) -> Model:
    """Weights fitted to these two sides; deterministic for the seed. Frequencies are those of both sides together."""
    u = _random_u(shipped, fields, left, right, seed)
    model = replace(shipped, u=u)
    model = replace(model, m=_by_block(model, shipped, fields, blocks, pairs[2], levels))
    found = {
        each.name: frequencies([*_terms(each, left), *_terms(each, right)]) for each in fields if each.frequency_level
    }
    model = replace(
        model,
        frequencies={name: common for name, (common, _) in found.items()},
        rarest={name: rare for name, (_, rare) in found.items()},
    )
    return replace(model, prior=_fixed_point(model, fields, pairs[0], levels, _rows(left), _rows(right)))


def _terms(each: Field, side: Columns) -> list[str]:
    return join(side, each.columns)


def _rows(side: Columns) -> int:
    return len(next(iter(side.values())))


def _random_u(
    shipped: Model, fields: Sequence[Field], left: Columns, right: Columns, seed: int
) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    count = min(RANDOM_PAIRS, _rows(left) * _rows(right))
    lefts, rights = rng.integers(0, _rows(left), count), rng.integers(0, _rows(right), count)
    found = {}
    for each in fields:
        column = Interned.of(join(left, each.columns), join(right, each.columns))
        seen = shares(levels_of(each, column, lefts, rights), each.levels)
        found[each.name] = leaning(seen, shipped.u[each.name], LEAN_U)
    return found


def _by_block(
    model: Model,
    shipped: Model,
    fields: Sequence[Field],
    blocks: Sequence[Block],
    places: Sequence[Codes],
    levels: Mapping[str, Levels],
) -> dict[str, list[float]]:
    """m of a field: the mean of its estimates over the blocks that leave it free."""
    seen = {each.name: np.zeros(each.levels) for each in fields}
    for block, own in zip(blocks, places, strict=True):
        free = [each for each in fields if each.name not in block.conditions]
        if len(own) == 0 or not free:
            continue
        if len(own) > MOST_IN_BLOCK:
            own = own[:: -(-len(own) // MOST_IN_BLOCK)]
        for name, counts in _maximise(model, shipped, free, {f.name: levels[f.name][own] for f in free}).items():
            seen[name] += counts
    return {each.name: leaning(seen[each.name], shipped.m[each.name], LEAN_M) for each in fields}


def _maximise(model: Model, shipped: Model, free: Sequence[Field], levels: Mapping[str, Levels]) -> dict[str, Floats]:
    """Expected counts of each level among the block's matches. u stands; m and the block's own prior move."""
    size = len(next(iter(levels.values())))
    m = {each.name: list(shipped.m[each.name]) for each in free}
    prior, counts = 0.2, {each.name: np.zeros(each.levels) for each in free}
    for _ in range(ROUNDS):
        bits = np.full(size, np.log2(prior / (1 - prior)))
        for each in free:
            bits += replace(model, m=m).weights(each.name)[levels[each.name]]
        chance = probability(bits)
        counts = {each.name: shares(levels[each.name], each.levels, chance) for each in free}
        m = {each.name: leaning(counts[each.name], shipped.m[each.name], LEAN_M) for each in free}
        now = float(np.clip(chance.mean(), 1e-4, 0.95))
        if abs(now - prior) < SETTLED:
            break
        prior = now
    return counts


def _fixed_point(
    model: Model, fields: Sequence[Field], lefts: Codes, levels: Mapping[str, Levels], left: int, right: int
) -> float:
    """The prior of a random pair under which the expected number of matched left records gives the same prior."""
    everything = max(left * right, 1)
    prior = min(0.5 * min(left, right) / everything, 0.5) or SMALLEST
    if len(lefts) == 0:
        return prior
    flat = np.zeros(len(lefts))
    for each in fields:
        flat += model.weights(each.name)[levels[each.name]]
    for _ in range(ROUNDS):
        chance = probability(flat + np.log2(prior / (1 - prior)))
        best = np.zeros(left)
        np.maximum.at(best, lefts, chance)
        now = float(np.clip(best.sum() / everything, 1e-12, 0.5))
        if abs(now - prior) < SETTLED * prior:
            break
        prior = now
    return prior
