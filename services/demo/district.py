"""A fresh database becomes the demonstration district: reference data, catalogue, staff and bundles."""

import datetime as dt
import re
import unicodedata
from typing import Any

import yaml
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.catalogue import Bundle, BundleItem, ServiceItem
from models.districts import District
from models.identity import new_id
from models.people import User
from services import actors, audit, calendars, districts, organisations
from services.actors import Actor
from services.catalogue import seeding
from services.demo import staff

BUNDLES = settings.DATA / "demo_bundles.yaml"
CATALOGUE_AGE = dt.timedelta(days=500)  # the catalogue was published before the first case


def seed_district(session: Session, *, now: dt.datetime) -> District:
    """Everything but cases; what is there already stays as it is."""
    district = districts.ensure(session)
    actor = actors.system(district.id, name="演示数据")
    calendars.load_reference(session, settings.DATA)
    organisations.import_reference(session, settings.DATA, district=district, now=now)
    seeding.load(session, settings.DATA / "catalogue", actor=actor, now=now - CATALOGUE_AGE)
    staff.load(session, district.id, now=now)
    _load_bundles(session, district.id)
    _record(session, district, actor, now)
    return district


def is_fresh(session: Session) -> bool:
    """Whether nobody works here yet: no account and no case."""
    return all(session.scalar(select(model.id).limit(1)) is None for model in (User, Case))


def _record(session: Session, district: District, actor: Actor, now: dt.datetime) -> None:
    audit.record(session, "district.demo", ("district", district.code), actor=actor, now=now)


def _plain(name: str) -> str:
    """A name without brackets' width and blanks, to find an item by."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


def _load_bundles(session: Session, district_id: int) -> None:
    items = session.execute(select(ServiceItem.name, ServiceItem.id).where(ServiceItem.district_id == district_id))
    known = {_plain(name): item_id for name, item_id in items}
    codes = set(session.scalars(select(Bundle.code).where(Bundle.district_id == district_id)))
    for bundle in yaml.safe_load(BUNDLES.read_text(encoding="utf-8")):
        if bundle["code"] not in codes:
            _load_bundle(session, district_id, bundle, known)


def _load_bundle(session: Session, district_id: int, bundle: dict[str, Any], known: dict[str, int]) -> None:
    own_id = new_id()
    session.add(
        Bundle(
            district_id=district_id,
            id=own_id,
            code=bundle["code"],
            name=bundle["name"],
            description=bundle["description"],
        )
    )
    session.flush()
    wanted = [(stage, known.get(_plain(name))) for stage, names in bundle["stages"].items() for name in names]
    rows = [
        {"district_id": district_id, "bundle_id": own_id, "item_id": item, "stage": stage, "position": position}
        for position, (stage, item) in enumerate(wanted, start=1)
        if item is not None
    ]
    if rows:
        session.execute(insert(BundleItem), rows)
