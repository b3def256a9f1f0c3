"""The pages of cases, opened through the front door: by whom they are for, and by strangers."""

import contextlib
import datetime as dt
import itertools

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.cases import Case, CaseEvent, SavedSearch
from models.enums import OPEN_STATUSES, CaseStatus, LimitUnit, MaterialState, Role
from services import database
from services.cases import intake, review
from services.cases.filters import CaseFilter
from services.cases.intake import Filing, MaterialEntry
from tests import builders
from tests.web import signing
from ui import case_filters

REASONS, REMEDIES = "场所面积不符合规定", "可申请行政复议或提起行政诉讼"


@pytest.fixture(autouse=True)
def database_of_its_own(fresh_database):
    return fresh_database


@contextlib.contextmanager
def working():
    """A session, with people of the services' own tests."""
    with database.writing() as session:
        yield session


def file(*, later=(), count=1, ago=dt.timedelta(hours=3), centre="510109-S", **kinds):
    """File promised cases of the health department; returns the last number."""
    with working() as session:
        item, moment = builders.item(session, **kinds), signing.now() - ago
        clerk = builders.actor(session, "window_clerk", window="017" if centre == "510109-S" else None, centre=centre)
        entries = tuple(
            MaterialEntry(key, MaterialState.DEFERRED if key in later else MaterialState.RECEIVED)
            for key in ("id", "plan")
        )
        for step in range(count):
            at = moment + step * dt.timedelta(seconds=1)
            filed = intake.file(session, Filing(item, builders.PERSON, entries), actor=clerk, now=at)
        return filed.number


def grant(number):
    with working() as session:
        review.grant(session, number, actor=builders.actor(session, "reviewer", department="017"), now=signing.now())


def case_of(number):
    with database.reading() as session:
        return session.scalars(select(Case).where(Case.number == number)).one()


def events_of(number):
    with database.reading() as session:
        query = select(CaseEvent).where(CaseEvent.case_id == case_of(number).id).order_by(CaseEvent.sequence)
        return session.scalars(query).all()


def button(at, label):
    return next(each for each in at.button if each.label.removesuffix(" ×").startswith(label))


def field(at, label):
    return next(each for each in at.text_input if each.label.startswith(label))


def said_plainly(at):
    """What the page says, without the signs that keep Markdown away."""
    return (signing.said(at) + "".join(each.value for each in at.text)).replace("\\", "")


def press(at, label):
    return button(at, label).click().run()


@pytest.fixture
def reviewer():
    return signing.person(Role.REVIEWER, department="017")


@pytest.fixture
def clerk():
    return signing.person(Role.WINDOW_CLERK, window="017")


@pytest.fixture
def inspector():
    return signing.person(Role.INSPECTOR)


# --- who may open what -------------------------------------------------------------------------------------------

PAGES = {
    "cases/desk.py": ({Role.WINDOW_CLERK, Role.REVIEWER, Role.INSPECTOR}, "我的工作"),
    "cases/search.py": ({Role.WINDOW_CLERK, Role.REVIEWER, Role.INSPECTOR}, "办件查询"),
    "cases/tasks.py": ({Role.REVIEWER}, "待办"),
    "cases/delivery.py": ({Role.WINDOW_CLERK}, "送达"),
    "statistics/overview.py": ({Role.INSPECTOR}, "今日总览"),
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.REVIEWER, Role.INSPECTOR, Role.SYSTEM_ADMIN, None])
def test_a_page_opens_for_whom_it_is_and_for_nobody_else(path, role):
    roles, title = PAGES[path]
    who = signing.person(role, department="017" if role == Role.REVIEWER else None) if role else None
    at = signing.visit(path, who)
    assert not at.exception
    if role in roles:
        assert at.title[0].value == title and not at.error
    else:
        assert at.title[0].value == ("登录" if role is None else "无权访问")


# --- the list ----------------------------------------------------------------------------------------------------


def numbers_of(at):
    return list(at.dataframe[0].value["办件编号"])


