"""事项与日历的页面: opened through the front door, by the right person."""

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from models.catalogue import ItemVersion, ServiceItem
from models.enums import ItemState, Role, ScopeKind
from models.organisations import CalendarOverride, Organisation, Window
from services import actors, database, passwords
from services.catalogue import items, versions
from services.rules.guide import Guide
from tests import builders
from tests.services.catalogue.conftest import guide as complete_guide
from tests.web import signing

pytestmark = pytest.mark.usefixtures("fresh_database")
SYSTEM = actors.system(builders.DISTRICT)
CODE = "510109-017-01-900-000"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.fixture
def staff():
    return signing.person(Role.CENTRE_STAFF)


@pytest.fixture
def item(fresh_database):
    """A published item, by way of its reviews; the id."""
    return publish(CODE)


def publish(code, **changes):
    with database.writing() as session:
        guide = complete_guide(task_code=code, **changes)
        department = builders.organisation_id(session, "017")
        made = items.create(
            session, code=code, department_id=department, tier="district", guide=guide, actor=SYSTEM, now=signing.now()
        )
        version = versions.get(session, made.draft_version_id, SYSTEM)
        for step in (versions.submit, versions.approve_department, versions.approve_centre, versions.publish):
            step(session, version, actor=SYSTEM, now=signing.now())
        return made.id


def draft_of(item_id):
    with database.writing() as session:
        return versions.draft(session, items.editable(session, item_id, SYSTEM), actor=SYSTEM, now=signing.now()).id


def stored(item_id):
    with database.reading() as session:
        return session.get_one(ServiceItem, (builders.DISTRICT, item_id))


def guide_of(version_id):
    with database.reading() as session:
        return Guide.model_validate(session.get_one(ItemVersion, (builders.DISTRICT, version_id)).guide)


def organisation(code):
    with database.reading() as session:
        return builders.organisation_id(session, code)


def labels(at):
    return [button.label for button in at.button]


def press(at, label):
    return next(button for button in at.button if button.label == label).click().run()


def test_the_hall_opens_with_the_question_and_the_doors(item):
    at = signing.visit("portal/guide.py")
    assert at.text_input(key="portal-words").label == "您想办什么事？"
    assert any("项" in label for label in labels(at))


def test_a_citizen_finds_an_item_by_words_and_by_initials(item):
    name = stored(item).name
    for words in (name[:4], items.initials(name)[:4]):
        at = signing.visit("portal/guide.py")
        at.text_input(key="portal-words").set_value(words).run()
        assert "共 1 项" in signing.said(at)
        assert at.query_params["words"] == words


def test_a_search_without_result_says_what_to_do(item):
    at = signing.visit("portal/guide.py", words="飞船")
    assert "没有找到与「飞船」有关的事项" in signing.said(at)
    assert "换个说法" in signing.said(at)


def test_a_chip_takes_its_filter_away(item):
    at = signing.visit("portal/guide.py", words="飞船")
    at.button(key="portal-chip-words").click().run()
    assert "没有找到" not in signing.said(at)


def test_the_guide_tells_first_how_long_how_often_and_what_to_bring(item):
    at = signing.visit("portal/item.py", code=CODE)
    guide = guide_of(stored(item).published_version_id)
    assert [metric.label for metric in at.metric] == ["多久办好", "要跑几次", "收不收费", "怎么办理"]
    assert len(at.checkbox) == len(guide.materials)


def test_a_suspended_item_says_so(item):
    with database.writing() as session:
        versions.suspend(session, items.editable(session, item, SYSTEM), "检修", actor=SYSTEM, now=signing.now())
    assert "暂停办理" in signing.said(signing.visit("portal/item.py", code=CODE))


def test_an_unknown_code_is_answered_in_words():
    at = signing.visit("portal/item.py", code="nothing")
    assert not at.exception
    assert "没有这个事项" in signing.said(at)


def test_markup_typed_into_an_item_is_shown_as_text():
    publish("510109-017-01-901-000", task_name="**加粗**<b>事项")
    at = signing.visit("portal/item.py", code="510109-017-01-901-000")
    assert at.header[0].value.startswith(r"\*\*加粗")


def test_the_figures_of_the_catalogue_are_links_to_what_they_count(item, staff):
    at = signing.visit("catalogue/items.py", staff)
    at.button(key="figure-在用").click().run()
    assert at.query_params["state"] == "active"
    assert "共 1 项" in signing.said(at)
    at.button(key="figure-暂停").click().run()
    assert "没有符合条件的事项" in signing.said(at)


