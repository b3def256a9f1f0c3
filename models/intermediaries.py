"""中介服务: an intermediary engaged inside a case or a project."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Distributed, Id, Identified, LongText, ShortText, link
from models.enums import EngagementAction, EngagementState


class Engagement(Identified, Base):
    """One contract: from the day of engagement to the acceptance of the report the time is the intermediary's."""

    __tablename__ = "engagements"
    __table_args__ = (
        CheckConstraint("case_id IS NOT NULL OR project_id IS NOT NULL", name="inside_something"),
        Index(None, "district_id", "case_id"),
        Index(None, "district_id", "project_id"),
        Index(None, "district_id", "intermediary_id", "state"),
        link("case_id", "cases"),
        link("project_id", "projects"),
        link("intermediary_id", "organisations"),
    )

    case_id: Mapped[Id | None]
    project_id: Mapped[Id | None]
    intermediary_id: Mapped[Id]
    service: Mapped[ShortText]
    contract_number: Mapped[ShortText]
    engaged_at: Mapped[dt.datetime]
    engaged_by: Mapped[ShortText]
    due_on: Mapped[dt.date]
    state: Mapped[EngagementState]
    report: Mapped[ShortText]
    client_rating: Mapped[int | None]
    client_comment: Mapped[LongText]
    intermediary_rating: Mapped[int | None]
    intermediary_comment: Mapped[LongText]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class EngagementEvent(Distributed, Base):
    """Append-only: the steps of an engagement; the time between engagement or return and report is the intermediary's."""

    __tablename__ = "engagement_events"
    __table_args__ = (link("engagement_id", "engagements"),)

    engagement_id: Mapped[Id] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[EngagementAction]
    state: Mapped[EngagementState]
    at: Mapped[dt.datetime]
    actor_name: Mapped[ShortText]
    remark: Mapped[LongText]
