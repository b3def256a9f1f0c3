"""Drafts past their 30 days go, with their files (domain §8.4)."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.applications import DraftFile, OnlineDraft

AT_ONCE = 200


def sweep(session: Session, district_id: int, *, now: dt.datetime) -> tuple[int, list[str]]:
    """(drafts removed, places in the store to be emptied once this is committed)."""
    ids = session.scalars(
        select(OnlineDraft.id)
        .where(OnlineDraft.district_id == district_id, OnlineDraft.expires_at <= now)
        .order_by(OnlineDraft.expires_at)
        .limit(AT_ONCE)
    ).all()
    if not ids:
        return 0, []
    files = (DraftFile.district_id == district_id, DraftFile.draft_id.in_(ids))
    keys = list(session.scalars(select(DraftFile.storage_key).where(*files)))
    session.execute(delete(DraftFile).where(*files))
    session.execute(delete(OnlineDraft).where(OnlineDraft.district_id == district_id, OnlineDraft.id.in_(ids)))
    return len(ids), keys
