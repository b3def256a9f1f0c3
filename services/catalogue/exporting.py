"""Exporting the catalogue as a workbook that imports again without loss."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.actors import Actor


def export_catalogue(session: Session, actor: Actor, filters: Mapping[str, Any] | None = None) -> bytes:
    """`filters` are the keyword arguments of `items.find`, without the page."""
    raise NotImplementedError
