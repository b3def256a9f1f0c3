"""Taking a catalogue import back, as a whole, while nothing rests on it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import BundleItem, ItemEvent, ItemPrerequisite, ItemVersion, ServiceItem
from models.enums import CatalogueAction, RowOutcome, VersionState
from models.exchange import ImportBatch, ImportRow
from models.organisations import Organisation, Window, WindowDepartment
from models.people import User
from services.actors import Actor
from services.catalogue import codes, history, items, records
from services.catalogue.storing import UNDO
from services.errors import WrongState
from services.exchange import batches
from services.rules.guide import Guide

TOLD = 5
CHUNK = 500


def undo_rows(session: Session, batch: ImportBatch, *, actor: Actor, now: dt.datetime) -> None:
    """Remove what the batch made and restore what it changed. Raises WrongState naming what rests on it."""
    rows = batches.rows_of(session, batch)
    created = [row.target_id for row in rows if row.outcome is RowOutcome.CREATED and row.target_id is not None]
    changed = [row for row in rows if row.outcome is RowOutcome.CHANGED]
    departments = [row.source[UNDO]["department"] for row in rows if "department" in row.source.get(UNDO, {})]
    resting = [
        *_items_in_use(session, batch, created),
        *_edited_since(session, batch, changed),
        *_departments_in_use(session, batch, departments, set(created)),
    ]
    if resting:
        more = f"等 {len(resting)} 处" if len(resting) > TOLD else ""
        raise WrongState(f"该批次不能撤销：{'；'.join(resting[:TOLD])}{more}")
    for row in changed:
        _restore(session, batch, row, actor=actor, now=now)
    _remove(session, batch, created, departments)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _items_in_use(session: Session, batch: ImportBatch, created: Sequence[int]) -> Iterator[str]:
    """An item that was published, edited, submitted or tied to others since."""
    for part in _chunks(created):
        rows = session.execute(
            select(ServiceItem, ItemVersion)
            .outerjoin(
                ItemVersion,
                (ItemVersion.district_id == ServiceItem.district_id) & (ItemVersion.id == ServiceItem.draft_version_id),
            )
            .where(ServiceItem.district_id == batch.district_id, ServiceItem.id.in_(part))
        )
        for item, draft in rows:
            if item.published_version_id is not None:
                yield f"事项「{item.name}」已发布"
            elif draft is None or draft.version > 1 or draft.state is not VersionState.DRAFT:
                yield f"事项「{item.name}」导入后又被修改或提交"
        yield from _tied(session, batch, part)


def _tied(session: Session, batch: ImportBatch, created: Sequence[int]) -> Iterator[str]:
    for table, column, why in (
        (BundleItem, BundleItem.item_id, "已列入一件事"),
        (ItemPrerequisite, ItemPrerequisite.required_item_id, "是其他事项的前置事项"),
        (Case, Case.item_id, "已有办件"),
    ):
        query = (
            select(ServiceItem.name)
            .distinct()
            .join(table, (table.district_id == ServiceItem.district_id) & (column == ServiceItem.id))
            .where(ServiceItem.district_id == batch.district_id, ServiceItem.id.in_(created))
        )
        for name in session.scalars(query):
            yield f"事项「{name}」{why}"


def _edited_since(session: Session, batch: ImportBatch, changed: Iterable[ImportRow]) -> Iterator[str]:
    for row in changed:
        version = _version(session, batch, row)
        if version is None or version.version != row.source[UNDO]["saves"]:
            name = version.name if version else row.source.get("事项名称", "")
            yield f"事项「{name}」的草稿导入后又被修改或提交"


def _version(session: Session, batch: ImportBatch, row: ImportRow) -> ItemVersion | None:
    return session.get(ItemVersion, (batch.district_id, row.source[UNDO]["version"]))


def _departments_in_use(
    session: Session, batch: ImportBatch, departments: Sequence[int], created: set[int]
) -> Iterator[str]:
    uses: tuple[tuple[Any, Any, Any, str], ...] = (
        (User, User.department_id, User.id, "用户"),
        (User, User.organisation_id, User.id, "用户"),
        (WindowDepartment, WindowDepartment.department_id, WindowDepartment.id, "窗口"),
        (Window, Window.centre_id, Window.id, "窗口"),
        (Organisation, Organisation.parent_id, Organisation.id, "下级机构"),
        (ServiceItem, ServiceItem.department_id, ServiceItem.id, "其他事项"),
    )
    for table, column, key, word in uses:
        query = select(column, key).where(table.district_id == batch.district_id, column.in_(departments))
        used = {owner for owner, record in session.execute(query) if table is not ServiceItem or record not in created}
        for department_id in sorted(used):
            name = session.get_one(Organisation, (batch.district_id, department_id)).name
            yield f"部门「{name}」已有{word}"


def _restore(session: Session, batch: ImportBatch, row: ImportRow, *, actor: Actor, now: dt.datetime) -> None:
    """Put the draft back as it was before the import, or take away the one that the import opened."""
    undo: dict[str, Any] = row.source[UNDO]
    item = session.get_one(ServiceItem, (batch.district_id, row.target_id))
    version = session.get_one(ItemVersion, (batch.district_id, undo["version"]))
    if "guide" in undo:
        guide = Guide.model_validate(undo["guide"])
        version.state = VersionState(undo["state"])
        for column, value in items.guide_columns(guide).items():
            setattr(version, column, value)
        if item.published_version_id is None:
            items.mirror(session, item, version)
            codes.write(session, item, guide)
    else:
        item.draft_version_id = None
        session.delete(version)
    records.save(session, item)
    history.record(session, item, CatalogueAction.UNDO_IMPORT, actor=actor, now=now, opinion=batch.file_name)


def _remove(session: Session, batch: ImportBatch, created: Sequence[int], departments: Sequence[int]) -> None:
    session.flush()
    for part in _chunks(created):
        codes.forget(session, batch.district_id, part)
        for table in (ItemEvent, ItemVersion):
            session.execute(delete(table).where(table.district_id == batch.district_id, table.item_id.in_(part)))
        session.execute(
            delete(ServiceItem).where(ServiceItem.district_id == batch.district_id, ServiceItem.id.in_(part))
        )
    session.execute(
        delete(Organisation).where(Organisation.district_id == batch.district_id, Organisation.id.in_(departments))
    )
