"""主题: the life and enterprise events by which people browse."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.districts import Topic
from models.enums import Audience


def names(session: Session) -> dict[tuple[Audience, str], str]:
    """All topics, by audience and code; both audiences use the same codes for different topics."""
    rows = session.scalars(select(Topic).order_by(Topic.audience, Topic.code))
    return {(row.audience, row.code): row.name for row in rows}
