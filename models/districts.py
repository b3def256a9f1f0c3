"""Reference tables: districts, division codes, code sets, topics and the national working calendar."""

import datetime as dt

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, LongText, Name, Reference, ShortText
from models.enums import Audience


class District(Reference, Base):
    """One service-centre district; its code begins every case number."""

    __tablename__ = "districts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[ShortText]
    calendar_version: Mapped[int] = mapped_column(default=1)


class Region(Reference, Base):
    """GB/T 2260 and statistics codes: 6, 9 or 12 digits. Not the organisation tree."""

    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[ShortText]
    level: Mapped[ShortText]
    parent_code: Mapped[str | None] = mapped_column(String(12))


class CodeValue(Reference, Base):
    """A code of a code set (GB/T 39046-2020 annex A and local extensions)."""

    __tablename__ = "code_values"

    code_set: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[ShortText]


class Topic(Reference, Base):
    """主题: life and enterprise events by which people browse."""

    __tablename__ = "topics"

    audience: Mapped[Audience] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[ShortText]


class CalendarYear(Reference, Base):
    """Whether a year's schedule is official; a provisional year is recomputed when it is imported (R-TIM-11)."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    official: Mapped[bool]
    source: Mapped[LongText]
    note: Mapped[LongText]


class CalendarDay(Reference, Base):
    """A day that differs from the week's rhythm: a holiday, or a make-up working day."""

    __tablename__ = "calendar_days"

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[Name]
    source: Mapped[LongText]


class WorkSchedule(Reference, Base):
    """Working hours of a day: periods as `09:00-12:00;13:00-17:00`."""

    __tablename__ = "work_schedules"

    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[ShortText]
    periods: Mapped[ShortText]
