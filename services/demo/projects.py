"""The demonstration's projects: one about to get its building permit, one in its first stage."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import Bundle, ServiceItem
from models.enums import MaterialState, OrganisationKind
from models.organisations import Organisation
from services import projects
from services.cases import review
from services.cases.intake import MaterialEntry, material_key
from services.catalogue import items
from services.demo.acting import Act, Staff, Step, firms
from services.demo.bundles import plain
from services.projects import NewProject

FIRMS = ("新谷置业", "川西精工")
SEED = 9
CODE = "project_approval"
LEAD = "规划建设局"
UNNEEDED = {
    "企业投资项目核准": "企业自筹资金，不在政府核准目录内，按备案办理",
    "政府投资项目建议书审批": "不使用政府投资",
    "政府投资项目可行性研究报告审批": "不使用政府投资",
    "防空地下室设计审查(含易地建设)": "地面厂房，按规定易地建设费已缴",
}


def _opened(name: str, title: str, firm: int) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        bundle = session.scalars(
            select(Bundle).where(Bundle.district_id == staff.district_id, Bundle.code == CODE)
        ).one()
        new = NewProject(title, bundle.id, firms(FIRMS, SEED)[firm], now.date())
        clerk = staff.clerk(staff.departments[LEAD], channel="项目报建")
        staff.numbers[name] = projects.open_project(session, new, actor=clerk, now=now).number

    return act


def _item(session: Session, staff: Staff, title: str) -> ServiceItem:
    rows = session.scalars(select(ServiceItem).where(ServiceItem.district_id == staff.district_id))
    return next(row for row in rows if plain(row.name) == plain(title))


def _waived(name: str, title: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        clerk = staff.clerk(staff.departments[LEAD], channel="项目报建")
        item = _item(session, staff, title)
        projects.mark_not_applicable(session, staff.numbers[name], item.id, UNNEEDED[title], actor=clerk, now=now)

    return act


def _applied(name: str, title: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        item = _item(session, staff, title)
        guide = items.published(session, staff.district_id, item.id).guide
        entries = [
            MaterialEntry(material_key(each, place), MaterialState.RECEIVED)
            for place, each in enumerate(guide.materials)
        ]
        clerk = staff.clerk(item.department_id, channel="项目报建")
        filed = projects.apply(session, staff.numbers[name], item.id, entries, actor=clerk, now=now)
        staff.numbers[f"{name} {title}"] = filed.number

    return act


def _granted(name: str, title: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        department = session.get_one(Organisation, (staff.district_id, _item(session, staff, title).department_id))
        assert department.kind is OrganisationKind.DEPARTMENT
        number = staff.numbers[f"{name} {title}"]
        review.grant(session, number, "符合规划和规范要求", actor=staff.reviewer(department.name), now=now)

    return act


def _permit(name: str, title: str, applied: int, granted: int | None = None) -> Iterator[Step]:
    """Applied for and granted so many working days before the last."""
    yield Step(applied, "09:40", _applied(name, title))
    if granted is not None:
        yield Step(granted, "15:30", _granted(name, title))


def steps() -> Iterator[Step]:
    yield Step(28, "09:10", _opened("first", "新谷研发楼及配套厂房", 0))
    for title in UNNEEDED:
        yield Step(28, "09:20", _waived("first", title))
    yield from _permit("first", "企业投资项目备案", 28)
    for title in ("建设项目选址意见书核发", "规划设计条件核定", "建设项目用地预审"):
        yield from _permit("first", title, 27, 25)
    for title in ("固定资产投资项目节能评估审查", "建设项目环境影响评价文件审批"):
        yield from _permit("first", title, 27, 24)
    yield from _permit("first", "建设用地规划许可证核发", 24, 22)
    yield from _permit("first", "规划设计方案(总平面)审查", 18, 14)
    for title in ("建设工程规划许可证核发", "初步设计审查", "建设工程消防设计审核", "防雷装置设计审核"):
        yield from _permit("first", title, 13, 9)
    yield from _permit("first", "施工图设计文件审查备案", 8, 7)
    yield from _permit("first", "建设工程报建登记", 6)
    yield from _permit("first", "招标投标情况书面报告备案", 6, 5)
    yield from _permit("first", "施工合同备案", 4, 3)
    for title in ("工程质量监督手续", "安全施工措施备案"):
        yield from _permit("first", title, 4, 2)
    yield from _permit("first", "建筑工程施工许可证核发", 1)
    yield Step(4, "10:10", _opened("second", "川西精工装配车间", 1))
    yield Step(4, "10:15", _waived("second", "企业投资项目核准"))
    yield from _permit("second", "企业投资项目备案", 3)
    yield from _permit("second", "建设项目选址意见书核发", 3, 1)
    yield from _permit("second", "建设项目环境影响评价文件审批", 2)
