"""Many items at once: one element of many guides, edited in a grid."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.actors import Actor


@dataclasses.dataclass(frozen=True)
class ElementChange:
    """`value` is what stands in the grid's cell; `expected_version` is the row's `version`."""

    item_id: int
    element: str
    value: Any
    expected_version: int


@dataclasses.dataclass(frozen=True)
class ElementError:
    item_id: int
    code: str
    element: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """With errors nothing was written."""

    changed: int  # items
    drafts_opened: int
    unchanged: int
    errors: list[ElementError]


def elements() -> dict[str, str]:
    """The elements a grid may edit: element to Chinese title."""
    raise NotImplementedError


def rows(session: Session, actor: Actor, item_ids: Sequence[int], elements: Sequence[str]) -> list[dict[str, Any]]:
    """Keys: item_id, code, name, department, state, version, and one per element."""
    raise NotImplementedError


def apply(session: Session, changes: Sequence[ElementChange], *, actor: Actor, now: dt.datetime) -> Outcome:
    raise NotImplementedError
