"""Drafting, reviewing and publishing an item's guide."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.catalogue import Bundle, BundleItem, ItemEvent, ItemPrerequisite, ItemVersion
from models.enums import CatalogueAction, CodeScheme, ItemState, Role, VersionState
from services import audit
from services.catalogue import items, versions
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.rules.differences import in_words
from tests.services.catalogue.conftest import DISTRICT, NOW, current, guide, person, review

S = VersionState


def test_a_draft_goes_through_department_and_centre_to_publication(session, make_item, reviewer, chief, staff):
    item = make_item()
    version = current(session, item)
    versions.submit(session, version, actor=reviewer, now=NOW)
    versions.approve_department(session, version, actor=chief, now=NOW, opinion="要素齐全")
    versions.approve_centre(session, version, actor=staff, now=NOW)
    versions.publish(session, version, actor=staff, now=NOW)
    assert (version.state, item.state) == (S.PUBLISHED, ItemState.ACTIVE)
    assert (item.published_version_id, item.draft_version_id) == (version.id, None)
    assert version.effective_on == dt.date(2026, 11, 23)
    told = [(event.action, event.actor_name, event.opinion) for event in items.get(session, item.id, staff).events]
    assert told == [
        (CatalogueAction.PUBLISH, "中心业务管理员", ""),
        (CatalogueAction.APPROVE_CENTRE, "中心业务管理员", ""),
        (CatalogueAction.APPROVE_DEPARTMENT, "首席代表", "要素齐全"),
        (CatalogueAction.SUBMIT, "部门审批人员", ""),
        (CatalogueAction.DRAFT, "系统", ""),
    ]


def test_every_act_stands_in_the_audit_trail_too(session, make_published):
    make_published()
    actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.sequence)))
    assert actions == [f"catalogue.{step}" for step in
                       ("draft", "submit", "approve_department", "approve_centre", "publish")]  # fmt: skip
    assert audit.verify(session, DISTRICT).intact


def test_each_step_needs_its_own_right(session, make_item, reviewer, chief, staff):
    version = current(session, make_item())
    for actor, step in (
        (person(Role.WINDOW_CLERK), versions.submit),
        (reviewer, versions.approve_department),
        (staff, versions.approve_department),
        (chief, versions.approve_centre),
        (chief, versions.publish),
    ):
        with pytest.raises(NotAllowed):
            step(session, version, actor=actor, now=NOW)


def test_another_departments_item_reads_as_not_found(session, make_item, trade):
    item = make_item()
    stranger = person(Role.CHIEF_REPRESENTATIVE, trade)
    version = current(session, item)
    for act in (
        lambda: versions.get(session, version.id, stranger),
        lambda: versions.submit(session, version, actor=stranger, now=NOW),
        lambda: versions.edit(session, version, guide(), expected_version=1, actor=stranger, now=NOW),
        lambda: versions.restore(session, version, actor=stranger, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_publishing_lists_every_error_and_the_element_it_stands_at(session, make_item, system):
    item = make_item(promise_day=30, complain_phone="028-00001801")
    version = review(session, item)
    with pytest.raises(Invalid) as refusal:
        versions.publish(session, version, actor=system, now=NOW)
    assert set(refusal.value.fields) == {"promise_day", "complain_phone"}
    assert "CAT-L02" in str(refusal.value) and "CAT-L06" in str(refusal.value)
    assert version.state is S.CENTRE_REVIEWED


def test_a_warning_does_not_stop_publication(session, make_published):
    assert make_published(faq=[], result_sample="").state is ItemState.ACTIVE


def test_a_circle_of_required_results_is_refused_with_its_path(session, make_item, make_published, system):
    first = make_published("A", task_name="甲证")
    make_published("B", task_name="乙证", requires_results_of=["A"])
    make_published("C", task_name="丙证", requires_results_of=["TB"])
    version = versions.draft(session, first, actor=system, now=NOW)
    wished = guide(task_code="TA", task_name="甲证", requires_results_of=["C"])
    assert versions.circle(session, wished, first) == ["甲证", "丙证", "乙证", "甲证"]
    versions.edit(session, version, wished, expected_version=1, actor=system, now=NOW)
    review(session, first)
    with pytest.raises(Invalid, match="甲证 → 丙证 → 乙证 → 甲证"):
        versions.publish(session, version, actor=system, now=NOW)


def test_a_required_item_that_does_not_exist_is_named(session, make_item, system):
    version = review(session, make_item(requires_results_of=["没有的编码"]))
    with pytest.raises(Invalid, match="前置事项编码不在目录中：没有的编码"):
        versions.publish(session, version, actor=system, now=NOW)


def test_publishing_replaces_the_links_to_required_items(session, make_published, make_item, system):
    required, item = make_published("A"), make_published("B", requires_results_of=["A"])
    assert session.scalars(select(ItemPrerequisite.required_item_id)).all() == [required.id]
    version = versions.draft(session, item, actor=system, now=NOW)
    versions.edit(session, version, guide(task_code="TB"), expected_version=1, actor=system, now=NOW)
    versions.publish(session, review(session, item), actor=system, now=NOW)
    assert session.scalars(select(ItemPrerequisite)).all() == []


def test_a_new_version_supersedes_the_old_which_never_changes(session, make_published, system, reviewer):
    item = make_published()
    old = session.get(ItemVersion, (DISTRICT, item.published_version_id))
    text, name = dict(old.guide), item.name
    new = versions.draft(session, item, actor=reviewer, now=NOW)
    changed = guide(task_code="TWS-001", task_name="公共场所卫生许可", promise_day=3)
    versions.edit(session, new, changed, expected_version=1, actor=reviewer, now=NOW)
    assert item.name == name  # the public still sees the old one
    versions.publish(session, review(session, item), actor=system, now=NOW)
    assert (old.state, new.state, new.number) == (S.SUPERSEDED, S.PUBLISHED, 2)
    assert (item.name, item.initials) == ("公共场所卫生许可", "ggcswsxk")
    session.expire(old)
    assert old.guide == text


@pytest.mark.parametrize("state", [S.SUBMITTED, S.DEPARTMENT_REVIEWED, S.CENTRE_REVIEWED, S.PUBLISHED, S.SUPERSEDED])
def test_only_a_draft_can_be_edited(session, make_item, system, state):
    version = current(session, make_item())
    version.state = state
    with pytest.raises(WrongState, match=f"「{state.label}」，不能修改"):
        versions.edit(session, version, guide(promise_day=3), expected_version=1, actor=system, now=NOW)


def test_the_second_of_two_hands_is_told(session, make_item, reviewer):
    version = current(session, make_item())
    seen = version.version
    versions.edit(session, version, guide(promise_day=3), expected_version=seen, actor=reviewer, now=NOW)
    with pytest.raises(Conflict):
        versions.edit(session, version, guide(promise_day=2), expected_version=seen, actor=reviewer, now=NOW)
    assert version.promise_amount == 3


def test_saving_without_a_change_is_no_act(session, make_item, reviewer):
    version = current(session, make_item())
    before = session.scalar(select(func.count()).select_from(ItemEvent))
    versions.edit(session, version, versions.content(version), expected_version=1, actor=reviewer, now=NOW)
    assert (version.version, session.scalar(select(func.count()).select_from(ItemEvent))) == (1, before)


def test_the_audit_trail_says_what_was_edited(session, make_item, reviewer):
    version = current(session, make_item())
    changed = versions.content(version).model_copy(update={"promise_day": 3})
    versions.edit(session, version, changed, expected_version=1, actor=reviewer, now=NOW)
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert last.after["changes"] == ["承诺办结时限 5 → 3"]


def test_a_rejected_version_says_why_and_becomes_a_draft_by_being_edited(session, make_item, reviewer, chief):
    version = current(session, make_item())
    versions.submit(session, version, actor=reviewer, now=NOW)
    with pytest.raises(Invalid, match="请填写退回的原因"):
        versions.reject(session, version, " ", actor=chief, now=NOW)
    versions.reject(session, version, "材料不全", actor=chief, now=NOW)
    assert version.state is S.REJECTED
    versions.edit(session, version, guide(promise_day=3), expected_version=version.version, actor=reviewer, now=NOW)
    assert version.state is S.DRAFT


def test_a_department_cannot_send_back_what_the_centre_reviews(session, make_item, chief, system):
    version = review(session, make_item())
    with pytest.raises(NotAllowed):
        versions.reject(session, version, "再想想", actor=chief, now=NOW)


def test_an_item_has_one_draft_at_a_time(session, make_published, reviewer):
    item = make_published()
    versions.draft(session, item, actor=reviewer, now=NOW)
    with pytest.raises(WrongState, match="第 2 版「草稿」"):
        versions.draft(session, item, actor=reviewer, now=NOW)


def test_restoring_adds_a_version_and_removes_none(session, make_published, system, reviewer):
    item = make_published()
    first = session.get(ItemVersion, (DISTRICT, item.published_version_id))
    second = versions.draft(session, item, actor=reviewer, now=NOW)
    versions.edit(
        session, second, guide(task_code="TWS-001", promise_day=3), expected_version=1, actor=reviewer, now=NOW
    )
    versions.publish(session, review(session, item), actor=system, now=NOW)
    third = versions.restore(session, first, actor=reviewer, now=NOW)
    assert (third.number, third.state, third.guide) == (3, S.DRAFT, first.guide)
    assert (first.state, second.state) == (S.SUPERSEDED, S.PUBLISHED)
    events = items.get(session, item.id, system).events
    assert (events[0].action, events[0].opinion) == (CatalogueAction.RESTORE, "恢复第 1 版的内容")


def test_a_version_planned_for_a_day_is_published_on_that_day(session, make_item, system):
    item = make_item()
    version = review(session, item)
    versions.publish(session, version, actor=system, now=NOW, on=dt.date(2026, 12, 1))
    assert (version.state, item.state, version.effective_on) == (
        S.CENTRE_REVIEWED, ItemState.PREPARING, dt.date(2026, 12, 1),
    )  # fmt: skip
    assert versions.publish_due(session, now=NOW + dt.timedelta(days=7)) == 0
    eve = dt.datetime(2026, 11, 30, 15, 59, tzinfo=dt.UTC)
    assert versions.publish_due(session, now=eve) == 0
    assert versions.publish_due(session, now=eve + dt.timedelta(minutes=1)) == 1  # midnight in Chengdu
    assert (version.state, item.state) == (S.PUBLISHED, ItemState.ACTIVE)
    assert versions.publish_due(session, now=eve + dt.timedelta(hours=1)) == 0


def test_the_guides_own_planned_day_schedules_it(session, make_item, system):
    version = review(session, make_item(plan_effective_date="2026-12-01"))
    versions.publish(session, version, actor=system, now=NOW)
    assert (version.state, version.effective_on) == (S.CENTRE_REVIEWED, dt.date(2026, 12, 1))


def test_a_planned_version_that_no_longer_passes_goes_back_with_the_reason_and_stops_no_other(
    session, make_item, make_published, system
):
    bad, good = make_item("A", requires_results_of=["B"]), make_item("B")
    for item in (bad, good):
        versions.publish(session, review(session, item), actor=system, now=NOW, on=dt.date(2026, 12, 1))
    current(session, bad).guide = guide(task_code="TA", promise_day=99).model_dump(mode="json")
    assert versions.publish_due(session, now=NOW + dt.timedelta(days=30)) == 1
    assert (good.state, current(session, bad).state) == (ItemState.ACTIVE, S.REJECTED)
    assert "CAT-L02" in items.get(session, bad.id, system).events[0].opinion


def test_a_suspended_item_stays_closed_until_it_is_resumed(session, make_published, staff, system):
    item = make_published()
    with pytest.raises(Invalid, match="请填写暂停的原因"):
        versions.suspend(session, item, "", actor=staff, now=NOW)
    versions.suspend(session, item, "系统升级", actor=staff, now=NOW)
    versions.draft(session, item, actor=system, now=NOW)
    versions.publish(session, review(session, item), actor=system, now=NOW)
    assert item.state is ItemState.SUSPENDED
    versions.resume(session, item, "升级完成", actor=staff, now=NOW)
    assert item.state is ItemState.ACTIVE


def test_an_abolished_item_takes_no_draft_and_is_not_shown(session, make_published, staff, system):
    item = make_published()
    versions.abolish(session, item, "法规废止", actor=staff, now=NOW)
    with pytest.raises(WrongState, match="「取消」，不能起草"):
        versions.draft(session, item, actor=system, now=NOW)
    with pytest.raises(NotFound):
        items.published(session, DISTRICT, item.id)


def test_only_the_centre_closes_an_item(session, make_published, chief):
    item = make_published()
    for act in (versions.suspend, versions.resume, versions.abolish):
        with pytest.raises(NotAllowed):
            act(session, item, "原因", actor=chief, now=NOW)


def test_two_versions_are_compared_in_words(session, make_published, reviewer):
    item = make_published()
    old = item.published_version_id
    new = versions.draft(session, item, actor=reviewer, now=NOW)
    versions.edit(session, new, guide(task_code="TWS-001", promise_day=3), expected_version=1, actor=reviewer, now=NOW)
    assert in_words(versions.compare(session, old, new.id, reviewer)) == ["承诺办结时限 5 → 3"]
    with pytest.raises(NotFound):
        versions.compare(session, old, 1, reviewer)


def test_the_codes_of_an_item_are_its_own(session, make_item, make_published):
    item = make_published("A", task_code="T1", catalog_code="基1")
    make_item("B", task_code="T2", catalog_code="基1")  # a basic code may be shared
    make_item("C", task_code="T1", task_handle_item="T101")  # an option of the same task
    with pytest.raises(Invalid, match="实施编码「T1」已被事项「餐饮业卫生许可」使用"):
        make_item("D", task_code="T1")
    with pytest.raises(Invalid, match="本平台编码「A」已被"):
        make_item("A", task_code="T9")
    detail = items.get(session, item.id, person(Role.CENTRE_STAFF))
    assert detail.codes == [(CodeScheme.BASIC, "基1"), (CodeScheme.OWN, "A"), (CodeScheme.TASK, "T1")]


def test_the_impact_names_what_rests_on_the_item(session, make_published, staff):
    flow = [{"stage": 1, "department": "卫生局", "limit": 3}, {"stage": 2, "department": "公安局"}]
    item = make_published("A", flow=flow)
    make_published("B", task_name="开业登记", requires_results_of=["A"])
    bundle = Bundle(district_id=DISTRICT, code="B1", name="开一家餐馆", description="")
    session.add(bundle)
    session.flush()
    session.add(
        BundleItem(
            district_id=DISTRICT,
            bundle_id=bundle.id,
            item_id=item.id,
            stage="",
            position=1,
            is_mandatory=True,
            may_start_early=False,
        )
    )
    found = versions.impact(session, item, actor=staff)
    assert (found.open_cases, found.required_by, found.bundles) == (0, ["开业登记"], ["开一家餐馆"])
    assert found.stages == ["第 1 阶段 卫生局 3 个工作日", "第 2 阶段 公安局 —"]


def test_a_new_code_holds_from_the_day_the_version_is_published(session, make_published, system, staff):
    item = make_published("A", task_code="旧码")
    version = versions.draft(session, item, actor=system, now=NOW)
    versions.edit(session, version, guide(task_code="新码"), expected_version=1, actor=system, now=NOW)
    assert items.by_code(session, "旧码", staff).id == item.id
    with pytest.raises(NotFound):
        items.by_code(session, "新码", staff)
    versions.publish(session, review(session, item), actor=system, now=NOW)
    assert items.by_code(session, "新码", staff).id == item.id
