"""Items requiring each other's results."""

from hypothesis import given
from hypothesis import strategies as st

from services.rules.prerequisites import circle_through, circles

ITEMS = st.sampled_from("甲乙丙丁戊己庚")
CATALOGUES = st.dictionaries(ITEMS, st.lists(ITEMS, max_size=3), max_size=7)


def _reachable(requires, start):
    """Everything that `start` needs in the end, found the slow and plain way."""
    found = set(requires.get(start, ()))
    while True:
        more = found | {other for item in found for other in requires.get(item, ())}
        if more == found:
            return found
        found = more


def test_seal_after_licence_after_name_is_no_circle():
    assert circles({"公章刻制": ["设立登记"], "设立登记": ["名称核准"], "名称核准": []}) == []


def test_two_items_that_require_each_other_are_one_circle():
    assert circles({"施工": ["规划"], "规划": ["施工"], "验收": ["施工"]}) == [["施工", "规划"]]


def test_an_item_that_requires_itself_is_a_circle():
    assert circles({"甲": ["甲"], "乙": ["甲"]}) == [["甲"]]


def test_two_circles_come_in_a_fixed_order_whatever_the_order_of_the_catalogue():
    requires = {"d": ["c"], "c": ["d"], "b": ["a", "c"], "a": ["b"]}
    assert circles(requires) == circles(dict(reversed(requires.items()))) == [["a", "b"], ["c", "d"]]


def test_a_required_item_that_the_catalogue_lacks_is_no_circle():
    assert circles({"甲": ["不存在"]}) == []
    assert circle_through({"甲": ["不存在"]}, "甲") is None
    assert circle_through({}, "甲") is None


def test_the_shortest_circle_is_shown_from_its_start():
    assert circle_through({"甲": ["乙", "丁"], "乙": ["丙"], "丙": ["甲"], "丁": ["甲"]}, "甲") == ["甲", "丁"]
    assert circle_through({"甲": ["甲", "乙"], "乙": ["甲"]}, "甲") == ["甲"]


def test_an_item_that_only_leads_to_a_circle_is_not_on_it():
    assert circle_through({"甲": ["乙"], "乙": ["丙"], "丙": ["乙"]}, "甲") is None


def test_a_ring_of_ten_thousand_items_is_found():
    ring = {f"{n:05d}": [f"{(n + 1) % 10_000:05d}"] for n in range(10_000)}
    assert [len(circle) for circle in circles(ring)] == [10_000]
    assert len(circle_through(ring, "00000")) == 10_000


def test_a_chain_of_ten_thousand_items_has_no_circle():
    assert circles({f"{n:05d}": [f"{n + 1:05d}"] for n in range(10_000)}) == []


@given(CATALOGUES)
def test_items_are_in_one_circle_exactly_when_each_needs_the_other(requires):
    expected = {
        tuple(sorted({item} | {other for other in _reachable(requires, item) if item in _reachable(requires, other)}))
        for item in requires
        if item in _reachable(requires, item)
    }
    assert circles(requires) == sorted(map(list, expected))


@given(CATALOGUES, ITEMS)
def test_a_circle_through_an_item_is_there_to_walk_and_missing_only_when_there_is_none(requires, start):
    way = circle_through(requires, start)
    assert (way is not None) == (start in _reachable(requires, start))
    for item, needed in zip(way or [], [*(way or [])[1:], start], strict=False):
        assert needed in requires[item]
    assert len(set(way or [])) == len(way or [])


@given(CATALOGUES, ITEMS)
def test_no_circle_through_an_item_is_shorter(requires, start):
    reached, steps = set(requires.get(start, ())), 1
    for _ in range(len(requires) + 1):
        if start in reached:
            assert len(circle_through(requires, start)) == steps
            return
        reached, steps = {other for item in reached for other in requires.get(item, ())}, steps + 1
    assert circle_through(requires, start) is None
