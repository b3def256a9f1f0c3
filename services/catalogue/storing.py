"""Writing an import: departments, items and drafts in bulk, each row kept with what undoing it needs."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.catalogue import ItemCode, ItemEvent, ItemVersion, ServiceItem
from models.enums import CatalogueAction, ItemState, OrganisationKind, RowOutcome, ServiceTier, VersionState
from models.exchange import ImportBatch
from models.identity import new_id
from models.organisations import Organisation
from services.actors import Actor
from services.catalogue import codes, items, records
from services.catalogue.entries import Entry, Reading
from services.exchange import batches
from services.exchange.batches import RowRecord
from services.rules.guide import Guide
from services.rules.versions import next_state

UNDO = "_undo"  # beside the row's own cells
CODE_LENGTH = 40


@dataclasses.dataclass
class Plan:
    """What an entry does: `item` and `version` are what it meets, `department_id` is None for one to be created."""

    entry: Entry
    outcome: RowOutcome
    guide: Guide
    department_id: int | None
    item: ServiceItem | None = None
    version: ItemVersion | None = None
    old: Guide | None = None


def store(
    session: Session, batch: ImportBatch, reading: Reading, plans: Sequence[Plan], *, actor: Actor, now: dt.datetime
) -> None:
    """Write what the plans say, and keep every row of the main sheet."""
    departments = _create_departments(session, plans, actor)
    created = _create_items(session, batch, plans, departments, actor=actor, now=now)
    undo: dict[int, dict[str, Any]] = {}
    targets = dict(created)
    for plan in plans:
        number = plan.entry.row.number
        if plan.item is not None:
            targets[number] = plan.item.id
        if plan.outcome is RowOutcome.CHANGED:
            undo[number] = _change(session, batch, plan, actor=actor, now=now)
    made = {name: organisation.id for name, organisation in departments.items()}
    for plan in plans:
        if (department_id := made.pop(plan.entry.department, None)) is not None:
            undo.setdefault(plan.entry.row.number, {})["department"] = department_id
    outcomes = {plan.entry.row.number: plan.outcome for plan in plans}
    batches.keep_records(
        session,
        batch,
        [
            RowRecord(
                entry.row.number,
                outcomes.get(entry.row.number, RowOutcome.REJECTED),
                targets.get(entry.row.number),
                _source(entry, undo.get(entry.row.number)),
            )
            for entry in reading.entries
        ],
    )


def _source(entry: Entry, undo: dict[str, Any] | None) -> dict[str, Any]:
    rows = {element: [row.cells for row in rows] for element, rows in entry.belongings.items() if rows}
    return entry.row.cells | ({"_rows": rows} if rows else {}) | ({UNDO: undo} if undo else {})


def _create_departments(session: Session, plans: Sequence[Plan], actor: Actor) -> dict[str, Organisation]:
    """Departments that the file names and the district lacks, under its centre."""
    wanted = {plan.entry.department: plan.entry for plan in reversed(plans) if plan.department_id is None}
    if not wanted:
        return {}
    known = select(Organisation).where(Organisation.district_id == actor.district_id)
    taken = {organisation.code for organisation in session.scalars(known)}
    centre = session.scalars(known.where(Organisation.kind == OrganisationKind.DISTRICT_CENTRE)).first()
    created = {}
    for name, entry in wanted.items():
        code = _free_code(entry.department_code, taken)
        taken.add(code)
        created[name] = _department(code, name, centre, actor)
    session.add_all(created.values())
    session.flush()
    return created


def _free_code(given: str, taken: set[str]) -> str:
    if given and given not in taken and len(given) <= CODE_LENGTH:
        return given
    return next(code for number in range(1, len(taken) + 2) if (code := f"BM{number:03d}") not in taken)


def _department(code: str, name: str, centre: Organisation | None, actor: Actor) -> Organisation:
    department_id = new_id()
    return Organisation(
        district_id=actor.district_id,
        id=department_id,
        code=code,
        name=name,
        kind=OrganisationKind.DEPARTMENT,
        tier=ServiceTier.DISTRICT,
        parent_id=centre.id if centre else None,
        path=f"{centre.path if centre else '/'}{department_id}/",
        region_code=centre.region_code if centre else "",
        address="",
        phone="",
        is_active=True,
    )


def _create_items(
    session: Session,
    batch: ImportBatch,
    plans: Sequence[Plan],
    departments: dict[str, Organisation],
    *,
    actor: Actor,
    now: dt.datetime,
) -> dict[int, int]:
    """Row number to the item made of it; four statements, however many items."""
    made: dict[int, int] = {}
    rows: dict[type[Any], list[Any]] = {ServiceItem: [], ItemVersion: [], ItemCode: [], ItemEvent: []}
    for plan in plans:
        if plan.outcome is not RowOutcome.CREATED:
            continue
        department_id = plan.department_id or departments[plan.entry.department].id
        item, version = _new_rows(plan, department_id, batch, actor, now)
        own = {"district_id": batch.district_id, "item_id": item["id"]}
        rows[ServiceItem].append(item)
        rows[ItemVersion].append(version)
        rows[ItemCode] += [
            own | {"scheme": scheme, "code": code}
            for scheme, code in codes.of_guide(plan.entry.code, plan.guide).items()
        ]
        rows[ItemEvent].append(own | _event(version["id"], batch, actor, now))
        made[plan.entry.row.number] = item["id"]
    rows[ItemCode] = codes.not_taken(session, batch.district_id, rows[ItemCode])
    for table, values in rows.items():
        if values:
            session.execute(insert(table), values)
    return made


def _new_rows(
    plan: Plan, department_id: int, batch: ImportBatch, actor: Actor, now: dt.datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    key = {"district_id": batch.district_id, "batch_id": batch.id, "version": 1}
    item_id, version_id = new_id(now), new_id(now)
    item = key | {
        "id": item_id,
        "code": plan.entry.code,
        "department_id": department_id,
        "tier": plan.entry.tier,
        "state": ItemState.PREPARING,
        "published_version_id": None,
        "draft_version_id": version_id,
        **items.mirrored(plan.entry.code, plan.guide),
    }
    version = key | {
        "id": version_id,
        "item_id": item_id,
        "number": 1,
        "state": VersionState.DRAFT,
        "effective_on": None,
        "created_by": actor.name,
        "created_at": now,
        "published_at": None,
        **items.guide_columns(plan.guide),
    }
    return item, version


def _event(version_id: int, batch: ImportBatch, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": new_id(now),
        "version_id": version_id,
        "action": CatalogueAction.IMPORT,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "opinion": batch.file_name,
        "at": now,
    }


def _change(session: Session, batch: ImportBatch, plan: Plan, *, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Put the guide into the item's draft, opening one where there is none; returns what undoing needs."""
    item, version = plan.item, plan.version
    assert item is not None and version is not None
    undo: dict[str, Any] = {}
    if item.draft_version_id is None:
        number = items.next_number(session, item)
        version = items.new_version(item, plan.guide, number, actor=actor, now=now, batch_id=batch.id)
        session.add(version)
        item.draft_version_id = version.id
    else:
        undo = {"guide": version.guide, "state": version.state.value}
        version.state = next_state(version.state, CatalogueAction.EDIT)
        for column, value in items.guide_columns(plan.guide).items():
            setattr(version, column, value)
        if item.published_version_id is None:
            items.mirror(session, item, version)
            codes.write(session, item, plan.guide)
    event = _event(version.id, batch, actor, now)
    session.add(ItemEvent(district_id=item.district_id, item_id=item.id, **event))
    records.save(session, item)
    return undo | {"version": version.id, "saves": version.version}