def test_the_address_is_the_search(inspector):
    file(name="公共场所卫生许可"), file(name="婚姻登记")
    at = signing.visit("cases/search.py", inspector, words="卫生", status="open", period="7")
    assert not at.exception and len(numbers_of(at)) == 1
    assert list(at.dataframe[0].value["申请人"]) == ["示*甲"]
    assert {each.label for each in at.button} >= {"搜索：卫生 ×", "状态：在办（全部） ×", "收件时间：近 7 天 ×"}
    press(at, "搜索：卫生")
    assert "words" not in at.query_params and len(numbers_of(at)) == 2


def test_nonsense_in_the_address_asks_nothing(inspector):
    file()
    nonsense = {"from": "2026-02-30", "department": "x", "status": "?", "at": "9.after.1.2.00000000", "type": "?"}
    at = signing.visit("cases/search.py", inspector, **nonsense)
    assert not at.exception and len(numbers_of(at)) == 1


def place(at):
    """The address's place, however AppTest wraps it."""
    value = at.query_params["at"]
    return value if isinstance(value, str) else value[0]


def test_pages_are_turned_and_the_place_stands_in_the_address(inspector):
    file(count=120)
    at = signing.visit("cases/search.py", inspector)
    seen = [numbers_of(at)]
    for _ in range(2):
        press(at, "下一页")
        seen.append(numbers_of(at))
    assert [len(page) for page in seen] == [50, 50, 20] and len(set(itertools.chain(*seen))) == 120
    assert "第 3 页 / 3 页" in said_plainly(at) and button(at, "下一页").disabled
    again = signing.visit("cases/search.py", inspector, at=place(at))
    assert numbers_of(again) == seen[2]
    press(at, "上一页")
    assert numbers_of(at) == seen[1]
    at.number_input[0].set_value(3).run()
    assert numbers_of(at) == seen[2]
    press(at, "首页")
    assert numbers_of(at) == seen[0]


def test_a_place_of_another_filter_is_forgotten(inspector):
    file(count=60)
    at = signing.visit("cases/search.py", inspector)
    press(at, "下一页")
    other = signing.visit("cases/search.py", inspector, at=place(at), status="open")
    assert "第 1 页" in said_plainly(other)


def test_too_short_a_word_is_told_and_the_bar_stays(inspector):
    file()
    at = signing.visit("cases/search.py", inspector, words="卫")
    assert not at.exception and "至少输入两个字" in at.error[0].value
    assert field(at, "搜索").value == "卫"


def test_a_person_looked_for_never_stands_in_the_address(inspector):
    file()
    at = signing.visit("cases/search.py", inspector)
    at.session_state["_case_person"] = builders.PERSON.id_number
    at.run()
    assert len(numbers_of(at)) == 1
    assert builders.PERSON.id_number not in str(dict(at.query_params))
    assert [each.label for each in at.button if each.label.startswith("申请人：")] == ["申请人：510…11 ×"]


def test_a_search_is_saved_opened_and_deleted(inspector):
    file()
    at = signing.visit("cases/search.py", inspector, status="open")
    field(at, "把当前条件存为").set_value("在办件")
    press(at, "保存")
    assert "查询「在办件」已保存" in said_plainly(at)
    with database.reading() as session:
        assert session.scalars(select(SavedSearch)).one().query == {"status": "open"}
    press(at, "删除")
    with database.reading() as session:
        assert session.scalars(select(SavedSearch)).all() == []


def test_only_who_may_export_is_offered_it_and_it_is_audited(inspector, clerk):
    file()
    assert not [each for each in signing.visit("cases/search.py", clerk).button if "导出" in each.label]
    at = press(signing.visit("cases/search.py", inspector, words="卫生"), "导出为 CSV")
    assert not at.exception and not at.error
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.export")).one()
    assert entry.after == {"rows": 1, "filter": {"words": "卫生"}}


# --- one case ----------------------------------------------------------------------------------------------------


