"""并联: one window, one set of materials, one case for several items."""

import dataclasses
import io

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from models.bundles import CaseMember
from models.cases import Case, CaseMaterial
from models.enums import CaseResult, CaseStatus, LimitUnit, MaterialState, Opinion, TaskState
from services import actors, bundles, flows, receipts
from services.bundles import BundleFiling, setting_up
from services.bundles.setting_up import NewBundle
from services.cases import answers, circulation, details
from services.errors import Invalid, NotAllowed, NotFound, WrongState
from services.rules.guide import Guide
from services.rules.lint import lint
from tests import builders

ITEMS = {"工商行政管理局": "011", "卫生局": "017", "公安分局": "004"}
WHOLE = {
    "catalog_code": "YC-1", "use_level": "4", "review_mode": "review_then_approve", "accept_condition": "无",
    "by_law": [{"law_name": "中华人民共和国行政许可法"}], "handle_flow": [{"name": "受理"}], "link_way": "窗口",
    "consult_phone": "028-00000001", "supervise_way": "窗口", "complain_phone": "028-00000002",
    "places": [{"place": "南区大厅", "hours": "工作日 9:00—17:00"}], "serve_type": ["1", "2"], "handle_type": ["1"],
    "limit_scene_num": 1, "limit_scene_explain": "核对原件",
}  # fmt: skip


def material(name, necessity="required"):
    return {"key": f"m{len(name)}", "name": name, "necessity": necessity}


def made_items(session):
    """Three items: two mandatory of the bundle, one optional."""
    lists = {
        "设立登记": ("011", [material("身份证明"), material("公司章程")]),
        "卫生许可": ("017", [material("身份证明（复印件）"), material("场所平面图", "deferrable")]),
        "消防检查": ("004", [material("场所平面图"), material("消防检测报告")]),
    }
    return {
        name: builders.item(session, name=name, department=code, **WHOLE | {"materials": rows, "task_code": name})
        for name, (code, rows) in lists.items()
    }


@dataclasses.dataclass(frozen=True)
class Shop:
    id: int
    items: dict[str, int]


@pytest.fixture
def shop(session, now):
    items = made_items(session)
    system = actors.system(builders.DISTRICT)
    mandatory, optional = [items["设立登记"], items["卫生许可"]], [items["消防检查"]]
    new = NewBundle("开办餐饮店", items["设立登记"], mandatory, optional, (4, LimitUnit.WORK_HOUR))
    bundle = setting_up.create(session, new, actor=system, now=now)
    own = setting_up.own_item(session, bundle)
    flows.publish(session, own.id, expected_saves=own.version, actor=system, now=now)
    return Shop(bundle.id, items)


@pytest.fixture
def clerk_011(session):
    return builders.actor(session, "window_clerk", window="011", user_id=72)


def states(session, shop, chosen=(), **changes):
    found = bundles.compose(session, builders.DISTRICT, shop.id, chosen)
    by_name = {each.material.name: each.material.key for each in found.materials}
    all_in = dict.fromkeys(by_name.values(), MaterialState.RECEIVED)
    return all_in | {by_name[name]: state for name, state in changes.items()}


def filing(session, shop, chosen=(), **changes):
    given = changes.pop("states", None) or states(session, shop, chosen)
    return BundleFiling(shop.id, builders.PERSON, chosen=chosen, states=given, **changes)


def test_the_applicant_is_told_items_departments_order_and_each_material_once(session, shop):
    found = bundles.compose(session, builders.DISTRICT, shop.id)
    assert [member.name for member in found.members] == ["设立登记", "卫生许可", "消防检查"]
    assert found.departments == ["工商行政管理局", "卫生局", "公安分局"]
    assert [each.material.name for each in found.materials] == ["身份证明", "公司章程", "场所平面图", "消防检测报告"]
    plan = found.materials[2]
    assert plan.items == (shop.items["卫生许可"], shop.items["消防检查"])


