"""The front door: who may open what, and what a stranger is answered."""

import pytest

from models.enums import Role
from services import database
from services import sign_in_sessions as sessions
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")


def test_a_stranger_gets_the_sign_in_form_on_a_staff_page():
    at = signing.visit("admin/account.py")
    assert not at.exception
    assert "需要登录后访问" in signing.said(at)
    assert [field.label for field in at.text_input] == ["用户名", "密码"]


def test_a_signed_in_person_opens_the_page():
    at = signing.visit("admin/account.py", signing.person(Role.WINDOW_CLERK))
    assert not at.exception
    assert at.title[0].value == "我的账号"
