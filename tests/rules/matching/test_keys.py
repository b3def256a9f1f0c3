"""Codes as departments deliver them: cleaned, looked into, repaired by their check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import CodeState
from services.rules import identifiers
from services.rules.matching import keys

DEMO = "91510113DEM0000149"
CODES = st.text(keys.USCC, min_size=5, max_size=5)


def uscc(body):
    org = f"DEM{body}"
    front = f"91510113{org}{identifiers.org_code_check(org)}"
    return front + identifiers.uscc_check(front)


@pytest.mark.parametrize(
    "written",
    [
        DEMO,
        DEMO.lower(),
        f" {DEMO[:6]} {DEMO[6:14]} {DEMO[14:]}",
        "９１５１０１１３ＤＥＭ００００１４９",
        f"{DEMO[:-1]}-{DEMO[-1]}",
        DEMO.replace("0", "O", 1),
        DEMO.replace("1", "I", 1),
        "510113DEM000014",  # the taxpayer id of before 2015
        "DEM00001-4",
    ],
)
def test_the_same_organisation_is_read_from_every_way_of_writing_it(written):
    assert keys.read(written).org_code == "DEM000014"
    assert keys.read(written).state == CodeState.VALID


@pytest.mark.parametrize("nothing", ["", "无", "NULL", "0000000000", "暂无", "---", "未办"])
def test_what_stands_for_nothing_is_no_code(nothing):
    assert keys.read(nothing) == keys.ABSENT


def test_a_wrong_inner_code_is_seen_although_the_outer_digit_fits():
    assert keys.read("91510113DEM000010W").state == CodeState.WRONG_CHECK
    assert keys.read("91510113DEM000010W").org_code is None


def test_an_error_outside_the_organisation_code_leaves_it_readable():
    read = keys.read("91510114DEM0000149")
    assert (read.state, read.org_code) == (CodeState.WRONG_CHECK, "DEM000014")


@pytest.mark.parametrize("written", ["11010519491231002X", "110105491231002"])
def test_a_persons_id_is_no_organisation(written):
    read = keys.read(written)
    assert read.citizen_id == "11010519491231002X" and keys.looks_personal(written)


def test_a_published_code_is_sound():
    for code in ("91350100M000100Y43", "9144030071526726XG", "91110000600037341L"):
        assert keys.is_uscc(code) and not keys.looks_personal(code)


@given(CODES, st.integers(0, 17), st.sampled_from(keys.USCC))
def test_the_truth_is_among_the_candidates_of_a_mistyped_character(body, place, char):
    code = uscc(body)
    wrong = code[:place] + char + code[place + 1 :]
    if wrong != code:
        assert code[8:17] in {keys.read(wrong).org_code, *keys.repaired(wrong)}


@given(CODES, st.integers(0, 16))
def test_the_truth_is_among_the_candidates_of_two_swapped_neighbours(body, place):
    code = uscc(body)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        assert code[8:17] in {keys.read(wrong).org_code, *keys.repaired(wrong)}


@given(CODES, st.integers(0, 17))
def test_the_truth_is_among_the_candidates_of_a_lost_or_doubled_character(body, place):
    code = uscc(body)
    assert code[8:17] in keys.repaired(code[:place] + code[place + 1 :])
    assert code[8:17] in keys.repaired(code[:place] + code[place] + code[place:])


@given(CODES, st.integers(6, 14), st.sampled_from(keys.ORG))
def test_the_truth_is_among_the_candidates_of_an_old_taxpayer_id(body, place, char):
    code = uscc(body)[2:17]
    wrong = code[:place] + char + code[place + 1 :]
    if keys.read(wrong).state != CodeState.VALID:
        assert code[6:] in keys.repaired(wrong)


def test_a_sound_code_is_not_repaired():
    assert keys.repaired(DEMO) == () and keys.repaired("无") == () and keys.repaired("91") == ()


@given(st.text(max_size=25))
def test_any_text_can_be_read_and_cleaning_twice_changes_nothing(text):
    assert keys.clean(keys.clean(text)) == keys.clean(text)
    assert keys.read(text).state in CodeState
    keys.repaired(text)


@given(st.text(keys.ORG, min_size=9, max_size=9))
def test_one_wrong_character_is_solved_as_by_trying_them_all(code):
    tried = {
        whole
        for place in range(9)
        for char in keys.ORG
        if keys.is_org_code(whole := code[:place] + char + code[place + 1 :]) and whole != code
    }
    if keys.read(code).state == CodeState.WRONG_CHECK:  # else it is read as it stands, or stands for "none"
        assert tried <= set(keys.repaired(code))
