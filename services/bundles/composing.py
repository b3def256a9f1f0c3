"""What a bundle asks of its applicant: items, departments, their order, and the combined materials (R-PAR-02)."""

import dataclasses
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.bundles import BundleHandling
from models.catalogue import Bundle, BundleItem, ItemVersion, ServiceItem
from models.enums import ItemState, LimitUnit, MaterialState, Necessity, TaskKind
from models.organisations import Organisation
from services.errors import Invalid, NotFound
from services.rules import combining
from services.rules.combining import CombinedMaterial
from services.rules.guide import Guide


@dataclasses.dataclass(frozen=True)
class BundleCard:
    """A bundle that can be taken in; `item_id` is the catalogue item under which that is done."""

    id: int
    code: str
    name: str
    description: str
    item_id: int | None


@dataclasses.dataclass(frozen=True)
class Member:
    """An item of a bundle, in the order of handling."""

    id: int
    code: str
    name: str
    department_id: int
    department: str
    stage: str
    is_mandatory: bool
    promise: tuple[int | None, LimitUnit]
    guide: Guide


@dataclasses.dataclass(frozen=True)
class Composition:
    bundle: BundleCard
    members: Sequence[Member]
    materials: Sequence[CombinedMaterial]
    produced: Sequence[CombinedMaterial]  # by the bundle's own items: nobody hands them in

    @property
    def departments(self) -> list[str]:
        """In the order of handling."""
        return list(dict.fromkeys(member.department for member in self.members))

    def missing(self, states: Mapping[str, MaterialState]) -> list[str]:
        """Materials that the chosen items need and that are not there."""
        allowed = {
            Necessity.REQUIRED: {MaterialState.RECEIVED},
            Necessity.DEFERRABLE: {MaterialState.RECEIVED, MaterialState.DEFERRED},
        }
        return [
            each.material.name
            for each in self.materials
            if each.material.necessity in allowed
            and states.get(each.material.key) not in allowed[each.material.necessity]
        ]


def bundles(session: Session, district_id: int, *, is_project: bool = False) -> list[BundleCard]:
    """Those taken in as one case, or with `is_project` those done as projects, by name."""
    rows = session.execute(
        select(Bundle, BundleHandling.item_id)
        .outerjoin(
            BundleHandling,
            (BundleHandling.district_id == Bundle.district_id) & (BundleHandling.bundle_id == Bundle.id),
        )
        .where(Bundle.district_id == district_id)
        .order_by(Bundle.name)
    ).all()
    return [_card(bundle, item_id) for bundle, item_id in rows if (item_id is None) == is_project]


def _card(bundle: Bundle, item_id: int | None) -> BundleCard:
    return BundleCard(bundle.id, bundle.code, bundle.name, bundle.description, item_id)


def card(session: Session, district_id: int, bundle_id: int) -> BundleCard:
    """Raises NotFound."""
    bundle = session.get(Bundle, (district_id, bundle_id))
    if bundle is None:
        raise NotFound("没有找到这个并联事项，请重新选择")
    handling = session.get(BundleHandling, (district_id, bundle_id))
    return _card(bundle, handling.item_id if handling else None)


def handling_guide(session: Session, district_id: int, bundle: BundleCard) -> Guide | None:
    """The guide of the item under which the bundle is taken in; None while it is not open."""
    item = session.get(ServiceItem, (district_id, bundle.item_id)) if bundle.item_id else None
    if item is None or item.state is not ItemState.ACTIVE or item.published_version_id is None:
        return None
    return Guide.model_validate(session.get_one(ItemVersion, (district_id, item.published_version_id)).guide)


def members(session: Session, district_id: int, bundle_id: int) -> list[Member]:
    """The bundle's published items, in the order of handling."""
    rows = session.execute(
        select(BundleItem, ServiceItem, ItemVersion, Organisation.name)
        .join(ServiceItem, (ServiceItem.district_id == BundleItem.district_id) & (ServiceItem.id == BundleItem.item_id))
        .join(
            ItemVersion,
            (ItemVersion.district_id == ServiceItem.district_id) & (ItemVersion.id == ServiceItem.published_version_id),
        )
        .join(
            Organisation,
            (Organisation.district_id == ServiceItem.district_id) & (Organisation.id == ServiceItem.department_id),
        )
        .where(
            BundleItem.district_id == district_id,
            BundleItem.bundle_id == bundle_id,
            ServiceItem.state == ItemState.ACTIVE,
        )
        .order_by(BundleItem.position)
    ).all()
    return [
        Member(
            id=item.id,
            code=item.code,
            name=version.name,
            department_id=item.department_id,
            department=department,
            stage=place.stage,
            is_mandatory=place.is_mandatory,
            promise=(version.promise_amount, version.promise_unit),
            guide=Guide.model_validate(version.guide),
        )
        for place, item, version, department in rows
    ]


def compose(session: Session, district_id: int, bundle_id: int, chosen: Sequence[int] | None = None) -> Composition:
    """The bundle with its mandatory items and the optional ones of `chosen` (None: all). Raises NotFound, Invalid."""
    found = card(session, district_id, bundle_id)
    everything = members(session, district_id, bundle_id)
    strangers = set(chosen or ()) - {member.id for member in everything}
    if strangers:
        raise Invalid("所选事项不属于这个并联事项，请重新选择", {"items": "所选事项不属于这个并联事项"})
    taken = [each for each in everything if each.is_mandatory or chosen is None or each.id in chosen]
    taken = _in_order(session, district_id, found, taken)
    return Composition(found, taken, *split_materials(taken))


def split_materials(taken: Sequence[Member]) -> tuple[list[CombinedMaterial], list[CombinedMaterial]]:
    """What is asked of the applicant, and what the items themselves produce."""
    lists = {each.id: each.guide.materials for each in taken}
    return combining.split(lists, [each.guide.result_name for each in taken])


def _in_order(session: Session, district_id: int, found: BundleCard, taken: Sequence[Member]) -> list[Member]:
    """By the stage in which the bundle's flow has the department decide."""
    item = session.get(ServiceItem, (district_id, found.item_id)) if found.item_id else None
    if item is None or item.published_version_id is None:
        return list(taken)
    version = session.get_one(ItemVersion, (district_id, item.published_version_id))
    stage_of: dict[str, int] = {}
    for row in Guide.model_validate(version.guide).flow:
        if row.kind is TaskKind.PERMIT:
            stage_of.setdefault(row.department, row.stage)
    placed = [
        dataclasses.replace(each, stage=f"第 {stage_of[each.department]} 步") if each.department in stage_of else each
        for each in taken
    ]
    return sorted(placed, key=lambda each: stage_of.get(each.department, 0))