def test_the_filters_of_the_address_are_drawn(item, staff):
    at = signing.visit("catalogue/items.py", staff, department=str(organisation("017")), state="active")
    assert at.selectbox(key="items-state").value == "active"
    assert any(label.startswith("实施部门：") for label in labels(at))


def test_a_filter_that_the_address_makes_up_is_left_out(item, staff):
    at = signing.visit("catalogue/items.py", staff, state="nonsense", department="1 OR 1")
    assert not at.exception
    assert "共 1 项" in signing.said(at)


def test_a_new_item_is_created_and_errors_stand_at_their_fields(item, staff):
    at = signing.visit("catalogue/items.py", staff)
    at.text_input(key="new-item-task_name").set_value("新事项")
    at.text_input(key="new-item-code").set_value(CODE)
    at.selectbox(key="new-item-department_id").set_value(organisation("017"))
    press(at, "新增并编辑")
    assert "✕" in signing.said(at)
    at.text_input(key="new-item-code").set_value("510109-017-01-902-000")
    press(at, "新增并编辑")
    with database.reading() as session:
        assert session.scalars(select(ServiceItem.name).where(ServiceItem.code.like("%902-000"))).one() == "新事项"


@pytest.mark.parametrize("view", ["指南", "编辑", "审查", "版本与差异", "影响", "流转", "历史"])
def test_every_view_of_an_item_opens(item, staff, view):
    draft_of(item)
    at = signing.visit("catalogue/item.py", staff, id=str(item), view=view)
    assert not at.exception
    assert at.header[0].value == stored(item).name


def test_an_item_that_does_not_exist_is_answered_in_words(staff):
    for asked in ("1", "x", ""):
        at = signing.visit("catalogue/item.py", staff, id=asked)
        assert not at.exception
        assert "没有这个事项" in signing.said(at)


def test_a_draft_is_saved_with_what_was_typed_in_any_section(item, staff):
    draft = draft_of(item)
    at = signing.visit("catalogue/item.py", staff, id=str(item), view="编辑")
    form = f"edit-{draft}-1"
    at.text_input(key=f"{form}-main_item").set_value("新的主项")
    at.number_input(key=f"{form}-promise_day").set_value(2)
    press(at, "保存草稿")
    assert "草稿已保存" in signing.said(at)
    assert (guide_of(draft).main_item, guide_of(draft).promise_day) == ("新的主项", 2)


def test_saving_a_draft_untouched_changes_nothing(item, staff):
    draft = draft_of(item)
    before = guide_of(draft)
    press(signing.visit("catalogue/item.py", staff, id=str(item), view="编辑"), "保存草稿")
    assert guide_of(draft) == before


def test_two_people_edit_one_draft_and_nothing_is_lost(item, staff):
    draft = draft_of(item)
    first = signing.visit("catalogue/item.py", staff, id=str(item), view="编辑")
    second = signing.visit("catalogue/item.py", staff, id=str(item), view="编辑")
    second.text_input(key=f"edit-{draft}-1-main_item").set_value("乙改的主项")
    press(second, "保存草稿")
    first.run()
    assert "他人刚刚保存了同一草稿" in signing.said(first)
    first.number_input(key=f"edit-{draft}-1-promise_day").set_value(2)
    press(first, "在最新内容上保存我的修改")
    assert (guide_of(draft).main_item, guide_of(draft).promise_day) == ("乙改的主项", 2)


def test_what_the_lint_finds_names_the_element_and_the_mend(item, staff):
    draft = draft_of(item)
    at = signing.visit("catalogue/item.py", staff, id=str(item), view="编辑")
    at.text_input(key=f"edit-{draft}-1-complain_phone").set_value("12345")
    press(at, "保存草稿")
    at = signing.visit("catalogue/item.py", staff, id=str(item), view="审查")
    assert "处错误必须改正" in signing.said(at)
    assert "监督电话" in str(at.table[0].value)


def test_suspending_asks_for_a_reason_and_tells_what_will_happen(item, staff):
    at = signing.visit("catalogue/item.py", staff, id=str(item), view="流转")
    press(at, "确认暂停办理")
    assert stored(item).state is ItemState.ACTIVE
    assert "请先填写暂停原因" in signing.said(at)
    at.text_input(key="step-暂停办理-reason").set_value("系统检修")
    press(at, "确认暂停办理")
    assert stored(item).state is ItemState.SUSPENDED


def test_a_version_goes_from_draft_to_publication_by_its_steps(item, staff):
    draft_of(item)
    chief = signing.person(Role.CHIEF_REPRESENTATIVE, department="017", scope=ScopeKind.DEPARTMENT)
    steps = ((staff, "提交审核"), (chief, "部门审核通过"), (staff, "中心审核通过"), (staff, "发布"))
    for who, step in steps:
        at = signing.visit("catalogue/item.py", who, id=str(item), view="流转")
        press(at, f"确认{step}")
        assert not at.exception and not at.error, (step, signing.said(at))
    assert stored(item).draft_version_id is None


