"""The board of a project: stage by stage where each permit stands, who holds it, what is left, and what it hangs on."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import CaseEvent
from models.enums import CaseStatus, HolderKind, LimitUnit, PermitState, StageState
from models.projects import Project
from services import access, calendars
from services.actors import Actor
from services.projects import loading
from services.projects.loading import Loaded
from services.rules import critical_path, gates, working_time
from services.rules.critical_path import Activity, Schedule
from services.rules.gates import Span
from services.rules.working_time import WorkCalendar

MOST = 200
# the applicant's own time and special procedures are outside (R-TIM-13, 行政许可法 art. 45)
GOVERNMENT = frozenset({CaseStatus.SUBMITTED, CaseStatus.ACCEPTED, CaseStatus.EXAMINING})


@dataclasses.dataclass(frozen=True)
class ProjectCard:
    id: int
    number: str
    name: str
    applicant_name: str
    opened_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class BoardPermit:
    """`start` and `finish` are planned days; `saved` is what one day less of it would bring the whole project."""

    id: int
    name: str
    department: str
    stage: int
    is_mandatory: bool
    may_start_early: bool
    state: PermitState
    problem: str
    case_number: str
    holder: str
    days_left: int | None
    days: int
    start: dt.date
    finish: dt.date
    begun: dt.datetime | None
    ended: dt.datetime | None
    is_critical: bool
    slack: int
    saved: int
    reason: str


@dataclasses.dataclass(frozen=True)
class BoardStage:
    """`used` are government working days so far, of `promise_days`."""

    number: int
    name: str
    state: StageState
    promise_days: int
    used: float
    permits: Sequence[BoardPermit]

    @property
    def settled(self) -> int:
        return sum(each.state in gates.SETTLED for each in self.permits)


@dataclasses.dataclass(frozen=True)
class Board:
    project: Project
    stages: Sequence[BoardStage]
    days_to_go: int
    path: Sequence[str]
    ends_on: dt.date

    @property
    def permits(self) -> list[BoardPermit]:
        return [permit for stage in self.stages for permit in stage.permits]

    @property
    def current(self) -> BoardStage:
        return next((stage for stage in self.stages if stage.state is StageState.OPEN), self.stages[-1])


def projects(session: Session, actor: Actor, *, words: str = "") -> list[ProjectCard]:
    """The newest first, by name, applicant or number."""
    query = access.visible_projects(select(Project), actor)
    if text := words.strip():
        query = query.where(
            Project.name.contains(text, autoescape=True)
            | Project.applicant_name.contains(text, autoescape=True)
            | (Project.number == text)
        )
    rows = session.scalars(query.order_by(Project.opened_at.desc(), Project.id.desc()).limit(MOST))
    return [ProjectCard(row.id, row.number, row.name, row.applicant_name, row.opened_at) for row in rows]


def board(session: Session, number: str, actor: Actor, *, now: dt.datetime) -> Board:
    """Raises NotFound outside the actor's scope."""
    project = loading.get(session, number, actor)
    everything = loading.permits(session, project)
    calendar = calendars.work_calendar(session, project.district_id, project.centre_id)
    today = now.astimezone(settings.current().zone).date()
    plan, to_go = _plan(everything, calendar, now, is_whole=True), _plan(everything, calendar, now, is_whole=False)
    spans = _spans(session, project, everything, now)
    return Board(
        project=project,
        stages=_stages(project, everything, plan, to_go, spans, calendar, now),
        days_to_go=to_go[1].days,
        path=[each.permit.name for each in everything if each.row.item_id in to_go[1].path],
        ends_on=working_time.workdays_after(today, to_go[1].days, calendar),
    )


Planned = tuple[list[Activity], Schedule]


def _plan(everything: Sequence[Loaded], calendar: WorkCalendar, now: dt.datetime, *, is_whole: bool) -> Planned:
    """`is_whole`: as if nothing had begun; else only what is still to do. Gates are activities without duration."""
    needed = [each for each in everything if each.permit.standing is not PermitState.NOT_APPLICABLE]
    activities = [
        Activity(
            each.row.item_id,
            _days(each) if is_whole else _days_to_go(each, calendar, now),
            each.permit.requires if each.permit.may_start_early else (*each.permit.requires, _gate(each.row.stage)),
        )
        for each in needed
    ]
    for stage in sorted({each.row.stage for each in everything}):
        before = [each.row.item_id for each in needed if each.row.stage == stage - 1 and each.row.is_mandatory]
        activities.append(Activity(_gate(stage), 0, (*before, _gate(stage - 1))))
    return activities, critical_path.schedule(activities)


def _gate(stage: int) -> str:
    return f"gate {stage}"


