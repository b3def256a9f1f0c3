"""The engagements of a case or project, the intermediaries with their ratings, and whose time a case's was."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.enums import EngagementState, OrganisationKind
from models.intermediaries import Engagement, EngagementEvent
from models.organisations import Organisation
from models.projects import Project, ProjectPermit
from services import calendars
from services.cases import details
from services.rules import engagements, holders, working_time
from services.rules.engagements import Span
from services.rules.holders import Held


@dataclasses.dataclass(frozen=True)
class EngagementRow:
    """`used` are working days of the intermediary's own time; `case_number` is empty for one of the whole project."""

    id: int
    version: int
    intermediary: str
    service: str
    contract_number: str
    engaged_at: dt.datetime
    due_on: dt.date
    state: EngagementState
    report: str
    used: float
    is_late: bool
    case_number: str
    client_rating: int | None
    client_comment: str
    intermediary_rating: int | None
    intermediary_comment: str
    remarks: Sequence[tuple[dt.datetime, str, str, str]]  # when, what, who, words


@dataclasses.dataclass(frozen=True)
class Intermediary:
    """One that can be engaged, with what its clients gave it on average."""

    id: int
    name: str
    rating: float | None
    rated: int


def of_case(session: Session, case: Case, *, now: dt.datetime) -> list[EngagementRow]:
    """The engagements inside a case that the caller may see."""
    return _rows(session, case.district_id, Engagement.case_id == case.id, case.centre_id, now)


def of_project(session: Session, project: Project, *, now: dt.datetime) -> list[EngagementRow]:
    """Those of the project itself and of its permits' cases."""
    cases = select(ProjectPermit.case_id).where(
        ProjectPermit.district_id == project.district_id,
        ProjectPermit.project_id == project.id,
        ProjectPermit.case_id.is_not(None),
    )
    inside = (Engagement.project_id == project.id) | Engagement.case_id.in_(cases)
    return _rows(session, project.district_id, inside, project.centre_id, now)


def _rows(
    session: Session, district_id: int, inside: ColumnElement[bool], centre_id: int, now: dt.datetime
) -> list[EngagementRow]:
    found = session.execute(
        select(Engagement, Organisation.name, Case.number)
        .join(
            Organisation,
            (Organisation.district_id == Engagement.district_id) & (Organisation.id == Engagement.intermediary_id),
        )
        .outerjoin(Case, (Case.district_id == Engagement.district_id) & (Case.id == Engagement.case_id))
        .where(Engagement.district_id == district_id, inside)
        .order_by(Engagement.engaged_at, Engagement.id)
    ).all()
    events = _events(session, district_id, [row.id for row, _, _ in found])
    calendar = calendars.work_calendar(session, district_id, centre_id)
    rows = []
    for row, name, number in found:
        theirs = _spans(events[row.id], now)
        minutes = sum(working_time.working_minutes(start, end, calendar) for start, end in theirs)
        rows.append(_row(row, name, number or "", events[row.id], minutes / calendar.schedule.minutes, now))
    return rows


def _events(session: Session, district_id: int, ids: Sequence[int]) -> dict[int, list[EngagementEvent]]:
    found: dict[int, list[EngagementEvent]] = {each: [] for each in ids}
    for event in session.scalars(
        select(EngagementEvent)
        .where(EngagementEvent.district_id == district_id, EngagementEvent.engagement_id.in_(ids))
        .order_by(EngagementEvent.engagement_id, EngagementEvent.sequence)
    ):
        found[event.engagement_id].append(event)
    return found


def _spans(events: Sequence[EngagementEvent], now: dt.datetime) -> list[Span]:
    zone = settings.current().zone
    return engagements.spans([(event.at.astimezone(zone), event.state) for event in events], now.astimezone(zone))


def _row(
    row: Engagement, name: str, number: str, events: Sequence[EngagementEvent], used: float, now: dt.datetime
) -> EngagementRow:
    zone = settings.current().zone
    reports = [event.at for event in events if event.state is EngagementState.REPORTED]
    judged = reports[-1] if reports and row.state not in engagements.THEIRS else now
    return EngagementRow(
        id=row.id,
        version=row.version,
        intermediary=name,
        service=row.service,
        contract_number=row.contract_number,
        engaged_at=row.engaged_at,
        due_on=row.due_on,
        state=row.state,
        report=row.report,
        used=round(used, 1),
        is_late=row.state is not EngagementState.CANCELLED and judged.astimezone(zone).date() > row.due_on,
        case_number=number,
        client_rating=row.client_rating,
        client_comment=row.client_comment,
        intermediary_rating=row.intermediary_rating,
        intermediary_comment=row.intermediary_comment,
        remarks=[(event.at, event.action.label, event.actor_name, event.remark) for event in events],
    )


def intermediaries(session: Session, district_id: int) -> list[Intermediary]:
    """All that can be engaged, by name, with their ratings by clients."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Engagement.client_rating)
        .outerjoin(
            Engagement,
            (Engagement.district_id == Organisation.district_id)
            & (Engagement.intermediary_id == Organisation.id)
            & Engagement.client_rating.is_not(None),
        )
        .where(
            Organisation.district_id == district_id,
            Organisation.kind == OrganisationKind.INTERMEDIARY,
            Organisation.is_active,
        )
        .order_by(Organisation.code)
    ).all()
    given: dict[tuple[int, str], list[int]] = {}
    for own_id, name, stars in rows:
        given.setdefault((own_id, name), []).extend([stars] if stars is not None else [])
    return [
        Intermediary(own_id, name, engagements.average(stars), len(stars)) for (own_id, name), stars in given.items()
    ]


def ledger(session: Session, case: Case, *, now: dt.datetime) -> list[Held]:
    """Whose every working minute of the case was; the intermediaries' is theirs."""
    zone = settings.current().zone
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    ids = session.scalars(
        select(Engagement.id).where(Engagement.district_id == case.district_id, Engagement.case_id == case.id)
    ).all()
    theirs = [span for events in _events(session, case.district_id, ids).values() for span in _spans(events, now)]
    steps = [(event.at.astimezone(zone), event.status) for event in details.events(session, case)]
    return holders.ledger(steps, theirs, calendar, now.astimezone(zone))