def test_a_case_shows_its_state_clock_history_and_materials(inspector):
    number = file()
    at = signing.visit("cases/case.py", inspector, number=number)
    said = said_plainly(at)
    assert not at.exception
    for part in ("公共场所卫生许可证核发", number, "已受理", "卫生局", "收件", "受理", "510113", "示*甲"):
        assert part in said, part
    assert builders.PERSON.id_number not in said and builders.PERSON.phone not in said
    clock = signing.visit("cases/clock.py", inspector, number=number)
    assert not clock.exception and any("R-TIM-01" in str(frame.value) for frame in clock.dataframe)
    for part in ("承诺办结", "法定办结", "第四十二条", "时间在谁手里"):
        assert part in said_plainly(clock), part


def test_another_streets_case_reads_as_not_found():
    number = file(centre="510109-J2")
    clerk = signing.person(Role.WINDOW_CLERK, organisation="510109-J1")
    at = signing.visit("cases/case.py", clerk, number=number)
    assert not at.exception
    assert "没有找到办件" in at.error[0].value and "卫生" not in said_plainly(at)


def test_revealing_is_for_once_with_a_reason_and_leaves_a_trace(inspector, clerk):
    number = file()
    assert not [
        each for each in signing.visit("cases/case.py", clerk, number=number).button if "查看完整" in each.label
    ]
    at = signing.visit("cases/case.py", inspector, number=number)
    press(at, "确认查看完整证件号")
    assert "请先填写查看事由" in said_plainly(at)
    field(at, "查看事由").set_value("核对投诉人身份")
    press(at, "确认查看完整证件号")
    assert builders.PERSON.id_number in said_plainly(at)
    assert builders.PERSON.id_number not in said_plainly(at.run())
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.reason).where(AuditEntry.action == "case.reveal")).all() == [
            "核对投诉人身份"
        ]


def test_a_reviewer_grants(reviewer):
    number = file()
    at = signing.visit("cases/case.py", reviewer, number=number)
    press(at, "准予")
    assert case_of(number).status == CaseStatus.DECIDED
    assert f"{number} 已提交「准予」" in said_plainly(at)


def test_a_denial_asks_for_reasons_and_for_being_sure(reviewer):
    number = file()
    at = signing.visit("cases/case.py", reviewer, number=number)
    at.segmented_control[0].set_value("deny").run()
    assert "六十日内依法申请行政复议" in at.text_area[1].value
    at.text_area[0].set_value(REASONS)
    press(at, "不予许可")
    assert "请先勾选确认" in said_plainly(at) and case_of(number).status == CaseStatus.ACCEPTED
    at.text_area[0].set_value("")
    at.checkbox[0].check()
    press(at, "不予许可")
    assert "请填写不予许可的理由" in said_plainly(at) and case_of(number).status == CaseStatus.ACCEPTED
    at.text_area[0].set_value(REASONS)
    press(at, "不予许可")
    assert not at.error and events_of(number)[-1].evidence["reasons"] == REASONS


def test_two_reviewers_at_once_the_second_keeps_the_text_and_sees_both(reviewer):
    number = file()
    at = signing.visit("cases/case.py", reviewer, number=number)
    with working() as session:
        chief = builders.actor(session, "chief_representative", department="017")
        review.examine(session, number, "请补充现场照片后再议", actor=chief, now=signing.now())
    at.text_area[0].set_value("材料齐全，同意发证")
    press(at, "准予")
    said = said_plainly(at)
    assert "刚被其他人处理过" in said and "请补充现场照片后再议" in said
    assert at.text_area[0].value == "材料齐全，同意发证"
    assert case_of(number).status == CaseStatus.EXAMINING
    press(at, "准予")
    assert case_of(number).status == CaseStatus.DECIDED


def test_an_opinion_typed_while_another_decided_is_still_there_to_copy(reviewer):
    number = file()
    at = signing.visit("cases/case.py", reviewer, number=number)
    grant(number)
    at.text_area[0].set_value("材料不全，建议补正")
    press(at, "准予")
    said = said_plainly(at)
    assert not at.exception and "没有提交" in said and "材料不全，建议补正" in said


