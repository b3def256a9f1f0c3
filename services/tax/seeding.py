"""What a district starts with: the seven comparisons and the tax rates."""

import datetime as dt

from sqlalchemy.orm import Session

from services.tax import rates, rules


def seed(session: Session, district_id: int, *, now: dt.datetime) -> None:
    """Add what is not there; what an office has changed stays."""
    rules.seed(session, district_id, now=now)
    rates.seed(session, district_id)
