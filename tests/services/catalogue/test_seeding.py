"""The shipped catalogue passes the same gate as any other."""

import pytest
import yaml
from sqlalchemy import func, select

from models.catalogue import ItemEvent, ItemPrerequisite, ServiceItem
from models.enums import ItemState
from services.catalogue import items, seeding
from services.errors import Invalid
from tests.services.catalogue.conftest import DISTRICT, NOW, VALID


def entry(code="S1", department="WS", **changes):
    content = VALID | {"task_code": f"T{code}"} | changes
    return {"code": code, "department": department, "tier": "district", "guide": content}


@pytest.fixture
def load(session, health, system, tmp_path):
    def load(*entries):
        (tmp_path / "a.yaml").write_text(yaml.safe_dump(list(entries), allow_unicode=True), encoding="utf-8")
        return seeding.load(session, tmp_path, actor=system, now=NOW)

    return load


def test_items_are_created_reviewed_and_published_with_their_history(session, load, system):
    assert load(entry("S1", requires_results_of=["S2"]), entry("S2", "WS")) == 2
    first, second = (items.by_code(session, code, system) for code in ("S1", "S2"))
    assert (first.state, second.state) == (ItemState.ACTIVE, ItemState.ACTIVE)
    assert session.scalars(select(ItemPrerequisite.required_item_id)).all() == [second.id]
    assert session.scalar(select(func.count()).where(ItemEvent.item_id == first.id)) == 5


def test_loading_again_changes_nothing(session, load):
    assert load(entry()) == 1
    assert load(entry(), entry("S2")) == 1
    assert session.scalar(select(func.count()).where(ServiceItem.code.in_(["S1", "S2"]))) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (entry(promise_day=99), "「S1 餐饮业卫生许可」不能发布：.*CAT-L02"),
        (entry(department="没有"), "a.yaml：事项「S1」的部门「没有」不在机构目录中"),
        (entry(unknown_element=1), "a.yaml：事项「S1」无法载入"),
        (entry() | {"tier": "moon"}, "a.yaml：事项「S1」无法载入"),
    ],
)
def test_an_item_that_does_not_pass_stops_the_load_with_its_name(load, wrong, message):
    with pytest.raises(Invalid, match=message):
        load(wrong)


def test_a_department_may_be_named(session, load, system, trade):
    load(entry(department="工商局"))
    assert items.published(session, DISTRICT, "S1").department == "工商局"


def test_a_hundred_and_sixty_items_load_at_once(load):
    assert load(*(entry(f"S{number}", task_name=f"第{number}号许可") for number in range(160))) == 160
