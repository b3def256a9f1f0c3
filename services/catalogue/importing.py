"""Importing the catalogue from a sheet."""

import datetime as dt

from sqlalchemy.orm import Session

from services.actors import Actor
from services.exchange.batches import ImportReport


def import_catalogue(
    session: Session,
    content: bytes,
    file_name: str,
    *,
    actor: Actor,
    now: dt.datetime,
    dry_run: bool = False,
    on_error: str = "reject",
) -> ImportReport:
    raise NotImplementedError
