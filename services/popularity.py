"""What people come for most, from the stored sums."""

import dataclasses
import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.catalogue import ServiceItem
from models.counts import MonthlyItemCount
from models.enums import ItemState

MONTHS = 12
DAYS_IN_MONTH = 31


@dataclasses.dataclass(frozen=True)
class PopularItem:
    code: str
    name: str
    received: int


def popular(session: Session, district_id: int, *, today: dt.date, limit: int = 8) -> list[PopularItem]:
    """The items in force most applied for in the last twelve months; empty while nothing was counted."""
    since = (today - dt.timedelta(days=MONTHS * DAYS_IN_MONTH)).replace(day=1)
    received = func.sum(MonthlyItemCount.received)
    rows = session.execute(
        select(ServiceItem.code, ServiceItem.name, received)
        .join(
            MonthlyItemCount,
            (MonthlyItemCount.district_id == ServiceItem.district_id) & (MonthlyItemCount.item_id == ServiceItem.id),
        )
        .where(
            ServiceItem.district_id == district_id,
            ServiceItem.state == ItemState.ACTIVE,
            ServiceItem.published_version_id.is_not(None),
            MonthlyItemCount.month >= since,
        )
        .group_by(ServiceItem.id, ServiceItem.code, ServiceItem.name)
        .having(received > 0)
        .order_by(received.desc(), ServiceItem.code)
        .limit(limit)
    )
    return [PopularItem(code, name, int(count)) for code, name, count in rows]
