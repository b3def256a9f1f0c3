"""The same material is taken once, as the strictest item asks for it (R-PAR-02)."""

from models.enums import Necessity
from services.rules.combining import combined, mark, split
from services.rules.guide import Material


def material(name, **changes):
    return Material(key=changes.pop("key", "m1"), name=name, **changes)


def test_one_material_of_two_items_is_listed_once_with_both():
    rows = combined({1: [material("营业执照")], 2: [material("营业执照（复印件）"), material("公司章程")]})
    assert [(row.material.name, row.items) for row in rows] == [("营业执照", (1, 2)), ("公司章程", (2,))]


def test_copies_and_strictness_are_those_of_the_most_demanding_item():
    rows = combined(
        {
            1: [material("身份证明", originals=0, copies=2, necessity=Necessity.CONDITIONAL)],
            2: [material("身份证明", originals=1, copies=1, necessity=Necessity.REQUIRED)],
        }
    )
    (row,) = rows
    assert (row.material.originals, row.material.copies) == (1, 2)
    assert row.material.necessity is Necessity.REQUIRED


def test_keys_follow_the_name_so_that_two_lists_of_one_bundle_agree():
    one = combined({1: [material("营业执照", key="m7")], 2: [material("章程")]})
    other = combined({2: [material("章程（全体股东签字）", key="m2")], 1: [material("营业执照")]})
    assert {row.material.key for row in one} == {row.material.key for row in other}


def test_a_name_of_brackets_alone_still_has_a_mark():
    assert mark("（其他）") == "(其他)"


def test_what_an_item_of_the_bundle_produces_is_not_asked_of_the_applicant():
    lists = {1: [material("设立申请书")], 2: [material("营业执照副本（复印件）"), material("营业执照章程")]}
    asked, produced = split(lists, ["营业执照", ""])
    assert [row.material.name for row in asked] == ["设立申请书", "营业执照章程"]
    assert [row.material.name for row in produced] == ["营业执照副本（复印件）"]
