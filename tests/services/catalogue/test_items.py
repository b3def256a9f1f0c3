"""Finding items: at the counter by a few letters, in the list by words, on the portal by theme."""

import pytest

from models.catalogue import ServiceItem
from models.districts import Topic
from models.enums import (
    Audience,
    CaseType,
    ItemState,
    Permission,
    Role,
    ServiceTier,
    VersionState,
    WindowChannel,
)
from models.organisations import Window, WindowDepartment
from services import actors
from services.catalogue import items, versions
from services.errors import Invalid, NotAllowed, NotFound
from tests.services.catalogue.conftest import DISTRICT, NOW, guide, person


def names(page):
    return [row.name for row in page.rows]


@pytest.fixture
def three(make_published, trade):
    make_published("WS-001")
    make_published("WS-002", task_name="公共场所卫生许可", serve_type=["2"], user_topic_type=[])
    firms = {"serve_type": ["2"], "user_topic_type": [], "corp_topic_type": ["005"]}
    make_published("GS-001", trade, task_name="企业设立登记", result_name="营业执照", **firms)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("卫生", ["餐饮业卫生许可", "公共场所卫生许可"]),
        ("卫生 公共", ["公共场所卫生许可"]),
        ("cyywsxk", ["餐饮业卫生许可"]),
        ("CYYWS", ["餐饮业卫生许可"]),
        ("wsxk", ["餐饮业卫生许可", "公共场所卫生许可"]),
        ("gs-001", ["企业设立登记"]),
        ("TGS-0", ["企业设立登记"]),
        ("营业执照", ["企业设立登记"]),
        ("%", []),
        ("_", []),
        ("没有这样的事", []),
    ],
)
def test_items_are_found_by_words_by_initials_and_by_codes(session, three, staff, words, found):
    assert names(items.find(session, staff, words=words)) == found


def test_what_begins_as_typed_stands_before_what_only_contains_it(session, make_published, staff):
    for number, name in enumerate(["安全卫生评价", "卫生许可", "卫生"]):
        make_published(f"X{number}", task_name=name)
    assert names(items.find(session, staff, words="卫生")) == ["卫生", "卫生许可", "安全卫生评价"]
    assert names(items.find(session, staff, words="ws"))[0] == "卫生"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"audience": Audience.PERSON}, 1),
        ({"audience": Audience.ENTERPRISE}, 3),
        ({"audience": Audience.ENTERPRISE, "topic": "005"}, 1),
        ({"topic": "person:145"}, 1),
        ({"topic": "145"}, 1),
        ({"item_type": "01"}, 3),
        ({"item_type": "07"}, 0),
        ({"case_type": CaseType.PROMISED}, 3),
        ({"state": ItemState.ACTIVE, "version_state": VersionState.PUBLISHED}, 3),
        ({"version_state": VersionState.DRAFT}, 0),
    ],
)
def test_lists_are_narrowed_by_filters(session, three, staff, filters, found):
    assert items.find(session, staff, **filters).total == found


def test_a_list_is_read_page_by_page_and_counts_all(session, three, staff):
    first = items.find(session, staff, per_page=2)
    second = items.find(session, staff, per_page=2, page=2)
    assert (len(first.rows), len(second.rows), first.total, second.total) == (2, 1, 3, 3)
    assert set(names(first) + names(second)) == {"餐饮业卫生许可", "公共场所卫生许可", "企业设立登记"}


def test_a_row_tells_the_work_in_progress(session, make_published, staff, reviewer):
    item = make_published()
    assert items.find(session, staff).rows[0].version_state is VersionState.PUBLISHED
    versions.draft(session, item, actor=reviewer, now=NOW)
    row = items.find(session, staff).rows[0]
    assert (row.version_number, row.version_state, row.promise) == (2, VersionState.DRAFT, "5 个工作日")
    assert (row.department, row.item_type, row.case_type) == ("卫生局", "行政许可", CaseType.PROMISED)
    public = items.find(session, actors.public(DISTRICT), only_published=True).rows[0]
    assert (public.version_number, public.version_state) == (1, VersionState.PUBLISHED)


def test_the_public_sees_only_what_is_published_and_in_force(session, make_item, make_published, staff, system):
    make_item("A", task_name="草稿")
    closed = make_published("B", task_name="已取消")
    make_published("C", task_name="已发布")
    versions.abolish(session, closed, "废止", actor=staff, now=NOW)
    public = actors.public(DISTRICT)
    assert names(items.find(session, public, only_published=True)) == ["已发布"]
    with pytest.raises(NotAllowed):
        items.find(session, public)
    for key in ("A", "B", "没有"):
        with pytest.raises(NotFound):
            items.published(session, DISTRICT, key)
    assert items.published(session, DISTRICT, "TC").guide.task_name == "已发布"


def _window(session, health, centre):
    window = Window(district_id=DISTRICT, centre_id=centre.id, number="12", name="", channel=WindowChannel.STANDARD,
                    phone="", is_active=True)  # fmt: skip
    session.add(window)
    session.flush()
    session.add(WindowDepartment(district_id=DISTRICT, window_id=window.id, department_id=health.id))
    session.flush()
    return window


