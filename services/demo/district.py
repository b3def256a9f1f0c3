"""A fresh database becomes the demonstration district: reference data, catalogue, staff and bundles."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import settings
from models.cases import Case
from models.districts import District
from models.people import User
from services import actors, audit, calendars, districts, organisations
from services.actors import Actor
from services.catalogue import seeding
from services.demo import bundles, staff

CATALOGUE_AGE = dt.timedelta(days=500)  # the catalogue was published before the first case


def seed_district(session: Session, *, now: dt.datetime) -> District:
    """Everything but cases; what is there already stays as it is."""
    district = districts.ensure(session)
    actor = actors.system(district.id, name="演示数据")
    calendars.load_reference(session, settings.DATA)
    organisations.import_reference(session, settings.DATA, district=district, now=now)
    seeding.load(session, settings.DATA / "catalogue", actor=actor, now=now - CATALOGUE_AGE)
    staff.load(session, district.id, now=now)
    bundles.load(session, actor=actor, now=now)
    _record(session, district, actor, now)
    return district


def is_fresh(session: Session) -> bool:
    """Whether nobody works here yet: no account and no case."""
    return all(session.scalar(select(model.id).limit(1)) is None for model in (User, Case))


def _record(session: Session, district: District, actor: Actor, now: dt.datetime) -> None:
    audit.record(session, "district.demo", ("district", district.code), actor=actor, now=now)
