"""The codes of an item, side by side (R-CAT-02), and what they lead to."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.catalogue import ItemCode, ServiceItem
from models.enums import CodeScheme
from services.errors import Invalid
from services.rules.guide import Guide

ELEMENTS = {
    CodeScheme.BASIC: "catalog_code",
    CodeScheme.TASK: "task_code",
    CodeScheme.OPTION: "task_handle_item",
}


def of_guide(own: str, guide: Guide) -> dict[CodeScheme, str]:
    """Every code that is filled in."""
    codes = {CodeScheme.OWN: own} | {scheme: getattr(guide, element) for scheme, element in ELEMENTS.items()}
    return {scheme: code for scheme, code in codes.items() if code}


def of_values(values: Mapping[str, str]) -> dict[CodeScheme, str]:
    """The codes among a sheet's values, by element."""
    return {scheme: values[element] for scheme, element in ELEMENTS.items() if values.get(element)}


def identifying(codes: dict[CodeScheme, str]) -> set[CodeScheme]:
    """The schemes whose code is one item's alone: options of a task share its code, tasks share a basic code."""
    return {CodeScheme.OWN, CodeScheme.OPTION if CodeScheme.OPTION in codes else CodeScheme.TASK}


def write(session: Session, item: ServiceItem, guide: Guide) -> None:
    """Make the guide's codes the item's. Raises Invalid when another item has an identifying one."""
    codes = of_guide(item.code, guide)
    own = (ItemCode.district_id == item.district_id, ItemCode.item_id == item.id)
    held = {(row.scheme, row.code): row for row in session.scalars(select(ItemCode).where(*own))}
    for key in held.keys() - set(codes.items()):
        session.delete(held[key])
    for scheme, code in codes.items() - held.keys():
        other = session.get(ItemCode, (item.district_id, scheme, code))
        if other is None:
            session.add(ItemCode(district_id=item.district_id, scheme=scheme, code=code, item_id=item.id))
        elif scheme in identifying(codes):
            _refuse(session, scheme, other)
    session.flush()


def _refuse(session: Session, scheme: CodeScheme, other: ItemCode) -> None:
    name = session.scalar(
        select(ServiceItem.name).where(ServiceItem.district_id == other.district_id, ServiceItem.id == other.item_id)
    )
    message = f"{scheme.label}「{other.code}」已被事项「{name}」使用，请核对"
    raise Invalid(message, {ELEMENTS.get(scheme, "code"): message})


def resolve(session: Session, district_id: int, codes: Iterable[str]) -> dict[str, int]:
    """Code of any scheme to item; our own code wins where two schemes use the same text."""
    wanted = list(set(codes))
    if not wanted:
        return {}
    rows = session.execute(
        select(ItemCode.code, ItemCode.item_id, ItemCode.scheme).where(
            ItemCode.district_id == district_id, ItemCode.code.in_(wanted)
        )
    )
    by_scheme = sorted(rows, key=lambda row: row.scheme is CodeScheme.OWN)
    return {row.code: row.item_id for row in by_scheme}


def not_taken(session: Session, district_id: int, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of new codes without those that stand already, or twice among them: a basic code is shared by many items."""
    held = select(ItemCode.scheme, ItemCode.code).where(
        ItemCode.district_id == district_id, ItemCode.scheme.in_([CodeScheme.BASIC, CodeScheme.TASK])
    )
    seen = {(row.scheme, row.code) for row in session.execute(held)}
    free = []
    for row in rows:
        if (key := (row["scheme"], row["code"])) not in seen:
            seen.add(key)
            free.append(row)
    return free


def forget(session: Session, district_id: int, item_ids: Iterable[int]) -> None:
    session.execute(delete(ItemCode).where(ItemCode.district_id == district_id, ItemCode.item_id.in_(list(item_ids))))
