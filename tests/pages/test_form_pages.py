"""表单设计: a form is designed in a grid, previewed, kept in the draft and refused in words, as the right and wrong person."""

import pytest

from models.enums import FieldKind, Role
from services import actors, database, flows
from services.errors import Conflict, Invalid, WrongState
from services.rules.form_schema import FormField
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
PAGE = "catalogue/forms.py"
FORM = [
    {"key": "f1", "label": "店名", "section": "店铺"},
    {"key": "f2", "label": "有无外送", "kind": "yes_no", "section": "店铺"},
    {
        "key": "f3", "label": "配送范围", "section": "店铺", "when_field": "有无外送", "when_operator": "equals",
        "when_value": "是",
    },
]  # fmt: skip


@pytest.fixture
def item():
    with database.writing() as session:
        return builders.item(session, form=FORM)


@pytest.fixture
def staff():
    return signing.person(Role.CENTRE_STAFF)


def press(at, label):
    return next(button for button in at.button if button.label == label).click().run()


def said(at):
    return signing.said(at).replace("\\", "")


def labels(at, kind):
    return [each.label for each in getattr(at, kind)]


def drawing(item):
    with database.reading() as session:
        return flows.subject(session, item, actors.system(builders.DISTRICT))


def keep(item, *fields, saves=None):
    with database.writing() as session:
        found = flows.subject(session, item, actors.system(builders.DISTRICT))
        flows.save_form(
            session, item, fields, expected_saves=found.saves if saves is None else saves,
            actor=actors.system(builders.DISTRICT), now=signing.now(),
        )  # fmt: skip


def test_a_published_form_is_shown_as_the_citizen_sees_it_and_drafted(item, staff):
    at = signing.visit(PAGE, staff, item=str(item))
    assert not at.exception and "第 1 版 已发布" in said(at)
    assert "店名" in labels(at, "text_input") and "配送范围" not in labels(at, "text_input"), "shown on its condition"
    next(each for each in at.radio if each.label == "有无外送").set_value("是").run()
    assert "配送范围" in labels(at, "text_input")
    press(at, "建立草稿")
    assert drawing(item).is_editable and "可以修改表单" in said(at)


def test_a_form_is_edited_previewed_and_kept_in_the_draft(item, staff):
    at = press(signing.visit(PAGE, staff, item=str(item)), "建立草稿")
    found = drawing(item)
    added = {"label": "经营面积", "kind": "数字", "minimum": "6", "unit": "平方米", "is_required": True}
    at.session_state[f"form-{item}-{found.saves}"] = {"edited_rows": {}, "added_rows": [added], "deleted_rows": []}
    press(at, "预览")
    assert not at.exception and "经营面积（平方米）" in labels(at, "number_input")
    press(at, "试填检查")
    assert "店名" in said(at) and "填写正确" not in said(at)
    at.session_state[f"form-{item}-{found.saves}"] = {"edited_rows": {}, "added_rows": [added], "deleted_rows": []}
    press(at, "保存表单")
    assert not at.exception and "表单已保存" in said(at)
    kept = drawing(item).form
    assert [(each.key, each.label, each.kind) for each in kept][-1] == ("f4", "经营面积", FieldKind.NUMBER)
    assert kept[2].condition is not None, "conditions come through the grid whole"


def test_what_is_wrong_is_said_by_row_and_nothing_is_kept(item):
    with database.writing() as session:
        flows.open_draft(session, item, actor=actors.system(builders.DISTRICT), now=signing.now())
    with pytest.raises(Invalid, match=r"第 2 行：.*出现了两次"):
        keep(item, FormField(label="店名"), FormField(label="店名"))
    with pytest.raises(Invalid, match="至少给出两个不同的选项"):
        keep(item, FormField(label="业态", kind=FieldKind.CHOICE))
    with pytest.raises(Conflict):
        keep(item, FormField(label="店名"), saves=99)
    assert len(drawing(item).form) == 3


def test_a_published_version_is_not_changed(item):
    with pytest.raises(WrongState, match="请先建立草稿"):
        keep(item, FormField(label="店名"))


def test_a_form_is_not_for_everybody(item):
    assert "403" in said(signing.visit(PAGE, signing.person(Role.WINDOW_CLERK, window="017"), item=str(item)))
    assert "需要登录后访问" in said(signing.visit(PAGE, item=str(item)))
