"""What the demonstration's cases can be about: published items at windows that take them, each way with its weight."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.enums import CENTRE_KINDS, CaseType, ItemState, ItemType, LimitUnit, OrganisationKind, ServiceTier
from models.organisations import Organisation, Window, WindowDepartment
from models.people import User
from services.cases import tasks
from services.demo.distributions import Distributions
from services.errors import DomainError
from services.rules.flow import FlowTask
from services.rules.guide import Guide

TIER_OF = {
    OrganisationKind.HALL: ServiceTier.DISTRICT,
    OrganisationKind.STREET_CENTRE: ServiceTier.STREET,
    OrganisationKind.COMMUNITY_POINT: ServiceTier.COMMUNITY,
}


@dataclasses.dataclass(frozen=True)
class Item:
    """A published item with what a case needs of it."""

    id: int
    version_id: int
    code: str
    name: str
    department_id: int
    department_code: str
    tier: ServiceTier
    case_type: CaseType
    for_person: bool
    for_enterprise: bool
    promise: tuple[int | None, LimitUnit]
    statutory: tuple[int | None, LimitUnit]
    guide: Guide
    flow: list[FlowTask]

    @property
    def is_immediate(self) -> bool:
        return self.case_type == CaseType.IMMEDIATE


@dataclasses.dataclass(frozen=True)
class Counter:
    """A window with its clerk."""

    window_id: int
    centre_id: int
    centre_code: str
    tier: ServiceTier
    departments: frozenset[int]
    clerk_id: int
    clerk_name: str


@dataclasses.dataclass(frozen=True)
class Routes:
    """All ways for one tier and kind of case: which item at which counter, and how likely."""

    items: np.ndarray  # positions in Places.items
    counters: np.ndarray
    weights: np.ndarray

    def draw(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = rng.choice(len(self.weights), size=count, p=self.weights)
        return self.items[chosen], self.counters[chosen]


@dataclasses.dataclass(frozen=True)
class Places:
    items: Sequence[Item]
    counters: Sequence[Counter]
    reviewers: dict[int, tuple[int, str]]  # department to its reviewer

    def routes(self, tier: ServiceTier, *, is_immediate: bool, declared: Distributions) -> Routes:
        """Raises DomainError when no published item is of that kind at all."""
        kind = [i for i, item in enumerate(self.items) if item.is_immediate == is_immediate]
        mine = [i for i in kind if tier in (self.items[i].tier, ServiceTier.DISTRICT)]  # halls take all that they serve
        here = [c for c, counter in enumerate(self.counters) if counter.tier == tier]
        found = [way for i in mine for way in self._ways(i, here)] or [(i, c, 1.0) for i in kind for c in here]
        if not found:
            word = CaseType.IMMEDIATE.label if is_immediate else CaseType.PROMISED.label
            raise DomainError(
                f"没有已发布的{word}事项或没有{tier.label}级窗口，无法生成演示办件，请先载入事项目录与机构窗口"
            )
        items, counters, weights = (np.array(column) for column in zip(*found, strict=True))
        weights = weights * self._item_weights(items, tier, is_immediate, declared)
        weights *= np.array([declared.centres.get(self.counters[c].centre_code, 1.0) for c in counters])
        return Routes(items, counters, weights / weights.sum())

    def _ways(self, i: int, here: Sequence[int]) -> list[tuple[int, int, float]]:
        """The counters that serve the item's department; within a centre they share its cases evenly."""
        serving = [c for c in here if self.items[i].department_id in self.counters[c].departments]
        centres = [self.counters[c].centre_id for c in serving]
        return [(i, c, 1 / centres.count(self.counters[c].centre_id)) for c in serving]

    def _item_weights(
        self, items: np.ndarray, tier: ServiceTier, is_immediate: bool, declared: Distributions
    ) -> np.ndarray:
        """The department's weight, shared among its items by rank."""
        by_department: dict[str, list[int]] = {}
        for i in sorted(set(items.tolist()), key=lambda i: self.items[i].code):
            by_department.setdefault(self.items[i].department_code, []).append(i)
        weights = declared.departments.immediate if is_immediate else declared.departments.promised
        found: dict[int, float] = {}
        for department, members in by_department.items():
            ranks = 1 / np.arange(1, len(members) + 1) ** declared.item_skew
            share = weights.get(department, 1.0) if tier == ServiceTier.DISTRICT else len(members)
            found |= dict(zip(members, share * ranks / ranks.sum(), strict=True))
        return np.array([found[i] for i in items.tolist()])


