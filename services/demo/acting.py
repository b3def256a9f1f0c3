"""Who acts in the demonstration's told stories, and when: each step where and when its person would take it."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.enums import IdType, Role, ScopeKind
from models.organisations import Organisation, Window, WindowDepartment
from models.people import User, UserRole
from services.actors import Actor
from services.cases.applicants import ApplicantEntry
from services.demo import people
from services.demo.distributions import declared
from services.rules import permissions, working_time
from services.rules.working_time import WorkCalendar

Act = Callable[[Session, "Staff", dt.datetime], object]
PHONE = "028-00009000"
TO_TRY = "90000"  # the accounts to try have the badges above, and go first


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
        return self._of_department(department, Role.REVIEWER)

    def chief(self, department: str) -> Actor:
        return self._of_department(department, Role.CHIEF_REPRESENTATIVE)

    def _of_department(self, department: str, role: Role) -> Actor:
        holding = select(UserRole.user_id).where(UserRole.district_id == self.district_id, UserRole.role == role)
        chosen = select(User).where(
            User.district_id == self.district_id,
            User.department_id == self.departments[department],
            User.window_id.is_(None),
            User.scope == ScopeKind.DEPARTMENT,
            User.id.in_(holding),
        )
        return self._actor(self._session.scalars(chosen.order_by(User.badge_number).limit(1)).one())

    def clerk(self, department_id: int, *, channel: str = "") -> Actor:
        """Somebody at a window that serves the department, whose name begins with `channel`."""
        serving = select(WindowDepartment.window_id).where(
            WindowDepartment.district_id == self.district_id, WindowDepartment.department_id == department_id
        )
        named = select(Window.id).where(Window.district_id == self.district_id, Window.name.startswith(channel))
        chosen = select(User).where(
            User.district_id == self.district_id, User.window_id.in_(serving), User.window_id.in_(named)
        )
        return self._actor(
            self._session.scalars(chosen.order_by(User.badge_number < TO_TRY, User.badge_number).limit(1)).one()
        )

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


def firms(names: tuple[str, ...], seed: int) -> list[ApplicantEntry]:
    """Firms of ours, with unified codes issued to nobody."""
    numbers = people.usccs([False] * len(names), declared().names, seed=seed)
    return [
        ApplicantEntry(f"成都{name}有限公司", number, IdType.USCC, PHONE)
        for name, number in zip(names, numbers, strict=True)
    ]


def play(session: Session, steps: Iterable[Step], staff: Staff, *, until: dt.date, calendar: WorkCalendar) -> None:
    """Take the steps in the order of time."""
    last = until if calendar.is_workday(until) else working_time.workdays_after(until, -1, calendar)
    timed = sorted(((_moment(step, last, calendar), step.act) for step in steps), key=lambda each: each[0])
    for moment, act in timed:
        act(session, staff, moment)
        session.flush()


def _moment(step: Step, last: dt.date, calendar: WorkCalendar) -> dt.datetime:
    day = working_time.workdays_after(last, -step.days_before, calendar)
    return dt.datetime.combine(day, dt.time.fromisoformat(step.time), settings.current().zone)
