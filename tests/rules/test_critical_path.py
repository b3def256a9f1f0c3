"""The critical path, compared with networkx on random projects."""

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import Invalid
from services.rules.critical_path import Activity, saved, schedule

HOUSE = [
    Activity("选址", 3),
    Activity("用地", 3, ("选址",)),
    Activity("环评", 2),
    Activity("规划", 5, ("用地", "环评")),
    Activity("消防", 6, ("用地",)),
    Activity("施工", 3, ("规划", "消防")),
]


@st.composite
def projects(draw):
    """Up to twelve activities; each may require any before it, so that there is no circle."""
    days = draw(st.lists(st.integers(0, 9), min_size=1, max_size=12))
    return [
        Activity(n, length, tuple(draw(st.sets(st.integers(0, n - 1))) if n else ())) for n, length in enumerate(days)
    ]


def longest(activities):
    """The same by networkx: each activity an edge from its start to its finish."""
    graph = networkx.DiGraph()
    for activity in activities:
        graph.add_edge((activity.key, "start"), (activity.key, "finish"), weight=activity.days)
        for each in activity.requires:
            graph.add_edge((each, "finish"), (activity.key, "start"), weight=0)
    return networkx.dag_longest_path_length(graph)


def test_the_path_is_the_longest_chain_and_what_is_beside_it_has_slack():
    found = schedule(HOUSE)
    assert found.days == 15 and found.path == ("选址", "用地", "消防", "施工")
    assert found.placed["环评"].slack == 5 and found.placed["规划"].slack == 1
    assert found.placed["施工"].start == 12


def test_a_day_saved_on_the_path_is_a_day_and_beside_it_nothing():
    assert {each.key: saved(HOUSE, each.key) for each in HOUSE} == {
        "选址": 1, "用地": 1, "环评": 0, "规划": 0, "消防": 1, "施工": 1,
    }  # fmt: skip


def test_of_two_equal_chains_a_day_saved_on_one_brings_nothing():
    twins = [Activity("左", 4), Activity("右", 4), Activity("后", 1, ("左", "右"))]
    assert saved(twins, "左") == 0 and saved(twins, "后") == 1


@given(projects())
def test_the_length_is_networkxs_longest_path(activities):
    assert schedule(activities).days == longest(activities)


@given(projects(), st.data())
def test_a_saved_day_brings_what_networkx_says(activities, data):
    key = data.draw(st.sampled_from([each.key for each in activities]))
    shorter = [Activity(a.key, max(a.days - 1, 0) if a.key == key else a.days, a.requires) for a in activities]
    assert saved(activities, key) == longest(activities) - longest(shorter)


@given(projects())
def test_the_path_is_a_chain_as_long_as_the_whole_and_without_slack(activities):
    found, by_key = schedule(activities), {each.key: each for each in activities}
    assert sum(by_key[key].days for key in found.path) == found.days
    assert all(found.placed[key].slack == 0 for key in found.path)
    assert all(before in by_key[after].requires for before, after in zip(found.path, found.path[1:], strict=False))


def test_a_circle_is_told_and_a_stranger_ignored():
    with pytest.raises(Invalid, match="互为前提"):
        schedule([Activity("甲", 1, ("乙",)), Activity("乙", 1, ("甲",))])
    assert schedule([Activity("甲", 2, ("别处",))]).days == 2
    assert schedule([]).days == 0
