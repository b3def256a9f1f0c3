"""The organisation tree and its windows."""

import datetime as dt

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Id, Identified, LongText, Name, ShortText, link
from models.enums import OrganisationKind, ServiceTier, WindowChannel


class Organisation(Identified, Base):
    """A centre, hall, zone, street or community point, department or intermediary.

    `path` holds the ids from the root, `/1/5/`, so that a subtree is a prefix and no query recurses.
    """

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("district_id", "code"), link("parent_id", "organisations"))

    code: Mapped[Code]
    name: Mapped[ShortText]
    kind: Mapped[OrganisationKind]
    tier: Mapped[ServiceTier | None]
    parent_id: Mapped[Id | None]
    path: Mapped[Name]
    region_code: Mapped[str] = mapped_column(String(12))
    address: Mapped[ShortText]
    phone: Mapped[ShortText]
    schedule_code: Mapped[str | None] = mapped_column(String(64))
    is_active: Mapped[bool]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Window(Identified, Base):
    """窗口: a numbered counter of a hall, zone and channel."""

    __tablename__ = "windows"
    __table_args__ = (
        UniqueConstraint("district_id", "centre_id", "number"),
        link("centre_id", "organisations"),
        link("zone_id", "organisations"),
    )

    centre_id: Mapped[Id]
    zone_id: Mapped[Id | None]
    number: Mapped[Code]
    name: Mapped[ShortText]
    channel: Mapped[WindowChannel]
    phone: Mapped[ShortText]
    is_active: Mapped[bool]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class WindowDepartment(Identified, Base):
    """A department served at a window; a window may serve several."""

    __tablename__ = "window_departments"
    __table_args__ = (
        UniqueConstraint("district_id", "window_id", "department_id"),
        link("window_id", "windows"),
        link("department_id", "organisations"),
    )

    window_id: Mapped[Id]
    department_id: Mapped[Id]


class CalendarOverride(Identified, Base):
    """A hall's own closure or opening, with its document (R-TIM-12)."""

    __tablename__ = "calendar_overrides"
    __table_args__ = (UniqueConstraint("district_id", "centre_id", "date"), link("centre_id", "organisations"))

    centre_id: Mapped[Id]
    date: Mapped[dt.date]
    is_workday: Mapped[bool]
    name: Mapped[ShortText]
    source: Mapped[LongText]
