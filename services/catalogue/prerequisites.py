"""Items that ask for the results of others: published links, and circles that no applicant could start."""

from collections import defaultdict

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from models.catalogue import ItemPrerequisite, ServiceItem
from services.catalogue import codes
from services.errors import Invalid
from services.rules import prerequisites
from services.rules.guide import Guide

ELEMENT = "requires_results_of"


def circle(session: Session, guide: Guide, item: ServiceItem) -> list[str] | None:
    """The items' names along the circle that publishing `guide` would close, from the item back to itself."""
    required = codes.resolve(session, item.district_id, guide.requires_results_of)
    if not required:
        return None
    graph = _published(session, item.district_id) | {str(item.id): [str(found) for found in required.values()]}
    way = prerequisites.circle_through(graph, str(item.id))
    return [_name(session, item, int(found)) for found in [*way, way[0]]] if way else None


def _published(session: Session, district_id: int) -> dict[str, list[str]]:
    graph: defaultdict[str, list[str]] = defaultdict(list)
    for row in session.scalars(select(ItemPrerequisite).where(ItemPrerequisite.district_id == district_id)):
        graph[str(row.item_id)].append(str(row.required_item_id))
    return graph


def _name(session: Session, item: ServiceItem, item_id: int) -> str:
    return session.get_one(ServiceItem, (item.district_id, item_id)).name


def check(session: Session, guide: Guide, item: ServiceItem) -> None:
    """Raises Invalid for a required item that does not exist, and for a circle, with its path in words."""
    unknown = (
        set(guide.requires_results_of) - codes.resolve(session, item.district_id, guide.requires_results_of).keys()
    )
    if unknown:
        message = f"前置事项编码不在目录中：{'、'.join(sorted(unknown))}，请核对"
        raise Invalid(message, {ELEMENT: message})
    if names := circle(session, guide, item):
        message = f"前置事项互为前提，申请人无从办起：{' → '.join(names)}，请去掉其中一个前置事项"
        raise Invalid(message, {ELEMENT: message})


def write(session: Session, guide: Guide, item: ServiceItem) -> None:
    """Make the guide's requirements the item's published links."""
    session.execute(
        delete(ItemPrerequisite).where(
            ItemPrerequisite.district_id == item.district_id, ItemPrerequisite.item_id == item.id
        )
    )
    required = codes.resolve(session, item.district_id, guide.requires_results_of)
    session.add_all(
        ItemPrerequisite(district_id=item.district_id, item_id=item.id, required_item_id=found)
        for found in set(required.values())
    )


def required_by(session: Session, item: ServiceItem) -> list[str]:
    """Names of the items that ask for this one's result."""
    asking = aliased(ServiceItem)
    query = (
        select(asking.name)
        .join(
            ItemPrerequisite,
            (ItemPrerequisite.district_id == asking.district_id) & (ItemPrerequisite.item_id == asking.id),
        )
        .where(
            ItemPrerequisite.district_id == item.district_id,
            ItemPrerequisite.required_item_id == item.id,
        )
        .order_by(asking.name)
    )
    return list(session.scalars(query))
