"""Acceptance: both clocks start and the first departments get their tasks (行政许可法 art. 32-5, 42)."""

import datetime as dt

from sqlalchemy.orm import Session

from models.cases import Case
from models.catalogue import ItemVersion
from models.enums import CaseType
from services.cases import clocks, tasks
from services.rules.guide import Guide
from services.rules.working_time import WorkCalendar


def begin(
    session: Session, case: Case, version: ItemVersion, guide: Guide, calendar: WorkCalendar, *, now: dt.datetime
) -> None:
    """What follows the step that accepted the case; an instant case has neither clocks nor tasks."""
    if case.case_type != CaseType.IMMEDIATE:
        clocks.start(case, version, calendar)
        tasks.start_next(session, case, guide, calendar, now=now)
