"""What the catalogue's readers are given: plain rows that hold all that is drawn."""

import dataclasses
import datetime as dt
from typing import Generic, TypeVar

from models.catalogue import ServiceItem
from models.enums import (
    Audience,
    CaseType,
    CatalogueAction,
    CodeScheme,
    ItemState,
    ItemType,
    LimitUnit,
    ServiceTier,
    VersionState,
)
from services.rules.guide import Guide

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; `total` counts all that was found."""

    rows: list[T]
    total: int
    page: int
    per_page: int


@dataclasses.dataclass(frozen=True)
class ItemRow:
    """An item as lists show it; the version is the draft where there is one, else the published one."""

    id: int
    code: str
    name: str
    department: str
    department_id: int
    tier: ServiceTier
    item_type: str
    case_type: CaseType | None
    state: ItemState
    version_id: int | None
    version_number: int | None
    version_state: VersionState | None
    promise: str


@dataclasses.dataclass(frozen=True)
class VersionRow:
    """`version` counts the saves: what `versions.edit` expects back."""

    id: int
    number: int
    state: VersionState
    effective_on: dt.date | None
    created_by: str
    created_at: dt.datetime
    published_at: dt.datetime | None
    version: int


@dataclasses.dataclass(frozen=True)
class VersionDetail(VersionRow):
    guide: Guide


@dataclasses.dataclass(frozen=True)
class EventRow:
    at: dt.datetime
    action: CatalogueAction
    actor_name: str
    opinion: str
    version_number: int | None


@dataclasses.dataclass(frozen=True)
class ItemDetail:
    """An item with its versions and history, newest first."""

    item: ServiceItem
    department: str
    item_type: str
    codes: list[tuple[CodeScheme, str]]
    published: VersionDetail | None
    draft: VersionDetail | None
    versions: list[VersionRow]
    events: list[EventRow]
    is_editable: bool


@dataclasses.dataclass(frozen=True)
class PublishedItem:
    """What the public sees."""

    id: int
    code: str
    name: str
    department: str
    department_id: int
    tier: ServiceTier
    state: ItemState
    version_id: int
    version_number: int
    guide: Guide


@dataclasses.dataclass(frozen=True)
class BrowseCounts:
    """How many published items each door leads to; doors without items are left out."""

    departments: list[tuple[int, str, int]]  # id, name, items
    audiences: dict[Audience, int]
    topics: list[tuple[Audience, str, str, int]]  # audience, code, name, items


def type_label(code: str) -> str:
    """The name of an A.1 type; a local extension is told by its code."""
    return ItemType(code).label if code in ItemType.labels() else code


def limit_in_words(amount: int | None, unit: LimitUnit) -> str:
    """即办, 5 个工作日, or — where no term is given."""
    if amount is None:
        return "—"
    return f"{amount} 个{unit.label}" if amount else "即办"


def topic_mark(audience: Audience, code: str) -> str:
    """How a topic stands in an item's `topics`: person:045."""
    return f"{audience.value}:{code}"
