"""Storing and taking back the cases of an import batch."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from models.cases import Applicant, Case, CaseEvent
from models.catalogue import ItemCode, ItemEvent, ItemVersion, ServiceItem
from models.enums import (
    ApplicantKind,
    CaseAction,
    CaseResult,
    CaseStatus,
    CaseType,
    HolderKind,
    IdType,
    ItemState,
    ItemType,
    LimitUnit,
    OrganisationKind,
    ServiceTier,
    VersionState,
)
from models.exchange import ImportBatch
from models.identity import new_id
from models.organisations import Organisation
from services import confidential, counts
from services.actors import Actor
from services.cases import words
from services.errors import Conflict, Invalid
from services.rules.event_logs import LoggedCase, LogMapping
from services.rules.guide import Guide

UNKNOWN_APPLICANT = "外部系统未提供申请人"
UNKNOWN_ID = "EXTERNAL"


def store(
    session: Session,
    batch: ImportBatch,
    found: Sequence[LoggedCase],
    mapping: LogMapping,
    *,
    actor: Actor,
    now: dt.datetime,
) -> list[int]:
    """Write the cases of a log; returns their ids in the same order. Raises Invalid when the mapping's centre is unknown."""
    if not found:
        return []
    centre = session.scalar(_named(actor.district_id, Organisation.code == mapping.centre))
    if centre is None:
        raise Invalid(f"映射文件的 centre「{mapping.centre}」不是本区的机构编码")
    departments = {name: _department(session, name, centre, batch) for name in {case.department for case in found}}
    version = _version(session, mapping, departments[found[0].department], batch, actor, now)
    applicant = _applicant(session, actor.district_id)
    rows = [_case_row(case, batch, version, departments[case.department], centre.id, applicant) for case in found]
    session.execute(insert(Case), rows)
    session.execute(
        insert(CaseEvent), [row for case, kept in zip(found, rows, strict=True) for row in _events(case, kept)]
    )
    words.index(
        session, actor.district_id, [(row["id"], words.tokens(version.name, UNKNOWN_APPLICANT)) for row in rows]
    )
    counts.keep_many(session, session.scalars(select(Case).where(_of(batch))))
    return [row["id"] for row in rows]


def _of(batch: ImportBatch) -> ColumnElement[bool]:
    return (Case.district_id == batch.district_id) & (Case.batch_id == batch.id)


def _named(district_id: int, condition: Any) -> Any:
    return select(Organisation).where(Organisation.district_id == district_id, condition)


def _department(session: Session, name: str, centre: Organisation, batch: ImportBatch) -> int:
    """The department of that name; made under the district's root, and marked by the batch, when there is none."""
    named = name or "未注明部门（外部系统）"
    wanted = (Organisation.name == named) & (Organisation.kind == OrganisationKind.DEPARTMENT)
    known = session.scalar(_named(centre.district_id, wanted))
    if known is not None:
        return int(known.id)
    own_id, root = new_id(), centre.path.split("/")[1]
    session.add(
        Organisation(
            id=own_id,
            district_id=centre.district_id,
            code=f"B{batch.id}-{own_id}",
            name=named,
            kind=OrganisationKind.DEPARTMENT,
            parent_id=int(root),
            path=f"/{root}/{own_id}/",
            region_code=centre.region_code,
            address="",
            phone="",
            is_active=True,
        )
    )
    session.flush()
    return own_id


def _version(
    session: Session, mapping: LogMapping, department_id: int, batch: ImportBatch, actor: Actor, now: dt.datetime
) -> ItemVersion:
    """The item that the log's cases are filed under: closed to new applications from the start."""
    item = session.scalar(
        select(ServiceItem).where(ServiceItem.district_id == actor.district_id, ServiceItem.code == mapping.item.code)
    )
    if item is not None:
        return session.scalars(
            select(ItemVersion).where(
                ItemVersion.district_id == actor.district_id, ItemVersion.item_id == item.id, ItemVersion.number == 1
            )
        ).one()
    return _new_version(session, _new_item(session, mapping, department_id, batch), batch, actor, now)


def _new_item(session: Session, mapping: LogMapping, department_id: int, batch: ImportBatch) -> ServiceItem:
    item = ServiceItem(
        district_id=batch.district_id,
        code=mapping.item.code,
        name=mapping.item.name,
        department_id=department_id,
        tier=ServiceTier.DISTRICT,
        state=ItemState.SUSPENDED,
        item_type=ItemType.OTHER_POWER.value,
        case_type=CaseType.PROMISED,
        for_person=False,
        for_enterprise=False,
        topics=[],
        initials="",
        search_text=mapping.item.name,
        batch_id=batch.id,
    )
    session.add(item)
    session.flush()
    return item


