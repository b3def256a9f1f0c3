"""What was done to an item: its own history and the audit trail, written together."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.catalogue import ItemEvent, ItemVersion, ServiceItem
from models.enums import CatalogueAction
from services import audit
from services.actors import Actor


def record(
    session: Session,
    item: ServiceItem,
    action: CatalogueAction,
    *,
    actor: Actor,
    now: dt.datetime,
    version: ItemVersion | None = None,
    opinion: str = "",
    changes: Sequence[str] = (),
) -> None:
    """Append the act to the item's history and to the audit trail."""
    session.add(
        ItemEvent(
            district_id=item.district_id,
            item_id=item.id,
            version_id=version.id if version else None,
            action=action,
            actor_id=actor.user_id,
            actor_name=actor.name,
            opinion=opinion,
            at=now,
        )
    )
    after: dict[str, Any] = {"code": item.code, "name": item.name, "state": item.state}
    after |= {"number": version.number, "version_state": version.state} if version else {}
    after |= {"changes": list(changes)} if changes else {}
    subject = ("item", item.id)
    audit.record(session, f"catalogue.{action.value}", subject, actor=actor, now=now, after=after, reason=opinion)
