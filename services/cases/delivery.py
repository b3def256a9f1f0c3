"""Delivery of results at the window (行政许可法 art. 44: within ten working days of the decision)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models.cases import Case, CaseMaterial
from models.catalogue import ItemVersion
from models.enums import CaseAction, CaseResult, CaseStatus, MaterialState, Permission
from models.organisations import Organisation
from services import access, audit
from services.actors import Actor
from services.cases import authenticity, details, fees, telling, transitions
from services.errors import Invalid, NotFound, WrongState
from services.rules import lifecycle

RECEIVER_LENGTH = 60


@dataclasses.dataclass(frozen=True)
class ReadyCase:
    """A decided case that waits to be fetched. The name is whole: the receiver's papers are compared with it."""

    id: int
    number: str
    item_name: str
    applicant_name: str
    result: CaseResult | None
    decided_at: dt.datetime | None


def ready(session: Session, actor: Actor, *, find: str = "", limit: int = 200) -> Sequence[ReadyCase]:
    """Decided, not yet delivered, the longest waiting first; `find` is part of a number, an applicant or an item."""
    query = _decided(
        actor, Case.id, Case.number, ItemVersion.name, Case.applicant_name, Case.result, Case.decided_at
    ).join(ItemVersion, (ItemVersion.district_id == Case.district_id) & (ItemVersion.id == Case.item_version_id))
    if text := find.strip():
        places = (Case.number, Case.applicant_name, ItemVersion.name)
        query = query.where(or_(*(place.icontains(text, autoescape=True) for place in places)))
    return [ReadyCase(*row) for row in session.execute(query.order_by(Case.decided_at, Case.id).limit(limit))]


def count(session: Session, actor: Actor) -> int:
    """How many wait to be fetched."""
    return session.scalar(_decided(actor, func.count(Case.id))) or 0


def _decided(actor: Actor, *columns: Any) -> Select[Any]:
    """Naming every department lets the index by department and status serve: decided cases are few among many."""
    everywhere = select(Organisation.id).where(Organisation.district_id == actor.district_id)
    query = select(*columns).where(Case.status == CaseStatus.DECIDED, Case.department_id.in_(everywhere))
    return access.visible(query.with_hint(Case, "INDEXED BY ix_cases_department", "sqlite"), actor)


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
    if material.state != MaterialState.DEFERRED:
        raise WrongState(f"材料「{material.name}」当前为「{material.state.label}」，无需补收")
    material.state = MaterialState.RECEIVED
    authenticity.mark_seen(material, by=actor.name, now=now)
    audit.record(
        session, "case.receive_material", ("case", number), actor=actor, now=now, after={"material": material.name}
    )


def deliver(session: Session, number: str, receiver: str, *, actor: Actor, now: dt.datetime) -> None:
    """Hand the result over.

    Raises Invalid without a receiver, with a fee unpaid, and for a grant while deferred materials are missing.
    """
    actor.must(Permission.CASES_DELIVER)
    case = details.get(session, number, actor)
    name = " ".join(receiver.split())
    if not 0 < len(name) <= RECEIVER_LENGTH:
        message = f"请填写领取人姓名（{RECEIVER_LENGTH} 个字以内）"
        raise Invalid(message, {"receiver": message})
    lifecycle.next_status(case.status, CaseAction.DELIVER)
    if unseen := authenticity.to_check(session, case):
        raise Invalid(f"领取前须核验原件：{'、'.join(material.name for material in unseen)}")
    if case.result == CaseResult.GRANTED and (missing := deferred_materials(session, case)):
        raise Invalid(f"容缺后补的材料尚未交齐：{'、'.join(material.name for material in missing)}")
    if (fee := fees.unpaid(session, case)) is not None:
        raise Invalid(f"费用尚未缴清：{fee.total:,.2f} 元，请先登记缴费")
    with transitions.counted(session, case):
        step = transitions.move(session, case, CaseAction.DELIVER, actor=actor, now=now, evidence={"receiver": name})
    telling.tell(session, case, step, now=now)
    audit.record(session, "case.deliver", ("case", number), actor=actor, now=now, after={"receiver": name})
