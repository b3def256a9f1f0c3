"""Chinese lines end where they may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.line_breaks import NOT_FIRST, NOT_LAST, lines


def broken(text, room):
    return list(lines(text, room, len))


@pytest.mark.parametrize(
    ("text", "room", "expected"),
    [
        ("根据规定，不予许可", 4, ["根据规", "定，不予", "许可"]),
        ("提出的「公共场所」申请", 4, ["提出的", "「公共场", "所」申请"]),
        ("编号51010920261126受理", 6, ["编号", "51010920261126", "受理"]),
        ("依据川价费〔2026〕1号", 10, ["依据川价费", "〔2026〕1号"]),
        ("一行\n又一行", 9, ["一行", "又一行"]),
        ("", 9, [""]),
        ("（（（（", 2, ["（（", "（（"]),
    ],
)
def test_a_line_ends_where_it_may(text, room, expected):
    assert broken(text, room) == expected


@given(st.text(alphabet="根据规定，。（）「」不予许可2026年a ", max_size=60), st.integers(4, 12))
def test_no_character_is_lost_and_no_line_is_empty_within_a_text(text, room):
    found = broken(text, room)
    assert "".join(found) == text
    assert all(line for line in found[1:])


@given(st.lists(st.sampled_from(["根据", "规定", "，不予", "「许可」", "（新办）"]), max_size=20), st.integers(6, 12))
def test_ordinary_text_never_begins_a_line_with_a_stop_or_ends_one_with_a_bracket(words, room):
    found = broken("".join(words), room)
    assert not [line for line in found[1:] if line[0] in NOT_FIRST]
    assert not [line for line in found[:-1] if line[-1] in NOT_LAST]
