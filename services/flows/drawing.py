"""A flow and a form stand in their item's guide: drawing is editing that draft, publishing is publishing that version.

So each has versions, a history and its running cases' own copy without a table of its own.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import BundleHandling
from models.catalogue import ItemVersion, ServiceItem
from models.enums import (
    CatalogueAction,
    ItemState,
    ItemType,
    OrganisationKind,
    Permission,
    VersionState,
)
from models.organisations import Organisation
from services import access
from services.actors import Actor
from services.catalogue import bundle_flows, items, records, versions
from services.errors import Conflict, Invalid, NotFound, WrongState
from services.rules import flow, forms
from services.rules.conditions import FACTS
from services.rules.form_schema import FormField
from services.rules.guide import FlowStage, Guide
from services.rules.working_time import Limit

A = CatalogueAction
NO_DEPARTMENT_REVIEW = "一件事由政务服务中心牵头组织，不设单独的部门审核"


@dataclasses.dataclass(frozen=True)
class Subject:
    """A bundle or an item that a flow can be drawn for."""

    id: int  # of the item
    name: str
    department: str
    is_bundle: bool
    has_flow: bool


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A subject with the flow that is being drawn and the one in force. `saves` is the item's version column."""

    subject: Subject
    draft: ItemVersion | None
    published: ItemVersion | None
    stages: Sequence[FlowStage]
    form: Sequence[FormField]
    in_force: Sequence[FlowStage]
    promise: Limit | None
    saves: int

    @property
    def is_editable(self) -> bool:
        return self.draft is not None and self.draft.state in (VersionState.DRAFT, VersionState.REJECTED)


def subjects(session: Session, actor: Actor) -> list[Subject]:
    """What the actor may draw flows for: bundles first, then items, by name."""
    actor.must(Permission.CATALOGUE_EDIT)
    query = access.editable_items(
        select(ServiceItem.id, ServiceItem.name, Organisation.name, ServiceItem.item_type, BundleHandling.item_id),
        actor,
    )
    rows = session.execute(
        query.join(
            Organisation,
            (Organisation.district_id == ServiceItem.district_id) & (Organisation.id == ServiceItem.department_id),
        )
        .outerjoin(
            BundleHandling,
            (BundleHandling.district_id == ServiceItem.district_id) & (BundleHandling.item_id == ServiceItem.id),
        )
        .where(ServiceItem.state.in_([ItemState.ACTIVE, ItemState.PREPARING]))
        .order_by(BundleHandling.item_id.is_(None), ServiceItem.name)
    ).all()
    return [Subject(row[0], row[1], row[2], row[4] is not None, row[4] is not None) for row in rows]


def subject(session: Session, item_id: int, actor: Actor) -> Drawing:
    """Raises NotFound outside the actor's editing scope."""
    actor.must(Permission.CATALOGUE_EDIT)
    item = items.editable(session, item_id, actor)
    department = session.get_one(Organisation, (item.district_id, item.department_id))
    draft, published = (
        session.get(ItemVersion, (item.district_id, version_id)) if version_id else None
        for version_id in (item.draft_version_id, item.published_version_id)
    )
    standing = draft or published
    if standing is None:
        raise NotFound("该事项没有可以编辑的版本")
    guide = records.content(standing)
    return Drawing(
        subject=Subject(item.id, item.name, department.name, item.item_type == ItemType.BUNDLE, bool(guide.flow)),
        draft=draft,
        published=published,
        stages=guide.stages(),
        form=guide.form,
        in_force=records.content(published).stages() if published else (),
        promise=Limit(guide.promise_day, guide.promise_type) if guide.promise_day else None,
        saves=item.version,
    )


def open_draft(session: Session, item_id: int, *, actor: Actor, now: dt.datetime) -> ItemVersion:
    """A draft with the published flow. Raises WrongState when there is one already."""
    return versions.draft(session, items.editable(session, item_id, actor), actor=actor, now=now)


