"""The told part of the demonstration: parallel cases, projects and stopped clocks of the last weeks, in one order of time."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.bundles import BundleHandling
from models.cases import Case
from services import calendars
from services.demo import acting, clocked, messaged, papered, parallel, projects, reviewed, visited


def tell(session: Session, district_id: int, *, until: dt.date) -> int:
    """Returns how many cases were filed; none where no bundle was loaded."""
    clocked.stop_clocks(session, district_id, until=until)
    papered.write(session, district_id)
    if session.scalar(select(BundleHandling.item_id).where(BundleHandling.district_id == district_id).limit(1)) is None:
        return 0
    cases = select(func.count()).select_from(Case).where(Case.district_id == district_id)
    before = session.scalar(cases) or 0
    staff, calendar = acting.Staff(session, district_id), calendars.work_calendar(session, district_id)
    acting.play(
        session,
        [*parallel.steps(), *projects.steps(), *clocked.steps(), *reviewed.steps(), *visited.steps()],
        staff,
        until=until,
        calendar=calendar,
    )
    messaged.send(session, district_id)
    return (session.scalar(cases) or 0) - before
