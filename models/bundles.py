"""Parallel approval: what a bundle's case covers, what each department said, and who is chased when."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Distributed, Id, Identified, LongText, ShortText, link
from models.enums import CaseResult, Opinion


class BundleHandling(Distributed, Base):
    """The catalogue item under which a bundle is taken in: its versions hold the bundle's flow and combined materials.

    So a bundle's case is an ordinary case, with one number, one clock and one delivery.
    """

    __tablename__ = "bundle_handlings"
    __table_args__ = (
        UniqueConstraint("district_id", "item_id"),
        link("bundle_id", "bundles"),
        link("item_id", "service_items"),
    )

    bundle_id: Mapped[Id] = mapped_column(primary_key=True)
    item_id: Mapped[Id]


class BundleStage(Distributed, Base):
    """A stage of a bundle that is done stage by stage, with the working days promised for it (R-TIM-13)."""

    __tablename__ = "bundle_stages"
    __table_args__ = (link("bundle_id", "bundles"),)

    bundle_id: Mapped[Id] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[ShortText]
    promise_days: Mapped[int]


class CaseMember(Distributed, Base):
    """One item that a bundle's case covers, and how its department decided it."""

    __tablename__ = "case_members"
    __table_args__ = (
        Index(None, "district_id", "item_id", "case_id"),
        link("case_id", "cases"),
        link("item_id", "service_items"),
        link("item_version_id", "item_versions"),
        link("department_id", "organisations"),
    )

    case_id: Mapped[Id] = mapped_column(primary_key=True)
    item_id: Mapped[Id] = mapped_column(primary_key=True)
    item_version_id: Mapped[Id]
    department_id: Mapped[Id]
    position: Mapped[int]
    outcome: Mapped[CaseResult | None]
    reasons: Mapped[LongText]
    decided_by: Mapped[ShortText | None]
    decided_at: Mapped[dt.datetime | None]


class TaskOpinion(Distributed, Base):
    """A department's answer in a flow of several. Its way to the superior and back stands with it (R-PAR-04)."""

    __tablename__ = "task_opinions"
    __table_args__ = (
        Index(None, "district_id", "case_id"),
        link("task_id", "case_tasks"),
        link("case_id", "cases"),
    )

    task_id: Mapped[Id] = mapped_column(primary_key=True)
    case_id: Mapped[Id]
    opinion: Mapped[Opinion]
    reasons: Mapped[LongText]
    given_by: Mapped[ShortText]
    given_at: Mapped[dt.datetime]
    meeting_id: Mapped[Id | None]
    send_up_due_at: Mapped[dt.datetime | None]
    sent_up_at: Mapped[dt.datetime | None]
    replied_at: Mapped[dt.datetime | None]
    answer_due_at: Mapped[dt.datetime | None]
    reply: Mapped[Opinion | None]
    reply_text: Mapped[LongText]


class JointMeeting(Identified, Base):
    """联审会议: its minutes bind the departments of the stage (R-PAR-01)."""

    __tablename__ = "joint_meetings"
    __table_args__ = (Index(None, "district_id", "case_id"), link("case_id", "cases"))

    case_id: Mapped[Id]
    stage: Mapped[int]
    held_on: Mapped[dt.date]
    place: Mapped[ShortText]
    minutes: Mapped[LongText]
    recorded_by: Mapped[ShortText]
    recorded_at: Mapped[dt.datetime]


class TaskChase(Distributed, Base):
    """How often a silent department has been reminded, and when it is next."""

    __tablename__ = "task_chases"
    __table_args__ = (Index(None, "district_id", "next_at"), link("task_id", "case_tasks"))

    task_id: Mapped[Id] = mapped_column(primary_key=True)
    sent: Mapped[int]
    last_at: Mapped[dt.datetime | None]
    next_at: Mapped[dt.datetime | None]


class BundleQuestions(Distributed, Base):
    """What a citizen is asked before the bundle is put together (我要办一件事); in place of the shipped questions.

    `questions`: text and options; `adds`: the optional item that an answer calls for.
    """

    __tablename__ = "bundle_questions"
    __table_args__ = (link("bundle_id", "bundles"),)

    bundle_id: Mapped[Id] = mapped_column(primary_key=True)
    is_offered: Mapped[bool]
    title: Mapped[ShortText]
    questions: Mapped[list[Any]]
    adds: Mapped[list[Any]]
    edited_by: Mapped[ShortText]
    edited_at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class FlowPolicy(Distributed, Base):
    """At what parts of a task's time, in percent, its department is reminded; whether silence counts as consent."""

    __tablename__ = "flow_policies"

    chase_points: Mapped[list[Any]]
    allows_absence_consent: Mapped[bool]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
