"""The demonstration's visits to the site and its fee notice; told through the services themselves."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from services import calendars
from services.cases import fees, intake, visits
from services.cases.intake import Filing, MaterialEntry
from services.cases.visits import Plan
from services.demo.acting import Act, Staff, Step, firms
from services.demo.clocked import DEPARTMENT
from services.rules import working_time
from services.rules.guide import Guide

ROADS, ROAD_ITEM = "规划建设局", "临时占用、挖掘城市道路审批"
FIRMS, SEED = ("天府管网",), 23
EMAIL = "office@example.cn"
TERM = dt.timedelta(days=20)


def _visit(name: str, place: str, purpose: str, *, hour: dt.time) -> Act:
    """On the next working day."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        calendar = calendars.work_calendar(session, staff.district_id)
        day = working_time.workdays_after(now.date(), 1, calendar)
        plan = Plan(dt.datetime.combine(day, hour, now.tzinfo), place, purpose)
        visits.plan(session, staff.numbers[name], plan, actor=staff.reviewer(DEPARTMENT), now=now)

    return act


def _held(name: str, findings: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        officers = (staff.reviewer(DEPARTMENT), staff.chief(DEPARTMENT))
        people = [each.name for each in officers]
        visits.hold(session, staff.numbers[name], people, findings, actor=officers[0], now=now)

    return act


def _dug(session: Session, staff: Staff, now: dt.datetime) -> None:
    """An applicant who also left an e-mail address."""
    version = session.scalars(
        select(ItemVersion)
        .join(
            ServiceItem,
            (ServiceItem.district_id == ItemVersion.district_id) & (ServiceItem.published_version_id == ItemVersion.id),
        )
        .where(ServiceItem.district_id == staff.district_id, ServiceItem.name == ROAD_ITEM)
    ).one()
    materials = Guide.model_validate(version.guide).materials
    entries = [MaterialEntry(intake.material_key(each, place)) for place, each in enumerate(materials)]
    (firm,) = firms(FIRMS, SEED)
    filing = Filing(version.item_id, dataclasses.replace(firm, email=EMAIL), entries)
    clerk = staff.clerk(staff.departments[ROADS])
    staff.numbers["dug"] = intake.file(session, filing, actor=clerk, now=now).number


def _asked(amounts: Sequence[Decimal | None]) -> Act:
    return lambda session, staff, now: fees.ask(
        session, staff.numbers["dug"], amounts, (now + TERM).date(), actor=staff.reviewer(ROADS), now=now
    )


def steps() -> Iterator[Step]:
    """One visit held, one to come, and a road whose fee is not paid yet."""
    yield Step(13, "10:20", _visit("stopped", "浣溪茶舍门店", "核对布局、消毒设施和从业人员健康证明", hour=dt.time(9)))
    yield Step(12, "09:30", _held("stopped", "布局与平面图一致，消毒设施齐全；饮用水须送检。"))
    yield Step(0, "10:05", _visit("asking", "百花康养中心", "核对场所面积、通风和卫生设施", hour=dt.time(10)))
    yield Step(2, "09:50", _dug)
    yield Step(1, "10:15", _asked([Decimal("1260.00"), None]))
