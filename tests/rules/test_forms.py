"""Application forms: stored as JSON Schema without loss, shown by conditions, answers held to their rules."""

import pytest
from jsonschema import Draft202012Validator

from services.errors import Invalid
from services.rules import forms
from services.rules.differences import with_keys
from services.rules.form_schema import from_schema, to_schema
from services.rules.guide import Guide

FIELDS = [
    {"label": "经营面积", "section": "场所", "kind": "number", "unit": "平方米", "minimum": "1", "maximum": "5000.5"},
    {"label": "业态", "section": "场所", "kind": "choice", "options": ["餐饮", "酒店", "美容"]},
    {"label": "客房数", "kind": "number", "when_field": "业态", "when_operator": "equals", "when_value": "酒店"},
    {"label": "服务项目", "kind": "choices", "options": ["早餐", "洗衣"], "is_required": False,
     "when_field": "客房数", "when_operator": "at_least", "when_value": "10"},
    {"label": "负责人身份证号", "kind": "id_number", "help": "18 位"},
    {"label": "开业日期", "kind": "date", "is_required": False},
    {"label": "有外摆", "kind": "yes_no"},
    {"label": "许可证号", "pattern": "[A-Z]{2}\\d{4}", "pattern_hint": "两个大写字母加四位数字", "is_required": False},
]  # fmt: skip
ID = "510113189901010011"
GOOD = {"f1": 80, "f2": "餐饮", "f5": ID, "f7": False}


def form(rows=FIELDS):
    return with_keys(Guide.model_validate({"task_name": "卫生许可", "form": rows})).form


def refused(**changes):
    with pytest.raises(Invalid) as refusal:
        forms.check(form(), {key: value for key, value in (GOOD | changes).items() if value is not None})
    return refusal.value.fields


def test_a_form_is_json_schema_and_comes_back_without_loss():
    schema = to_schema(form())
    Draft202012Validator.check_schema(schema)
    assert from_schema(schema) == form()
    guide = Guide.model_validate({"task_name": "卫生许可", "form": FIELDS})
    stored = with_keys(guide).model_dump(mode="json")
    assert stored["form"] == schema
    assert Guide.model_validate(stored).form == form()


def test_good_answers_are_kept_and_answers_nobody_asked_for_are_dropped():
    assert forms.check(form(), GOOD | {"f3": 12, "f6": "", "f8": " AB1234 "}) == GOOD | {"f8": "AB1234"}


def test_a_field_is_shown_when_an_earlier_answer_asks_for_it_and_a_hidden_one_shows_nothing():
    def labels(answers):
        return [field.label for field in forms.shown(form(), answers)]

    assert "客房数" not in labels({"f2": "餐饮"})
    assert "服务项目" in labels({"f2": "酒店", "f3": 20})
    assert "服务项目" not in labels({"f2": "餐饮", "f3": 20})


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"f1": 0}, "f1", "不能小于 1 平方米，现为 0"),
        ({"f1": 6000}, "f1", "不能大于 5000.5 平方米"),
        ({"f1": None}, "f1", "还没有填写"),
        ({"f1": "八十"}, "f1", "应为数字"),
        ({"f2": "网吧"}, "f2", "请在选项中选择"),
        ({"f2": "酒店"}, "f3", "还没有填写"),
        ({"f5": "510113189901010012"}, "f5", "校验码"),
        ({"f6": "2026-02-30"}, "f6", "2026-11-22"),
        ({"f8": "ab1234"}, "f8", "两个大写字母加四位数字"),
        ({"f8": "A" * 300}, "f8", "最多 200 个字"),
        ({"f99": "x"}, "f99", "没有这个字段"),
    ],
)
def test_an_answer_against_its_rule_is_refused_in_words(changes, field, told):
    assert told in refused(**changes)[field]


def test_everything_that_is_wrong_is_told_at_once():
    assert set(refused(f1=None, f5="1", f7=None)) == {"f1", "f5", "f7"}


def test_answers_are_facts_for_the_conditions_of_a_flow():
    found = forms.facts(form(), GOOD)
    assert found["表单:经营面积"] == 80
    assert found["表单:有外摆"] == "否"


def test_ids_and_phones_are_masked_for_those_who_may_not_read_them():
    field = next(each for each in form() if each.kind == "id_number")
    assert forms.in_words(field, ID) == ID
    assert forms.in_words(field, ID, is_masked=True) != ID


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"label": "面积", "kind": "number", "minimum": 5, "maximum": 1}, "最小值大于最大值"),
        ({"label": "业态", "kind": "choice"}, "至少给出两个不同的选项"),
        ({"label": "面积", "kind": "number", "options": ["一", "二"]}, "不是单选或多选"),
        ({"label": "编号", "pattern": "("}, "不是正确的正则表达式"),
        ({"label": "编号", "pattern": "(a+)+b", "pattern_hint": "写"}, "过于复杂"),
        ({"label": "编号", "pattern": "\\d{4}"}, "请填写格式说明"),
        ({"label": "后来", "when_field": "不在前面"}, "应是排在它前面的字段"),
        ({"label": "后来", "when_field": "有外摆", "when_operator": "equals", "when_value": "有"}, "不是「有外摆」的选项"),
        ({"label": "后来", "when_field": "有外摆", "when_operator": "at_least", "when_value": "多"}, "不是数字"),
    ],
)  # fmt: skip
def test_a_form_that_nobody_could_fill_in_says_what_to_mend(row, told):
    rows = [{"label": "有外摆", "kind": "yes_no"}, row]
    found = forms.design_problems(form(rows))
    assert [number for number, _ in found] == [2]
    assert told in found[0][1]
