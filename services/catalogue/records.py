"""The one way in which a version moves from state to state, and is saved against a second hand."""

import datetime as dt

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from models.catalogue import ItemVersion, ServiceItem
from models.enums import CatalogueAction
from services.actors import Actor
from services.catalogue import history, items
from services.errors import Conflict, NotFound
from services.rules.guide import Guide
from services.rules.versions import next_state

OVERTAKEN = "他人刚刚保存了同一事项，请对照后再保存"


def get(session: Session, version_id: int, actor: Actor) -> ItemVersion:
    """The record itself, within the actor's editing scope. Raises NotFound."""
    version = session.get(ItemVersion, (actor.district_id, version_id))
    if version is None:
        raise NotFound("没有这个版本，或不在您的管理范围内")
    items.editable(session, version.item_id, actor)
    return version


def content(version: ItemVersion) -> Guide:
    """The version's guide as a typed document."""
    return Guide.model_validate(version.guide)


def advance(
    session: Session,
    item: ServiceItem,
    version: ItemVersion,
    action: CatalogueAction,
    *,
    actor: Actor,
    now: dt.datetime,
    opinion: str = "",
) -> None:
    """Set the version's state through the table and record it. Raises WrongState."""
    version.state = next_state(version.state, action)
    save(session, item)
    history.record(session, item, action, actor=actor, now=now, version=version, opinion=opinion)


def save(session: Session, item: ServiceItem) -> None:
    """Write, and count one more save of the item. Raises Conflict when another hand was first."""
    flag_modified(item, "draft_version_id")
    try:
        session.flush()
    except StaleDataError:
        raise Conflict(OVERTAKEN) from None
