"""项目报建, opened through the front door: a project is opened, a permit applied for, another said not to apply."""

import pytest

from models.bundles import BundleStage
from models.catalogue import Bundle, BundleItem
from models.enums import CaseType, PermitState, Role
from services import actors, database, projects
from services.projects import NewProject
from tests import builders
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def template(fresh_database):
    """A bundle of one stage with an instant and a promised permit; returns (its id, the items' ids)."""
    with database.writing() as session:
        bundle = Bundle(district_id=1, code="project", name="项目报建", description="")
        session.add(bundle)
        session.flush()
        session.add(BundleStage(district_id=1, bundle_id=bundle.id, position=1, name="立项选址", promise_days=3))
        kinds = {"项目备案": CaseType.IMMEDIATE, "选址意见书": CaseType.PROMISED}
        ids = [
            builders.item(session, name=name, department="003", dept_name="", case_type=kind)
            for name, kind in kinds.items()
        ]
        for position, item in enumerate(ids, start=1):
            session.add(
                BundleItem(
                    district_id=1, bundle_id=bundle.id, item_id=item, stage="立项选址", position=position,
                    is_mandatory=True, may_start_early=False,
                )
            )  # fmt: skip
        return bundle.id, ids


@pytest.fixture
def number(template):
    with database.writing() as session:
        clerk = builders.actor(session, "window_clerk", window="003")
        new = NewProject("软件园二期", template[0], builders.PERSON, signing.now().date())
        return projects.open_project(session, new, actor=clerk, now=signing.now()).number


def states(number):
    with database.reading() as session:
        board = projects.board(session, number, actors.system(1), now=signing.now())
    return {permit.name: permit.state for permit in board.permits}


def visit(number, view, person):
    at = signing.visit("cases/projects.py", person, project=number)
    at.session_state["project-view"] = view
    return at.run()


def test_a_clerk_opens_a_project(template):
    clerk = signing.person(Role.WINDOW_CLERK, window="003")
    at = signing.visit("cases/projects.py", clerk)
    assert "还没有您可以查看的项目" in signing.said(at)
    at.session_state["project-view"] = "新建项目"
    at.run()
    at.text_input(key="project-new-project_name").set_value("软件园二期")
    at.text_input(key="project-new-id_number").set_value(builders.PERSON.id_number)
    at.text_input(key="project-new-name").set_value("示例甲")
    next(button for button in at.button if button.label == "建立项目").click().run()
    assert not at.exception and "项目已建立" in signing.said(at)


def test_the_board_the_plan_and_the_path_are_drawn(number):
    clerk = signing.person(Role.WINDOW_CLERK, window="003")
    for view, words in (
        ("看板", "政府已用 0.0 / 承诺 3 个工作日"),
        ("计划与实际", "在关键路径上"),
        ("关键路径", "最长的一条链"),
    ):
        at = visit(number, view, clerk)
        assert not at.exception and words in signing.said(at), view


def test_a_permit_is_applied_for_and_what_is_missing_is_said(number):
    at = visit(number, "申报", signing.person(Role.WINDOW_CLERK, window="003"))
    at.selectbox(key=f"permit-{number}").select_index(1).run()
    next(button for button in at.button if button.label == "申报").click().run()
    assert "缺少必要材料" in signing.said(at) and states(number)["选址意见书"] is PermitState.READY
    at.selectbox(key=f"permit-{number}").select_index(0).run()
    next(button for button in at.button if button.label == "申报").click().run()
    assert not at.exception and states(number)["项目备案"] is PermitState.GRANTED


def test_what_does_not_apply_needs_its_reason(number):
    at = visit(number, "申报", signing.person(Role.WINDOW_CLERK, window="003"))
    next(button for button in at.button if button.label == "确认注明不适用").click().run()
    assert "请先填写不适用的原因" in signing.said(at)
    assert PermitState.NOT_APPLICABLE not in states(number).values()


def test_a_reviewer_of_a_department_looks_and_does_nothing(number):
    at = visit(number, "申报", signing.person(Role.REVIEWER, department="003"))
    assert not at.exception and "由窗口人员办理" in signing.said(at)
    other = signing.visit("cases/projects.py", signing.person(Role.REVIEWER, department="017"), project=number)
    assert "还没有您可以查看的项目" in signing.said(other)
