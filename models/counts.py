"""Stored sums of cases, kept in the transaction that changes a case. Rates are never stored."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Distributed, Id
from models.enums import CaseType

COUNTED = ("received", "accepted", "closed", "closed_on_time", "closed_on_site", "granted", "denied", "delivered")


class CaseSums:
    """Sums only: `received` by day of submission, `accepted` of acceptance, `delivered` of delivery, the rest by day of
    decision."""

    received: Mapped[int] = mapped_column(default=0, sort_order=10)
    accepted: Mapped[int] = mapped_column(default=0, sort_order=10)
    closed: Mapped[int] = mapped_column(default=0, sort_order=10)
    closed_on_time: Mapped[int] = mapped_column(default=0, sort_order=10)
    closed_on_site: Mapped[int] = mapped_column(default=0, sort_order=10)
    granted: Mapped[int] = mapped_column(default=0, sort_order=10)
    denied: Mapped[int] = mapped_column(default=0, sort_order=10)
    delivered: Mapped[int] = mapped_column(default=0, sort_order=10)


class DailyCaseCount(CaseSums, Distributed, Base):
    __tablename__ = "daily_case_counts"
    __table_args__ = (Index(None, "district_id", "department_id", "day"),)

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    centre_id: Mapped[Id] = mapped_column(primary_key=True)
    department_id: Mapped[Id] = mapped_column(primary_key=True)
    case_type: Mapped[CaseType] = mapped_column(primary_key=True)


class MonthlyCaseCount(CaseSums, Distributed, Base):
    """`month` is the month's first day."""

    __tablename__ = "monthly_case_counts"

    month: Mapped[dt.date] = mapped_column(primary_key=True)
    centre_id: Mapped[Id] = mapped_column(primary_key=True)
    department_id: Mapped[Id] = mapped_column(primary_key=True)
    case_type: Mapped[CaseType] = mapped_column(primary_key=True)


class DailyWindowCount(CaseSums, Distributed, Base):
    """Window 0 stands for cases that no window took in."""

    __tablename__ = "daily_window_counts"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    window_id: Mapped[Id] = mapped_column(primary_key=True)
    case_type: Mapped[CaseType] = mapped_column(primary_key=True)


class MonthlyWindowCount(CaseSums, Distributed, Base):
    __tablename__ = "monthly_window_counts"

    month: Mapped[dt.date] = mapped_column(primary_key=True)
    window_id: Mapped[Id] = mapped_column(primary_key=True)
    case_type: Mapped[CaseType] = mapped_column(primary_key=True)


class MonthlyItemCount(CaseSums, Distributed, Base):
    __tablename__ = "monthly_item_counts"

    month: Mapped[dt.date] = mapped_column(primary_key=True)
    item_id: Mapped[Id] = mapped_column(primary_key=True)
