"""The district this installation serves."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import settings
from models.districts import District
from services.errors import DomainError


def current_id(session: Session) -> int:
    """Raises DomainError when the database holds no such district yet."""
    found = session.scalar(select(District.id).where(District.code == settings.current().district_code))
    if found is None:
        raise DomainError("数据库中还没有本区数据：请先运行 make run，或 cli.py db upgrade 与 cli.py demo")
    return found


def ensure(session: Session) -> District:
    """The installation's district, created by code and name from the settings when it is not there."""
    chosen = settings.current()
    found = session.scalar(select(District).where(District.code == chosen.district_code))
    if found is None:
        highest = session.scalar(select(func.max(District.id))) or 0
        found = District(id=highest + 1, code=chosen.district_code, name=chosen.district_name, calendar_version=1)
        session.add(found)
        session.flush()
    return found
