"""Sending an online application: a case by the same way as at a window, received, waiting for its completeness review.

What arrives outside working hours is received at that instant; the five days count from the next working day (R-TIM-07).
"""

import dataclasses
import datetime as dt

from sqlalchemy import case, delete, select
from sqlalchemy.orm import Session

from models.applications import DraftFile
from models.cases import Case
from models.enums import (
    ApplicationChannel,
    MaterialState,
    Medium,
    Necessity,
    OrganisationKind,
    Permission,
)
from models.organisations import Organisation, Window, WindowDepartment
from services import actors, attachments, audit
from services.actors import Actor
from services.applications import contents, drafting
from services.applications.contents import Content
from services.applications.drafting import Application
from services.cases import details, intake
from services.cases.details import CaseDetail
from services.cases.intake import Filed, Filing, MaterialEntry
from services.errors import Invalid, WrongState
from services.rules import forms
from services.rules.guide import Material

WITHOUT_FILE = {
    Necessity.REQUIRED: MaterialState.MISSING,
    Necessity.DEFERRABLE: MaterialState.DEFERRED,
    Necessity.CONDITIONAL: MaterialState.NOT_APPLICABLE,
}


@dataclasses.dataclass(frozen=True)
class Place:
    """A centre that takes the item: where it is reviewed and its result is fetched."""

    id: int
    name: str
    address: str


def places(session: Session, district_id: int, department_id: int) -> list[Place]:
    """Centres with a window that serves the department, halls first."""
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.address)
        .join(Window, (Window.district_id == Organisation.district_id) & (Window.centre_id == Organisation.id))
        .join(
            WindowDepartment,
            (WindowDepartment.district_id == Window.district_id) & (WindowDepartment.window_id == Window.id),
        )
        .where(
            Organisation.district_id == district_id,
            WindowDepartment.department_id == department_id,
            Window.is_active,
            Organisation.is_active,
        )
        .group_by(Organisation.id, Organisation.name, Organisation.address, Organisation.kind, Organisation.code)
        .order_by(case((Organisation.kind == OrganisationKind.HALL, 0), else_=1), Organisation.code)
    )
    return [Place(*row) for row in rows]


def check(found: Application) -> Content:
    """The whole application as it will be sent. Raises Invalid with everything that is missing or wrong."""
    problems: dict[str, str] = {}
    content = found.content
    try:
        content = contents.checked_applicant(content)
    except Invalid as error:
        problems |= error.fields
    try:
        content = dataclasses.replace(content, answers=forms.check(found.guide.form, content.answers))
    except Invalid as error:
        labels = {field.key: field.label for field in found.guide.form}
        problems |= {key: f"表单「{labels.get(key, key)}」{text}" for key, text in error.fields.items()}
    missing = [
        material.name
        for key, material in found.materials.items()
        if material.necessity is Necessity.REQUIRED and not _on_paper(material) and not found.files_of(key)
    ]
    if missing:
        problems["materials"] = f"还没有上传必要材料：{'、'.join(missing)}"
    if len(content.subject) > intake.SUBJECT_LENGTH:
        problems["subject"] = f"申请内容超过 {intake.SUBJECT_LENGTH} 个字"
    if problems:
        raise Invalid("；".join(problems.values()), problems)
    return content


def _on_paper(material: Material) -> bool:
    """What exists on paper alone is handed in when the result is fetched."""
    return material.medium is Medium.PAPER


def submit(
    session: Session, district_id: int, number: str, secret: str, place_id: int, *, source: str, now: dt.datetime
) -> Filed:
    """Make the draft a case; sent twice it is one case. Raises Invalid with everything that is wrong; nothing is lost."""
    audit.hold(session, district_id)
    draft = drafting.find(session, district_id, number, secret, now=now)
    found = drafting.opened(session, district_id, number, secret, now=now)
    actor = _applicant(session, found, district_id, place_id, source)
    if draft.case_id is not None:
        return intake.file(
            session, Filing(found.item_id, found.content.applicant, form_key=draft.form_key), actor=actor, now=now
        )
    content = check(found)
    filed = intake.file(session, _filing(found, content), actor=actor, now=now)
    draft.case_id, draft.step, draft.saved_at = filed.case_id, drafting.SENT, now
    draft.content_cipher = contents.seal(Content())  # the case has it now
    session.execute(delete(DraftFile).where(DraftFile.district_id == district_id, DraftFile.draft_id == draft.id))
    return filed


def sent(session: Session, district_id: int, number: str, secret: str, *, now: dt.datetime) -> CaseDetail:
    """The case that the draft became, for the applicant who holds the draft. Raises NotFound, WrongState before it was sent."""
    draft = drafting.find(session, district_id, number, secret, now=now)
    if draft.case_id is None:
        raise WrongState("这份申请还没有提交")
    return details.of(session, session.get_one(Case, (district_id, draft.case_id)))


def _applicant(session: Session, found: Application, district_id: int, place_id: int, source: str) -> Actor:
    """Who applies, with the one right that sending needs, at the place chosen."""
    possible = {place.id for place in places(session, district_id, found.department_id)}
    if place_id not in possible:
        raise WrongState("所选大厅不办理这个事项，请重新选择领取地点")
    public = actors.public(district_id, source=source)
    return dataclasses.replace(public, permissions=frozenset({Permission.CASES_INTAKE}), organisation_id=place_id)


def _filing(found: Application, content: Content) -> Filing:
    return Filing(
        item_id=found.item_id,
        applicant=content.applicant,
        materials=[MaterialEntry(key, _state(found, key, material)) for key, material in found.materials.items()],
        channel=ApplicationChannel.ONLINE,
        agent_name=content.agent,
        subject=content.subject,
        form_key=found.form_key,
        covers=found.covers,
        asked=list(found.materials.values()) if found.is_bundle else (),
        is_to_review=True,
        version_id=found.version_id,
        answers=content.answers,
        stored=[(each.material_key, _stored(each)) for each in found.files],
    )


def _state(found: Application, key: str, material: Material) -> MaterialState:
    if found.files_of(key):
        return MaterialState.RECEIVED
    if _on_paper(material) and material.necessity is Necessity.REQUIRED:
        return MaterialState.DEFERRED
    return WITHOUT_FILE[material.necessity]


def _stored(file: DraftFile) -> attachments.Stored:
    return attachments.Stored(file.file_name, file.content_type, file.size, file.sha256, file.storage_key)
