"""Delivery of results at the window (行政许可法 art. 44: within ten working days of the decision)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cases import Case, CaseMaterial
from models.catalogue import ItemVersion
from models.enums import CaseAction, CaseResult, CaseStatus, MaterialState, Permission
from services import access, audit
from services.actors import Actor
from services.cases import details, transitions
from services.errors import Invalid, NotFound

RECEIVER_LENGTH = 60


@dataclasses.dataclass(frozen=True)
class ReadyCase:
    """A decided case that waits to be fetched."""

    number: str
    item_name: str
    applicant_name: str
    result: CaseResult | None
    decided_at: dt.datetime | None


def ready(session: Session, actor: Actor, *, limit: int = 200) -> Sequence[ReadyCase]:
    """Decided, not yet delivered, the longest waiting first."""
    query = (
        select(Case.number, ItemVersion.name, Case.applicant_name, Case.result, Case.decided_at)
        .join(
            ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id)
        )
        .where(Case.status == CaseStatus.DECIDED)
        .order_by(Case.submitted_at, Case.id)
        .limit(limit)
    )
    return [ReadyCase(*row) for row in session.execute(access.visible(query, actor))]


def deferred_materials(session: Session, case: Case) -> Sequence[CaseMaterial]:
    """What was promised to be handed in later and still is not there (容缺后补)."""
    return session.scalars(
        select(CaseMaterial).where(
            CaseMaterial.district_id == case.district_id,
            CaseMaterial.case_id == case.id,
            CaseMaterial.state == MaterialState.DEFERRED,
        )
    ).all()


def receive_material(session: Session, number: str, key: str, *, actor: Actor, now: dt.datetime) -> None:
    """A deferred material is handed in."""
    actor.must(Permission.CASES_DELIVER)
    case = details.get(session, number, actor)
    material = session.get(CaseMaterial, (case.district_id, case.id, key))
    if material is None:
        raise NotFound("没有找到这份材料")
    material.state = MaterialState.RECEIVED
    audit.record(session, "补收材料", ("case", number), actor=actor, now=now, after={"material": material.name})


def deliver(session: Session, number: str, receiver: str, *, actor: Actor, now: dt.datetime) -> None:
    """Hand the result over. Raises Invalid while deferred materials are missing or nobody is named as receiver."""
    actor.must(Permission.CASES_DELIVER)
    case = details.get(session, number, actor)
    name = " ".join(receiver.split())
    if not 0 < len(name) <= RECEIVER_LENGTH:
        raise Invalid("请填写领取人姓名", {"receiver": "请填写领取人姓名"})
    if missing := deferred_materials(session, case):
        raise Invalid(f"容缺后补的材料尚未交齐：{'、'.join(material.name for material in missing)}")
    with transitions.counted(session, case):
        transitions.move(session, case, CaseAction.DELIVER, actor=actor, now=now, evidence={"receiver": name})
    audit.record(session, "送达", ("case", number), actor=actor, now=now, after={"receiver": name})