def save(
    session: Session,
    item_id: int,
    stages: Sequence[FlowStage],
    *,
    expected_saves: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Keep the flow in the item's draft. Raises Invalid naming every row that is wrong, Conflict, WrongState."""
    actor.must(Permission.CATALOGUE_EDIT)
    _check(session, stages, items.editable(session, item_id, actor))
    drawn = {"flow": sorted(stages, key=lambda row: row.stage)}
    versions.revise(session, item_id, drawn, expected_saves=expected_saves, actor=actor, now=now)


def save_form(
    session: Session,
    item_id: int,
    fields: Sequence[FormField],
    *,
    expected_saves: int,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Keep the application form in the item's draft. Raises Invalid naming every field that is wrong, Conflict, WrongState."""
    if found := forms.design_problems(fields):
        told = {f"row{n}-{i}": (f"第 {n} 行：" if n else "") + reason for i, (n, reason) in enumerate(found)}
        raise Invalid("；".join(told.values()), told)
    versions.revise(session, item_id, {"form": list(fields)}, expected_saves=expected_saves, actor=actor, now=now)


def _check(session: Session, stages: Sequence[FlowStage], item: ServiceItem) -> None:
    """A flow may be drawn for departments that exist, and must be able to run."""
    if not stages:
        raise Invalid("流程至少要有一个任务", {"flow": "流程至少要有一个任务"})
    names = {row.department for row in stages if row.department}
    known = set(
        session.scalars(
            select(Organisation.name).where(
                Organisation.district_id == item.district_id,
                Organisation.kind == OrganisationKind.DEPARTMENT,
                Organisation.name.in_(names),
            )
        )
    )
    found = flow.problems(stages) + [
        (number, f"没有名为「{row.department}」的部门")
        for number, row in enumerate(stages, start=1)
        if row.department and row.department not in known
    ]
    found += bundle_flows.problems(session, item, stages)
    if found:
        told = {
            f"row{number}-{i}": (f"第 {number} 行：" if number else "") + reason
            for i, (number, reason) in enumerate(found)
        }
        raise Invalid("；".join(told.values()), told)


def publish(session: Session, item_id: int, *, expected_saves: int, actor: Actor, now: dt.datetime) -> ItemVersion:
    """Put a bundle's drawn flow in force; running cases keep theirs. An item's flow goes the item's own way of review.

    Raises WrongState for an item, Invalid with what the publish gate finds, Conflict.
    """
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    item = items.editable(session, item_id, actor)
    if item.version != expected_saves:
        raise Conflict(records.OVERTAKEN)
    if item.item_type != ItemType.BUNDLE:
        raise WrongState("事项的流程随事项版本审核发布，请到「事项详情」提交审核")
    if item.draft_version_id is None:
        raise WrongState("没有可以发布的草稿")
    version = session.get_one(ItemVersion, (item.district_id, item.draft_version_id))
    _check(session, Guide.model_validate(version.guide).flow, item)
    for state, action, opinion in (
        ((VersionState.DRAFT,), A.SUBMIT, ""),
        ((VersionState.SUBMITTED,), A.APPROVE_DEPARTMENT, NO_DEPARTMENT_REVIEW),
        ((VersionState.DEPARTMENT_REVIEWED,), A.APPROVE_CENTRE, ""),
    ):
        if version.state in state:
            records.advance(session, item, version, action, actor=actor, now=now, opinion=opinion)
    versions.publish(session, version, actor=actor, now=now)
    return version


def departments(session: Session, district_id: int) -> list[str]:
    """Whom a task may be given to, by name."""
    return list(
        session.scalars(
            select(Organisation.name)
            .where(
                Organisation.district_id == district_id,
                Organisation.kind == OrganisationKind.DEPARTMENT,
                Organisation.is_active,
            )
            .order_by(Organisation.code)
        )
    )


def facts_known() -> list[str]:
    """What a condition may ask besides form fields."""
    return list(FACTS)
