"""Progress for citizens without an account: number and query code, or the link of the QR code (security 13).

What the applicant has to do stands first; then who holds it, the working time left, what comes next, and how long such
cases took.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.documents import CaseDocument
from models.enums import ApplicantKind, CaseAction, CaseResult, CaseStatus, CaseType, HolderKind, TaskKind
from models.organisations import Organisation
from services import calendars, confidential, documents
from services.cases import details, durations, fees, received, tasks, visits
from services.cases.details import CaseDetail
from services.cases.fees import Notice
from services.cases.received import Asked
from services.cases.visits import Visit
from services.errors import NotFound
from services.rules import identifiers, working_time
from services.rules.guide import Guide
from services.rules.working_time import Remaining

UNKNOWN = "没有找到相符的办件：请核对办件编号与查询码（印在收件凭证上）"
PUBLIC_ACTIONS = frozenset(set(CaseAction) - {CaseAction.EXAMINE, CaseAction.NOTE})
RUNNING = (CaseStatus.ACCEPTED, CaseStatus.EXAMINING)
HANDED_OVER = "送达或领取结果"


@dataclasses.dataclass(frozen=True)
class PublicStep:
    at: dt.datetime
    label: str


@dataclasses.dataclass(frozen=True)
class Todo:
    """What the applicant must do now: correct (`asked`) or fetch the result; where, when, and until when."""

    asked: Sequence[Asked]
    until: dt.date | None
    place: str
    address: str
    hours: str
    phone: str


@dataclasses.dataclass(frozen=True)
class Usual:
    """How long the item's cases of the last 90 days took, in working days. None below durations.FEWEST cases."""

    cases: int
    p50_days: int | None
    p90_days: int | None


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a citizen sees: no id, no phone, a masked name, no officer."""

    number: str
    item_name: str
    item_code: str
    applicant: str
    status: CaseStatus
    result: CaseResult | None
    holder: HolderKind
    holder_name: str
    centre: str
    centre_phone: str
    submitted_at: dt.datetime
    due_at: dt.datetime | None
    is_provisional: bool
    decided_at: dt.datetime | None
    reasons: str
    remedies: str
    steps: Sequence[PublicStep]
    todo: Todo | None
    left: Remaining | None  # working time to the promised day; None while no clock runs
    upcoming: Sequence[str]
    usual: Usual | None
    token: str  # opens it again by its address
    papers: Sequence[CaseDocument]  # its written vouchers
    visit: Visit | None  # to the site, still to come
    fee: Notice | None  # still to be paid


def by_code(session: Session, district_id: int, number: str, code: str, *, now: dt.datetime) -> Progress:
    """Raises NotFound with the same words, after the same work, for an unknown number and a wrong code."""
    number, given = identifiers.normalise(number), identifiers.normalise_query_code(code)
    expected = confidential.query_code(district_id, number)
    return _public(session, _case(session, district_id, number, confidential.same(given, expected)), now)


def by_link(session: Session, district_id: int, number: str, token: str, *, now: dt.datetime) -> Progress:
    """As `by_code`, for the address in the QR code."""
    return _public(session, linked(session, district_id, number, token), now)


def linked(session: Session, district_id: int, number: str, token: str) -> Case:
    """The case that the token opens to its applicant. Raises NotFound as the others do."""
    number = identifiers.normalise(number)
    expected = confidential.link_token(district_id, number)
    return _case(session, district_id, number, confidential.same(token, expected))


def _case(session: Session, district_id: int, number: str, is_right: bool) -> Case:
    case = session.scalar(select(Case).where(Case.district_id == district_id, Case.number == number))
    if case is None or not is_right:
        raise NotFound(UNKNOWN)
    return case


def _public(session: Session, case: Case, now: dt.datetime) -> Progress:
    found = details.of(session, case)
    denial = next((e.evidence for e in found.events if e.action == CaseAction.DENY and e.evidence), {}) or {}
    return Progress(
        number=case.number,
        item_name=found.item_name,
        item_code=found.item_code,
        applicant=identifiers.mask_name(
            case.applicant_name, is_organisation=found.applicant_kind == ApplicantKind.ORGANISATION
        ),
        status=case.status,
        result=case.result,
        holder=case.holder,
        holder_name=found.holder_name,
        centre=found.centre,
        centre_phone=str(found.version.guide.get("consult_phone", "")),
        submitted_at=case.submitted_at,
        due_at=case.due_at,
        is_provisional=case.is_provisional,
        decided_at=case.decided_at,
        reasons=str(denial.get("reasons", "")),
        remedies=str(denial.get("remedies", "")),
        steps=[PublicStep(e.at, e.action.label) for e in found.events if e.action in PUBLIC_ACTIONS],
        todo=_todo(session, found),
        left=_left(session, case, now),
        upcoming=_upcoming(session, found),
        usual=_usual(session, case),
        token=confidential.link_token(case.district_id, case.number),
        papers=documents.of_case(session, case),
        visit=visits.standing(found.events) if case.decided_at is None else None,
        fee=_unpaid(found),
    )


def _unpaid(found: CaseDetail) -> Notice | None:
    notice = fees.of_events(found.events)
    is_over = found.case.status in (CaseStatus.CLOSED, CaseStatus.DELIVERED)
    return notice if notice is not None and notice.paid_at is None and not is_over else None


def _todo(session: Session, found: CaseDetail) -> Todo | None:
    case = found.case
    if case.status not in (CaseStatus.CORRECTION_REQUESTED, CaseStatus.DECIDED):
        return None
    guide = Guide.model_validate(found.version.guide)
    centre = session.get_one(Organisation, (case.district_id, case.centre_id))
    hours = next((place.hours for place in guide.places if place.hours), "")
    asked, until = received.asked(session, case)
    window = f"{centre.name} {found.window}".strip()
    return Todo(asked, until, window, centre.address, hours, centre.phone or guide.consult_phone)


def _left(session: Session, case: Case, now: dt.datetime) -> Remaining | None:
    if case.status not in RUNNING or case.due_at is None:
        return None
    zone = settings.current().zone
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    return working_time.remaining(now.astimezone(zone), case.due_at.astimezone(zone), calendar)


def _upcoming(session: Session, found: CaseDetail) -> list[str]:
    """The steps still to come, the nearest first; empty when it is over."""
    match found.case.status:
        case CaseStatus.SUBMITTED:
            return ["窗口核对材料，齐全即受理", *_stages(session, found, after=0), "作出决定", HANDED_OVER]
        case CaseStatus.CORRECTION_REQUESTED:
            return ["您补齐材料后，窗口再次核对", *_stages(session, found, after=0), "作出决定", HANDED_OVER]
        case CaseStatus.ACCEPTED | CaseStatus.EXAMINING:
            stage = max((task.stage for task in found.tasks), default=0)
            return [*_stages(session, found, after=stage), "作出决定", HANDED_OVER]
        case CaseStatus.SUSPENDED:
            return ["特别程序结束，继续计时审查", "作出决定", HANDED_OVER]
        case CaseStatus.WAITING_SUPERIOR:
            return ["上级机关答复", "作出决定", HANDED_OVER]
        case _:
            return []


def _stages(session: Session, found: CaseDetail, *, after: int) -> list[str]:
    """The departments' work in the stages that have not begun, one line a stage."""
    case = found.case
    if case.case_type is CaseType.IMMEDIATE:
        return []
    planned = [
        task for task in tasks.flow_of(session, case, Guide.model_validate(found.version.guide)) if task.stage > after
    ]
    missing = {task.department_id for task in planned} - found.task_departments.keys()
    names = found.task_departments | (details.names(session, case.district_id, missing) if missing else {})
    lines: dict[int, list[str]] = {}
    for task in planned:
        does = "会签" if task.kind is TaskKind.OPINION else "审查"
        lines.setdefault(task.stage, []).append(f"{names[task.department_id]}{does}")
    return ["、".join(lines[stage]) for stage in sorted(lines)]


def _usual(session: Session, case: Case) -> Usual | None:
    if case.case_type is CaseType.IMMEDIATE or case.decided_at is not None or case.status is CaseStatus.CLOSED:
        return None
    found = durations.of_item(session, case.district_id, case.item_id)
    if found is None or found.cases < durations.FEWEST:
        return Usual(found.cases if found else 0, None, None)
    return Usual(found.cases, found.p50_days, found.p90_days)
