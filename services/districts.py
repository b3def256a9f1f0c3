"""The district this installation serves."""

from sqlalchemy import select
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
