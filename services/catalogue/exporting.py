"""Exporting the catalogue as a workbook that imports again without loss."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.organisations import Organisation
from services.actors import Actor
from services.catalogue import elements, finding
from services.catalogue.entries import DEPARTMENT, DEPARTMENT_CODE, MAIN_SHEET, OWN_CODE, TIER
from services.exchange import workbooks
from services.exchange.workbooks import Cell, Table
from services.rules.guide import Guide

STATE, NUMBER, VERSION_STATE = "事项状态", "版本号", "版本状态"  # told to the reader, ignored when imported
HEADINGS = (OWN_CODE, DEPARTMENT, DEPARTMENT_CODE, TIER, STATE, NUMBER, VERSION_STATE)
CHUNK = 1_000

Exported = tuple[ServiceItem, ItemVersion, Organisation, Guide]


def export_catalogue(session: Session, actor: Actor, filters: Mapping[str, Any] | None = None) -> bytes:
    """One row an item, with its draft where it has one, and a sheet for every list of the guide.

    `filters` are the keyword arguments of `items.find`, without the page.
    """
    found = list(_items(session, actor, filters or {}))
    return workbooks.write([_main(found), *(_list(element, found) for element in elements.ROW_LISTS)])


def _items(session: Session, actor: Actor, filters: Mapping[str, Any]) -> Iterator[Exported]:
    standing = finding.standing(session, actor, **filters)
    for start in range(0, len(standing), CHUNK):
        part = standing[start : start + CHUNK]
        versions = {version_id: item_id for item_id, version_id in part}
        rows = session.execute(
            select(ServiceItem, ItemVersion, Organisation)
            .join(
                ItemVersion,
                (ItemVersion.district_id == ServiceItem.district_id) & (ItemVersion.item_id == ServiceItem.id),
            )
            .join(
                Organisation,
                (Organisation.district_id == ServiceItem.district_id) & (Organisation.id == ServiceItem.department_id),
            )
            .where(ItemVersion.district_id == actor.district_id, ItemVersion.id.in_(versions))
        )
        by_item = {item.id: (item, version, department) for item, version, department in rows}
        for item_id, _ in part:
            item, version, department = by_item[item_id]
            yield item, version, department, Guide.model_validate(version.guide)


def _main(found: Iterable[Exported]) -> Table:
    return MAIN_SHEET, [*HEADINGS, *elements.titles(Guide)], (_row(*exported) for exported in found)


def _row(item: ServiceItem, version: ItemVersion, department: Organisation, guide: Guide) -> Sequence[Cell]:
    own: list[Cell] = [item.code, department.name, department.code, item.tier.label, item.state.label]
    cells = [elements.to_cell(getattr(guide, element), element) for element in elements.CELLS]
    return [*own, version.number, version.state.label, *cells]


def _list(element: str, found: Iterable[Exported]) -> Table:
    part = elements.ROW_LISTS[element]
    rows = (
        [item.code, *(elements.to_cell(getattr(row, name), name) for name in part.model_fields)]
        for item, _, _, guide in found
        for row in getattr(guide, element)
    )
    return str(Guide.model_fields[element].title), [OWN_CODE, *elements.titles(part)], rows
