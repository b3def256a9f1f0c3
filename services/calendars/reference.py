"""Loading the shipped reference data. Loading again adds what is missing and touches nothing that was edited."""

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import enums
from models.districts import CalendarDay, CalendarYear, CodeValue, Region, Topic, WorkSchedule
from services.upserts import insert_missing

TRUE = "1"


def load_reference(session: Session, folder: Path) -> None:
    """Calendar, working hours, topics, division codes and code sets from the CSV files of `folder`."""
    _load_calendar(session, _read(folder / "calendar_years.csv"), _read(folder / "calendar_days.csv"))
    insert_missing(session, WorkSchedule, _read(folder / "work_schedules.csv"))
    insert_missing(session, Topic, [row | {"audience": enums.Audience(row["audience"])}
                                              for row in _read(folder / "topics.csv")])  # fmt: skip
    insert_missing(session, Region, [row | {"parent_code": row["parent_code"] or None}
                                               for row in _read(folder / "regions.csv")])  # fmt: skip
    insert_missing(session, CodeValue, code_values())


def _read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def _load_calendar(session: Session, years: list[dict[str, Any]], days: list[dict[str, Any]]) -> None:
    """A year already there keeps its days: somebody may have edited them."""
    known = set(session.scalars(select(CalendarYear.year)))
    fresh = [row | {"year": int(row["year"]), "official": row["official"] == TRUE} for row in years]
    insert_missing(session, CalendarYear, [row for row in fresh if row["year"] not in known])
    dated = [
        row | {"date": dt.date.fromisoformat(row["date"]), "is_workday": row["is_workday"] == TRUE} for row in days
    ]
    insert_missing(session, CalendarDay, [row for row in dated if row["date"].year not in known])
    session.info["calendar_changed"] = True


def code_values() -> list[dict[str, str]]:
    """Every labelled enumeration as a code set (GB/T 39046-2020 annex A and our own), named `item_type` and so on."""
    found = [kind for kind in vars(enums).values() if isinstance(kind, type) and issubclass(kind, enums.LabelEnum)]
    return [
        {"code_set": re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(), "code": code, "label": label}
        for kind in sorted(found, key=lambda kind: kind.__name__)
        for code, label in kind.labels().items()
    ]
