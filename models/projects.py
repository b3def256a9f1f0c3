"""项目报建: a project groups ordinary cases by stage, with gates between the stages (R-PAR-08)."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Distributed, Id, Identified, LongText, ShortText, link


class Project(Identified, Base):
    """One investment project. Where it stands is derived from its permits, never stored.

    `stages` are those of its bundle on the day it was opened: `{"name", "promise_days"}` in order.
    """

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("district_id", "number"),
        Index(None, "district_id", "opened_at"),
        link("bundle_id", "bundles"),
        link("applicant_id", "applicants"),
        link("centre_id", "organisations"),
    )

    number: Mapped[Code]
    name: Mapped[ShortText]
    bundle_id: Mapped[Id]
    applicant_id: Mapped[Id]
    applicant_name: Mapped[ShortText]
    centre_id: Mapped[Id]
    stages: Mapped[list[Any]]
    starts_on: Mapped[dt.date]
    opened_by: Mapped[ShortText]
    opened_at: Mapped[dt.datetime]
    form_key: Mapped[Code | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class ProjectPermit(Distributed, Base):
    """One permit of a project: waiting, filed as a case, or not applicable with its reason."""

    __tablename__ = "project_permits"
    __table_args__ = (
        Index(None, "district_id", "case_id"),
        link("project_id", "projects"),
        link("item_id", "service_items"),
        link("case_id", "cases"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    item_id: Mapped[Id] = mapped_column(primary_key=True)
    stage: Mapped[int]
    position: Mapped[int]
    is_mandatory: Mapped[bool]
    may_start_early: Mapped[bool]
    case_id: Mapped[Id | None]
    not_applicable: Mapped[LongText | None]  # the reason
    marked_by: Mapped[ShortText | None]
    marked_at: Mapped[dt.datetime | None]
