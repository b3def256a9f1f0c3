"""The bundles of data/demo_bundles.yaml: those taken in as one case with their flow, and the project of four stages."""

import datetime as dt
import re
import unicodedata
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.bundles import BundleStage
from models.catalogue import Bundle, BundleItem, ServiceItem
from models.enums import LimitUnit
from services import flows
from services.actors import Actor
from services.bundles import setting_up
from services.bundles.setting_up import NewBundle
from services.rules.guide import FlowStage

FILE = settings.DATA / "demo_bundles.yaml"
Entry = dict[str, Any]


def entries() -> list[Entry]:
    found: list[Entry] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def plain(name: str) -> str:
    """A name without brackets' width and blanks, to find an item by."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


def load(session: Session, *, actor: Actor, now: dt.datetime) -> int:
    """Create the bundles that are not there yet; returns how many. Items that the catalogue lacks are left out."""
    rows = session.execute(
        select(ServiceItem.name, ServiceItem.id).where(
            ServiceItem.district_id == actor.district_id, ServiceItem.published_version_id.is_not(None)
        )
    )
    known = {plain(name): item_id for name, item_id in rows}
    codes = set(session.scalars(select(Bundle.code).where(Bundle.district_id == actor.district_id)))
    fresh = [entry for entry in entries() if entry["code"] not in codes]
    for entry in fresh:
        if "stages" in entry:
            _load_project(session, entry, known, actor.district_id)
        elif plain(entry["lead"]) in known:
            _load_joint(session, entry, known, actor=actor, now=now)
    return len(fresh)


def _ids(names: list[str], known: dict[str, int]) -> list[int]:
    return [known[plain(name)] for name in names if plain(name) in known]


def _load_joint(session: Session, entry: Entry, known: dict[str, int], *, actor: Actor, now: dt.datetime) -> None:
    amount, unit = entry["promise"]
    new = NewBundle(
        name=entry["name"],
        lead_item=known[plain(entry["lead"])],
        mandatory=_ids(entry["mandatory"], known),
        optional=_ids(entry["optional"], known),
        promise=(amount, LimitUnit(unit)),
        description=entry["description"],
        code=entry["code"],
        flow=[FlowStage.model_validate(row) for row in entry["flow"]],
    )
    if len(new.items) < 2:
        return
    bundle = setting_up.create(session, new, actor=actor, now=now)
    item = setting_up.own_item(session, bundle)
    flows.publish(session, item.id, expected_saves=item.version, actor=actor, now=now)


def _load_project(session: Session, entry: Entry, known: dict[str, int], district_id: int) -> None:
    bundle = Bundle(district_id=district_id, code=entry["code"], name=entry["name"], description=entry["description"])
    session.add(bundle)
    session.flush()
    place = 0
    for position, stage in enumerate(entry["stages"], start=1):
        session.add(
            BundleStage(
                district_id=district_id,
                bundle_id=bundle.id,
                position=position,
                name=stage["name"],
                promise_days=stage["days"],
            )
        )
        for item in stage["items"]:
            if plain(item["name"]) in known:
                place += 1
                session.add(
                    BundleItem(
                        district_id=district_id,
                        bundle_id=bundle.id,
                        item_id=known[plain(item["name"])],
                        stage=stage["name"],
                        position=place,
                        is_mandatory=not item.get("optional", False),
                        may_start_early=item.get("early", False),
                    )
                )
    session.flush()