def test_one_filing_is_one_case_with_each_material_once_and_all_departments_at_once(session, shop, clerk_011, now):
    filed = bundles.file(session, filing(session, shop, [shop.items["消防检查"]]), actor=clerk_011, now=now)
    found = details.detail(session, filed.number, clerk_011)
    assert found.item_name == "开办餐饮店" and found.case.statutory_due_at is not None
    assert sorted(row.name for row in found.materials) == ["公司章程", "场所平面图", "消防检测报告", "身份证明"]
    assert {found.task_departments[task.department_id] for task in found.tasks} == set(ITEMS)
    assert filed.due_at == now.replace(hour=15, minute=30), "four working hours"
    assert session.query(Case).count() == 1


def test_a_department_of_which_nothing_was_chosen_is_not_asked(session, shop, clerk_011, now):
    filed = bundles.file(session, filing(session, shop), actor=clerk_011, now=now)
    found = details.detail(session, filed.number, clerk_011)
    assert {found.task_departments[t.department_id] for t in found.tasks} == {"工商行政管理局", "卫生局"}
    assert {row.name for row in session.scalars(select(CaseMaterial))} == {"身份证明", "公司章程", "场所平面图"}


def test_what_a_chosen_item_needs_is_required_of_the_bundle(session, shop, clerk_011, now):
    chosen = [shop.items["消防检查"]]
    lacking = states(session, shop, chosen, 消防检测报告=MaterialState.MISSING, 公司章程=MaterialState.MISSING)
    with pytest.raises(Invalid, match="公司章程、消防检测报告"):
        bundles.file(session, filing(session, shop, chosen, states=lacking), actor=clerk_011, now=now)
    assert session.query(Case).count() == 0 and session.query(CaseMember).count() == 0


def test_a_stricter_item_takes_the_right_to_hand_in_later(session, shop, clerk_011, now):
    later = {"场所平面图": MaterialState.DEFERRED}
    bundles.file(session, filing(session, shop, states=states(session, shop, **later)), actor=clerk_011, now=now)
    chosen = [shop.items["消防检查"]]
    with pytest.raises(Invalid, match="场所平面图"):
        bundles.file(
            session,
            filing(session, shop, chosen, states=states(session, shop, chosen, **later)),
            actor=clerk_011,
            now=now,
        )


def test_the_same_form_twice_is_one_case(session, shop, clerk_011, now):
    form = filing(session, shop, form_key="f1")
    first = bundles.file(session, form, actor=clerk_011, now=now)
    again = bundles.file(session, form, actor=clerk_011, now=now)
    assert again.is_repeat and again.number == first.number


def test_each_department_decides_its_own_items_and_the_case_ends_with_all(session, shop, clerk_011, now):
    filed = bundles.file(session, filing(session, shop), actor=clerk_011, now=now)
    for code in ("011", "017"):
        person = builders.actor(session, "reviewer", department=code)
        status = circulation.give(session, filed.number, Opinion.AGREE, actor=person, now=now)
    assert status == CaseStatus.DECIDED
    assert {row.outcome for row in session.scalars(select(CaseMember))} == {CaseResult.GRANTED}


def test_a_denied_item_is_denied_alone_until_the_leading_department_has_ruled(session, shop, clerk_011, now):
    filed = bundles.file(session, filing(session, shop), actor=clerk_011, now=now)
    trade, health = (builders.actor(session, "reviewer", department=code) for code in ("011", "017"))
    circulation.give(session, filed.number, Opinion.DISAGREE, "通风不合格", actor=health, now=now)
    circulation.give(session, filed.number, Opinion.AGREE, actor=trade, now=now)
    outcomes = {row.item_id: (row.outcome, row.reasons) for row in session.scalars(select(CaseMember))}
    assert outcomes[shop.items["卫生许可"]] == (CaseResult.DENIED, "通风不合格")
    assert outcomes[shop.items["设立登记"]][0] == CaseResult.GRANTED
    found = details.detail(session, filed.number, clerk_011)
    assert [found.task_departments[t.department_id] for t in found.tasks if t.state == TaskState.PENDING] == [
        "工商行政管理局"
    ]


