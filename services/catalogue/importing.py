"""Importing the catalogue: what a file would do, told row by row, then done as one batch that can be undone."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.enums import ImportKind, ItemState, OrganisationKind, Permission, RowOutcome
from models.organisations import Organisation
from services.actors import Actor
from services.catalogue import codes, entries, storing
from services.catalogue.entries import DEPARTMENT, OWN_CODE, Entry, Reading
from services.catalogue.storing import Plan
from services.exchange import batches, sheets
from services.exchange.batches import ImportReport
from services.rules.differences import differences, in_words, with_keys
from services.rules.guide import Guide
from services.rules.versions import EDITABLE

PREVIEW_ROWS = 200
CHUNK = 2_000


def import_catalogue(
    session: Session,
    content: bytes,
    file_name: str,
    *,
    actor: Actor,
    now: dt.datetime,
    dry_run: bool = False,
    on_error: str = "reject",
) -> ImportReport:
    """Take items in as drafts. Raises Invalid for a file that is no catalogue; bad rows are told in the report.

    With `reject` nothing is written when any row is bad; with `skip` the good rows are, and the bad ones come back as
    `rejected_sheet`. Items already there are matched by any of their codes and get a draft with what differs.
    """
    actor.must(Permission.CATALOGUE_IMPORT)
    batches.check_on_error(on_error)
    if again := batches.already(session, actor.district_id, ImportKind.CATALOGUE, content):
        return again
    reading = entries.read(sheets.read(content, file_name))
    plans = _plan(session, reading, actor)
    report = _report(reading, plans)
    if dry_run:
        return dataclasses.replace(report, message="试导入：未写入任何数据")
    if reading.errors and on_error == "reject":
        told = f"有 {report.rejected} 个事项存在错误，未导入任何数据；改正后请重新导入"
        return dataclasses.replace(report, created=0, changed=0, message=told)
    batch = batches.open_batch(session, report, content, file_name, actor=actor, now=now)
    storing.store(session, batch, reading, plans, actor=actor, now=now)
    told = "" if report.created or report.changed else "内容与目录现状一致，未作任何改动"
    return dataclasses.replace(report, batch_id=batch.id, message=told)


def _plan(session: Session, reading: Reading, actor: Actor) -> list[Plan]:
    """One plan an entry that is not refused; what the catalogue itself refuses is added to the reading's errors."""
    known = _known(session, reading, actor)
    departments = _departments(session, actor)
    bad = entries.bad_codes(reading)
    plans = []
    for entry in reading.entries:
        if entry.code in bad:
            continue
        found = departments.get(entry.department_code) or departments.get(entry.department)
        plan = _plan_one(reading, entry, known.get(entry.code), found.id if found else None)
        if plan is not None:
            plans.append(plan)
    return plans


@dataclasses.dataclass(frozen=True)
class Known:
    """An item of the catalogue with the version that an import compares with: the draft, else the published one."""

    item: ServiceItem
    version: ItemVersion


def _known(session: Session, reading: Reading, actor: Actor) -> dict[str, Known]:
    found = _resolved(session, actor.district_id, [entry.code for entry in reading.entries])
    items = {item.id: item for item in _by_ids(session, ServiceItem, actor, list(set(found.values())))}
    standing = [item.draft_version_id or item.published_version_id for item in items.values()]
    versions = {version.item_id: version for version in _by_ids(session, ItemVersion, actor, standing)}
    known = {code: Known(items[item_id], versions[item_id]) for code, item_id in found.items()}
    _refuse_taken(session, reading, actor, known)
    return known


def _resolved(session: Session, district_id: int, wanted: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= codes.resolve(session, district_id, wanted[start : start + CHUNK])
    return found


def _by_ids(session: Session, table: type[Any], actor: Actor, ids: Sequence[int | None]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found += session.scalars(select(table).where(table.district_id == actor.district_id, table.id.in_(part)))
    return found


def _refuse_taken(session: Session, reading: Reading, actor: Actor, known: dict[str, Known]) -> None:
    """An identifying code of a row that another item has already."""
    wanted = {}
    for entry in reading.entries:
        guide_codes = codes.of_values(entry.values)
        for scheme in codes.identifying(guide_codes) & guide_codes.keys():
            wanted[guide_codes[scheme]] = (entry, codes.ELEMENTS[scheme])
    for code, item_id in _resolved(session, actor.district_id, list(wanted)).items():
        entry, element = wanted[code]
        mine = known.get(entry.code)
        if mine is None or mine.item.id != item_id:
            reading.refuse(entry.row, reading.columns[element], "该编码已被目录中的另一事项使用")


def _departments(session: Session, actor: Actor) -> dict[str, Organisation]:
    """By code and by name; where a department and another body share a name, the department is meant."""
    found = session.scalars(select(Organisation).where(Organisation.district_id == actor.district_id))
    rows = sorted(found, key=lambda row: (row.kind is OrganisationKind.DEPARTMENT, row.is_active))
    return {row.name: row for row in rows} | {row.code: row for row in rows}


def _plan_one(reading: Reading, entry: Entry, known: Known | None, department_id: int | None) -> Plan | None:
    if known is None:
        guide = with_keys(Guide().model_copy(update=entry.values))
        return Plan(entry, RowOutcome.CREATED, guide, department_id)
    item, version = known.item, known.version
    old = Guide.model_validate(version.guide)
    guide = with_keys(old.model_copy(update=entry.values), old=old)
    if department_id != item.department_id:
        reading.refuse(entry.row, reading.columns[DEPARTMENT], "该事项在目录中属于另一部门，不能通过导入更换部门")
    elif guide == old:
        return Plan(entry, RowOutcome.UNCHANGED, guide, department_id, item, version, old)
    elif item.state is ItemState.ABOLISHED:
        reading.refuse(entry.row, reading.columns[OWN_CODE], "该事项已取消，不能修改")
    elif item.draft_version_id is not None and version.state not in EDITABLE:
        told = f"该事项第 {version.number} 版「{version.state.label}」，正在审核，不能修改"
        reading.refuse(entry.row, reading.columns[OWN_CODE], told)
    else:
        return Plan(entry, RowOutcome.CHANGED, guide, department_id, item, version, old)
    return None


def _report(reading: Reading, plans: Sequence[Plan]) -> ImportReport:
    outcomes = [plan.outcome for plan in plans]
    return ImportReport(
        ImportKind.CATALOGUE,
        rows=len(reading.entries),
        created=outcomes.count(RowOutcome.CREATED),
        changed=outcomes.count(RowOutcome.CHANGED),
        unchanged=outcomes.count(RowOutcome.UNCHANGED),
        rejected=len(reading.entries) - len(plans),
        errors=reading.errors,
        preview=[_preview(plan) for plan in plans if plan.outcome is not RowOutcome.UNCHANGED][:PREVIEW_ROWS],
        rejected_sheet=sheets.errors_workbook(entries.rejected(reading), reading.errors, all_rows=True)
        if reading.errors
        else None,
    )


def _preview(plan: Plan) -> dict[str, str]:
    changes = in_words(differences(plan.old, plan.guide)) if plan.old else []
    return {
        "行": str(plan.entry.row.number),
        "编码": plan.entry.code,
        "事项名称": plan.guide.task_name,
        "部门": plan.entry.department,
        "结果": plan.outcome.label,
        "变化": "；".join(changes),
    }
