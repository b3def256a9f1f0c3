"""Case numbers: district, day, serial number, check digit (domain §2.4)."""

import datetime as dt

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.cases import CaseNumberCounter
from models.districts import District
from services.counts import local_day
from services.database import is_sqlite
from services.errors import DomainError
from services.rules import identifiers

LAST_SERIAL = 99_999


def take(session: Session, district_id: int, now: dt.datetime) -> str:
    """The next number of the day; two clerks at once never get the same one. Raises DomainError past 99,999 a day."""
    day = local_day(now)
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(CaseNumberCounter).values(district_id=district_id, day=day, last=1)
    last = session.execute(
        statement.on_conflict_do_update(
            index_elements=["district_id", "day"], set_={"last": CaseNumberCounter.last + 1}
        ).returning(CaseNumberCounter.last)
    ).scalar_one()
    if last > LAST_SERIAL:
        raise DomainError(f"今日办件流水号已用完（{LAST_SERIAL} 件），请联系系统管理员")
    return identifiers.make_case_number(session.get_one(District, district_id).code, day, last)
