"""Given the answers so far, which tasks start now? And which flows cannot run?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import ConditionOperator, ConsultationMode, JoinRule, Opinion
from services.rules import flow
from services.rules.conditions import Condition
from services.rules.flow import FlowTask, Outcome

YES, NO, SILENT = Opinion.AGREE, Opinion.DISAGREE, Opinion.ABSENT
PROMISED = [FlowTask(1, 10)]
STAGED = [FlowTask(1, 10), FlowTask(2, 20)]
PARALLEL = [FlowTask(1, 10), FlowTask(1, 20), FlowTask(1, 30)]
ANY = [FlowTask(1, 10, join=JoinRule.ANY), FlowTask(1, 20, join=JoinRule.ANY), FlowTask(2, 30)]
VOTE = [FlowTask(1, 10 * n, join=JoinRule.VOTE, quorum=2) for n in (1, 2, 3)]


def answered(*departments, opinion=YES):
    return {(1, department): opinion for department in departments}


@pytest.mark.parametrize(
    ("tasks", "answers", "started", "expected"),
    [
        (PROMISED, {}, set(), [10]),
        (PROMISED, answered(10), {(1, 10)}, []),
        (STAGED, {}, set(), [10]),
        (STAGED, answered(10), {(1, 10)}, [20]),
        (STAGED, answered(10, opinion=NO), {(1, 10)}, []),
        (PARALLEL, {}, set(), [10, 20, 30]),
        (PARALLEL, answered(10), {(1, 10), (1, 20), (1, 30)}, []),
        (ANY, answered(20), {(1, 10), (1, 20)}, [30]),
        (ANY, answered(10, opinion=NO), {(1, 10), (1, 20)}, []),
    ],
)
def test_the_tasks_that_start_now(tasks, answers, started, expected):
    assert [task.department_id for task in flow.starting(tasks, answers, started)] == expected


@pytest.mark.parametrize(
    ("tasks", "answers", "expected"),
    [
        (PARALLEL, answered(10, 20), Outcome.OPEN),
        (PARALLEL, answered(10, 20, 30), Outcome.PASSED),
        (PARALLEL, answered(10, opinion=NO), Outcome.OPEN),  # all reasons are heard at once
        (PARALLEL, answered(10, opinion=NO) | answered(20, 30), Outcome.FAILED),
        (ANY, answered(10, opinion=NO), Outcome.OPEN),
        (ANY, answered(10, 20, opinion=NO), Outcome.FAILED),
        (VOTE, answered(10), Outcome.OPEN),
        (VOTE, answered(10, 20), Outcome.PASSED),
        (VOTE, answered(10, 30, opinion=NO), Outcome.FAILED),
        (PARALLEL, answered(10, 20) | answered(30, opinion=SILENT), Outcome.PASSED),
    ],
)
def test_each_join_rule_says_when_its_stage_is_done(tasks, answers, expected):
    assert flow.outcome(tasks, 1, answers) is expected


def test_a_vote_among_fewer_departments_than_its_quorum_needs_all_of_them():
    assert flow.outcome(VOTE[:1], 1, answered(10)) is Outcome.PASSED


def test_silence_never_settles_a_case_by_itself():
    assert flow.is_settled(PARALLEL, answered(10, 20, 30))
    assert not flow.is_settled(PARALLEL, answered(10, 20) | answered(30, opinion=SILENT))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), min_size=1, max_size=12, unique=True))
def test_doing_what_starts_ends_the_flow_and_never_does_a_task_twice(keys):
    tasks = [FlowTask(stage, department) for stage, department in keys]
    answers: dict[tuple[int, int], Opinion] = {}
    for _ in range(len(tasks)):
        for task in flow.starting(tasks, answers, answers):
            assert task.key not in answers
            answers[task.key] = YES
    assert flow.is_settled(tasks, answers) and answers.keys() == set(keys)


@given(
    st.sampled_from(JoinRule),
    st.integers(1, 6),
    st.lists(st.sampled_from([YES, NO]), min_size=6, max_size=6),
    st.randoms(),
)
def test_the_order_of_answers_never_changes_how_a_stage_ends(join, quorum, opinions, dice):
    tasks = [FlowTask(1, n, join=join, quorum=quorum if join is JoinRule.VOTE else None) for n in range(6)]
    everybody = dict(zip([task.key for task in tasks], opinions, strict=True))
    order = list(everybody)
    dice.shuffle(order)
    so_far = {}
    for key in order:
        so_far[key] = everybody[key]
        if flow.outcome(tasks, 1, so_far) is not Outcome.OPEN:
            break
    assert flow.outcome(tasks, 1, so_far) is flow.outcome(tasks, 1, everybody) is not Outcome.OPEN


UNASKABLE = Condition("天气", ConditionOperator.EQUALS, "晴")
IS_FIRM = Condition("申请人类别", ConditionOperator.EQUALS, "单位")


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([FlowTask(1, 10), FlowTask(1, 20, join=JoinRule.ANY)], "两种汇合规则"),
        ([FlowTask(1, 10), FlowTask(1, 10)], "出现了两次"),
        ([FlowTask(1, 10), FlowTask(1, 20, mode=ConsultationMode.MEETING)], "两种会签方式"),
        ([FlowTask(1, 10, mode=ConsultationMode.MEETING)], "不需要联审会议"),
        ([FlowTask(1, 10, join=JoinRule.VOTE)], "1 至 1 之间的同意票数"),
        ([FlowTask(1, 10, join=JoinRule.VOTE, quorum=2)], "同意票数"),
        ([FlowTask(1, 10, quorum=1)], "清空同意票数"),
        ([FlowTask(1, 10, limit=0)], "正整数"),
        ([FlowTask(1, 10), FlowTask(1, 20, condition=UNASKABLE)], "天气"),
        ([FlowTask(1, 10, condition=IS_FIRM)], "不带条件"),
    ],
)
def test_a_flow_that_cannot_run_is_refused_in_words(tasks, words):
    assert words in "；".join(reason for _, reason in flow.problems(tasks))


def test_a_flow_that_can_run_is_not_complained_of():
    tasks = [*PARALLEL, FlowTask(2, 10, condition=IS_FIRM), *[FlowTask(3, n, join=JoinRule.ANY) for n in (1, 2)]]
    assert flow.problems(tasks) == []
