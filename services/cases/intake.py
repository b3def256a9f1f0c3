"""Taking a case in at a window: receipt, acceptance, and for an instant case decision and delivery at once.

All four kinds of case go the same way; how far one goes at the counter depends on its item alone. Sources: 行政许可法
art. 29, 32, 34; 申请材料接收凭证 R-CASE-03.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case, CaseEvent, CaseMaterial
from models.catalogue import ItemVersion, ServiceItem
from models.districts import District
from models.enums import (
    ApplicationChannel,
    CaseAction,
    CaseStatus,
    CaseType,
    HolderKind,
    ItemState,
    MaterialState,
    MessageEvent,
    Necessity,
    Permission,
    VersionState,
)
from models.identity import new_id
from services import access, attachments, audit, calendars, confidential
from services.actors import Actor
from services.cases import (
    accepting,
    answering,
    applicants,
    authenticity,
    members,
    messages,
    numbers,
    reusing,
    telling,
    transitions,
    words,
)
from services.cases.applicants import ApplicantEntry
from services.errors import Invalid, NotAllowed, NotFound, WrongState
from services.rules.guide import Guide, Material

SUBJECT_LENGTH = 200
PUBLIC_STATES = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


@dataclasses.dataclass(frozen=True)
class MaterialEntry:
    """What the clerk ticked for one required material."""

    key: str
    state: MaterialState = MaterialState.RECEIVED
    originals: int | None = None
    copies: int | None = None
    note: str = ""
    valid_until: dt.date | None = None
    reused_from: int | None = None  # the earlier case whose document is used again


@dataclasses.dataclass(frozen=True)
class Filing:
    """One form as filled at the window. `form_key` is made once a form: the same form twice is one case."""

    item_id: int
    applicant: ApplicantEntry
    materials: Sequence[MaterialEntry] = ()
    uploads: Sequence[attachments.Upload] = ()
    channel: ApplicationChannel = ApplicationChannel.WINDOW
    agent_name: str = ""
    subject: str = ""
    form_key: str | None = None
    covers: Sequence[int] = ()  # the items of a bundle that are applied for
    asked: Sequence[Material] = ()  # their combined materials, in place of those of the bundle's own guide
    is_to_review: bool = False  # received only: completeness is judged afterwards, document by document
    version_id: int | None = None  # the version under which it was begun, where that is not the newest
    answers: Mapping[str, Any] | None = None  # to the item's form, checked
    stored: Sequence[tuple[str, attachments.Stored]] = ()  # files that lie in the store already, by material


@dataclasses.dataclass(frozen=True)
class Filed:
    """What the applicant takes home."""

    case_id: int
    number: str
    query_code: str
    status: CaseStatus
    due_at: dt.datetime | None
    is_repeat: bool = False  # the form had been filed before: nothing was written again


def file(session: Session, filing: Filing, *, actor: Actor, now: dt.datetime) -> Filed:
    """Take the case in. Raises Invalid naming fields, WrongState for a closed item, NotAllowed, NotFound."""
    actor.must(Permission.CASES_INTAKE)
    audit.hold(session, actor.district_id)  # the same form, or the same new person, at two windows at once
    if repeat := _filed_before(session, filing, actor):
        return repeat
    item, version = _open_item(session, filing, actor)
    _check_window(session, item, actor)
    guide = _guide(filing, version)
    entry = _checked_entry(filing, guide, version.case_type)
    if filing.is_to_review and version.case_type == CaseType.IMMEDIATE:
        raise WrongState("即办件当场核验、当场办结，不需要先收后审")
    applicant = applicants.ensure(session, actor.district_id, entry)
    case = _new_case(session, filing, item, version, actor, now)
    case.applicant_id, case.applicant_name = applicant.id, entry.name
    with transitions.counted(session, case):
        session.add(case)
        session.flush()
        members.keep(session, case, filing.covers)
        _hand_in(session, case, filing, guide, actor, now)
        transitions.receive(session, case, actor=actor, now=now)
        accepted = None if filing.is_to_review else _first_steps(session, case, version, guide, actor, now)
    words.index(session, case.district_id, [(case.id, words.tokens(version.name, entry.name))])
    _tell(session, case, version, accepted, now)
    after = {"item": item.code, "status": case.status}
    if reused := [entry.key for entry in filing.materials if entry.reused_from is not None]:
        audit.record(session, "case.reuse", ("case", case.number), actor=actor, now=now, after={"materials": reused})
    audit.record(session, "case.receive", ("case", case.number), actor=actor, now=now, after=after)
    return _filed(case)


def check(session: Session, filing: Filing, *, actor: Actor) -> None:
    """Raises all that `file` would refuse; nothing is written."""
    actor.must(Permission.CASES_INTAKE)
    item, version = _open_item(session, filing, actor)
    _check_window(session, item, actor)
    _checked_entry(filing, _guide(filing, version), version.case_type)


def _guide(filing: Filing, version: ItemVersion) -> Guide:
    guide = Guide.model_validate(version.guide)
    return guide.model_copy(update={"materials": list(filing.asked)}) if filing.asked else guide


def _filed(case: Case, *, is_repeat: bool = False) -> Filed:
    code = confidential.query_code(case.district_id, case.number)
    return Filed(case.id, case.number, code, case.status, case.due_at, is_repeat)


def _filed_before(session: Session, filing: Filing, actor: Actor) -> Filed | None:
    if filing.form_key is None:
        return None
    found = session.scalar(select(Case).where(Case.district_id == actor.district_id, Case.form_key == filing.form_key))
    return _filed(found, is_repeat=True) if found else None


def _open_item(session: Session, filing: Filing, actor: Actor) -> tuple[ServiceItem, ItemVersion]:
    item = session.get(ServiceItem, (actor.district_id, filing.item_id))
    if item is None:
        raise NotFound("没有找到这个事项，请重新选择")
    if item.state != ItemState.ACTIVE or item.published_version_id is None:
        raise WrongState(f"事项「{item.name}」当前为「{item.state.label}」状态，暂不受理新的申请")
    version = session.get(ItemVersion, (actor.district_id, filing.version_id or item.published_version_id))
    if version is None or version.item_id != item.id or version.state not in PUBLIC_STATES:
        raise NotFound("没有找到事项的已发布版本")
    return item, version


def _check_window(session: Session, item: ServiceItem, actor: Actor) -> None:
    """A window takes in the items of the departments that it serves."""
    served = access.served(session, actor)
    if served is not None and item.department_id not in served:
        raise NotAllowed(f"本窗口不受理「{item.name}」，请引导申请人到该部门窗口")


def _checked_entry(filing: Filing, guide: Guide, case_type: CaseType | None) -> ApplicantEntry:
    """Applicant and materials, or Invalid with every field that is wrong at once."""
    problems: dict[str, str] = {}
    entry = filing.applicant
    try:
        entry = applicants.checked(filing.applicant)
    except Invalid as error:
        problems |= error.fields
    if len(filing.subject) > SUBJECT_LENGTH:
        problems["subject"] = f"申请内容超过 {SUBJECT_LENGTH} 个字"
    if not filing.is_to_review and (case_type != CaseType.IMMEDIATE or filing.materials):
        problems |= _material_problems(filing.materials, guide.materials)
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return entry


def material_key(material: Material, position: int) -> str:
    """The key of a required material within its version."""
    return material.key or f"m{position + 1}"


def _material_problems(given: Sequence[MaterialEntry], required: Sequence[Material]) -> dict[str, str]:
    states = {entry.key: entry.state for entry in given}
    missing: list[str] = []
    not_deferrable: list[str] = []
    for position, material in enumerate(required):
        state = states.get(material_key(material, position), MaterialState.MISSING)
        if material.necessity == Necessity.REQUIRED and state != MaterialState.RECEIVED:
            (not_deferrable if state == MaterialState.DEFERRED else missing).append(material.name)
        if material.necessity == Necessity.DEFERRABLE and state == MaterialState.MISSING:
            missing.append(material.name)
    problems = []
    if missing:
        problems.append(f"缺少必要材料：{'、'.join(missing)}")
    if not_deferrable:
        problems.append(f"不允许容缺后补：{'、'.join(not_deferrable)}")
    return {"materials": "；".join(problems)} if problems else {}


def _new_case(
    session: Session, filing: Filing, item: ServiceItem, version: ItemVersion, actor: Actor, now: dt.datetime
) -> Case:
    if actor.organisation_id is None:
        raise NotAllowed("您的账号没有所属大厅，不能收件，请联系系统管理员")
    district = session.get_one(District, actor.district_id)
    return Case(
        id=new_id(now),
        district_id=actor.district_id,
        number=numbers.take(session, actor.district_id, now),
        item_id=item.id,
        item_version_id=version.id,
        case_type=version.case_type or CaseType.PROMISED,
        status=CaseStatus.SUBMITTED,
        holder=HolderKind.WINDOW,
        department_id=item.department_id,
        centre_id=actor.organisation_id,
        window_id=actor.window_id,
        clerk_id=actor.user_id,
        channel=filing.channel,
        agent_name=filing.agent_name.strip() or None,
        subject=filing.subject.strip() or None,
        submitted_at=now,
        calendar_version=district.calendar_version,
        is_provisional=False,
        form_key=filing.form_key,
    )


def _hand_in(session: Session, case: Case, filing: Filing, guide: Guide, actor: Actor, now: dt.datetime) -> None:
    """Keep what was handed in, material by material, and the files."""
    given = {entry.key: entry for entry in filing.materials}
    assumed = MaterialState.RECEIVED if case.case_type == CaseType.IMMEDIATE else MaterialState.MISSING
    for position, material in enumerate(guide.materials):
        key = material_key(material, position)
        entry = given.get(key, MaterialEntry(key, assumed))
        kept = CaseMaterial(
            district_id=case.district_id,
            case_id=case.id,
            material_key=key,
            name=material.name,
            necessity=material.necessity,
            state=entry.state,
            originals=material.originals if entry.originals is None else entry.originals,
            copies=material.copies if entry.copies is None else entry.copies,
            trust_level=material.trust_level,
            note=entry.note,
            valid_until=entry.valid_until,
        )
        if entry.reused_from is not None:
            today = now.astimezone(settings.current().zone).date()
            reusing.take(session, case, kept, entry.reused_from, by=actor.name, today=today, now=now)
        elif case.channel is ApplicationChannel.WINDOW and entry.state is MaterialState.RECEIVED and kept.originals > 0:
            authenticity.mark_seen(kept, by=actor.name, now=now)  # the original lies on the counter
        session.add(kept)
    for upload in filing.uploads:
        attachments.keep(session, case, upload, actor=actor, now=now)
    for key, stored in filing.stored:
        attachments.attach(session, case, stored, key, actor=actor, now=now)
    if filing.answers:
        answering.keep(session, case, filing.answers)


def _first_steps(
    session: Session, case: Case, version: ItemVersion, guide: Guide, actor: Actor, now: dt.datetime
) -> CaseEvent:
    """Acceptance, which is returned; an instant case is decided and delivered at the same counter."""
    calendar = calendars.work_calendar(session, case.district_id, case.centre_id)
    accepted = transitions.move(session, case, CaseAction.ACCEPT, actor=actor, now=now, sequence=2)
    if case.case_type == CaseType.IMMEDIATE:
        for sequence, action in enumerate((CaseAction.GRANT, CaseAction.DELIVER), start=3):
            transitions.move(session, case, action, actor=actor, now=now, sequence=sequence)
    accepting.begin(session, case, version, guide, calendar, now=now)
    return accepted


def _tell(session: Session, case: Case, version: ItemVersion, accepted: CaseEvent | None, now: dt.datetime) -> None:
    """One message of the visit: received, accepted, or done at once."""
    if case.case_type == CaseType.IMMEDIATE:
        messages.announce(session, case, MessageEvent.DONE_AT_ONCE, version, now=now)
    elif accepted is None:
        messages.announce(session, case, MessageEvent.RECEIVED, version, now=now)
    else:
        telling.tell(session, case, accepted, now=now)
