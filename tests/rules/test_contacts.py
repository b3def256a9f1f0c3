"""E-mail addresses as people write them."""

import pytest

from services.errors import Invalid
from services.rules import contacts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zhang@example.cn", "zhang@example.cn"),
        ("　a.b+c@mail.example.com ", "a.b+c@mail.example.com"),
        ("Ｌｉ＠example.cn", "Li@example.cn"),
    ],
)
def test_an_address_is_kept_in_its_normal_form(typed, kept):
    assert contacts.check_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "zhang",
        "zhang@",
        "@example.cn",
        "a b@example.cn",
        "a@b",
        "a@example.cn\nBcc: x@y.cn",
        "a@ex..cn",
        "a,b@example.cn",
    ],
)
def test_what_is_no_address_is_refused_in_words(typed):
    with pytest.raises(Invalid, match="电子邮箱的写法不对"):
        contacts.check_email(typed)


def test_an_address_is_shown_masked():
    assert contacts.mask_email("zhang@example.cn") == "z****@example.cn"
