"""Two guides compared: what changed is told in words, all of it and nothing else."""

import datetime as dt
from decimal import Decimal

import pytest

from services.rules.differences import ChangeKind, differences, in_words, with_keys
from services.rules.guide import Guide

BASE = {
    "task_name": "公共场所卫生许可", "promise_day": 5, "project_type": "2", "is_online": False,
    "serve_type": ["1", "2"],
    "materials": [
        {"key": "m1", "name": "身份证"},
        {"key": "m2", "name": "申请表", "copies": 1},
    ],
    "handle_flow": [{"name": "受理"}, {"name": "审核"}, {"name": "办结"}],
    "other_dept": ["公安局", "消防大队"],
    "fee_items": [{"name": "工本费", "amount": "10.50"}],
    "by_law": [{"law_name": "公共场所卫生管理条例", "article": "第四条"}],
}  # fmt: skip
ID, FORM = BASE["materials"]


def guide(**changes):
    return Guide.model_validate(BASE | changes)


def words(**changes):
    return in_words(differences(guide(), guide(**changes)))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"promise_day": 3}, ["承诺办结时限 5 → 3"]),
        ({"promise_day": None}, ["删除 承诺办结时限：5"]),
        ({"result_name": "卫生许可证"}, ["新增 结果名称：卫生许可证"]),
        ({"project_type": "1"}, ["办件类型 承诺件 → 即办件"]),
        ({"is_online": True}, ["是否网办 否 → 是"]),
        ({"plan_effective_date": dt.date(2026, 12, 1)}, ["新增 计划生效日期：2026-12-01"]),
        ({"serve_type": ["2"]}, ["删除 服务对象：自然人"]),
        ({"other_dept": ["公安局", "林业局"]}, ["删除 联办机构：消防大队", "新增 联办机构：林业局"]),
        ({"other_dept": ["消防大队", "公安局"]}, ["联办机构的顺序 公安局、消防大队 → 消防大队、公安局"]),
        ({"materials": [ID | {"originals": 2}, FORM]}, ["申请材料「身份证」：原件份数 1 → 2"]),
        ({"materials": [ID | {"name": "居民身份证"}, FORM]}, ["申请材料「身份证」：材料名称 身份证 → 居民身份证"]),
        ({"materials": [{"name": "身份证"}, FORM]}, []),
        ({"materials": [FORM]}, ["删除 申请材料「身份证」"]),
        ({"materials": [ID, FORM, {"key": "m3", "name": "平面图"}]}, ["新增 申请材料「平面图」"]),
        ({"materials": [FORM, ID]}, ["申请材料的顺序 身份证、申请表 → 申请表、身份证"]),
        ({"materials": [ID, FORM | {"issuer": "社区"}]}, ["申请材料「申请表」：出具机构 （空） → 社区"]),
        ({"handle_flow": [{"name": "受理"}, {"name": "办结"}]}, ["删除 办理流程「审核」"]),
        ({"fee_items": [{"name": "工本费", "amount": 12}]}, ["收费项目「工本费」：金额(元) 10.50 → 12"]),
        ({"fee_items": [{"name": "工本费", "amount": "10.5"}]}, []),
        (
            {"by_law": [{"law_name": "公共场所卫生管理条例", "article": "第八条"}]},
            ["删除 设定依据「公共场所卫生管理条例 第四条」", "新增 设定依据「公共场所卫生管理条例 第八条」"],
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(changes, told):
    assert words(**changes) == told


OTHER = {"task_type": "07", "use_level": "4", "dept_type": "1", "review_mode": "on_the_spot", "result_type": "other",
         "handle_type": ["1"], "handle_area": "national", "online_handle_depth": "3"}  # fmt: skip


def _another(element):
    """A value of the element that BASE does not have."""
    if element in OTHER:
        return OTHER[element]
    field, held = Guide.model_fields[element], getattr(guide(), element)
    if field.annotation is bool:
        return not held
    if isinstance(held, list):
        return [] if held else _one_row(str(field.annotation))
    if "LimitUnit" in str(field.annotation):
        return "month"
    if "CaseType" in str(field.annotation):
        return "1"
    if "date" in str(field.annotation):
        return "2027-01-01"
    return 7 if "int" in str(field.annotation) else "别的"


def _one_row(annotation):
    for name, row in {"Special": {"name": "听证"}, "Place": {"place": "大厅"}, "Question": {"question": "多久？"},
                      "Stage": {"department": "工商局"}, "FormField": {"label": "面积"}}.items():  # fmt: skip
        if name in annotation:
            return [row]
    return ["005"]


@pytest.mark.parametrize("element", list(Guide.model_fields))
def test_no_element_changes_unnoticed_and_each_is_named_by_its_title(element):
    changes = differences(guide(), guide(**{element: _another(element)}))
    assert changes
    assert all(change.element.startswith(Guide.model_fields[element].title) for change in changes)


def test_the_way_back_tells_the_reverse():
    there, back = guide(), guide(promise_day=3, materials=[FORM])
    assert [change.kind for change in differences(there, back)] == [ChangeKind.CHANGED, ChangeKind.REMOVED]
    assert [change.kind for change in differences(back, there)] == [ChangeKind.CHANGED, ChangeKind.ADDED]


def test_two_rows_of_one_name_are_matched_in_their_order():
    steps = [{"name": "审核", "officer": "甲岗"}, {"name": "审核", "officer": "乙岗"}]
    changed = [steps[0], steps[1] | {"officer": "丙岗"}]
    assert in_words(differences(guide(handle_flow=steps), guide(handle_flow=changed))) == [
        "办理流程「审核」：责任岗位 乙岗 → 丙岗"
    ]


def test_materials_get_keys_of_their_own():
    rows = [{"name": "甲"}, {"key": "m2", "name": "乙"}, {"key": "m2", "name": "丙"}, {"name": "丁"}]
    assert [material.key for material in with_keys(guide(materials=rows)).materials] == ["m1", "m2", "m3", "m4"]
    assert with_keys(guide()) == guide()


def test_a_material_typed_again_keeps_its_key_and_a_new_one_never_gets_that_of_another():
    typed = guide(materials=[{"name": "平面图"}, {"name": "申请表"}])
    assert [material.key for material in with_keys(typed, old=guide()).materials] == ["m3", "m2"]


def test_amounts_are_written_without_exponents():
    old = guide(fee_items=[{"name": "工本费", "amount": Decimal("1E+3")}])
    assert "1000 → 12" in in_words(differences(old, guide(fee_items=[{"name": "工本费", "amount": 12}])))[0]
