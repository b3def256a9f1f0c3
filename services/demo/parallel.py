"""The demonstration's parallel cases, told through the services themselves: each step where its person would take it."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.bundles import BundleHandling
from models.catalogue import Bundle, ServiceItem
from models.enums import IdType, MaterialState, Opinion, ScopeKind
from models.organisations import Organisation, WindowDepartment
from models.people import User, UserRole
from services import bundles, calendars
from services.actors import Actor
from services.bundles import BundleFiling
from services.cases import circulation, details, reminding
from services.cases.applicants import ApplicantEntry
from services.cases.circulation import Minutes
from services.demo import people
from services.demo.distributions import declared
from services.rules import permissions, working_time
from services.rules.working_time import WorkCalendar

Act = Callable[[Session, "Staff", dt.datetime], object]
FIRMS = ("蜀韵印象", "锦城知味", "天府通达", "望江月明", "浣花雅集", "青羊食客", "琴台歌会")
TAXES = ("国家税务局", "地方税务局")
YES, NO, UP = Opinion.AGREE, Opinion.DISAGREE, Opinion.FORWARD


@dataclasses.dataclass(frozen=True)
class Step:
    """So many working days before the last one, at a time of day."""

    days_before: int
    time: str
    act: Act


class Staff:
    """Who acts: a reviewer for each department, a clerk for each department's window."""

    def __init__(self, session: Session, district_id: int) -> None:
        self._session, self.district_id = session, district_id
        self.numbers: dict[str, str] = {}
        self.departments = {
            row.name: row.id
            for row in session.scalars(select(Organisation).where(Organisation.district_id == district_id))
        }

    def reviewer(self, department: str) -> Actor:
        chosen = select(User).where(
            User.district_id == self.district_id,
            User.department_id == self.departments[department],
            User.window_id.is_(None),
            User.scope == ScopeKind.DEPARTMENT,
        )
        return self._actor(self._session.scalars(chosen.order_by(User.badge_number).limit(1)).one())

    def clerk(self, department_id: int) -> Actor:
        serving = select(WindowDepartment.window_id).where(
            WindowDepartment.district_id == self.district_id, WindowDepartment.department_id == department_id
        )
        chosen = select(User).where(User.district_id == self.district_id, User.window_id.in_(serving))
        return self._actor(self._session.scalars(chosen.order_by(User.badge_number.desc()).limit(1)).one())

    def _actor(self, user: User) -> Actor:
        roles = frozenset(
            self._session.scalars(
                select(UserRole.role).where(UserRole.district_id == user.district_id, UserRole.user_id == user.id)
            )
        )
        return Actor(
            district_id=user.district_id,
            user_id=user.id,
            name=user.display_name,
            roles=roles,
            permissions=permissions.permissions_of(roles),
            scope=ScopeKind.DEPARTMENT if user.department_id else ScopeKind.DISTRICT,
            organisation_id=user.organisation_id,
            department_id=user.department_id,
            window_id=user.window_id,
            source="演示数据",
        )