def test_an_item_of_another_bundle_is_refused(session, shop, clerk_011, now):
    stranger = builders.item(session, name="别的事项", department="018")
    with pytest.raises(Invalid, match="不属于"):
        bundles.file(
            session, filing(session, shop, [stranger], states={"x": MaterialState.RECEIVED}), actor=clerk_011, now=now
        )


def test_a_window_that_does_not_serve_the_leading_department_is_refused(session, shop, clerk_017, now):
    with pytest.raises(NotAllowed, match="本窗口不受理"):
        bundles.file(session, filing(session, shop), actor=clerk_017, now=now)


def test_a_bundle_that_is_not_there_reads_as_not_found(session):
    with pytest.raises(NotFound):
        bundles.compose(session, builders.DISTRICT, 1)


def test_the_voucher_names_items_departments_and_their_order(session, shop, clerk_011, now):
    filed = bundles.file(session, filing(session, shop), actor=clerk_011, now=now)
    found = details.detail(session, filed.number, clerk_011)
    covered = answers.covered(session, found)
    assert covered == [("第 1 步", "设立登记", "工商行政管理局"), ("第 1 步", "卫生许可", "卫生局")]
    text = (
        PdfReader(io.BytesIO(receipts.receipt(session, found, printed_at=now, covered=covered)))
        .pages[0]
        .extract_text()
        .replace("\0", "")
    )
    assert "并联办理的事项（2 项）" in text and "工商行政管理局" in text


def test_the_bundles_own_guide_passes_the_publish_gate(session, shop):
    own = flows.subject(session, next(each.item_id for each in bundles.bundles(session, 1)), actors.system(1))
    assert own.subject.is_bundle and own.published is not None
    found = bundles.compose(session, builders.DISTRICT, shop.id)
    guide = Guide.model_validate(own.published.guide)
    assert [row for row in lint(guide) if row.level == "error"] == []
    assert {row.name: row.necessity for row in guide.materials}["消防检测报告"] == "conditional"
    assert {each.material.key for each in found.materials} == {row.key for row in guide.materials}


def test_a_bundle_needs_two_published_items_and_a_leading_one(session, now):
    items = made_items(session)
    with pytest.raises(Invalid) as refusal:
        new = NewBundle(" ", items["卫生许可"], [items["设立登记"]])
        setting_up.create(session, new, actor=actors.system(1), now=now)
    assert set(refusal.value.fields) == {"name", "items", "lead"}


def test_the_items_of_a_bundle_change_for_new_cases_alone(session, shop, clerk_011, centre_staff, now):
    old = bundles.file(session, filing(session, shop, [shop.items["消防检查"]]), actor=clerk_011, now=now)
    items = [shop.items["设立登记"], shop.items["消防检查"]]
    setting_up.change_items(session, shop.id, items, [], actor=centre_staff, now=now)
    found = bundles.compose(session, builders.DISTRICT, shop.id)
    assert [(each.name, each.is_mandatory) for each in found.members] == [("设立登记", True), ("消防检查", True)]
    assert len(session.scalars(select(CaseMember)).all()) == 3 and old.number


def test_an_item_of_a_department_without_a_task_waits_for_the_flow(session, shop, centre_staff, now):
    stranger = builders.item(session, name="林木种子经营许可", department="019")
    with pytest.raises(WrongState, match="林业局"):
        setting_up.change_items(session, shop.id, list(shop.items.values()), [stranger], actor=centre_staff, now=now)
    with pytest.raises(NotAllowed):
        person = builders.actor(session, "reviewer", department="011")
        setting_up.change_items(session, shop.id, list(shop.items.values()), [], actor=person, now=now)


def test_a_bundle_keeps_an_item_of_its_leading_department(session, shop, centre_staff, now):
    with pytest.raises(Invalid, match="主办事项"):
        setting_up.change_items(
            session, shop.id, [shop.items["卫生许可"], shop.items["消防检查"]], [], actor=centre_staff, now=now
        )
