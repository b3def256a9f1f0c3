"""The weights: how often a level of agreement is seen among same parties (m) and among different ones (u).

Source: Fellegi and Sunter 1969; term frequencies after Winkler. A model is plain numbers: kept as JSON with a run, it scores a
pair the same way for ever.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.rules.matching.fields import Field, Levels

Floats = NDArray[np.float64]
SMALLEST = 1e-6
MOST_FREQUENCY_BITS = 4.0  # a single value may not outweigh the rest


@dataclass(frozen=True)
class Contribution:
    """One step of the waterfall, in log2 odds. They sum to the score's log2 odds."""

    name: str
    label: str
    bits: float


@dataclass(frozen=True)
class Model:
    """`m` and `u` hold a share for each level of each field; level 0 is left out of both.

    `frequencies`: shares of common values; a value not listed has the share `rarest`. `slope` and `offset` calibrate the
    log odds on judged pairs.
    """

    prior: float
    m: Mapping[str, Sequence[float]]
    u: Mapping[str, Sequence[float]]
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rarest: Mapping[str, float] = field(default_factory=dict)
    slope: float = 1.0
    offset: float = 0.0

    def weights(self, name: str) -> Floats:
        """log2(m/u) for each level; 0 for not known."""
        m, u = np.asarray(self.m[name], float), np.asarray(self.u[name], float)
        bits = np.log2(np.maximum(m, SMALLEST) / np.maximum(u, SMALLEST))
        bits[0] = 0.0
        return bits

    def frequency_bits(self, each: Field, values: Sequence[str]) -> Floats:
        """What the rarity of the agreed value adds to the average agreement, per value."""
        shares = self.frequencies.get(each.name, {})
        usual = max(float(self.u[each.name][each.frequency_level]), SMALLEST)
        rare = max(self.rarest.get(each.name, usual), SMALLEST)
        bits = [math.log2(usual / max(shares.get(value, rare), SMALLEST)) for value in values]
        return np.clip(np.asarray(bits, float), -MOST_FREQUENCY_BITS, MOST_FREQUENCY_BITS)

    @property
    def prior_bits(self) -> float:
        return math.log2(self.prior / (1 - self.prior))

    def calibrated(self, bits: Floats) -> Floats:
        """Log2 odds after calibration."""
        return self.slope * bits + self.offset

    def as_json(self) -> dict[str, Any]:
        return {
            "prior": self.prior,
            "m": {name: list(map(float, each)) for name, each in self.m.items()},
            "u": {name: list(map(float, each)) for name, each in self.u.items()},
            "frequencies": {name: dict(each) for name, each in self.frequencies.items()},
            "rarest": dict(self.rarest),
            "slope": self.slope,
            "offset": self.offset,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Model":
        return cls(**kept)


def probability(bits: Floats) -> Floats:
    return 1 / (1 + np.exp2(-np.clip(bits, -60, 60)))


def contributions(
    model: Model, fields: Sequence[Field], levels: Mapping[str, int], frequency: Mapping[str, float]
) -> list[Contribution]:
    """The waterfall of one pair: where it starts, what each field adds, the rarity of its value apart.

    Calibration scales every step and shows its own offset, so that the sum stays exact.
    """
    found = [Contribution("prior", "起点：随机两户相同的可能", model.slope * model.prior_bits)]
    for each in fields:
        level = levels[each.name]
        bits = float(model.weights(each.name)[level])
        if level:
            found.append(Contribution(each.name, each.labels[level], model.slope * bits))
        rare = frequency.get(each.name, 0.0)
        if rare:
            found.append(Contribution(f"{each.name}·少见程度", "少见" if rare > 0 else "常见", model.slope * rare))
    if model.offset:
        found.append(Contribution("calibration", "按人工判定校准", model.offset))
    return found


def score(
    model: Model, fields: Sequence[Field], levels: Mapping[str, Levels], frequency: Mapping[str, Floats]
) -> Floats:
    """Calibrated log2 odds of every pair."""
    size = len(next(iter(levels.values()))) if levels else 0
    bits = np.full(size, model.prior_bits)
    for each in fields:
        bits += model.weights(each.name)[levels[each.name]]
        if each.name in frequency:
            bits += frequency[each.name]
    return model.calibrated(bits)
