"""Flows are drawn as drafts, tried, and published as versions."""

import pytest

from models.catalogue import ItemVersion, ServiceItem
from models.enums import LimitUnit, VersionState
from services import actors, flows
from services.bundles import setting_up
from services.bundles.setting_up import NewBundle
from services.catalogue import versions
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.rules.guide import FlowStage, Guide
from tests import builders
from tests.services.bundles.test_bundles import WHOLE, made_items

ROWS = [
    FlowStage(stage=1, department="卫生局", limit=1),
    FlowStage(stage=1, department="公安分局"),
    FlowStage(stage=2, department="工商行政管理局", limit=2),
]


@pytest.fixture
def own_item(session, now):
    """The catalogue item of a published bundle."""
    items = list(made_items(session).values())
    new = NewBundle("开办餐饮店", items[0], items, (), (4, LimitUnit.WORK_HOUR))
    bundle = setting_up.create(session, new, actor=actors.system(1), now=now)
    item = setting_up.own_item(session, bundle)
    flows.publish(session, item.id, expected_saves=item.version, actor=actors.system(1), now=now)
    return item


def save(session, item, rows, actor, now):
    flows.save(session, item.id, rows, expected_saves=item.version, actor=actor, now=now)


def test_a_new_bundle_starts_with_all_departments_at_once(session, own_item, centre_staff):
    found = flows.subject(session, own_item.id, centre_staff)
    assert [(row.stage, row.department) for row in found.in_force] == [
        (1, "工商行政管理局"),
        (1, "卫生局"),
        (1, "公安分局"),
    ]
    assert found.draft is None and not found.is_editable


def test_a_drawn_flow_is_in_force_once_published_and_the_old_version_stays(session, own_item, centre_staff, now):
    before = own_item.published_version_id
    flows.open_draft(session, own_item.id, actor=centre_staff, now=now)
    save(session, own_item, ROWS, centre_staff, now)
    assert flows.subject(session, own_item.id, centre_staff).in_force != ROWS
    flows.publish(session, own_item.id, expected_saves=own_item.version, actor=centre_staff, now=now)
    assert flows.subject(session, own_item.id, centre_staff).in_force == ROWS
    old = session.get_one(ItemVersion, (1, before))
    assert old.state == VersionState.SUPERSEDED and len(Guide.model_validate(old.guide).flow) == 3


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "至少要有一个任务"),
        ([FlowStage(stage=1, department="不存在局")], "没有名为「不存在局」的部门"),
        ([FlowStage(stage=1, department="卫生局", join="vote")], "同意票数"),
        ([*ROWS, ROWS[0]], "出现了两次"),
        (ROWS[:2], "「工商行政管理局」有本一件事的许可事项"),
        ([row.model_copy(update={"join": "any"}) for row in ROWS], "不能被其他部门代替"),
    ],
)
def test_a_flow_that_cannot_run_is_not_saved(session, own_item, centre_staff, now, rows, words):
    flows.open_draft(session, own_item.id, actor=centre_staff, now=now)
    with pytest.raises(Invalid, match=words):
        save(session, own_item, rows, centre_staff, now)
    assert len(flows.subject(session, own_item.id, centre_staff).stages) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"anticipate_day": 46}, "不得超过 45 个工作日"), ({"flow": ROWS[:1]}, "没有它的「本部门审批」任务")],
)
def test_no_other_way_of_publishing_gets_round_the_joint_rules(session, own_item, now, changes, words):
    system = actors.system(1)
    version = flows.open_draft(session, own_item.id, actor=system, now=now)
    guide = versions.content(version).model_copy(update=changes)
    versions.edit(session, version, guide, expected_version=version.version, actor=system, now=now)
    for step in (versions.submit, versions.approve_department, versions.approve_centre):
        step(session, version, actor=system, now=now)
    with pytest.raises(Invalid, match=words):
        versions.publish(session, version, actor=system, now=now)


def test_two_at_once_the_second_is_told(session, own_item, centre_staff, now):
    flows.open_draft(session, own_item.id, actor=centre_staff, now=now)
    seen = own_item.version
    save(session, own_item, ROWS, centre_staff, now)
    with pytest.raises(Conflict):
        flows.save(session, own_item.id, ROWS, expected_saves=seen, actor=centre_staff, now=now)


def test_a_published_flow_is_changed_by_a_draft_alone(session, own_item, centre_staff, now):
    with pytest.raises(WrongState, match="先建立草稿"):
        save(session, own_item, ROWS, centre_staff, now)


def test_an_items_flow_goes_the_items_own_way_of_review(session, reviewer, centre_staff, now):
    item = session.get_one(ServiceItem, (1, builders.item(session, **WHOLE)))
    flows.open_draft(session, item.id, actor=reviewer, now=now)
    save(session, item, ROWS, reviewer, now)
    with pytest.raises(WrongState, match="事项详情"):
        flows.publish(session, item.id, expected_saves=item.version, actor=centre_staff, now=now)


def test_a_reviewer_draws_for_their_own_department_only_and_publishes_nothing(session, own_item, reviewer, now):
    with pytest.raises(NotFound):
        flows.subject(session, own_item.id, reviewer)
    with pytest.raises(NotAllowed):
        flows.publish(session, own_item.id, expected_saves=own_item.version, actor=reviewer, now=now)
    assert own_item.id not in {row.id for row in flows.subjects(session, reviewer)}


def test_bundles_stand_first_among_what_can_be_drawn(session, own_item, centre_staff):
    found = flows.subjects(session, centre_staff)
    assert found[0].id == own_item.id and found[0].is_bundle and not found[1].is_bundle
