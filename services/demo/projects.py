"""The demonstration's projects: one about to get its building permit, one in its first stage."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import Bundle, ServiceItem
from models.enums import EngagementAction, MaterialState, OrganisationKind, RatingSide
from models.intermediaries import Engagement
from models.organisations import Organisation
from services import intermediaries, projects
from services.cases import review
from services.cases.intake import MaterialEntry, material_key
from services.catalogue import items
from services.demo.acting import Act, Staff, Step, firms
from services.demo.bundles import plain
from services.intermediaries import NewEngagement
from services.projects import NewProject

FIRMS = ("新谷置业", "川西精工")
SEED = 9
CODE = "project_approval"
LEAD = "规划建设局"
A = EngagementAction
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


def _engaged(name: str, code: str, service: str, contract: str, *, days: int) -> Act:
    """Engage an intermediary for the project; later steps know the contract by its number."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        chosen = session.scalars(
            select(Organisation).where(Organisation.district_id == staff.district_id, Organisation.code == code)
        ).one()
        due = now.date() + dt.timedelta(days=days)
        new = NewEngagement(chosen.id, service, contract, due, project_number=staff.numbers[name])
        clerk = staff.clerk(staff.departments[LEAD], channel="项目报建")
        staff.numbers[contract] = str(intermediaries.engage(session, new, actor=clerk, now=now).id)

    return act


def _step(contract: str, action: EngagementAction, text: str = "") -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        found = session.get_one(Engagement, (staff.district_id, int(staff.numbers[contract])))
        clerk = staff.clerk(staff.departments[LEAD], channel="项目报建")
        intermediaries.act(session, found.id, action, text, expected_version=found.version, actor=clerk, now=now)

    return act


def _rated(contract: str, side: RatingSide, stars: int, comment: str) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        clerk = staff.clerk(staff.departments[LEAD], channel="项目报建")
        own_id = int(staff.numbers[contract])
        intermediaries.rate(session, own_id, side, stars, comment, actor=clerk, now=now)

    return act


def _engagements() -> Iterator[Step]:
    yield Step(26, "10:00", _engaged("first", "Z02", "宗地勘测定界", "DJ-2026-0117", days=9))
    yield Step(24, "16:00", _step("DJ-2026-0117", A.REPORT, "勘测定界报告"))
    yield Step(23, "10:10", _step("DJ-2026-0117", A.ACCEPT, "界址清楚"))
    yield Step(23, "10:20", _rated("DJ-2026-0117", RatingSide.CLIENT, 5, "提前交付"))
    yield Step(23, "10:30", _rated("DJ-2026-0117", RatingSide.INTERMEDIARY, 4, "资料齐全，现场配合好"))
    yield Step(17, "09:30", _engaged("first", "Z01", "规划放线和日照分析", "CH-2026-0342", days=5))
    yield Step(15, "11:00", _step("CH-2026-0342", A.REPORT, "日照分析报告（第一稿）"))
    yield Step(15, "16:10", _step("CH-2026-0342", A.RETURN, "缺少相邻住宅的大寒日计算"))
    yield Step(12, "10:40", _step("CH-2026-0342", A.REPORT, "日照分析报告（修改稿）"))
    yield Step(12, "15:50", _step("CH-2026-0342", A.ACCEPT))
    yield Step(5, "09:50", _engaged("first", "Z05", "临时用电接入", "DL-2026-0088", days=4))
    yield Step(2, "11:10", _engaged("second", "Z01", "地形图测绘", "CH-2026-0401", days=10))


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
    for title in (
        "建设项目选址意见书核发",
        "建设项目用地预审",
        "固定资产投资项目节能评估审查",
        "建设项目环境影响评价文件审批",
    ):
        yield from _permit("first", title, 27, 25)
    yield from _permit("first", "规划设计条件核定", 27, 26)
    yield from _permit("first", "建设用地规划许可证核发", 25, 25)
    yield from _permit("first", "规划设计方案(总平面)审查", 18, 16)
    for title in ("建设工程规划许可证核发", "初步设计审查", "建设工程消防设计审核", "防雷装置设计审核"):
        yield from _permit("first", title, 15, 14)
    yield from _permit("first", "施工图设计文件审查备案", 12, 12)
    yield from _permit("first", "建设工程报建登记", 6)
    yield from _permit("first", "招标投标情况书面报告备案", 6, 6)
    yield from _permit("first", "施工合同备案", 4, 4)
    for title in ("工程质量监督手续", "安全施工措施备案"):
        yield from _permit("first", title, 4, 3)
    yield from _permit("first", "建筑工程施工许可证核发", 0)
    yield from _engagements()
    yield Step(4, "10:10", _opened("second", "川西精工装配车间", 1))
    yield Step(4, "10:15", _waived("second", "企业投资项目核准"))
    yield from _permit("second", "企业投资项目备案", 3)
    yield from _permit("second", "建设项目选址意见书核发", 3, 1)
    yield from _permit("second", "建设项目环境影响评价文件审批", 2)
