"""The fewest counters, held against every choice of counters there is."""

import itertools
import random

import pytest

from services.rules import visiting


def brute(serving, wanted):
    for size in range(len(serving) + 1):
        for chosen in itertools.combinations(serving, size):
            if set(wanted) <= set().union(*(serving[each] for each in chosen)):
                return size
    return None


def test_as_few_counters_as_any_choice_needs():
    rng = random.Random(3)
    impossible = 0
    for _ in range(600):
        departments = list(range(rng.randint(1, 6)))
        serving = {n: rng.sample(range(7), rng.randint(0, 4)) for n in range(rng.randint(1, 8))}
        found = visiting.shortest(serving, departments)
        expected = brute(serving, departments)
        impossible += expected is None
        assert (len(found) if found is not None else None) == expected
        if found is not None:
            assert set(departments) <= {each for counter in found for each in serving[counter]}
            assert list(found) == sorted(found), "in the order of the hall"
    assert 0 < impossible < 600


def test_nothing_wanted_needs_nothing_and_too_much_is_refused():
    assert visiting.shortest({1: [1]}, []) == ()
    with pytest.raises(ValueError, match="too many"):
        visiting.shortest({}, range(17))
