"""The demonstration's cases whose clocks were stopped, lengthened or sent upward; told through the services themselves."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion, ServiceItem
from models.clocks import CaseSuspension
from models.enums import CaseAction, CaseStatus, CaseType, ItemState, LimitUnit, ProcedureKind
from models.identity import new_id
from services import calendars
from services.cases import clocks, deeming, extending, forwarding, intake, review, suspending
from services.cases.intake import Filing, MaterialEntry
from services.cases.suspending import ART_45, Procedure
from services.demo.acting import Act, Staff, Step, firms
from services.rules import working_time
from services.rules.guide import Guide

DEPARTMENT = "卫生局"
FIRMS = ("浣溪茶舍", "百花康养", "少城里坊")
SEED = 11
STOPPED_FOR = 15  # working days that a stopped case of the year is expected to take


def stop_clocks(session: Session, district_id: int, *, until: dt.date) -> None:
    """Give the year's stopped cases the special procedure that their history tells of."""
    stopped = session.execute(
        select(Case, CaseEvent)
        .join(CaseEvent, (CaseEvent.district_id == Case.district_id) & (CaseEvent.case_id == Case.id))
        .where(
            Case.district_id == district_id,
            Case.status == CaseStatus.SUSPENDED,
            CaseEvent.action == CaseAction.SUSPEND,
        )
    ).all()
    calendar = calendars.work_calendar(session, district_id)
    expected = working_time.workdays_after(until, STOPPED_FOR, calendar)
    for case, event in stopped:
        session.add(
            CaseSuspension(
                district_id=district_id,
                id=new_id(event.at),
                case_id=case.id,
                procedure=ProcedureKind.EXPERT_REVIEW,
                legal_basis=ART_45,
                reason=event.opinion or "",
                started_at=event.at,
                started_by=event.actor_name,
                expected_end_on=expected,
            )
        )
        clocks.recount(session, case)


def promised_version(session: Session, staff: Staff) -> ItemVersion:
    """A permit of the health department that is promised within at least five working days."""
    return session.scalars(
        select(ItemVersion)
        .join(
            ServiceItem,
            (ServiceItem.district_id == ItemVersion.district_id) & (ServiceItem.published_version_id == ItemVersion.id),
        )
        .where(
            ServiceItem.district_id == staff.district_id,
            ServiceItem.department_id == staff.departments[DEPARTMENT],
            ServiceItem.state == ItemState.ACTIVE,
            ItemVersion.case_type == CaseType.PROMISED,
            ItemVersion.promise_unit == LimitUnit.WORKDAY,
            ItemVersion.promise_amount >= 5,
        )
        .order_by(ServiceItem.code)
        .limit(1)
    ).one()


def _filed(name: str, firm: int) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        version, department = promised_version(session, staff), staff.departments[DEPARTMENT]
        materials = Guide.model_validate(version.guide).materials
        entries = [MaterialEntry(intake.material_key(each, place)) for place, each in enumerate(materials)]
        filing = Filing(version.item_id, firms(FIRMS, SEED)[firm], entries)
        staff.numbers[name] = intake.file(session, filing, actor=staff.clerk(department), now=now).number

    return act


def _stopped(name: str, kind: ProcedureKind, reason: str, days: int) -> Act:
    def act(session: Session, staff: Staff, now: dt.datetime) -> None:
        end = now.astimezone(settings.current().zone).date() + dt.timedelta(days=days)
        told = Procedure(kind, reason, end)
        suspending.suspend(session, staff.numbers[name], told, actor=staff.reviewer(DEPARTMENT), now=now)

    return act


def _resumed(name: str, outcome: str) -> Act:
    return lambda session, staff, now: suspending.resume(
        session, staff.numbers[name], outcome, actor=staff.reviewer(DEPARTMENT), now=now
    )


def _proposed(name: str, days: int, reason: str) -> Act:
    return lambda session, staff, now: extending.propose(
        session, staff.numbers[name], days, reason, actor=staff.reviewer(DEPARTMENT), now=now
    )


def _approved(name: str) -> Act:
    return lambda session, staff, now: extending.judge(
        session, staff.numbers[name], approves=True, judgement="同意延长", actor=staff.chief(DEPARTMENT), now=now
    )


def _forwarded(name: str) -> Act:
    return lambda session, staff, now: forwarding.forward_up(
        session, staff.numbers[name], "市卫生局", "初审：材料齐全，现场符合规范。", actor=staff.reviewer(DEPARTMENT), now=now
    )  # fmt: skip


def _examined(name: str, opinion: str) -> Act:
    return lambda session, staff, now: review.examine(
        session, staff.numbers[name], opinion, actor=staff.reviewer(DEPARTMENT), now=now
    )


def _swept(session: Session, staff: Staff, now: dt.datetime) -> None:
    deeming.sweep(session, staff.district_id, now=now)


def steps() -> Iterator[Step]:
    """One case stopped twice and lengthened, one waiting for its extension, one with the superior; then the worker's round."""
    yield Step(14, "09:20", _filed("stopped", 0))
    yield Step(13, "10:10", _examined("stopped", "资料审查合格，安排现场检测。"))
    yield Step(12, "09:40", _stopped("stopped", ProcedureKind.TESTING, "送检水样，委托检测机构检测", 6))
    yield Step(9, "16:10", _resumed("stopped", "检测报告已出具，结果合格"))
    yield Step(8, "10:00", _stopped("stopped", ProcedureKind.EXPERT_REVIEW, "组织专家对布局评审", 3))
    yield Step(6, "15:00", _resumed("stopped", "专家评审通过，提出两条整改意见"))
    yield Step(5, "09:30", _proposed("stopped", 5, "申请人整改需要时间，复查后方可决定"))
    yield Step(5, "15:20", _approved("stopped"))
    yield Step(4, "10:40", _filed("asking", 1))
    yield Step(2, "11:10", _proposed("asking", 10, "案情复杂，需会同相关部门核查"))
    yield Step(4, "11:15", _filed("above", 2))
    yield Step(2, "14:30", _forwarded("above"))
    yield Step(0, "16:50", _swept)
