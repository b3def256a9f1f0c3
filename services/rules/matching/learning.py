"""Weights learnt from officers' verdicts: m from the pairs judged the same, then a calibration of the log odds on all.

Shipped or standing weights count as so many judged pairs, so that few labels move little. Sources: Platt scaling; expected
calibration error over ten equal bins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.rules.matching.estimating import leaning, shares
from services.rules.matching.fields import Field, Levels
from services.rules.matching.model import Floats, Model, probability, score

LEAN = 50.0  # judged pairs that the standing weights are worth
RIDGE = 2.0  # pull of the slope towards one and of the offset towards zero
ROUNDS = 50
BINS = 10
FOLDS = 5
FEWEST = 20
Same = NDArray[np.bool_]


@dataclass(frozen=True)
class Metrics:
    """Of probabilities against verdicts; precision and recall at one half."""

    labels: int
    precision: float
    recall: float
    calibration_error: float
    brier: float


def relearn(
    standing: Model, fields: Sequence[Field], levels: Mapping[str, Levels], rare: Mapping[str, Floats], same: Same
) -> Model:
    """The standing model moved by the verdicts."""
    m = {
        each.name: leaning(shares(levels[each.name][same], each.levels), standing.m[each.name], LEAN) for each in fields
    }
    moved = replace(standing, m=m, slope=1.0, offset=0.0)
    slope, offset = _calibrate(score(moved, fields, levels, rare), same)
    return replace(moved, slope=slope, offset=offset)


def _calibrate(bits: Floats, same: Same) -> tuple[float, float]:
    """Slope and offset of the log2 odds by Newton's method on the ridged likelihood."""
    x, y = bits * np.log(2), same.astype(float)
    weights = np.array([1.0, 0.0])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(weights[0] * x + weights[1], -40, 40)))
        error, spread = chance - y, np.maximum(chance * (1 - chance), 1e-9)
        gradient = np.array([(error * x).sum() + RIDGE * (weights[0] - 1), error.sum() + RIDGE * weights[1]])
        hessian = np.array(
            [[(spread * x * x).sum() + RIDGE, (spread * x).sum()], [(spread * x).sum(), spread.sum() + RIDGE]]
        )
        step = np.linalg.solve(hessian, gradient)
        weights = np.array([max(weights[0] - step[0], 0.05), weights[1] - step[1]])
        if np.abs(step).max() < 1e-8:
            break
    return float(weights[0]), float(weights[1] / np.log(2))


def measure(chances: Floats, same: Same) -> Metrics:
    said = chances >= 0.5
    hits = int((said & same).sum())
    return Metrics(
        labels=len(same),
        precision=hits / max(int(said.sum()), 1),
        recall=hits / max(int(same.sum()), 1),
        calibration_error=calibration_error(chances, same),
        brier=float(((chances - same) ** 2).mean()) if len(same) else 0.0,
    )


def calibration_error(chances: Floats, same: Same) -> float:
    """Expected calibration error: the mean gap between what was said and what was so, by bins of probability."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(chances[bins == each].mean()) - float(same[bins == each].mean())) * float((bins == each).mean())
        for each in range(BINS)
        if (bins == each).any()
    ]
    return float(sum(gaps))


def across(
    standing: Model, fields: Sequence[Field], levels: Mapping[str, Levels], rare: Mapping[str, Floats], same: Same
) -> Metrics:
    """Measured by cross-validation: each pair judged by weights that did not see it."""
    turn = np.arange(len(same)) % FOLDS
    chances = np.zeros(len(same))
    for fold in range(FOLDS):
        seen, held = turn != fold, turn == fold
        model = relearn(standing, fields, _part(levels, seen), _part(rare, seen), same[seen])
        chances[held] = probability(score(model, fields, _part(levels, held), _part(rare, held)))
    return measure(chances, same)


def _part(columns: Mapping[str, NDArray], rows: Same) -> dict[str, NDArray]:  # type: ignore[type-arg]
    return {name: column[rows] for name, column in columns.items()}
