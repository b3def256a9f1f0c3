"""The critical path: what the end of a project hangs on, and what a saved day is worth.

Times are whole working days from the start; an activity begins when all that it requires is done.
"""

import dataclasses
import graphlib
from collections.abc import Hashable, Mapping, Sequence

from services.errors import Invalid

Key = Hashable


@dataclasses.dataclass(frozen=True)
class Activity:
    key: Key
    days: int
    requires: tuple[Key, ...] = ()


@dataclasses.dataclass(frozen=True)
class Placed:
    """Days after the start; `slack` is how long it may be late without delaying the end."""

    start: int
    finish: int
    slack: int


@dataclasses.dataclass(frozen=True)
class Schedule:
    placed: Mapping[Key, Placed]
    days: int
    path: tuple[Key, ...]  # one longest chain, in order


def schedule(activities: Sequence[Activity]) -> Schedule:
    """Raises Invalid for activities that require each other. What is required but not there is ignored."""
    known = {activity.key: activity for activity in activities}
    needs = {key: [each for each in activity.requires if each in known] for key, activity in known.items()}
    order = _order(needs)
    finish: dict[Key, int] = {}
    for key in order:
        finish[key] = max((finish[each] for each in needs[key]), default=0) + known[key].days
    days = max(finish.values(), default=0)
    latest = dict.fromkeys(order, days)
    for key in reversed(order):
        for each in needs[key]:
            latest[each] = min(latest[each], latest[key] - known[key].days)
    placed = {key: Placed(finish[key] - known[key].days, finish[key], latest[key] - finish[key]) for key in order}
    return Schedule(placed, days, _longest(known, needs, finish, days))


def _order(needs: Mapping[Key, Sequence[Key]]) -> list[Key]:
    try:
        return list(graphlib.TopologicalSorter(needs).static_order())
    except graphlib.CycleError as error:
        raise Invalid(f"事项互为前提，无法排出先后：{' → '.join(map(str, error.args[1]))}") from None


def _longest(
    known: Mapping[Key, Activity], needs: Mapping[Key, Sequence[Key]], finish: Mapping[Key, int], days: int
) -> tuple[Key, ...]:
    """Back from the last finish, each time to what it had to wait for."""
    at = next((key for key, done in finish.items() if done == days), None)
    path: list[Key] = []
    while at is not None:
        path.append(at)
        start = finish[at] - known[at].days
        at = next((each for each in needs[at] if finish[each] == start), None)
    return tuple(reversed(path))


def saved(activities: Sequence[Activity], key: Key) -> int:
    """By how many days the whole ends sooner when the activity takes one day less: 1 or 0."""
    shorter = [
        dataclasses.replace(each, days=max(each.days - 1, 0)) if each.key == key else each for each in activities
    ]
    return schedule(activities).days - schedule(shorter).days