def test_who_may_only_read_sees_no_act(item):
    clerk = signing.person(Role.WINDOW_CLERK, window="017")
    at = signing.visit("catalogue/item.py", clerk, id=str(item), view="流转")
    assert "您可以查看该事项" in signing.said(at)
    assert not [label for label in labels(at) if label.startswith("确认")]


def test_the_grid_saves_nothing_when_nothing_was_typed(item, staff):
    at = signing.visit("catalogue/grid.py", staff)
    press(at, "保存")
    assert "没有改动" in signing.said(at)
    assert stored(item).draft_version_id is None


def test_an_organisation_is_edited_beside_the_tree(staff):
    hall = organisation("510109-S")
    at = signing.visit("catalogue/organisations.py", staff, id=str(hall))
    assert "南区大厅" in signing.said(at)
    at.session_state[f"tabs-{hall}"] = "资料"
    at.run()
    at.text_input(key=f"organisation-{hall}-1-phone").set_value("028-00009999")
    press(at, "保存")
    with database.reading() as session:
        assert session.get_one(Organisation, (builders.DISTRICT, hall)).phone == "028-00009999"


def test_a_window_is_added_to_a_hall_and_a_taken_number_is_refused_at_its_field(staff):
    hall = organisation("510109-S")
    at = signing.visit("catalogue/organisations.py", staff, id=str(hall))
    form = f"window-{hall}-new"
    at.text_input(key=f"{form}-number").set_value("001")
    at.text_input(key=f"{form}-name").set_value("新窗口")
    at.multiselect(key=f"{form}-department_ids").set_value([organisation("017")])
    press(at, "新增窗口")
    assert "已有 001 号窗口" in signing.said(at)
    at.text_input(key=f"{form}-number").set_value("901")
    press(at, "新增窗口")
    with database.reading() as session:
        assert session.scalars(select(Window.name).where(Window.number == "901")).one() == "新窗口"


def test_a_provisional_year_says_so(staff):
    at = signing.visit("admin/calendar.py", staff, year="2027")
    assert "暂定" in signing.said(at)


def test_a_halls_own_closure_is_entered_with_its_document(staff):
    at = signing.visit("admin/calendar.py", staff)
    at.session_state["calendar-tabs"] = "大厅例外"
    at.run()
    year = signing.now().year
    at.selectbox(key=f"override-{year}-centre_id").set_value(organisation("510109-S"))
    at.date_input(key=f"override-{year}-day").set_value(signing.now().date())
    press(at, "登记")
    assert "请写明依据文件" in signing.said(at)
    at.text_input(key=f"override-{year}-name").set_value("停电检修")
    at.text_input(key=f"override-{year}-source").set_value("停电通知")
    press(at, "登记")
    with database.reading() as session:
        assert session.scalars(select(CalendarOverride.name)).one() == "停电检修"


@pytest.mark.parametrize("typed", ["9" * 30, "-1", "abc", "٣"])
@pytest.mark.parametrize(
    ("path", "name"),
    [("catalogue/item.py", "id"), ("catalogue/items.py", "department"), ("portal/guide.py", "department")],
)
def test_nonsense_in_an_address_is_no_error_of_ours(staff, path, name, typed):
    assert not signing.visit(path, staff, **{name: typed}).exception


def test_a_circle_of_prerequisites_is_told(staff, item):
    other = publish("510109-017-01-901-000", task_name="餐饮业卫生许可证核发", requires_results_of=[CODE])
    draft = draft_of(item)
    with database.writing() as session:
        version = versions.get(session, draft, SYSTEM)
        looped = versions.content(version).model_copy(update={"requires_results_of": ["510109-017-01-901-000"]})
        versions.edit(session, version, looped, expected_version=version.version, actor=SYSTEM, now=signing.now())
    at = signing.visit("catalogue/item.py", staff, id=str(item), view="审查")
    assert not at.exception and other != item
    assert "前置事项互为前提" in signing.said(at)


@pytest.mark.parametrize("in_circle", [True, False])
def test_only_a_draft_without_findings_and_circle_is_called_fit(in_circle):
    def draw(in_circle):
        from ui import item_views

        item_views.findings([], in_circle=in_circle)

    said = signing.said(AppTest.from_function(draw, kwargs={"in_circle": in_circle}).run())
    assert ("可以提交和发布" in said) != in_circle