def _filed(name: str, code: str, firm: int, *chosen: str) -> Act:
    """File the bundle for a firm of ours; later steps know the case by `name`."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        bundle = session.scalars(
            select(Bundle).where(Bundle.district_id == staff.district_id, Bundle.code == code)
        ).one()
        handling = session.get_one(BundleHandling, (staff.district_id, bundle.id))
        item = session.get_one(ServiceItem, (staff.district_id, handling.item_id))
        everything = bundles.compose(session, staff.district_id, bundle.id)
        extra = [member.id for member in everything.members if member.name in chosen]
        found = bundles.compose(session, staff.district_id, bundle.id, extra)
        states = {each.material.key: MaterialState.RECEIVED for each in found.materials}
        number = people.usccs([False] * len(FIRMS), declared().names, seed=4)[firm]
        applicant = ApplicantEntry(f"成都{FIRMS[firm]}有限公司", number, IdType.USCC, "028-00009000")
        filing = BundleFiling(bundle.id, applicant, extra, states)
        filed = bundles.file(session, filing, actor=staff.clerk(item.department_id), now=now)
        staff.numbers[name] = filed.number

    return act


def _said(name: str, department: str, opinion: Opinion = YES, text: str = "") -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        actor = staff.reviewer(department)
        circulation.give(session, staff.numbers[name], opinion, text, actor=actor, now=now)

    return act


def _sent_up(name: str, department: str) -> Act:
    return lambda session, staff, now: circulation.send_up(
        session, staff.numbers[name], actor=staff.reviewer(department), now=now
    )


def _met(name: str, lead: str) -> Act:
    """The joint meeting of the departments that are asked now."""

    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        actor = staff.reviewer(lead)
        found = details.detail(session, staff.numbers[name], actor)
        said = {task.department_id: (YES, "") for task in found.tasks if task.finished_at is None}
        text = "现场踏勘后会审：选址、消防通道和通风符合要求，一致同意，开业前由公安分局复核。"
        minutes = Minutes(now.date(), "南区大厅三楼会商室", text, said)
        circulation.hold_meeting(session, staff.numbers[name], minutes, actor=actor, now=now)

    return act


def _reminded(session: Session, staff: Staff, now: dt.datetime) -> None:
    reminding.remind(session, staff.district_id, now=now)


def _steps() -> Iterator[Step]:
    yield Step(6, "09:05", _filed("done", "enterprise_setup", 0))
    for time, department in (("10:20", "工商行政管理局"), ("10:45", "公安分局"), ("10:50", "质量技术监督局")):
        yield Step(6, time, _said("done", department))
    for time, department in (("11:15", TAXES[0]), ("11:40", TAXES[1]), ("13:20", "工商行政管理局")):
        yield Step(6, time, _said("done", department))
    yield Step(5, "09:30", _filed("silent", "catering_shop", 1, "户外广告设置许可"))
    yield Step(5, "15:10", _said("silent", "工商行政管理局"))
    yield Step(4, "10:05", _said("silent", "地方税务局"))
    yield Step(4, "14:20", _filed("met", "entertainment_venue", 6))
    yield Step(3, "09:20", _filed("superior", "logistics_company", 2))
    yield Step(3, "11:00", _said("superior", "工商行政管理局"))
    yield Step(3, "15:00", _said("silent", "公安分局", NO, "后厨与疏散通道之间未设防火分隔，整改后可再报"))
    yield Step(2, "09:40", _said("superior", "交通局", UP, "车辆总数超出区级审批权限，需报市交通局核定"))
    yield Step(2, "10:30", _met("met", "文化局"))
    yield Step(2, "16:00", _sent_up("superior", "交通局"))
    yield Step(1, "09:10", _filed("meeting", "entertainment_venue", 4, "户外广告设置许可"))
    yield Step(1, "10:40", _filed("waiting", "catering_shop", 5))
    for time, department in (("14:10", "工商行政管理局"), ("14:35", "地方税务局"), ("15:20", "公安分局")):
        yield Step(1, time, _said("waiting", department))
    yield Step(0, "09:20", _filed("running", "enterprise_setup", 3))
    yield Step(0, "10:55", _said("running", "工商行政管理局"))
    yield Step(0, "11:20", _said("running", "公安分局"))
    yield Step(0, "16:30", _reminded)


def tell(session: Session, district_id: int, *, until: dt.date) -> int:
    """Parallel cases of the last days up to `until`; returns how many were filed. None where no bundle was loaded."""
    if session.scalar(select(BundleHandling.item_id).where(BundleHandling.district_id == district_id).limit(1)) is None:
        return 0
    staff, calendar = Staff(session, district_id), calendars.work_calendar(session, district_id)
    last = until if calendar.is_workday(until) else working_time.workdays_after(until, -1, calendar)
    timed = sorted(((_moment(step, last, calendar), step.act) for step in _steps()), key=lambda each: each[0])
    for moment, act in timed:
        act(session, staff, moment)
        session.flush()
    return len(staff.numbers)


def _moment(step: Step, last: dt.date, calendar: WorkCalendar) -> dt.datetime:
    day = working_time.workdays_after(last, -step.days_before, calendar)
    return dt.datetime.combine(day, dt.time.fromisoformat(step.time), settings.current().zone)