def read(session: Session, district_id: int) -> Places:
    """Raises DomainError when the district has no windows or nobody who works at them."""
    counters = _counters(session, district_id)
    if not counters:
        raise DomainError("还没有配备人员的窗口，无法生成演示办件，请先载入机构、窗口与演示人员")
    return Places(_items(session, district_id), counters, _reviewers(session, district_id))


def _items(session: Session, district_id: int) -> list[Item]:
    rows = session.execute(
        select(ServiceItem, ItemVersion, Organisation.code)
        .join(
            ItemVersion,
            (ItemVersion.district_id == ServiceItem.district_id) & (ItemVersion.id == ServiceItem.published_version_id),
        )
        .join(
            Organisation,
            (Organisation.district_id == ServiceItem.district_id) & (Organisation.id == ServiceItem.department_id),
        )
        .where(
            ServiceItem.district_id == district_id,
            ServiceItem.state == ItemState.ACTIVE,
            ServiceItem.item_type != ItemType.BUNDLE,  # those are filed by the demonstration's own story
            ItemVersion.case_type.in_([CaseType.IMMEDIATE, CaseType.PROMISED]),
        )
        .order_by(ServiceItem.code)
    )
    return [_item(session, *row) for row in rows.all()]


def _item(session: Session, item: ServiceItem, version: ItemVersion, department_code: str) -> Item:
    guide = Guide.model_validate(version.guide)
    return Item(
        item.id,
        version.id,
        item.code,
        version.name,
        item.department_id,
        department_code,
        item.tier,
        version.case_type or CaseType.PROMISED,
        item.for_person,
        item.for_enterprise,
        (version.promise_amount, version.promise_unit),
        (version.statutory_amount, version.statutory_unit),
        guide,
        tasks.drawn(session, item.district_id, item.department_id, guide)
        if version.case_type == CaseType.PROMISED
        else [],
    )


def _counters(session: Session, district_id: int) -> list[Counter]:
    served: dict[int, set[int]] = {}
    for pair in session.scalars(select(WindowDepartment).where(WindowDepartment.district_id == district_id)):
        served.setdefault(pair.window_id, set()).add(pair.department_id)
    rows: Sequence[Any] = session.execute(
        select(Window.id, Window.centre_id, Organisation.code, Organisation.kind, User.id, User.display_name)
        .join(Organisation, (Organisation.district_id == Window.district_id) & (Organisation.id == Window.centre_id))
        .join(User, (User.district_id == Window.district_id) & (User.window_id == Window.id))
        .where(Window.district_id == district_id, Window.is_active, Organisation.kind.in_(CENTRE_KINDS))
        .order_by(Organisation.code, Window.number, User.username)
    ).all()
    found: dict[int, Counter] = {}
    for window_id, centre_id, code, kind, clerk_id, name in rows:
        departments = frozenset(served.get(window_id, ()))
        counter = Counter(window_id, centre_id, code, TIER_OF[kind], departments, clerk_id, name)
        found.setdefault(window_id, counter)
    return list(found.values())


def _reviewers(session: Session, district_id: int) -> dict[int, tuple[int, str]]:
    """One person a department who decides: the first by badge that sits at no window."""
    rows = session.execute(
        select(User.department_id, User.id, User.display_name)
        .where(User.district_id == district_id, User.department_id.is_not(None), User.window_id.is_(None))
        .order_by(User.badge_number)
    )
    found: dict[int, tuple[int, str]] = {}
    for department_id, user_id, name in rows:
        found.setdefault(department_id or 0, (user_id, name))
    return found
