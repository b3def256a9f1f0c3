"""Conditions: one fact, one relation, one value."""

import pytest

from models.enums import ConditionOperator as Op
from services.rules.conditions import Condition, holds, problem

FACTS = {
    "申请人类别": "单位",
    "所选事项": ["餐饮业卫生许可", "户外广告设置许可"],
    "表单:面积": "1,200",
    "表单:备注": " ",
}


@pytest.mark.parametrize(
    ("fact", "operator", "value", "expected"),
    [
        ("申请人类别", Op.EQUALS, "单位", True),
        ("申请人类别", Op.EQUALS, "个人", False),
        ("申请人类别", Op.DIFFERS, "个人", True),
        ("所选事项", Op.CONTAINS, "餐饮业卫生许可", True),
        ("所选事项", Op.CONTAINS, "餐饮", False),  # an item, not a part of its name
        ("所选事项", Op.LACKS, "餐饮业卫生许可", False),
        ("表单:面积", Op.AT_LEAST, "1200", True),
        ("表单:面积", Op.AT_MOST, "1199.99", False),
        ("表单:面积", Op.EQUALS, "1200.0", True),
        ("表单:备注", Op.FILLED, "", False),
        ("表单:没填过", Op.BLANK, "", True),
        ("表单:没填过", Op.AT_LEAST, "1", False),
        ("申请人类别", Op.CONTAINS, "单", True),
    ],
)
def test_a_condition_is_true_or_not(fact, operator, value, expected):
    assert holds(Condition(fact, operator, value), FACTS) is expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("__import__('os')", Op.EQUALS, "1"), "不存在"),
        (Condition("表单:", Op.EQUALS, "1"), "不存在"),
        (Condition("申请人类别", Op.EQUALS), "需要填写条件值"),
        (Condition("表单:面积", Op.AT_LEAST, "很大"), "不是数字"),
        (Condition("表单:面积", Op.AT_LEAST, "NaN"), "不是数字"),
        (Condition("表单:面积", Op.FILLED, "1"), "请清空"),
        (Condition("表单:面积", Op.AT_MOST, "1000"), ""),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused_in_words(condition, words):
    assert words in problem(condition) if words else problem(condition) == ""
