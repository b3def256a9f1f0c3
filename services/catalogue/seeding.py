"""Loading the catalogue that the product ships: every item through the same gate as any other."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import ItemVersion, ServiceItem
from models.enums import ServiceTier
from models.organisations import Organisation
from services.actors import Actor
from services.catalogue import items, versions
from services.errors import DomainError, Invalid
from services.rules.guide import Guide

REVIEWS = (versions.submit, versions.approve_department, versions.approve_centre)


def load(session: Session, folder: Path, *, actor: Actor, now: dt.datetime) -> int:
    """Create, review and publish the items of `folder/*.yaml`; returns how many. Items already there are left alone.

    A file holds one `{code, department, tier, guide}` or a list of them; the department is a code or a name. Raises
    Invalid naming the file and the item that is refused.
    """
    departments = _departments(session, actor)
    known = set(session.scalars(select(ServiceItem.code).where(ServiceItem.district_id == actor.district_id)))
    created = []
    for file, entry in _entries(folder):
        if entry["code"] not in known:
            created.append(_create(session, file, entry, departments, actor=actor, now=now))
    for item in created:
        _publish(session, item, actor=actor, now=now)
    return len(created)


def _departments(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(Organisation.id, Organisation.code, Organisation.name).where(
            Organisation.district_id == actor.district_id
        )
    ).all()
    return {row.name: row.id for row in rows} | {row.code: row.id for row in rows}


def _entries(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.yaml")):
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for entry in [found] if isinstance(found, dict) else found or []:
            yield path.name, entry


def _create(
    session: Session, file: str, entry: dict[str, Any], departments: dict[str, int], *, actor: Actor, now: dt.datetime
) -> ServiceItem:
    department_id = departments.get(str(entry["department"]))
    if department_id is None:
        raise Invalid(f"{file}：事项「{entry['code']}」的部门「{entry['department']}」不在机构目录中")
    try:
        guide = Guide.model_validate(entry["guide"])
        tier = ServiceTier(entry["tier"])
        return items.create(
            session, code=entry["code"], department_id=department_id, tier=tier, guide=guide, actor=actor, now=now
        )
    except (ValidationError, DomainError, ValueError) as refusal:
        raise Invalid(f"{file}：事项「{entry['code']}」无法载入：{refusal}") from None


def _publish(session: Session, item: ServiceItem, *, actor: Actor, now: dt.datetime) -> None:
    version = session.get_one(ItemVersion, (item.district_id, item.draft_version_id))
    try:
        for review in REVIEWS:
            review(session, version, actor=actor, now=now)
        versions.publish(session, version, actor=actor, now=now)
    except DomainError as refusal:
        raise Invalid(f"事项「{item.code} {item.name}」不能发布：{refusal}") from None