def test_withdrawing_is_confirmed_with_a_reason(clerk):
    number = file()
    at = signing.visit("cases/case.py", clerk, number=number)
    field(at, "撤回原因").set_value("申请人变更地址")
    press(at, "确认撤回申请")
    assert not at.exception and case_of(number).status == CaseStatus.CLOSED
    assert "申请人撤回" in said_plainly(at)


def test_an_inspector_looks_and_changes_nothing(inspector):
    at = signing.visit("cases/case.py", inspector, number=file())
    assert not at.segmented_control and not [each for each in at.button if each.label in ("准予", "确认撤回申请")]


# --- queues ------------------------------------------------------------------------------------------------------


def test_the_most_urgent_task_is_first_and_is_decided_on_the_spot(reviewer):
    late = file(ago=dt.timedelta(days=30), promise=(1, LimitUnit.WORKDAY))
    file(promise=(15, LimitUnit.WORKDAY))
    at = signing.visit("cases/tasks.py", reviewer)
    assert not at.exception and numbers_of(at)[0] == late
    assert [metric.value for metric in at.metric][:2] == ["2", "1"]
    only = signing.visit("cases/tasks.py", reviewer, due="overdue")
    assert numbers_of(only) == [late]
    signing.choose(at, "tasks", 0)
    assert not at.exception
    press(at, "准予")
    assert case_of(late).status == CaseStatus.DECIDED and late not in numbers_of(at)


def test_an_empty_queue_says_so(reviewer):
    at = signing.visit("cases/tasks.py", reviewer)
    assert not at.exception and "没有待办的任务" in said_plainly(at)


def test_a_result_is_handed_over_after_the_owed_material(clerk):
    number = file(later=("plan",))
    grant(number)
    at = signing.visit("cases/delivery.py", clerk)
    field(at, "领取人姓名").set_value("示例甲")
    press(at, "送达")
    assert "尚未交齐：场所平面图" in at.error[0].value
    press(at, "已收到")
    field(at, "领取人姓名").set_value("示例甲")
    press(at, "送达")
    assert case_of(number).status == CaseStatus.DELIVERED
    assert "没有待领取的办件" in said_plainly(at)


# --- desk and overview -------------------------------------------------------------------------------------------


def test_the_desk_counts_what_its_lists_hold(clerk):
    file(ago=dt.timedelta(days=30), promise=(1, LimitUnit.WORKDAY)), file()
    at = signing.visit("cases/desk.py", clerk)
    figures = {metric.label: metric.value for metric in at.metric}
    assert not at.exception and figures["已超期"] == "1" and figures["在办"] == "2"
    assert len(numbers_of(signing.visit("cases/search.py", clerk, overdue="1"))) == 1


def test_the_overview_shows_the_day_and_the_week_before(inspector):
    file(ago=dt.timedelta(days=7))
    file(count=2)
    at = signing.visit("statistics/overview.py", inspector)
    assert not at.exception
    received = at.metric[0]
    assert received.label == "收件" and "（上周" in received.delta
    assert len(at.dataframe) == 2


def test_a_day_to_come_and_a_day_that_is_none_read_as_today(inspector):
    for day in ("2999-01-01", "someday"):
        at = signing.visit("statistics/overview.py", inspector, day=day)
        assert not at.exception and at.date_input[0].value == signing.now().date()


def test_an_items_open_cases_are_the_list_that_its_impact_opens(inspector):
    kept, other = file(count=2), file(name="餐饮业卫生许可证核发")
    address = case_filters.address(CaseFilter(item_id=case_of(kept).item_id, statuses=OPEN_STATUSES))
    at = signing.visit("cases/search.py", inspector, **address)
    assert kept in numbers_of(at) and other not in numbers_of(at) and len(numbers_of(at)) == 2


@pytest.mark.parametrize("name", ["department", "centre"])
def test_the_addresss_department_and_centre_narrow_the_list(inspector, name):
    health, street = file(), file(centre="510109-J1", department="025")
    wanted = {"department": case_of(street).department_id, "centre": case_of(street).centre_id}[name]
    at = signing.visit("cases/search.py", inspector, **{name: str(wanted)})
    assert numbers_of(at) == [street] and health != street
