"""Measuring: warmed, repeated, median and 95th percentile. Only the standard library, so that the peers use it too."""

import dataclasses
import time
from collections.abc import Callable, Sequence

WARM = 3


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measured thing. `least` is what it costs when nothing else runs; `note` says what was asked."""

    group: str
    name: str
    p50: float
    p95: float
    least: float
    runs: int
    unit: str = "ms"
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def figure(group: str, name: str, values: Sequence[float], *, unit: str = "ms", note: str = "") -> Figure:
    p50, p95, least = (round(percentile(values, share), 3) for share in (0.5, 0.95, 0.0))
    return Figure(group, name, p50, p95, least, len(values), unit, note)


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def measure(group: str, name: str, act: Callable[[], object], *, runs: int, warm: int = WARM, note: str = "") -> Figure:
    """Milliseconds of `act`, after `warm` calls that are thrown away."""
    for _ in range(warm):
        act()
    return figure(group, name, [seconds(act) * 1000 for _ in range(runs)], note=note)
