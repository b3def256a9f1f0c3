"""What hurried typing means."""

import pytest

from services.rules.quick_entry import SoughtBy, sought_by, split_choice


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cyywsxkz", ("cyywsxkz", None)),
        ("cyywsxkz2", ("cyywsxkz", 2)),
        ("餐饮 3", ("餐饮", 3)),
        ("示例甲1", ("示例甲", 1)),
        ("65", ("65", None)),
        (" cyy ", ("cyy", None)),
        ("cyy0", ("cyy0", None)),
        ("", ("", None)),
    ],
)
def test_a_digit_behind_words_chooses_and_digits_alone_are_words(typed, meant):
    assert split_choice(typed) == meant


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("示例甲", SoughtBy.NAME),
        ("示例甲2", SoughtBy.NAME),
        ("13800000001", SoughtBy.PHONE),
        ("028-00001234", SoughtBy.PHONE),
        ("510113189901010011", SoughtBy.ID),
        ("91510113DEM0000149", SoughtBy.ID),
        ("5101131899", SoughtBy.ID),
    ],
)
def test_an_applicant_is_sought_by_name_phone_or_id(typed, by):
    assert sought_by(typed) == by
