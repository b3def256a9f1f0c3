"""我要办一件事, opened by anybody: asked first, then shown whole; nothing to ask says where else to look."""

import pytest

from models.enums import Role
from services import database
from services.bundles import composing, guiding, setting_up
from tests import builders
from tests.pages.test_flow_pages import shop as shop  # a published bundle
from tests.services.bundles.test_journeys import ASKED
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
PAGE = "portal/journeys.py"


@pytest.fixture
def asked(shop, monkeypatch):
    with database.writing() as session:
        bundle = session.query(setting_up.Bundle).one()
        bundle.code = "shop"
    monkeypatch.setattr(guiding, "declared", lambda: ASKED)


def said(at):
    return signing.said(at).replace("\\", "")


def radio(at, label):
    return next(each for each in at.radio if each.label == label)


def test_where_there_is_nothing_to_ask_it_says_where_to_look(fresh_database):
    at = signing.visit(PAGE)
    assert not at.exception and "请在办事大厅按名称查找事项" in said(at)


def test_questions_come_first_and_the_answer_is_whole(asked):
    at = signing.visit(PAGE)
    radio(at, "您想办什么").set_value("shop").run()
    assert "还有 1 个问题没有回答" in said(at) and "shop" in at.query_params["what"]
    radio(at, "要消防检查吗").set_value("要").run()
    told = said(at)
    assert not at.exception
    assert {metric.label: metric.value for metric in at.metric}["要办几项"] == "3 项"
    for part in ("依次办这些手续", "消防检查", "同一份只交一次", "场所平面图", "最短路线", "号窗口"):
        assert part in told, part
    assert "在线一次申请" in {button.label for button in at.button}


def test_an_address_opens_what_it_names(asked):
    at = signing.visit(PAGE, what="shop")
    assert radio(at, "您想办什么").value == "shop" and not at.exception
    assert not signing.visit(PAGE, what="nothing").exception


def test_staff_edit_the_questions_and_the_public_sees_them_at_once(asked):
    with database.reading() as session:
        bundle = session.query(setting_up.Bundle).one()
        own = composing.card(session, builders.DISTRICT, bundle.id).item_id
    at = signing.visit("catalogue/flows.py", signing.person(Role.CENTRE_STAFF), item=str(own))
    at.session_state["flow-view"] = "引导问题"
    at.run()
    assert not at.exception and next(each for each in at.text_input if each.label == "标题").value == "我要开一家店"
    grid = f"questions-{bundle.id}-0"
    row = {"问题": "要消防检查吗", "选项（用顿号隔开）": "要，不要", "选哪个时": "也许", "加办事项": "消防检查"}
    at.session_state[grid] = {"edited_rows": {0: row}, "added_rows": [], "deleted_rows": []}
    at = next(each for each in at.button if each.label == "保存引导问题").click().run()
    assert "没有选项「也许」" in said(at)
    at.session_state[grid] = {"edited_rows": {0: row | {"选哪个时": "不要"}}, "added_rows": [], "deleted_rows": []}
    next(each for each in at.text_input if each.label == "标题").set_value("我要开一家小店")
    at = next(each for each in at.button if each.label == "保存引导问题").click().run()
    assert "引导问题已保存" in said(at)
    public = signing.visit(PAGE, what="shop")
    assert "我要开一家小店" in radio(public, "您想办什么").options
    radio(public, "要消防检查吗").set_value("不要").run()
    assert {metric.label: metric.value for metric in public.metric}["要办几项"] == "3 项"
