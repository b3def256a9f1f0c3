"""Visits to the site: one for all departments, arranged by the leading one (R-PAR-05), by two or more people (art. 34)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent
from models.catalogue import ItemVersion
from models.enums import CaseAction, MessageEvent
from models.organisations import Organisation
from services import audit
from services.actors import Actor
from services.cases import details, messages, review, tasks, telling, transitions
from services.errors import Invalid, NotAllowed, WrongState
from services.rules import lifecycle

FARTHEST = dt.timedelta(days=90)
PLACE_LENGTH = 200
FEWEST_PEOPLE = 2
NOT_LEADING = "现场勘验由主办部门统一组织"


@dataclasses.dataclass(frozen=True)
class Plan:
    """When and where, what for, and which other departments come along."""

    at: dt.datetime
    place: str
    purpose: str
    departments: Sequence[int] = ()


@dataclasses.dataclass(frozen=True)
class Visit:
    """One visit of a case: as planned, and what came of it."""

    sequence: int  # of the event that planned it
    at: dt.datetime
    place: str
    purpose: str
    departments: Sequence[str]
    people: Sequence[str] = ()
    findings: str = ""
    held_at: dt.datetime | None = None
    is_replaced: bool = False


def of_events(events: Sequence[CaseEvent]) -> list[Visit]:
    """The case's visits in order; one planned anew before it was held is replaced by the later plan."""
    held = {(event.evidence or {}).get("planned"): event for event in events if event.action is CaseAction.HOLD_VISIT}
    plans = [event for event in events if event.action is CaseAction.PLAN_VISIT]
    found = []
    for place, event in enumerate(plans):
        told, done = event.evidence or {}, held.get(event.sequence)
        found.append(
            Visit(
                sequence=event.sequence,
                at=dt.datetime.fromisoformat(told["at"]),
                place=told["place"],
                purpose=event.opinion or "",
                departments=told["departments"],
                people=(done.evidence or {}).get("people", []) if done else (),
                findings=(done.opinion or "") if done else "",
                held_at=done.at if done else None,
                is_replaced=done is None and place < len(plans) - 1,
            )
        )
    return found


def standing(events: Sequence[CaseEvent]) -> Visit | None:
    """The visit that is planned and not yet held."""
    return next((each for each in of_events(events) if each.held_at is None and not each.is_replaced), None)


def departments(session: Session, case: Case) -> dict[int, str]:
    """Who may come along: the other departments of the case."""
    ids = {task.department_id for task in tasks.of_case(session, case)} - {case.department_id}
    return details.names(session, case.district_id, ids) if ids else {}


def may_arrange(case: Case, actor: Actor) -> bool:
    return review.leads(case, actor) and CaseAction.PLAN_VISIT in lifecycle.possible(case.status)


def plan(
    session: Session, number: str, visit: Plan, *, actor: Actor, now: dt.datetime, expected_version: int | None = None
) -> None:
    """Arrange a visit, or arrange it anew; the applicant and the departments are told. Raises Invalid naming fields."""
    case = _opened(session, number, actor, CaseAction.PLAN_VISIT)
    known = departments(session, case)
    purpose = _checked(visit, known, now)
    names = [known[each] for each in visit.departments]
    told = {"at": visit.at.isoformat(), "place": " ".join(visit.place.split()), "departments": names}
    with transitions.counted(session, case):
        step = transitions.move(
            session, case, CaseAction.PLAN_VISIT, actor=actor, now=now, opinion=purpose, evidence=told
        )
    telling.tell(session, case, step, now=now)
    _invite(session, case, visit, now)
    audit.record(session, "case.plan_visit", ("case", number), actor=actor, now=now, after=told)


def _opened(session: Session, number: str, actor: Actor, action: CaseAction) -> Case:
    case = details.get(session, number, actor)
    if not review.leads(case, actor):
        raise NotAllowed(NOT_LEADING)
    lifecycle.next_status(case.status, action)
    return case


def _checked(visit: Plan, known: dict[int, str], now: dt.datetime) -> str:
    problems: dict[str, str] = {}
    if not now < visit.at <= now + FARTHEST:
        problems["at"] = f"勘验时间应在现在之后、{FARTHEST.days} 天以内"
    if not 0 < len(visit.place.strip()) <= PLACE_LENGTH:
        problems["place"] = f"请填写勘验地点（{PLACE_LENGTH} 个字以内）"
    if set(visit.departments) - known.keys():
        problems["departments"] = "只能邀请参与本办件的部门"
    purpose = visit.purpose.strip()
    try:
        purpose = review.written(visit.purpose, "勘验内容", "purpose")
    except Invalid as error:
        problems |= error.fields
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return purpose


def _invite(session: Session, case: Case, visit: Plan, now: dt.datetime) -> None:
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    local = visit.at.astimezone(settings.current().zone)
    values = {
        "事项": version.name,
        "办件编号": case.number,
        "勘验时间": f"{local:%m-%d %H:%M}",
        "勘验地点": visit.place.strip(),
    }
    for each in visit.departments:
        office = session.get_one(Organisation, (case.district_id, each))
        key = f"{case.number}:{each}:{now:%Y%m%d%H%M%S}"
        messages.tell_office(session, office, MessageEvent.VISIT_INVITED, key, values, now=now, case_id=case.id)


def hold(
    session: Session, number: str, people: Sequence[str], findings: str, *, actor: Actor, now: dt.datetime
) -> None:
    """Enter what the planned visit found. Raises Invalid with fewer than two people, WrongState where none is planned."""
    case = _opened(session, number, actor, CaseAction.HOLD_VISIT)
    visit = standing(details.events(session, case))
    if visit is None:
        raise WrongState("没有已安排的现场勘验，请先安排")
    if now < visit.at:
        raise WrongState("约定的勘验时间还没有到，提前勘验的请先改期")
    names = list(dict.fromkeys(" ".join(each.split()) for each in people if each.strip()))
    if len(names) < FEWEST_PEOPLE:
        message = f"勘验人员不少于 {FEWEST_PEOPLE} 人（《行政许可法》第三十四条）"
        raise Invalid(message, {"people": message})
    text = review.written(findings, "勘验情况和结论", "findings")
    told = {"planned": visit.sequence, "people": names}
    with transitions.counted(session, case):
        transitions.move(session, case, CaseAction.HOLD_VISIT, actor=actor, now=now, opinion=text, evidence=told)
    audit.record(session, "case.hold_visit", ("case", number), actor=actor, now=now, after=told)
