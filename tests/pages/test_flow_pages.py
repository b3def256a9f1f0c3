"""流程设计, 并联收件 and a case of several departments, opened through the front door."""

import pytest

from models.enums import CaseStatus, LimitUnit, Opinion, Role
from services import actors, bundles, database, flows
from services.bundles import setting_up
from services.bundles.setting_up import NewBundle
from services.cases import circulation, details, intake
from tests import builders
from tests.services.bundles.test_bundles import made_items
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
FLOW = [{"stage": 1, "department": name} for name in ("卫生局", "公安分局")]


@pytest.fixture
def shop(fresh_database):
    """A published bundle; returns the id of its own item."""
    with database.writing() as session:
        ids = list(made_items(session).values())
        new = NewBundle("开办餐饮店", ids[0], ids[:2], ids[2:], (4, LimitUnit.WORK_HOUR))
        moment, system = signing.now(), actors.system(builders.DISTRICT)
        bundle = setting_up.create(session, new, actor=system, now=moment)
        item = setting_up.own_item(session, bundle)
        flows.publish(session, item.id, expected_saves=item.version, actor=system, now=moment)
        return item.id


@pytest.fixture
def number(fresh_database):
    """A case that health and police answer."""
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="017")
        filing = builders.filing(builders.item(session, flow=FLOW))
        return intake.file(session, filing, actor=clerk, now=signing.now()).number


def test_staff_draft_and_publish_a_flow(shop):
    staff = signing.person(Role.CENTRE_STAFF)
    at = signing.visit("catalogue/flows.py", staff, item=str(shop))
    assert "第 1 版 已发布" in signing.said(at) and not at.exception
    at.button(key="flow-draft").click().run()
    assert not at.exception and "草稿" in signing.said(at)
    at.button(key="flow-save").click().run()
    assert "流程已保存" in signing.said(at)
    with database.reading() as session:
        assert flows.subject(session, shop, actors.system(1)).is_editable


def test_a_flow_is_tried_on_an_imaginary_case(shop):
    at = signing.visit("catalogue/flows.py", signing.person(Role.CENTRE_STAFF), item=str(shop))
    at.session_state["flow-view"] = "试算"
    at.run()
    assert not at.exception
    assert "承诺时限" in signing.said(at) and len(at.table) == 1


def test_the_items_of_a_bundle_are_changed_on_screen(shop):
    at = signing.visit("catalogue/flows.py", signing.person(Role.CENTRE_STAFF), item=str(shop))
    at.session_state["flow-view"] = "事项组成"
    at.run()
    (optional,) = [each for each in at.multiselect if each.label == "按需选办的事项"]
    optional.set_value([])
    next(button for button in at.button if button.label == "保存事项组成").click().run()
    assert not at.exception and "事项组成已保存" in signing.said(at)


def test_a_reviewer_sees_no_settings_of_the_centre(shop):
    at = signing.visit("catalogue/flows.py", signing.person(Role.REVIEWER, department="017"), item=str(shop))
    assert not at.exception
    assert shop not in [option for box in at.selectbox for option in box.options]


def test_one_window_takes_a_bundle_in(shop):
    clerk = signing.person(Role.WINDOW_CLERK, window="011")
    at = signing.visit("cases/bundle.py", clerk)
    with database.reading() as session:
        (card,) = bundles.bundles(session, builders.DISTRICT)
    at.selectbox(key="intake-1-bundle").set_value(card.id).run()
    assert "2 个事项　2 个部门　材料 3 份" in signing.said(at)
    at.text_input(key="intake-1-id_number").set_value(builders.PERSON.id_number).run()
    at.text_input(key="intake-1-name").set_value("示例甲").run()
    at.button(key="intake-1-file").click().run()
    assert "缺少必要材料" in signing.said(at), "nothing is filed before the materials are there"
    assert at.text_input(key="intake-1-name").value == "示例甲"
    at.button(key="intake-1-all").click().run()
    at.button(key="intake-1-file").click().run()
    assert not at.exception and len(at.metric[0].value) == 20


def test_a_department_gives_its_opinion_on_the_cases_page(number):
    police = signing.person(Role.REVIEWER, department="004")
    at = signing.visit("cases/case.py", police, number=number)
    assert not at.exception and "各部门意见" in signing.said(at)
    (form,) = [button for button in at.button if button.label == "提交意见"]
    form.click().run()
    assert "已提交意见「同意」" in signing.said(at)
    with database.reading() as session:
        case = details.get(session, number, builders.actor(session, "inspector"))
    assert case.status == CaseStatus.EXAMINING


def test_a_disagreement_without_reasons_stays_on_the_page(number):
    at = signing.visit("cases/case.py", signing.person(Role.REVIEWER, department="004"), number=number)
    (choice,) = [each for each in at.button_group if each.label == "意见"]
    choice.set_value(Opinion.DISAGREE).run()
    next(button for button in at.button if button.label == "提交意见").click().run()
    assert "不同意必须写明理由" in signing.said(at)


def test_the_leading_department_rules_with_the_ordinary_decision(number):
    with database.writing() as session:
        people = [builders.actor(session, "reviewer", department=code) for code in ("017", "004")]
        moment = signing.now()
        circulation.give(session, number, Opinion.AGREE, actor=people[0], now=moment)
        circulation.give(session, number, Opinion.DISAGREE, "不符合消防要求", actor=people[1], now=moment)
    at = signing.visit("cases/case.py", signing.person(Role.REVIEWER, department="017"), number=number)
    labels = [button.label for button in at.button]
    assert not at.exception and "准予" in labels and "提交意见" not in labels
    assert "不符合消防要求" in signing.said(at)
