"""A bundle's own catalogue item: its guide put together from its members', its flow, and its publication."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.bundles import BundleHandling
from models.catalogue import Bundle, BundleItem, ItemVersion, ServiceItem
from models.enums import (
    CaseType,
    ItemState,
    ItemType,
    LimitUnit,
    Necessity,
    Permission,
    ResultType,
    ReviewMode,
    ServiceTier,
    TaskKind,
)
from models.identity import new_id
from services import audit
from services.actors import Actor
from services.bundles import composing
from services.bundles.composing import Member
from services.catalogue import items
from services.catalogue.bundle_flows import JOINT_LIMIT
from services.errors import Invalid, WrongState
from services.rules import combining
from services.rules.guide import FlowStage, Guide, LegalBasis, Material, Step
from services.rules.lint import may_set_permit

MOST_BASES = 12


@dataclasses.dataclass(frozen=True)
class NewBundle:
    """What staff compose. A bundle's case goes to the leading item's department; `flow` empty: all at once."""

    name: str
    lead_item: int
    mandatory: Sequence[int]
    optional: Sequence[int] = ()
    promise: tuple[int, LimitUnit] = (5, LimitUnit.WORKDAY)
    description: str = ""
    code: str = ""
    flow: Sequence[FlowStage] = ()

    @property
    def items(self) -> list[int]:
        return list(dict.fromkeys([*self.mandatory, *self.optional]))


def create(session: Session, new: NewBundle, *, actor: Actor, now: dt.datetime) -> Bundle:
    """A new bundle with the first draft of its own item.

    Raises Invalid for a missing name, fewer than two items, or an unpublished one.
    """
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    new = dataclasses.replace(new, name=" ".join(new.name.split()))
    _check(session, new, actor)
    bundle = _store(session, new, actor, now)
    found = composing.members(session, actor.district_id, bundle.id)
    lead = next(member for member in found if member.id == new.lead_item)
    own_code = f"YJS-{bundle.code}"[: items.CODE_LENGTH]
    item = items.create(
        session,
        code=own_code,
        department_id=lead.department_id,
        tier=ServiceTier.DISTRICT,
        guide=own_guide(new, own_code, found, lead),
        actor=actor,
        now=now,
    )
    session.add(BundleHandling(district_id=bundle.district_id, bundle_id=bundle.id, item_id=item.id))
    session.flush()
    audit.record(session, "bundle.create", ("bundle", bundle.code), actor=actor, now=now, after={"name": new.name})
    return bundle


def _store(session: Session, new: NewBundle, actor: Actor, now: dt.datetime) -> Bundle:
    bundle = Bundle(
        district_id=actor.district_id,
        id=new_id(now),
        code=new.code or f"bundle_{secrets.token_hex(4)}",
        name=new.name,
        description=new.description.strip(),
    )
    session.add(bundle)
    session.flush()
    for position, item_id in enumerate(new.items, start=1):
        session.add(_place(bundle, item_id, position, is_mandatory=item_id in new.mandatory))
    session.flush()
    return bundle


def _check(session: Session, new: NewBundle, actor: Actor) -> None:
    problems: dict[str, str] = {}
    if not new.name:
        problems["name"] = "请填写一件事的名称"
    if len(new.items) < 2:
        problems["items"] = "并联审批至少要有两个事项"
    if new.lead_item not in new.mandatory:
        problems["lead"] = "主办事项应是必办事项之一"
    for item_id in new.items:
        item = session.get(ServiceItem, (actor.district_id, item_id))
        if item is None or item.state != ItemState.ACTIVE or item.item_type == ItemType.BUNDLE:
            problems["items"] = "所选事项中有未发布、已停用或本身就是一件事的"
    if problems:
        raise Invalid("；".join(problems.values()), problems)


def _place(bundle: Bundle, item_id: int, position: int, *, is_mandatory: bool) -> BundleItem:
    return BundleItem(
        district_id=bundle.district_id,
        bundle_id=bundle.id,
        item_id=item_id,
        stage="并联办理",
        position=position,
        is_mandatory=is_mandatory,
        may_start_early=False,
    )


def own_guide(new: NewBundle, code: str, found: Sequence[Member], lead: Member) -> Guide:
    """The leading item's guide with the bundle's name, combined materials, joint limits and flow."""
    flow = list(new.flow) or parallel_flow(found)
    amount, unit = new.promise
    changes = {
        "task_name": new.name,
        "main_item": new.name,
        "task_code": code,
        "task_handle_item": "",
        "catalog_code": code,
        "task_type": ItemType.BUNDLE.value,
        "other_dept": list(dict.fromkeys(each.department for each in found if each.department != lead.department)),
        "by_law": _bases(found),
        "project_type": CaseType.PROMISED,
        "review_mode": ReviewMode.REVIEW_THEN_APPROVE,
        "anticipate_day": JOINT_LIMIT,
        "anticipate_type": LimitUnit.WORKDAY,
        "anticipate_explain": "行政许可法第四十二条：统一办理或者联合办理、集中办理的，不超过四十五日",
        "promise_day": amount,
        "promise_type": unit,
        "promise_explain": "一窗受理、同步审批、统一交付",
        "materials": own_materials(found),
        "handle_flow": [_step(stage) for stage in flow],
        "flow": flow,
        "requires_results_of": [],
        "intermediary_basis": _together(each.guide.intermediary_basis for each in found),
        "intermediary_services": list(
            dict.fromkeys(name for each in found for name in each.guide.intermediary_services)
        ),
        "result_name": "各事项的许可决定（统一交付）",
        "result_type": ResultType.OTHER,
        "source_note": "由所含事项汇编",
        "online_handle_url": "",
        "plan_effective_date": None,
        "plan_cancel_date": None,
    }
    return lead.guide.model_copy(update=changes)


def _bases(found: Sequence[Member]) -> list[LegalBasis]:
    """The members' own, those first that may set a permit."""
    every = {(basis.law_name, basis.article): basis for member in found for basis in member.guide.by_law}
    return ([basis for basis in every.values() if may_set_permit(basis)] or list(every.values()))[:MOST_BASES]


