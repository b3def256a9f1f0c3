"""One element of many items, edited side by side: all of it is saved, or none and every error is told."""

import pytest
from sqlalchemy import func, select

from models.catalogue import ItemVersion
from models.enums import Role, VersionState
from services.catalogue import grids, items, versions
from services.catalogue.grids import ElementChange
from services.errors import NotAllowed
from services.rules.guide import Guide
from tests.services.catalogue.conftest import NOW, current, person, review


@pytest.fixture
def two(make_item, make_published):
    """A draft and a published item."""
    return make_item("A", task_name="甲证"), make_published("B", task_name="乙证")


def change(item, element, value, version=None):
    return ElementChange(item.id, element, value, version or item.version)


def test_a_grid_shows_what_stands_now_in_the_order_asked_for(session, two, reviewer):
    first, second = two
    wanted = ["task_name", "promise_day", "is_fee", "project_type", "serve_type", "places.hours"]
    rows = grids.rows(session, reviewer, [second.id, first.id, 1], wanted)
    assert [row["code"] for row in rows] == ["B", "A"]
    assert rows[0] == {
        "item_id": second.id, "code": "B", "name": "乙证", "department": "卫生局", "state": "已发布",
        "version": second.version, "task_name": "乙证", "promise_day": 5, "is_fee": False, "project_type": "承诺件",
        "serve_type": "自然人、企业法人", "places.hours": "工作日 9:00—17:00",
    }  # fmt: skip


def test_every_element_that_a_grid_offers_is_shown_and_saved_as_shown(session, two, reviewer):
    first, _ = two
    offered = grids.elements()
    assert set(Guide.model_fields) - {each.split(".")[0] for each in offered} == {
        "by_law", "materials", "form", "handle_flow", "flow", "special_procedure", "fee_items", "faq",
    }  # fmt: skip
    (row,) = grids.rows(session, reviewer, [first.id], list(offered))
    same = [change(first, element, row[element]) for element in offered]
    assert grids.apply(session, same, actor=reviewer, now=NOW) == grids.Outcome(0, 0, 1, [])


def test_cells_of_many_items_are_saved_and_drafts_opened_where_there_are_none(session, two, reviewer):
    first, second = two
    outcome = grids.apply(
        session,
        [
            change(first, "promise_day", 3.0),
            change(first, "consult_phone", "028-00001888"),
            change(second, "places.hours", "9:00—12:00"),
            change(second, "is_express", True),
        ],
        actor=reviewer,
        now=NOW,
    )
    assert outcome == grids.Outcome(2, 1, 0, [])
    mine, theirs = (versions.content(current(session, item)) for item in two)
    assert (mine.promise_day, mine.consult_phone) == (3, "028-00001888")
    assert (theirs.places[0].hours, theirs.places[0].place, theirs.is_express) == ("9:00—12:00", "政务大厅", True)
    assert items.published(session, second.district_id, second.id).guide.is_express is False


def test_one_bad_cell_keeps_everything_from_being_saved_and_every_one_is_told(session, two, reviewer):
    first, second = two
    before = session.scalar(select(func.count()).select_from(ItemVersion))
    outcome = grids.apply(
        session,
        [
            change(first, "promise_day", "三"),
            change(first, "project_type", "急件"),
            change(second, "task_name", "长" * 501),
            change(second, "link_way", "电话"),
            change(second, "materials", "身份证"),
        ],
        actor=reviewer,
        now=NOW,
    )
    assert [(error.code, error.element, error.reason[:9]) for error in outcome.errors] == [
        ("A", "承诺办结时限", "请填写整数"),
        ("A", "办件类型", "「急件」不在可选值"),
        ("B", "事项名称", "最多 500 个字"),
        ("B", "materials", "该要素不能在表格中"),
    ]
    assert (outcome.changed, session.scalar(select(func.count()).select_from(ItemVersion))) == (0, before)


def test_a_refusal_while_saving_takes_back_what_was_saved_before_it(session, two, reviewer):
    first, second = two
    outcome = grids.apply(
        session, [change(second, "link_way", "电话"), change(first, "task_code", "TB")], actor=reviewer, now=NOW
    )
    assert [error.reason for error in outcome.errors] == ["实施编码「TB」已被事项「乙证」使用，请核对"]
    session.expire_all()
    assert second.draft_version_id is None
    assert versions.content(current(session, first)).task_code == "TA"


def test_a_row_that_somebody_else_saved_is_told(session, two, reviewer, system):
    first, second = two
    seen = first.version, second.version
    versions.edit(
        session,
        current(session, first),
        versions.content(current(session, first)).model_copy(update={"promise_day": 4}),
        expected_version=1,
        actor=system,
        now=NOW,
    )
    versions.draft(session, second, actor=system, now=NOW)
    outcome = grids.apply(
        session,
        [change(first, "promise_day", 3, seen[0]), change(second, "promise_day", 3, seen[1])],
        actor=reviewer,
        now=NOW,
    )
    assert [(error.code, error.reason) for error in outcome.errors] == [
        ("A", "他人刚刚保存了同一事项，请对照后再保存"),
        ("B", "他人刚刚保存了同一事项，请对照后再保存"),
    ]


def test_what_is_being_reviewed_and_what_is_anothers_is_not_edited(session, two, make_item, trade, reviewer):
    first, _ = two
    review(session, first)
    theirs = make_item("C", trade)
    outcome = grids.apply(
        session, [change(first, "promise_day", 3), change(theirs, "promise_day", 3)], actor=reviewer, now=NOW
    )
    assert [error.reason for error in outcome.errors] == [
        "第 1 版「中心已审」，正在审核，不能修改", "没有这个事项，或不在您的管理范围内",
    ]  # fmt: skip
    assert current(session, first).state is VersionState.CENTRE_REVIEWED
    with pytest.raises(NotAllowed):
        grids.apply(session, [change(first, "promise_day", 3)], actor=person(Role.WINDOW_CLERK), now=NOW)


def test_an_item_with_several_places_is_edited_one_by_one(session, make_item, reviewer):
    item = make_item(places=[{"place": "南厅"}, {"place": "西厅"}])
    outcome = grids.apply(session, [change(item, "places.hours", "9:00")], actor=reviewer, now=NOW)
    assert outcome.errors[0].reason == "该事项有多个办理地点，请打开事项逐个修改"
