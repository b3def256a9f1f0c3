"""Which items a search finds, and in which order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, or_, select

from models.catalogue import ItemVersion, ServiceItem
from models.enums import Audience, CaseType, ItemState, VersionState
from models.organisations import WindowDepartment
from services.actors import Actor

SHOWN = (ItemState.ACTIVE, ItemState.SUSPENDED)
FOR = {Audience.PERSON: ServiceItem.for_person, Audience.ENTERPRISE: ServiceItem.for_enterprise}

# The version that a list tells of: work in progress first.
CURRENT = case(
    (ServiceItem.draft_version_id.is_not(None), ServiceItem.draft_version_id), else_=ServiceItem.published_version_id
)


def split(words: str) -> list[str]:
    """What was typed, cut at spaces, in lower case as the search columns are."""
    return words.lower().split()


def matches(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Every word stands in the item's names or codes, or in its pinyin initials."""
    return [
        or_(ServiceItem.search_text.contains(word, autoescape=True), _in_initials(word))
        if word.isascii()
        else ServiceItem.search_text.contains(word, autoescape=True)
        for word in words
    ]


def _in_initials(word: str) -> ColumnElement[bool]:
    return ServiceItem.initials.contains(word, autoescape=True)


def order(words: Sequence[str]) -> list[Any]:
    """What begins as typed comes first, then names that hold it, then what is found by code or result; each by name."""
    text = "".join(words)
    by_name: list[Any] = [ServiceItem.initials, ServiceItem.name, ServiceItem.id]
    if not text:
        return by_name
    rank = case(
        (or_(ServiceItem.initials == text, ServiceItem.name == text), 0),
        (_begins(text), 1),
        (and_(*(or_(ServiceItem.name.contains(word, autoescape=True), _in_initials(word)) for word in words)), 2),
        else_=3,
    )
    return [rank, *by_name]


def _begins(text: str) -> ColumnElement[bool]:
    column = ServiceItem.initials if text.isascii() else ServiceItem.name
    return column.startswith(text, autoescape=True)


def filters(
    *,
    department_id: int | None = None,
    audience: Audience | None = None,
    topic: str | None = None,
    item_type: str | None = None,
    case_type: CaseType | None = None,
    state: ItemState | None = None,
    version_state: VersionState | None = None,
) -> list[ColumnElement[bool]]:
    """The conditions of those filters that are set."""
    wanted = {
        ServiceItem.department_id: department_id,
        ServiceItem.item_type: item_type,
        ServiceItem.case_type: case_type,
        ServiceItem.state: state,
        ItemVersion.state: version_state,
    }
    found: list[Any] = [column == value for column, value in wanted.items() if value is not None]
    if audience is not None:
        found.append(FOR[audience])
    if topic:
        found.append(has_topic(topic, audience))
    return found


def has_topic(topic: str, audience: Audience | None) -> ColumnElement[bool]:
    """`topic` is a code, read with the audience since both lists use the same codes, or `person:045`."""
    if audience is not None and ":" not in topic:
        topic = f"{audience.value}:{topic}"
    mark = f'"{topic}"' if ":" in topic else f':{topic}"'
    return cast(ServiceItem.topics, String).contains(mark, autoescape=True)


def at_window(actor: Actor) -> list[ColumnElement[bool]]:
    """The departments that the actor's window serves; a person without a window serves all."""
    if actor.window_id is None:
        return []
    served = select(WindowDepartment.department_id).where(
        WindowDepartment.district_id == actor.district_id, WindowDepartment.window_id == actor.window_id
    )
    return [ServiceItem.department_id.in_(served)]
