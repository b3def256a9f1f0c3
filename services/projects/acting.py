"""Opening a project, applying for its permits, and saying which of them it does not need."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

import settings
from models.bundles import BundleStage
from models.catalogue import BundleItem
from models.districts import District
from models.enums import Permission, PermitState
from models.projects import Project, ProjectPermit
from services import audit
from services.actors import Actor
from services.bundles import composing
from services.cases import applicants, intake
from services.cases.applicants import ApplicantEntry
from services.cases.intake import Filed, Filing, MaterialEntry
from services.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from services.projects import loading
from services.projects.loading import Loaded
from services.rules import gates

NAME_LENGTH = 200
SHORTEST_REASON = 4
LONGEST_REASON = 500
LAST_SERIAL = 999
TAKEN = "这个项目刚被其他人改动过，请核对最新情况后再提交"


@dataclasses.dataclass(frozen=True)
class NewProject:
    """`form_key` is made once a form: the same form twice is one project."""

    name: str
    bundle_id: int
    applicant: ApplicantEntry
    starts_on: dt.date
    form_key: str | None = None


def open_project(session: Session, new: NewProject, *, actor: Actor, now: dt.datetime) -> Project:
    """A project with all the permits of its bundle. Raises Invalid naming fields, NotAllowed, NotFound."""
    actor.must(Permission.CASES_INTAKE)
    audit.hold(session, actor.district_id)
    if repeat := _opened_before(session, new, actor):
        return repeat
    entry, name = _checked(new)
    stages = _stages(session, new.bundle_id, actor.district_id)
    project = _store(session, new, name, entry, stages, actor, now)
    position = {stage.name: stage.position for stage in stages}
    for item in session.scalars(
        select(BundleItem).where(BundleItem.district_id == actor.district_id, BundleItem.bundle_id == new.bundle_id)
    ):
        session.add(_permit(project, item, position.get(item.stage, 1)))
    session.flush()
    audit.record(session, "project.open", ("project", project.number), actor=actor, now=now, after={"name": name})
    return project


def _opened_before(session: Session, new: NewProject, actor: Actor) -> Project | None:
    if new.form_key is None:
        return None
    chosen = select(Project).where(Project.district_id == actor.district_id, Project.form_key == new.form_key)
    return session.scalar(chosen)


def _checked(new: NewProject) -> tuple[ApplicantEntry, str]:
    problems: dict[str, str] = {}
    entry, name = new.applicant, " ".join(new.name.split())
    if not name:
        problems["project_name"] = "请填写项目名称"
    elif len(name) > NAME_LENGTH:
        problems["project_name"] = f"项目名称超过 {NAME_LENGTH} 个字"
    try:
        entry = applicants.checked(new.applicant)
    except Invalid as error:
        problems |= error.fields
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return entry, name


def _stages(session: Session, bundle_id: int, district_id: int) -> Sequence[BundleStage]:
    card = composing.card(session, district_id, bundle_id)
    chosen = select(BundleStage).where(BundleStage.district_id == district_id, BundleStage.bundle_id == bundle_id)
    found = session.scalars(chosen.order_by(BundleStage.position)).all()
    if not found:
        raise WrongState(f"「{card.name}」不按阶段办理，请在「并联收件」中收件")
    return found


def _store(
    session: Session,
    new: NewProject,
    name: str,
    entry: ApplicantEntry,
    stages: Sequence[BundleStage],
    actor: Actor,
    now: dt.datetime,
) -> Project:
    if actor.organisation_id is None:
        raise NotAllowed("您的账号没有所属大厅，不能建立项目，请联系系统管理员")
    project = Project(
        district_id=actor.district_id,
        number=_number(session, actor.district_id, now),
        name=name,
        bundle_id=new.bundle_id,
        applicant_id=applicants.ensure(session, actor.district_id, entry).id,
        applicant_name=entry.name,
        centre_id=actor.organisation_id,
        stages=[{"name": stage.name, "promise_days": stage.promise_days} for stage in stages],
        starts_on=new.starts_on,
        opened_by=actor.name,
        opened_at=now,
        form_key=new.form_key,
    )
    session.add(project)
    session.flush()
    return project


def _number(session: Session, district_id: int, now: dt.datetime) -> str:
    """XM, the district, the day and a serial number; the lock keeps two clerks apart."""
    code = session.get_one(District, district_id).code
    prefix = f"XM{code}{now.astimezone(settings.current().zone):%Y%m%d}"
    taken = session.scalar(
        select(func.count()).where(Project.district_id == district_id, Project.number.startswith(prefix))
    )
    if (taken or 0) >= LAST_SERIAL:
        raise WrongState(f"今日项目编号已用完（{LAST_SERIAL} 个），请联系系统管理员")
    return f"{prefix}{(taken or 0) + 1:03d}"


def _permit(project: Project, item: BundleItem, stage: int) -> ProjectPermit:
    return ProjectPermit(
        district_id=project.district_id,
        project_id=project.id,
        item_id=item.item_id,
        stage=stage,
        position=item.position,
        is_mandatory=item.is_mandatory,
        may_start_early=item.may_start_early,
    )


def _held(session: Session, number: str, item_id: int, actor: Actor) -> tuple[Project, list[Loaded], Loaded]:
    """The project behind the lock, and one of its permits."""
    actor.must(Permission.CASES_INTAKE)
    audit.hold(session, actor.district_id)
    project = loading.get(session, number, actor)
    everything = loading.permits(session, project)
    mine = next((each for each in everything if each.row.item_id == item_id), None)
    if mine is None:
        raise NotFound("这个项目没有该事项，请重新选择")
    return project, everything, mine


def _changed(session: Session, project: Project) -> None:
    flag_modified(project, "stages")
    try:
        session.flush()
    except StaleDataError:
        raise Conflict(TAKEN) from None


def apply(
    session: Session,
    number: str,
    item_id: int,
    materials: Sequence[MaterialEntry],
    *,
    actor: Actor,
    now: dt.datetime,
    subject: str = "",
) -> Filed:
    """File one permit as an ordinary case of the project's applicant.

    Raises WrongState with the gate or the prerequisite that keeps it, Invalid for materials that are missing.
    """
    project, everything, mine = _held(session, number, item_id, actor)
    if reason := gates.problem(mine.permit, [each.permit for each in everything]):
        raise WrongState(reason)
    entry = applicants.entry_of(session, project.district_id, project.applicant_id)
    if entry is None:
        raise NotFound("没有找到项目的申请人")
    filing = Filing(item_id, entry, materials, subject=(subject or project.name)[: intake.SUBJECT_LENGTH])
    filed = intake.file(session, filing, actor=actor, now=now)
    mine.row.case_id = filed.case_id
    _changed(session, project)
    after = {"item": mine.permit.name, "case": filed.number}
    audit.record(session, "project.apply", ("project", number), actor=actor, now=now, after=after)
    return filed


def mark_not_applicable(
    session: Session, number: str, item_id: int, reason: str, *, actor: Actor, now: dt.datetime
) -> None:
    """The project does not need the permit: said with the reason, and by whom (R-PAR-08)."""
    project, _, mine = _held(session, number, item_id, actor)
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        message = f"请写明不适用的原因（{SHORTEST_REASON} 至 {LONGEST_REASON} 个字）"
        raise Invalid(message, {"reason": message})
    if mine.permit.standing in (PermitState.OPEN, PermitState.GRANTED):
        raise WrongState(f"「{mine.permit.name}」已申报（{mine.permit.standing.label}），不能再注明不适用")
    mine.row.not_applicable, mine.row.marked_by, mine.row.marked_at = reason, actor.name, now
    _changed(session, project)
    after = {"item": mine.permit.name}
    audit.record(session, "project.waive", ("project", number), actor=actor, now=now, after=after, reason=reason)


def take_back(session: Session, number: str, item_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """The permit is needed after all. Raises WrongState where it was not marked."""
    project, _, mine = _held(session, number, item_id, actor)
    if not mine.row.not_applicable:
        raise WrongState(f"「{mine.permit.name}」没有注明不适用")
    before = {"item": mine.permit.name, "reason": mine.row.not_applicable}
    mine.row.not_applicable = mine.row.marked_by = mine.row.marked_at = None
    _changed(session, project)
    audit.record(session, "project.unwaive", ("project", number), actor=actor, now=now, before=before)