def _together(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))


def own_materials(found: Sequence[Member]) -> list[Material]:
    """Every item's materials once; what only optional items ask for depends on the circumstances."""
    mandatory = {member.id for member in found if member.is_mandatory}
    results = [member.guide.result_name for member in found if member.is_mandatory]
    rows, _ = combining.split({member.id: member.guide.materials for member in found}, results)
    return [
        row.material
        if mandatory & set(row.items)
        else row.material.model_copy(update={"necessity": Necessity.CONDITIONAL})
        for row in rows
    ]


def parallel_flow(found: Sequence[Member]) -> list[FlowStage]:
    """All departments at once, each for its own permits: what a new bundle starts from."""
    departments = list(dict.fromkeys(member.department for member in found))
    return [FlowStage(stage=1, name="同步审批", department=department) for department in departments]


def _step(stage: FlowStage) -> Step:
    return Step(name=stage.name or "审批", department=stage.department, limit=stage.limit, unit=stage.unit)


def own_item(session: Session, bundle: Bundle) -> ServiceItem:
    """The catalogue item under which the bundle is taken in."""
    handling = session.get_one(BundleHandling, (bundle.district_id, bundle.id))
    return session.get_one(ServiceItem, (bundle.district_id, handling.item_id))


def change_items(
    session: Session,
    bundle_id: int,
    mandatory: Sequence[int],
    optional: Sequence[int],
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Other items from now on; cases that run keep what they cover.

    Raises Invalid for what `create` refuses too, WrongState when the flow in force has no task for an item's department.
    """
    actor.must(Permission.CATALOGUE_REVIEW_CENTRE)
    audit.hold(session, actor.district_id)
    card = composing.card(session, actor.district_id, bundle_id)
    bundle = session.get_one(Bundle, (actor.district_id, card.id))
    item = own_item(session, bundle)
    before = composing.members(session, actor.district_id, bundle_id)
    lead = next((each.id for each in before if each.department_id == item.department_id and each.id in mandatory), 0)
    new = NewBundle(bundle.name, lead, mandatory, optional)
    _check(session, new, actor)
    session.execute(
        delete(BundleItem).where(BundleItem.district_id == bundle.district_id, BundleItem.bundle_id == bundle.id)
    )
    for position, item_id in enumerate(new.items, start=1):
        session.add(_place(bundle, item_id, position, is_mandatory=item_id in mandatory))
    session.flush()
    after = composing.members(session, actor.district_id, bundle_id)
    _check_departments(session, item, after)
    told = {"items": [each.name for each in after]}
    old = {"items": [each.name for each in before]}
    audit.record(session, "bundle.items", ("bundle", bundle.code), actor=actor, now=now, before=old, after=told)


def _check_departments(session: Session, item: ServiceItem, found: Sequence[Member]) -> None:
    if item.published_version_id is None:
        return
    version = session.get_one(ItemVersion, (item.district_id, item.published_version_id))
    flow = Guide.model_validate(version.guide).flow
    asked = {row.department for row in flow if row.kind is TaskKind.PERMIT}
    missing = [each for each in found if each.department not in asked and each.department_id != item.department_id]
    if missing:
        names = "、".join(dict.fromkeys(each.department for each in missing))
        raise WrongState(f"现行流程中没有{names}的审批任务：请先在流程中加入并发布，再纳入其事项")
