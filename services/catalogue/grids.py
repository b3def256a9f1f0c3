"""Many items at once: elements of many guides, edited side by side in a grid."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.enums import Permission
from models.organisations import Organisation
from services.actors import Actor
from services.catalogue import elements as cells
from services.catalogue import items, records, versions
from services.errors import DomainError, NotFound
from services.rules.guide import Guide, WindowPlace
from services.rules.versions import EDITABLE

PLACES = "places"
CHUNK = 1_000


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
    element: str  # Chinese title; empty where the whole item is refused
    reason: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """With errors nothing was written."""

    changed: int  # items
    drafts_opened: int
    unchanged: int
    errors: list[ElementError]


@dataclasses.dataclass(frozen=True)
class _Work:
    item: ServiceItem
    version: ItemVersion
    guide: Guide


def elements() -> dict[str, str]:
    """The elements a grid may edit, with their titles; `places.hours` is the hours of an item's only place."""
    titles = {element: str(Guide.model_fields[element].title) for element in cells.CELLS}
    return titles | {f"{PLACES}.{name}": str(field.title) for name, field in WindowPlace.model_fields.items()}


def rows(session: Session, actor: Actor, item_ids: Sequence[int], elements: Sequence[str]) -> list[dict[str, Any]]:
    """Keys: item_id, code, name, department, state, version, and one per element, as text, number or truth value.

    In the order asked for; items outside the actor's district are left out.
    """
    actor.must(Permission.CATALOGUE_READ)
    found = {item.id: (item, version, name) for item, version, name in _standing(session, actor, item_ids)}
    return [_row(*found[item_id], elements) for item_id in item_ids if item_id in found]


def _standing(session: Session, actor: Actor, item_ids: Sequence[int]) -> list[tuple[ServiceItem, ItemVersion, str]]:
    """Items with the draft where there is one, else the published version."""
    current = ServiceItem.draft_version_id.is_not(None) & (ItemVersion.id == ServiceItem.draft_version_id)
    published = ServiceItem.draft_version_id.is_(None) & (ItemVersion.id == ServiceItem.published_version_id)
    query = (
        select(ServiceItem, ItemVersion, Organisation.name)
        .join(ItemVersion, (ItemVersion.district_id == ServiceItem.district_id) & (current | published))
        .join(
            Organisation,
            (Organisation.district_id == ServiceItem.district_id) & (Organisation.id == ServiceItem.department_id),
        )
        .where(ServiceItem.district_id == actor.district_id)
    )
    found: list[tuple[ServiceItem, ItemVersion, str]] = []
    for start in range(0, len(item_ids), CHUNK):
        part = item_ids[start : start + CHUNK]
        found += [(row[0], row[1], row[2]) for row in session.execute(query.where(ServiceItem.id.in_(part)))]
    return found


def _row(item: ServiceItem, version: ItemVersion, department: str, elements: Sequence[str]) -> dict[str, Any]:
    guide = records.content(version)
    own = {"item_id": item.id, "code": item.code, "name": item.name, "department": department}
    own |= {"state": version.state.label, "version": item.version}
    return own | {element: _shown(guide, element) for element in elements}


def _shown(guide: Guide, element: str) -> Any:
    if element.startswith(f"{PLACES}."):
        name = element.removeprefix(f"{PLACES}.")
        return "；".join(getattr(place, name) for place in guide.places)
    value = getattr(guide, element)
    return value if isinstance(value, bool) else cells.to_cell(value, element)


def apply(session: Session, changes: Sequence[ElementChange], *, actor: Actor, now: dt.datetime) -> Outcome:
    """Save the cells into drafts, opening one where there is none: all of them, or none and the errors."""
    actor.must(Permission.CATALOGUE_EDIT)
    by_item: defaultdict[int, list[ElementChange]] = defaultdict(list)
    for change in changes:
        by_item[change.item_id].append(change)
    errors: list[ElementError] = []
    work = [found for wished in by_item.values() if (found := _prepare(session, wished, actor, errors)) is not None]
    if errors:
        return Outcome(0, 0, 0, errors)
    changed = [each for each in work if records.content(each.version) != each.guide]
    try:
        with session.begin_nested():
            opened = sum(_save(session, each, errors, actor=actor, now=now) for each in changed)
            if errors:
                raise _Refused
    except _Refused:
        return Outcome(0, 0, 0, errors)
    return Outcome(len(changed), opened, len(work) - len(changed), [])


class _Refused(Exception):
    """Takes back what was saved before the first refusal."""


def _prepare(
    session: Session, wished: Sequence[ElementChange], actor: Actor, errors: list[ElementError]
) -> _Work | None:
    """The item with its guide as it would be; adds to `errors` what stands against it."""
    item_id = wished[0].item_id
    try:
        item = items.editable(session, item_id, actor)
    except NotFound as refusal:
        errors.append(ElementError(item_id, "", "", str(refusal)))
        return None
    standing = item.draft_version_id or item.published_version_id
    version = session.get_one(ItemVersion, (item.district_id, standing))
    if any(change.expected_version != item.version for change in wished):
        errors.append(ElementError(item_id, item.code, "", records.OVERTAKEN))
    elif item.draft_version_id is not None and version.state not in EDITABLE:
        told = f"第 {version.number} 版「{version.state.label}」，正在审核，不能修改"
        errors.append(ElementError(item_id, item.code, "", told))
    else:
        return _Work(item, version, _with(item, records.content(version), wished, errors))
    return None


def _with(item: ServiceItem, guide: Guide, wished: Sequence[ElementChange], errors: list[ElementError]) -> Guide:
    titles = elements()
    for change in wished:
        try:
            guide = guide.model_copy(update=_update(guide, change.element, _text(change.value)))
        except ValidationError as error:
            reason = cells.refusals(error)[0][1]
            errors.append(ElementError(item.id, item.code, titles[change.element], reason))
        except (KeyError, ValueError) as error:
            reason = "该要素不能在表格中修改" if isinstance(error, KeyError) else str(error)
            errors.append(ElementError(item.id, item.code, titles.get(change.element, change.element), reason))
    return guide


def _text(value: Any) -> str:
    """A grid's cell as a sheet would hold it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or value != value else str(value).strip()


def _update(guide: Guide, element: str, text: str) -> dict[str, Any]:
    """Raises ValueError or ValidationError for a refused value, KeyError for an element that no grid edits."""
    if element not in elements():
        raise KeyError(element)
    if not element.startswith(f"{PLACES}."):
        return {element: cells.checked(Guide, element, cells.from_cell(Guide, element, text))}
    if len(guide.places) > 1:
        raise ValueError("该事项有多个办理地点，请打开事项逐个修改")
    place = guide.places[0] if guide.places else WindowPlace(place="")
    return {PLACES: [place.model_copy(update={element.removeprefix(f"{PLACES}."): text})]}


def _save(session: Session, work: _Work, errors: list[ElementError], *, actor: Actor, now: dt.datetime) -> bool:
    """Whether a draft had to be opened."""
    is_opened = work.item.draft_version_id is None
    try:
        version = versions.draft(session, work.item, actor=actor, now=now) if is_opened else work.version
        versions.edit(session, version, work.guide, expected_version=version.version, actor=actor, now=now)
    except DomainError as refusal:
        errors.append(ElementError(work.item.id, work.item.code, "", str(refusal)))
    return is_opened