def _new_version(
    session: Session, item: ServiceItem, batch: ImportBatch, actor: Actor, now: dt.datetime
) -> ItemVersion:
    guide = Guide(task_name=item.name, project_type=CaseType.PROMISED, source_note="外部系统历史办件")
    version = ItemVersion(
        district_id=batch.district_id,
        item_id=item.id,
        number=1,
        state=VersionState.SUPERSEDED,
        guide=guide.model_dump(mode="json"),
        name=item.name,
        case_type=CaseType.PROMISED,
        promise_unit=LimitUnit.WORKDAY,
        statutory_unit=LimitUnit.WORKDAY,
        batch_id=batch.id,
        created_by=actor.name,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _applicant(session: Session, district_id: int) -> int:
    key = confidential.blind(f"{IdType.OTHER.value}:{UNKNOWN_ID}")
    known = session.scalar(select(Applicant.id).where(Applicant.district_id == district_id, Applicant.id_key == key))
    if known is not None:
        return known
    made = Applicant(
        district_id=district_id,
        kind=ApplicantKind.ORGANISATION,
        name=UNKNOWN_APPLICANT,
        id_type=IdType.OTHER,
        id_key=key,
        id_cipher=confidential.encrypt(UNKNOWN_ID),
    )
    session.add(made)
    session.flush()
    return made.id


def _case_row(
    case: LoggedCase, batch: ImportBatch, version: ItemVersion, department_id: int, centre_id: int, applicant_id: int
) -> dict[str, Any]:
    is_closed = case.ended_at is not None
    return {
        "district_id": batch.district_id,
        "id": new_id(case.submitted_at),
        "number": case.number,
        "item_id": version.item_id,
        "item_version_id": version.id,
        "case_type": CaseType.PROMISED,
        "status": CaseStatus.CLOSED if is_closed else CaseStatus.SUBMITTED,
        "result": CaseResult.CLOSED_ELSEWHERE if is_closed else None,
        "department_id": department_id,
        "centre_id": centre_id,
        "channel": case.channel,
        "applicant_id": applicant_id,
        "applicant_name": UNKNOWN_APPLICANT,
        "submitted_at": case.submitted_at,
        "due_at": case.due_at,
        "decided_at": case.ended_at,
        "calendar_version": 0,  # the log's own deadline: no calendar of ours made it
        "is_provisional": False,
        "holder": HolderKind.NOBODY if is_closed else HolderKind.WINDOW,
        "batch_id": batch.id,
        "version": 1,
    }


def _events(case: LoggedCase, row: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Receipt first, the end last where the case ended; all between is noted."""
    last = len(case.events)
    status = CaseStatus.SUBMITTED
    for sequence, event in enumerate(case.events, start=1):
        action = CaseAction.RECEIVE if sequence == 1 else CaseAction.NOTE
        if sequence == last and case.ended_at is not None:
            action, status = CaseAction.CLOSE_ELSEWHERE, CaseStatus.CLOSED
        yield {
            "district_id": row["district_id"],
            "case_id": row["id"],
            "sequence": sequence,
            "action": action,
            "status": status,
            "at": event.at,
            "actor_id": None,
            "actor_name": event.person or "外部系统",
            "place_id": None,
            "opinion": event.activity,
            "evidence": None,
        }


def undo_rows(session: Session, batch: ImportBatch, *, actor: Actor, now: dt.datetime) -> None:
    """Undo: cases, events, words, and what was made for them. Raises Conflict when somebody worked on one since."""
    mine = _of(batch)
    touched = session.scalar(select(func.count()).select_from(Case).where(mine, Case.version > 1)) or 0
    if touched:
        raise Conflict(f"这批办件中已有 {touched} 件在导入后被办理过，不能整批撤销")
    rows = session.execute(
        select(Case.id, ItemVersion.name, Case.applicant_name)
        .join(ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id))
        .where(mine)
    ).all()
    words.forget(session, batch.district_id, [(row[0], words.tokens(row[1], row[2])) for row in rows])
    counts.keep_many(session, session.scalars(select(Case).where(mine)), sign=-1)
    chosen = select(Case.id).where(mine)
    session.execute(delete(CaseEvent).where(CaseEvent.district_id == batch.district_id, CaseEvent.case_id.in_(chosen)))
    session.execute(delete(Case).where(mine))
    _forget_item(session, batch)
    session.execute(
        delete(Organisation).where(
            Organisation.district_id == batch.district_id, Organisation.code.startswith(f"B{batch.id}-")
        )
    )


def _forget_item(session: Session, batch: ImportBatch) -> None:
    """The item made for the batch goes with it, unless a later batch files under it."""
    item = session.scalar(
        select(ServiceItem).where(ServiceItem.district_id == batch.district_id, ServiceItem.batch_id == batch.id)
    )
    if item is None:
        return
    others = session.scalar(
        select(func.count()).select_from(Case).where(Case.district_id == batch.district_id, Case.item_id == item.id)
    )
    if others:
        item.batch_id = None
        return
    for model in (ItemCode, ItemEvent, ItemVersion):
        session.execute(delete(model).where(model.district_id == batch.district_id, model.item_id == item.id))
    session.delete(item)
    session.flush()