def test_a_clerk_finds_what_the_window_serves_and_only_what_is_in_force(
    session, three, make_item, make_published, staff, health, centre
):
    make_item("WS-9", task_name="卫生草稿")
    versions.suspend(session, make_published("WS-8", task_name="卫生暂停"), "升级", actor=staff, now=NOW)
    window = _window(session, health, centre)
    clerk = person(Role.WINDOW_CLERK, window_id=window.id)
    assert [row.name for row in items.for_intake(session, clerk, "cyy")] == ["餐饮业卫生许可"]
    assert [row.name for row in items.for_intake(session, clerk, "qysl")] == []
    assert [row.name for row in items.for_intake(session, person(Role.WINDOW_CLERK), "qysl")] == ["企业设立登记"]
    assert len(items.for_intake(session, clerk, "ws")) == 2
    with pytest.raises(NotAllowed):
        items.for_intake(session, actors.public(DISTRICT), "ws")


def test_an_item_is_read_with_all_that_is_drawn(session, make_published, reviewer, trade):
    item = make_published()
    versions.draft(session, item, actor=reviewer, now=NOW)
    detail = items.get(session, item.id, reviewer)
    assert (detail.department, detail.item_type, detail.is_editable) == ("卫生局", "行政许可", True)
    assert (detail.published.number, detail.draft.number) == (1, 2)
    assert [row.number for row in detail.versions] == [2, 1]
    assert detail.published.guide.materials[0].key == "m1"
    stranger = person(Role.CHIEF_REPRESENTATIVE, trade)
    assert not items.get(session, item.id, stranger).is_editable
    assert not items.get(session, item.id, person(Role.WINDOW_CLERK)).is_editable
    with pytest.raises(NotFound):
        items.get(session, 1, reviewer)


def test_an_item_answers_to_each_of_its_codes(session, make_published, staff):
    item = make_published("WS-1", catalog_code="基1", task_handle_item="TWS-101")
    for code in ("WS-1", " TWS-1 ", "基1", "TWS-101"):
        assert items.by_code(session, code, staff).id == item.id
    with pytest.raises(NotFound, match="没有编码为「别的」的事项"):
        items.by_code(session, "别的", staff)


def test_browsing_counts_only_doors_that_lead_somewhere(session, three, make_item, health, trade):
    make_item("草稿")
    if session.get(Topic, (Audience.PERSON, "145")) is None:
        session.add(Topic(audience=Audience.PERSON, code="145", name="医疗卫生"))
    counts = items.browse_counts(session, DISTRICT)
    mine = [row for row in counts.departments if row[0] in (health.id, trade.id)]
    assert sorted(mine, key=lambda row: row[2]) == [(trade.id, "工商局", 1), (health.id, "卫生局", 2)]
    assert counts.audiences == {Audience.PERSON: 1, Audience.ENTERPRISE: 3}
    assert (Audience.PERSON, "145", "医疗卫生", 1) in counts.topics
    assert all(row[3] for row in counts.topics)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": ""}, "请填写本平台编码"),
        ({"code": "长" * 65}, "请填写本平台编码"),
        ({"department_id": 5}, "没有这个部门"),
        ({"guide": guide(task_name="")}, "请填写事项名称"),
    ],
)
def test_a_new_item_needs_a_code_a_department_and_a_name(session, health, system, changes, message):
    wished = {"code": "N1", "department_id": health.id, "tier": ServiceTier.DISTRICT, "guide": guide()} | changes
    with pytest.raises(Invalid, match=message):
        items.create(session, **wished, actor=system, now=NOW)


def test_nobody_creates_items_for_another_department(session, reviewer, trade):
    with pytest.raises(NotFound):
        items.create(
            session,
            code="N1",
            department_id=trade.id,
            tier=ServiceTier.DISTRICT,
            guide=guide(),
            actor=reviewer,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("name", "letters"),
    [("餐饮业卫生许可证", "cyywsxkz"), ("银行开户", "yhkh"), ("CA证书（企业）办理", "cazsqybl"), ("", "")],
)
def test_initials_are_what_one_would_type(name, letters):
    assert items.initials(name) == letters


def test_a_clerk_finds_one_of_three_thousand_items(session, make_published, staff):
    item = make_published()
    columns = {c.key: getattr(item, c.key) for c in ServiceItem.__table__.columns}
    session.execute(ServiceItem.__table__.insert(), [
        columns | {"id": number, "code": f"P{number}", "name": f"第{number}号许可", "initials": "dhxk",
                   "search_text": f"第{number}号许可\n" + "某某业务办理的说明文字" * 5}
        for number in range(1, 3000)
    ])  # fmt: skip
    clerk = person(Role.WINDOW_CLERK)
    assert Permission.CASES_INTAKE in clerk.permissions
    found = items.for_intake(session, clerk, "cyyws")
    assert [row.id for row in found] == [item.id]
