"""Names and addresses taken apart before they are compared (R-TAX-01)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.matching import addresses, names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("成都鑫达商贸有限公司", "成都鑫達商貿有限責任公司"),
        ("成都鑫达商贸有限公司", "鑫达（成都）商贸有限公司"),
        ("成都鑫达商贸有限公司", "四川省成都市武侯区鑫达商贸有限责任公司"),
        ("成都鑫达商贸有限公司", " 成都 鑫达　商贸有限公司 "),
    ],
)
def test_the_same_firm_is_the_same_core_however_written(one, other):
    assert names.split(one).core == names.split(other).core == "鑫达商贸"
    assert names.split(one).form == names.split(other).form


def test_a_joint_stock_company_and_a_branch_are_other_parties():
    plain, stock = names.split("成都鑫达商贸有限公司"), names.split("成都鑫达商贸股份有限公司")
    branch = names.split("成都鑫达商贸有限公司武侯分公司")
    assert plain.form != stock.form
    assert branch.branch == "武侯分公司" and plain.branch == ""


def test_the_parts_of_a_name():
    parts = names.split("绵阳市长虹电器股份有限公司")
    assert (parts.place, parts.trade, parts.industry, parts.form) == ("绵阳市", "长虹", "电器", "股份有限公司")


def test_a_supermarket_is_no_city():
    assert names.split("成都红旗超市有限公司").core == "红旗超市"


@pytest.mark.parametrize(("one", "other"), [("鑫达", "新大"), ("志诚", "自成"), ("宁红", "林红"), ("荣昌", "荣仓")])
def test_names_that_sound_alike_in_sichuan_are_heard_alike(one, other):
    assert names.sound(one) == names.sound(other)


@given(st.text(max_size=30))
def test_any_text_can_be_taken_apart_and_simplifying_twice_changes_nothing(text):
    names.split(text)
    addresses.split(text)
    assert names.simplify(names.simplify(text)) == names.simplify(text)


@pytest.mark.parametrize(
    "written",
    ["四川省成都市武侯区科园路8号", "成都市武侯区科园路８号", "武侯区科园路八号", "成都武侯科园路8号"],
)
def test_an_address_is_its_road_and_number(written):
    parts = addresses.split(written)
    assert (parts.road, parts.number) == ("科园路", "8")


def test_a_town_named_like_its_county_is_kept():
    assert addresses.split("四川省江安县江安镇平安路3号").road == "平安路"
