"""Items that require each other's results: a circle that no applicant could ever start."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping


def circles(requires: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Every group of items that require each other, directly or through others; an item requiring itself is one too.

    `requires` maps an item to the items whose results it asks for. Sorted inside and outside, so that the same
    catalogue gives the same answer.
    """
    graph = _graph(requires)
    groups = [sorted(group) for group in _components(graph)]
    return sorted(group for group in groups if len(group) > 1 or group[0] in graph[group[0]])


def circle_through(requires: Mapping[str, Iterable[str]], start: str) -> list[str] | None:
    """One shortest way from `start` back to itself, `start` written once at the front; None if there is none."""
    graph = _graph(requires)
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        item = waiting.popleft()
        for needed in graph.get(item, ()):
            if needed == start:
                return _way(came_from, start, item)
            if needed not in came_from:
                came_from[needed] = item
                waiting.append(needed)
    return None


def _way(came_from: Mapping[str, str], start: str, end: str) -> list[str]:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _graph(requires: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    graph = {item: sorted(set(needed)) for item, needed in sorted(requires.items())}
    for needed in list(graph.values()):
        for item in needed:
            graph.setdefault(item, [])
    return graph


def _components(graph: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Strongly connected components (Kosaraju), without recursion: a chain of 10,000 items is no deeper than one."""
    backwards: dict[str, list[str]] = {item: [] for item in graph}
    for item, needed in graph.items():
        for other in needed:
            backwards[other].append(item)
    seen: set[str] = set()
    for item in reversed(_by_finish(graph)):
        if item not in seen:
            yield list(_walk(backwards, item, seen))


def _by_finish(graph: Mapping[str, list[str]]) -> list[str]:
    """Items in the order in which a depth-first walk leaves them."""
    seen: set[str] = set()
    return [left for item in graph if item not in seen for left in _walk(graph, item, seen)]


def _walk(graph: Mapping[str, list[str]], start: str, seen: set[str]) -> Iterator[str]:
    seen.add(start)
    path = [(start, iter(graph[start]))]
    while path:
        item, rest = path[-1]
        following = next((other for other in rest if other not in seen), None)
        if following is None:
            path.pop()
            yield item
        else:
            seen.add(following)
            path.append((following, iter(graph[following])))
