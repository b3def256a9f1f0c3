"""One case with all that its page, its receipt and its tracking page draw."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.cases import Applicant, Attachment, Case, CaseEvent, CaseMaterial, CaseTask
from models.catalogue import ItemVersion, ServiceItem
from models.enums import ApplicantKind, HolderKind, Permission
from models.organisations import Organisation, Window
from services import access, audit, confidential
from services.actors import Actor
from services.cases import tasks
from services.errors import Invalid, NotFound
from services.rules import identifiers

Part = TypeVar("Part", CaseMaterial, Attachment)


@dataclasses.dataclass(frozen=True)
class CaseDetail:
    """A case as its page shows it; ids and phones are masked."""

    case: Case
    item_code: str
    item_name: str
    version: ItemVersion
    department: str
    centre: str
    window: str
    applicant_name: str
    applicant_kind: ApplicantKind
    id_type: str
    masked_id: str
    masked_phone: str
    events: Sequence[CaseEvent]
    tasks: Sequence[CaseTask]
    task_departments: dict[int, str]
    materials: Sequence[CaseMaterial]
    attachments: Sequence[Attachment]
    places: dict[int, str]  # where events happened: windows and organisations

    @property
    def holder_name(self) -> str:
        """Who holds the case now, in words; empty when it is over."""
        pending = [self.task_departments[task.department_id] for task in self.tasks if task.finished_at is None]
        return {
            HolderKind.WINDOW: self.centre,
            HolderKind.DEPARTMENT: "、".join(pending) or self.department,
            HolderKind.APPLICANT: "申请人（请补正材料）",
            HolderKind.SPECIAL_PROCEDURE: f"{self.department}（特别程序）",
            HolderKind.INTERMEDIARY: "中介机构",
            HolderKind.SUPERIOR: f"{self.department}的上级机关",
            HolderKind.NOBODY: "",
        }[self.case.holder]


def get(session: Session, number: str, actor: Actor) -> Case:
    """The case of a number within the actor's scope. Raises NotFound."""
    typed = {number.strip(), identifiers.normalise(number)}
    case = session.scalar(access.visible(select(Case), actor, by_task=True).where(Case.number.in_(typed)))
    if case is None:
        raise NotFound(f"没有找到办件 {number.strip()}，或不在您的查看范围内")
    return case


def detail(session: Session, number: str, actor: Actor) -> CaseDetail:
    """The case with its history, tasks, materials and files. Raises NotFound."""
    return of(session, get(session, number, actor))


def of(session: Session, case: Case) -> CaseDetail:
    """All about a case that the caller may already see."""
    item = session.get_one(ServiceItem, (case.district_id, case.item_id))
    version = session.get_one(ItemVersion, (case.district_id, case.item_version_id))
    applicant = session.get_one(Applicant, (case.district_id, case.applicant_id))
    found = tasks.of_case(session, case)
    places = names(session, case.district_id, {case.department_id, case.centre_id, *(t.department_id for t in found)})
    happened = events(session, case)
    window = session.get(Window, (case.district_id, case.window_id)) if case.window_id else None
    return CaseDetail(
        case=case,
        item_code=item.code,
        item_name=version.name,
        version=version,
        department=places[case.department_id],
        centre=places[case.centre_id],
        window=f"{window.number} 号窗口" if window else "",
        applicant_name=case.applicant_name,
        applicant_kind=applicant.kind,
        id_type=applicant.id_type.label,
        masked_id=identifiers.mask_id(confidential.decrypt(applicant.id_cipher)),
        masked_phone=identifiers.mask_phone(confidential.decrypt(applicant.phone_cipher))
        if applicant.phone_cipher
        else "",
        events=happened,
        tasks=found,
        task_departments=places,
        materials=_of_case(session, CaseMaterial, case),
        attachments=_of_case(session, Attachment, case),
        places=_places(session, case.district_id, {event.place_id for event in happened if event.place_id}),
    )


def events(session: Session, case: Case) -> Sequence[CaseEvent]:
    """The case's history in order."""
    return session.scalars(
        select(CaseEvent)
        .where(CaseEvent.district_id == case.district_id, CaseEvent.case_id == case.id)
        .order_by(CaseEvent.sequence)
    ).all()


def names(session: Session, district_id: int, ids: set[int]) -> dict[int, str]:
    """Names of organisations by id."""
    place = aliased(Organisation)
    rows = session.execute(select(place.id, place.name).where(place.district_id == district_id, place.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _places(session: Session, district_id: int, ids: set[int]) -> dict[int, str]:
    """Names of windows and organisations by id."""
    rows = session.execute(
        select(Window.id, Window.number).where(Window.district_id == district_id, Window.id.in_(ids))
    )
    return {row.id: f"{row.number} 号窗口" for row in rows} | names(session, district_id, ids)


def attachment(session: Session, number: str, attachment_id: int, actor: Actor) -> Attachment:
    """A file of a case that the actor may see. Raises NotFound."""
    case = get(session, number, actor)
    found = session.get(Attachment, (case.district_id, attachment_id))
    if found is None or found.case_id != case.id:
        raise NotFound("没有找到这个附件")
    return found


def _of_case(session: Session, model: type[Part], case: Case) -> Sequence[Part]:
    return session.scalars(select(model).where(model.district_id == case.district_id, model.case_id == case.id)).all()


def reveal(session: Session, number: str, *, reason: str, actor: Actor, now: dt.datetime) -> tuple[str, str]:
    """(id number, phone) in full: needs the permission and a reason, and is audited (security 14)."""
    actor.must(Permission.CASES_REVEAL)
    if len(reason.strip()) < 4:
        raise Invalid("请写明查看完整证件号的事由（至少 4 个字）", {"reason": "请写明事由"})
    case = get(session, number, actor)
    applicant = session.get_one(Applicant, (case.district_id, case.applicant_id))
    audit.record(session, "case.reveal", ("case", number), actor=actor, now=now, reason=reason.strip())
    phone = confidential.decrypt(applicant.phone_cipher) if applicant.phone_cipher else ""
    return confidential.decrypt(applicant.id_cipher), phone
