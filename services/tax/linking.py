"""Counterparts of what plain keys left over: judged by a person, repaired, weighed."""

from collections.abc import Iterable, Sequence

from models.enums import MatchStage
from services.tax import residual
from services.tax.outcomes import Task
from services.tax.residual import Link, Record, pair_key


def counterparts(task: Task, left: Sequence[Record], candidates: Sequence[int]) -> list[Link]:
    """One to one, among the `candidates` of the right side; nothing where the rule compares by plain keys only."""
    rule = task.rule
    if not left or not (rule.uses_repair or rule.uses_fuzzy):
        return []
    right: Sequence[Record] = residual.read(task.session, task.district_id, candidates)
    found = _by_verdict(left, right, task.verdicts.same)
    left, right = _rest(left, right, found)
    if rule.uses_repair:
        found += residual.repaired(left, right, task.verdicts.different)
        left, right = _rest(left, right, found)
    if rule.uses_fuzzy:
        found += residual.weighed(left, right, task.model, task.verdicts.different)
    return found


def _rest(left: Sequence[Record], right: Sequence[Record], links: Iterable[Link]) -> tuple[list[Record], list[Record]]:
    lefts, rights = {link.left.id for link in links}, {link.right.id for link in links}
    return [each for each in left if each.id not in lefts], [each for each in right if each.id not in rights]


def _by_verdict(left: Sequence[Record], right: Sequence[Record], same: frozenset[tuple[str, str]]) -> list[Link]:
    if not same:
        return []
    first, second = {pair_key(each): each for each in left}, {pair_key(each): each for each in right}
    reason = {"name": "verdict", "label": "人工判定为同一户", "bits": 0.0}
    return [
        Link(first[a], second[b], MatchStage.JUDGED, 1.0, True, [reason])
        for a, b in sorted(same)
        if a in first and b in second
    ]
