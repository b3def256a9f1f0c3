"""Given the finished tasks, which start now?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import Invalid
from services.rules import flow
from services.rules.flow import FlowTask

PROMISED = [FlowTask(1, 10)]
STAGED = [FlowTask(1, 10), FlowTask(2, 20)]
PARALLEL = [FlowTask(1, 10), FlowTask(1, 20), FlowTask(1, 30)]
ANY = [FlowTask(1, 10, join="any"), FlowTask(1, 20, join="any"), FlowTask(2, 30)]


@pytest.mark.parametrize(
    ("tasks", "finished", "started", "expected"),
    [
        (PROMISED, set(), set(), [10]),
        (PROMISED, {(1, 10)}, {(1, 10)}, []),
        (STAGED, set(), set(), [10]),
        (STAGED, {(1, 10)}, {(1, 10)}, [20]),
        (PARALLEL, set(), set(), [10, 20, 30]),
        (PARALLEL, {(1, 10)}, {(1, 10), (1, 20), (1, 30)}, []),
        (ANY, {(1, 20)}, {(1, 10), (1, 20)}, [30]),
    ],
)
def test_the_tasks_that_start_now(tasks, finished, started, expected):
    assert [task.department_id for task in flow.starting(tasks, finished, started)] == expected


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), min_size=1, max_size=12, unique=True))
def test_doing_what_starts_ends_the_flow_and_never_does_a_task_twice(keys):
    tasks = [FlowTask(stage, department) for stage, department in keys]
    finished: set[tuple[int, int]] = set()
    for _ in range(len(tasks)):
        for task in flow.starting(tasks, finished, finished):
            assert task.key not in finished
            finished.add(task.key)
    assert flow.is_complete(tasks, finished) and finished == set(keys)


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([FlowTask(1, 10, join="most")], "不存在"),
        ([FlowTask(1, 10), FlowTask(1, 20, join="any")], "两种汇合规则"),
        ([FlowTask(1, 10), FlowTask(1, 10)], "出现了两次"),
    ],
)
def test_a_flow_that_cannot_run_is_refused_in_words(tasks, words):
    with pytest.raises(Invalid, match=words):
        flow.check(tasks)