def _days(each: Loaded) -> int:
    """The promise in working days; hours and minutes are part of a day, and what is decided at once takes none."""
    amount, unit = each.version.promise_amount or 0, each.version.promise_unit
    if unit is LimitUnit.WORKDAY or amount == 0:
        return amount
    return {LimitUnit.NATURAL_DAY: max(round(amount * 5 / 7), 1), LimitUnit.MONTH: amount * 21}.get(unit, 1)


def _days_to_go(each: Loaded, calendar: WorkCalendar, now: dt.datetime) -> int:
    if each.permit.standing is PermitState.GRANTED:
        return 0
    if each.permit.standing is PermitState.OPEN and each.case is not None and each.case.due_at is not None:
        return max(_days_left(each.case.due_at, calendar, now), 0)
    return _days(each)


def _days_left(due: dt.datetime, calendar: WorkCalendar, now: dt.datetime) -> int:
    """Working days from today to the due day; negative once it has passed."""
    zone = settings.current().zone
    today, day = now.astimezone(zone).date(), due.astimezone(zone).date()
    first, last = min(today, day), max(today, day)
    count = sum(calendar.is_workday(first + dt.timedelta(days=n)) for n in range(1, (last - first).days + 1))
    return count if day >= today else -count


def _spans(
    session: Session, project: Project, everything: Sequence[Loaded], now: dt.datetime
) -> Mapping[int, list[Span]]:
    """By case: when the government held it."""
    ids = [each.case.id for each in everything if each.case is not None]
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.at, CaseEvent.status)
        .where(CaseEvent.district_id == project.district_id, CaseEvent.case_id.in_(ids))
        .order_by(CaseEvent.case_id, CaseEvent.sequence)
    ).all()
    zone = settings.current().zone
    found: dict[int, list[Span]] = {case_id: [] for case_id in ids}
    for row, after in zip(rows, [*rows[1:], None], strict=False):
        ends = after.at if after is not None and after.case_id == row.case_id else now
        if row.status in GOVERNMENT:
            found[row.case_id].append((row.at.astimezone(zone), ends.astimezone(zone)))
    return found


def _stages(
    project: Project,
    everything: Sequence[Loaded],
    plan: Planned,
    to_go: Planned,
    spans: Mapping[int, list[Span]],
    calendar: WorkCalendar,
    now: dt.datetime,
) -> list[BoardStage]:
    rules = [each.permit for each in everything]
    found = []
    for number, stage in enumerate(project.stages, start=1):
        members = [each for each in everything if each.row.stage == number]
        held = [span for each in members if each.case for span in spans[each.case.id]]
        minutes = gates.government_minutes(held, calendar)
        found.append(
            BoardStage(
                number=number,
                name=stage["name"],
                state=gates.stage_state(rules, number),
                promise_days=stage["promise_days"],
                used=round(minutes / calendar.schedule.minutes, 1),
                permits=[_permit(project, each, rules, plan, to_go, calendar, now) for each in members],
            )
        )
    return found


def _permit(
    project: Project,
    each: Loaded,
    rules: Sequence[gates.Permit],
    plan: Planned,
    to_go: Planned,
    calendar: WorkCalendar,
    now: dt.datetime,
) -> BoardPermit:
    key, case = each.row.item_id, each.case
    planned, left = plan[1].placed.get(key), to_go[1].placed.get(key)
    is_open = each.permit.standing is PermitState.OPEN
    on = working_time.workdays_after
    return BoardPermit(
        id=key,
        name=each.permit.name,
        department=each.department,
        stage=each.row.stage,
        is_mandatory=each.row.is_mandatory,
        may_start_early=each.row.may_start_early,
        state=gates.state(each.permit, rules),
        problem=gates.problem(each.permit, rules),
        case_number=case.number if case else "",
        holder=_holder(each) if is_open else "",
        days_left=_days_left(case.due_at, calendar, now) if is_open and case and case.due_at else None,
        days=_days(each),
        start=on(project.starts_on, planned.start, calendar) if planned else project.starts_on,
        finish=on(project.starts_on, planned.finish, calendar) if planned else project.starts_on,
        begun=case.submitted_at if case else None,
        ended=case.decided_at if case else None,
        is_critical=left is not None and left.slack == 0 and not each.permit.is_settled,
        slack=left.slack if left else 0,
        saved=critical_path.saved(to_go[0], key) if left and not each.permit.is_settled else 0,
        reason=each.row.not_applicable or "",
    )


def _holder(each: Loaded) -> str:
    assert each.case is not None
    return each.department if each.case.holder is HolderKind.DEPARTMENT else each.case.holder.label
