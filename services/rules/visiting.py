"""The fewest counters at which a set of departments can all be found, in the order of the hall."""

from collections.abc import Collection, Mapping, Sequence

MOST = 16  # departments; each doubles the work


def shortest(serving: Mapping[int, Collection[int]], wanted: Collection[int]) -> Sequence[int] | None:
    """The counters to visit, in the order in which they are given; None when some department is at none of them.

    Exact, by dynamic programming over the sets of departments; of equally few, the first ones in order.
    """
    departments = sorted(set(wanted))
    if len(departments) > MOST:
        raise ValueError("too many departments")
    place_of = {department: place for place, department in enumerate(departments)}
    everything = (1 << len(departments)) - 1
    best: dict[int, tuple[int, ...]] = {0: ()}
    for counter, served in serving.items():
        mask = sum(1 << place_of[each] for each in set(served) if each in place_of)
        for covered, chosen in list(best.items()):
            more = covered | mask
            if more != covered and (more not in best or len(chosen) + 1 < len(best[more])):
                best[more] = (*chosen, counter)
    return best.get(everything)
