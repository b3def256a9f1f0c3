"""Identifiers: the vectors of domain §6.4 and §2.4, and what their check digits promise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import IdType
from services.errors import Invalid
from services.rules import identifiers as ids

DIGITS = st.text("0123456789", min_size=1, max_size=1)
DAYS = st.dates(date(1890, 1, 1), date(2030, 12, 31))
CITIZEN_IDS = st.builds(
    lambda region, born, order: (body := f"{region:06d}{born:%Y%m%d}{order:03d}") + ids.citizen_id_check(body),
    st.integers(110000, 659999),
    DAYS,
    st.integers(0, 999),
)
CASE_NUMBERS = st.builds(
    ids.make_case_number,
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True).filter(str.isascii),
    DAYS,
    st.integers(1, 99_999),
)
QUERY_CODES = st.integers(0, 2**65 - 1).map(ids.crockford)


def changed(text: str, place: int, char: str) -> str:
    return text[:place] + char + text[place + 1 :]


@pytest.mark.parametrize(
    "code",
    [
        "91510113DEM0000149",
        "91510113DEM0000224",
        "91510107DEM0000496",
        "92510113DEM000030U",
        "11510113DEM000057Y",
        "12510113DEM000065N",
        "53510113DEM000073A",
        "91350100M000100Y43",
        "9144030071526726XG",
        "91110000600037341L",
        "12441500196720244T",
        " ９１５１０１１３-dem000014-9 ",
    ],
)
def test_a_valid_credit_code_has_no_problem(code):
    assert ids.problem_of_uscc(code) is None


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("91510113DEM0000194", "第18位校验码"),
        ("91510113DEM000010W", "第9至17位"),
        ("9151O113DEM0000149", "第5位“O”"),
        ("91510113DEM0000I49", "第16位“I”"),
        ("S1510113DEM0000149", "第1位“S”"),
        ("91510113VEM0000149", "第9位“V”"),
        ("91510113ZEM0000149", "第9位“Z”"),
        ("91D10113DEM0000149", "行政区划码"),
        ("91510113DEM000014", "现为17位"),
        ("", "请填写统一社会信用代码"),
    ],
)
def test_a_wrong_credit_code_is_told_where_it_is_wrong(code, says):
    assert says in ids.problem_of_uscc(code)


def test_the_organisation_code_inside_a_credit_code():
    assert ids.org_code_of_uscc("91510113DEM0000149") == "DEM000014"


@pytest.mark.parametrize("code", ["DEM00001-4", "DEM00002-2", "DEM00003-0", "D2143569-X", "d2143569x"])
def test_a_valid_organisation_code_has_no_problem(code):
    assert ids.problem_of_org_code(code) is None


@pytest.mark.parametrize(
    ("code", "says"), [("DEM00001-5", "末位校验码"), ("DEM0001-4", "现为8位"), ("DEM0+0014", "前8位"), (" ", "请填写")]
)
def test_a_wrong_organisation_code_is_told_what_is_wrong(code, says):
    assert says in ids.problem_of_org_code(code)


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "女"),
        ("440524188001010014", date(1880, 1, 1), "男"),
        ("510113189901010011", date(1899, 1, 1), "男"),
        ("51011318990101002x", date(1899, 1, 1), "女"),
        ("510107189602291231", date(1896, 2, 29), "男"),
    ],
)
def test_a_valid_citizen_id_tells_birth_date_and_sex(number, born, sex):
    assert ids.problem_of_citizen_id(number) is None
    assert (ids.birth_date(number), ids.sex(number)) == (born, sex)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("510107189802290014", "“18980229”不是真实存在的出生日期"),
        ("110105194912310021", "末位校验码"),
        ("1101051949123100", "现为16位"),
        ("11010519491231OO2X", "前17位应为数字"),
        ("", "请填写居民身份证号码"),
    ],
)
def test_a_wrong_citizen_id_is_told_what_is_wrong(number, says):
    assert says in ids.problem_of_citizen_id(number)


def test_an_old_citizen_id_becomes_one_of_18():
    assert ids.to_18("510113990101001") == "510113199901010010"
    assert ids.check_id(IdType.CITIZEN_ID, "510113 990101 001") == "510113199901010010"


@pytest.mark.parametrize(
    ("id_type", "typed", "normal"),
    [
        (IdType.CITIZEN_ID, "110105 19491231 002x", "11010519491231002X"),
        (IdType.USCC, "９１５１０１１３ＤＥＭ００００１４９", "91510113DEM0000149"),
        (IdType.ORG_CODE, "dem00001－4", "DEM000014"),
        (IdType.PASSPORT, "e 12345678", "E12345678"),
        (IdType.HK_MACAO_PERMIT, "h12345678", "H12345678"),
        (IdType.TAIWAN_PERMIT, "12345678", "12345678"),
        (IdType.OTHER, "南字第00123号", "南字第00123号"),
    ],
)
def test_a_checked_number_comes_back_in_normal_form(id_type, typed, normal):
    assert ids.check_id(id_type, typed) == normal


@pytest.mark.parametrize("id_type", IdType)
def test_an_empty_number_is_refused_for_every_document(id_type):
    with pytest.raises(Invalid):
        ids.check_id(id_type, "  ")


@pytest.mark.parametrize("id_type", [kind for kind in IdType if kind is not IdType.OTHER])
def test_a_number_of_the_wrong_shape_is_refused(id_type):
    with pytest.raises(Invalid, match="请对照证件"):
        ids.check_id(id_type, "×1")


@given(CITIZEN_IDS, st.integers(0, 17), DIGITS)
def test_any_wrong_digit_in_a_citizen_id_is_found(number, place, digit):
    wrong = changed(number, place, digit)
    assert (ids.problem_of_citizen_id(wrong) is None) == (wrong == number)


@given(
    st.sampled_from(["91510113DEM0000149", "9144030071526726XG"]), st.integers(0, 17), st.sampled_from("0123456789AXYW")
)
def test_any_wrong_character_in_a_credit_code_is_found(code, place, char):
    wrong = changed(code, place, char)
    assert (ids.problem_of_uscc(wrong) is None) == (wrong == code)


@given(st.text(max_size=20))
def test_no_text_breaks_a_check(text):
    for problem_of in (ids.problem_of_uscc, ids.problem_of_citizen_id, ids.problem_of_org_code, ids.problem_of_phone):
        assert problem_of(text) is None or problem_of(text).endswith("。")
    assert ids.is_case_number(text) in (True, False)
    assert ids.is_query_code(text) in (True, False)


@given(st.text("0aZx ０ａＺ　-－–—\u200b中（）", max_size=20))
def test_a_normal_form_stays_as_it_is(text):
    assert ids.normalise(ids.normalise(text)) == ids.normalise(text)


@pytest.mark.parametrize(("sequence", "number"), [(15, "51011320080103000150"), (12, "51011320080103000125")])
def test_a_case_number_ends_in_its_check_digit(sequence, number):
    assert ids.make_case_number("510113", date(2008, 1, 3), sequence) == number
    assert ids.is_case_number(number)


@pytest.mark.parametrize("number", ["51011320080103000151", "5101132008010300015", "51011320081303000150", "", "办件"])
def test_anything_else_is_no_case_number(number):
    assert not ids.is_case_number(number)


@pytest.mark.parametrize(("region", "sequence"), [("5101", 1), ("51011A", 1), ("510113", 0), ("510113", 100_000)])
def test_a_case_number_is_refused_beyond_its_places(region, sequence):
    with pytest.raises(Invalid):
        ids.make_case_number(region, date(2008, 1, 3), sequence)


@given(CASE_NUMBERS, st.integers(0, 19), DIGITS)
def test_any_wrong_digit_in_a_case_number_is_found(number, place, digit):
    wrong = changed(number, place, digit)
    assert ids.is_case_number(wrong) == (wrong == number)


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("028-00001234", "02800001234"),
        ("（028）00001234", "02800001234"),
        ("0838-2501234", "08382501234"),
        ("010-00001234", "01000001234"),
    ],
)
def test_a_phone_is_a_mobile_or_has_its_area_code(typed, phone):
    assert ids.check_phone(typed) == phone


@pytest.mark.parametrize(
    ("typed", "says"),
    [("1380013800", "11位"), ("12800138000", "11位"), ("85123456", "区号"), ("028-0001234", "位数"), ("", "请填写")],
)
def test_a_wrong_phone_is_told_how_to_mend_it(typed, says):
    with pytest.raises(Invalid, match=says):
        ids.check_phone(typed)


def test_a_query_code_is_printed_in_groups_and_read_however_typed():
    code = ids.crockford(0x1_2345_6789_ABCD_EF01)
    shown = ids.show_query_code(code)
    assert [len(group) for group in shown.split("-")] == [4, 4, 5, 1]
    assert ids.is_query_code(f" {shown.lower()} ")
    assert ids.normalise_query_code("o1il-abcd") == "0111ABCD"


def test_a_query_code_carries_crockfords_check_character():
    assert ids.crockford(1234, 3) == "16JD"  # Crockford's own example: 1234 is 16J, check D
    assert ids.crockford(b"\x04\xd2", 4) == "016JD"
    assert len(ids.crockford(bytes(16), 26)) == 27


def test_a_query_code_too_short_for_its_value_is_refused():
    with pytest.raises(ValueError):
        ids.crockford(32**3, 3)


@given(QUERY_CODES, st.integers(0, 12), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_any_wrong_character_in_a_query_code_is_found(code, place, char):
    wrong = changed(code, place, char)
    assert ids.is_query_code(wrong) == (wrong == code)


@given(QUERY_CODES, st.integers(0, 11))
def test_two_characters_of_a_query_code_swapped_are_found(code, place):
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert ids.is_query_code(wrong) == (wrong == code)


@pytest.mark.parametrize(
    ("name", "masked"), [("徐全", "徐*"), ("徐福全", "徐*全"), ("欧阳小明", "欧**明"), ("徐", "*"), ("", "")]
)
def test_a_persons_name_is_masked(name, masked):
    assert ids.mask_name(name) == masked


def test_an_organisations_name_is_public():
    assert ids.mask_name("成都示范科技有限公司", is_organisation=True) == "成都示范科技有限公司"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110105********002X"),
        ("510113990101001", "510113******001"),
        ("E12345678", "E1*****78"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_an_id_is_masked(number, masked):
    assert ids.mask_id(number) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13800138000", "138****8000"), ("028-00001234", "028****1234"), ("12345", "*****"), ("", "")],
)
def test_a_phone_is_masked(phone, masked):
    assert ids.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("成都市武侯区肖家河街道永丰社区1栋2单元301号", "成都市武侯区肖家河街道****"),
        ("成都市武侯区芳草街街道紫荆社区8号", "成都市武侯区芳草街街道****"),
        ("成都市青白江区清泉镇花园村3组", "成都市青白江区清泉镇****"),
        ("成都高新区天府大道９９８号", "成都高新区天府大道****"),
        ("江苏省镇江市幸福小区5栋", "江苏省镇江市****"),
        ("幸福小区5栋301", "****"),
        ("", "****"),
    ],
)
def test_an_address_is_shown_as_far_as_its_street(address, masked):
    assert ids.mask_address(address) == masked
