"""flows, bundles and projects"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_policies",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("chase_points", sa.JSON(), nullable=False),
        sa.Column("allows_absence_consent", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_flow_policies_district_id")),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_flow_policies")),
    )
    op.create_table(
        "bundle_stages",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("promise_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "bundle_id"],
            ["bundles.district_id", "bundles.id"],
            name=op.f("fk_bundle_stages_district_id_bundle_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_bundle_stages_district_id")),
        sa.PrimaryKeyConstraint("district_id", "bundle_id", "position", name=op.f("pk_bundle_stages")),
    )
    op.create_table(
        "projects",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("applicant_id", sa.BigInteger(), nullable=False),
        sa.Column("applicant_name", sa.String(length=200), nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "applicant_id"],
            ["applicants.district_id", "applicants.id"],
            name=op.f("fk_projects_district_id_applicant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "bundle_id"],
            ["bundles.district_id", "bundles.id"],
            name=op.f("fk_projects_district_id_bundle_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "centre_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_projects_district_id_centre_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_projects_district_id")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_projects")),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_projects_district_id_number")),
    )
    op.create_index(op.f("ix_projects_district_id_opened_at"), "projects", ["district_id", "opened_at"], unique=False)
    op.create_table(
        "bundle_handlings",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "bundle_id"],
            ["bundles.district_id", "bundles.id"],
            name=op.f("fk_bundle_handlings_district_id_bundle_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_bundle_handlings_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_bundle_handlings_district_id")),
        sa.PrimaryKeyConstraint("district_id", "bundle_id", name=op.f("pk_bundle_handlings")),
        sa.UniqueConstraint("district_id", "item_id", name=op.f("uq_bundle_handlings_district_id_item_id")),
    )
    op.create_table(
        "case_members",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_version_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_case_members_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "department_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_case_members_district_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_case_members_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_version_id"],
            ["item_versions.district_id", "item_versions.id"],
            name=op.f("fk_case_members_district_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_case_members_district_id")),
        sa.PrimaryKeyConstraint("district_id", "case_id", "item_id", name=op.f("pk_case_members")),
    )
    op.create_index(
        op.f("ix_case_members_district_id_item_id_case_id"),
        "case_members",
        ["district_id", "item_id", "case_id"],
        unique=False,
    )
    op.create_table(
        "engagements",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("intermediary_id", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("contract_number", sa.String(length=200), nullable=False),
        sa.Column("engaged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("engaged_by", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("report", sa.String(length=200), nullable=False),
        sa.Column("client_rating", sa.Integer(), nullable=True),
        sa.Column("client_comment", sa.Text(), nullable=False),
        sa.Column("intermediary_rating", sa.Integer(), nullable=True),
        sa.Column("intermediary_comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "case_id IS NOT NULL OR project_id IS NOT NULL", name=op.f("ck_engagements_inside_something")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_engagements_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "intermediary_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_engagements_district_id_intermediary_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "project_id"],
            ["projects.district_id", "projects.id"],
            name=op.f("fk_engagements_district_id_project_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_engagements_district_id")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_engagements")),
    )
    op.create_index(op.f("ix_engagements_district_id_case_id"), "engagements", ["district_id", "case_id"], unique=False)
    op.create_index(
        op.f("ix_engagements_district_id_intermediary_id_state"),
        "engagements",
        ["district_id", "intermediary_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_engagements_district_id_project_id"), "engagements", ["district_id", "project_id"], unique=False
    )
    op.create_table(
        "joint_meetings",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_joint_meetings_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_joint_meetings_district_id")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_joint_meetings")),
    )
    op.create_index(
        op.f("ix_joint_meetings_district_id_case_id"), "joint_meetings", ["district_id", "case_id"], unique=False
    )
    op.create_table(
        "project_permits",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_mandatory", sa.Boolean(), nullable=False),
        sa.Column("may_start_early", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("not_applicable", sa.Text(), nullable=True),
        sa.Column("marked_by", sa.String(length=200), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_project_permits_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_project_permits_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "project_id"],
            ["projects.district_id", "projects.id"],
            name=op.f("fk_project_permits_district_id_project_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_project_permits_district_id")),
        sa.PrimaryKeyConstraint("district_id", "project_id", "item_id", name=op.f("pk_project_permits")),
    )
    op.create_index(
        op.f("ix_project_permits_district_id_case_id"), "project_permits", ["district_id", "case_id"], unique=False
    )
    op.create_table(
        "engagement_events",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("engagement_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "engagement_id"],
            ["engagements.district_id", "engagements.id"],
            name=op.f("fk_engagement_events_district_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_engagement_events_district_id")),
        sa.PrimaryKeyConstraint("district_id", "engagement_id", "sequence", name=op.f("pk_engagement_events")),
    )
    op.create_table(
        "task_chases",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "task_id"],
            ["case_tasks.district_id", "case_tasks.id"],
            name=op.f("fk_task_chases_district_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_task_chases_district_id")),
        sa.PrimaryKeyConstraint("district_id", "task_id", name=op.f("pk_task_chases")),
    )
    op.create_index(op.f("ix_task_chases_district_id_next_at"), "task_chases", ["district_id", "next_at"], unique=False)
    op.create_table(
        "task_opinions",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("opinion", sa.String(40), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.BigInteger(), nullable=True),
        sa.Column("send_up_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(40), nullable=True),
        sa.Column("reply_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_task_opinions_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "task_id"],
            ["case_tasks.district_id", "case_tasks.id"],
            name=op.f("fk_task_opinions_district_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["district_id"], ["districts.id"], name=op.f("fk_task_opinions_district_id")),
        sa.PrimaryKeyConstraint("district_id", "task_id", name=op.f("pk_task_opinions")),
    )
    op.create_index(
        op.f("ix_task_opinions_district_id_case_id"), "task_opinions", ["district_id", "case_id"], unique=False
    )
    op.add_column("bundle_items", sa.Column("is_mandatory", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("bundle_items", sa.Column("may_start_early", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("bundle_items", "may_start_early")
    op.drop_column("bundle_items", "is_mandatory")
    op.drop_index(op.f("ix_task_opinions_district_id_case_id"), table_name="task_opinions")
    op.drop_table("task_opinions")
    op.drop_index(op.f("ix_task_chases_district_id_next_at"), table_name="task_chases")
    op.drop_table("task_chases")
    op.drop_table("engagement_events")
    op.drop_index(op.f("ix_project_permits_district_id_case_id"), table_name="project_permits")
    op.drop_table("project_permits")
    op.drop_index(op.f("ix_joint_meetings_district_id_case_id"), table_name="joint_meetings")
    op.drop_table("joint_meetings")
    op.drop_index(op.f("ix_engagements_district_id_project_id"), table_name="engagements")
    op.drop_index(op.f("ix_engagements_district_id_intermediary_id_state"), table_name="engagements")
    op.drop_index(op.f("ix_engagements_district_id_case_id"), table_name="engagements")
    op.drop_table("engagements")
    op.drop_index(op.f("ix_case_members_district_id_item_id_case_id"), table_name="case_members")
    op.drop_table("case_members")
    op.drop_table("bundle_handlings")
    op.drop_index(op.f("ix_projects_district_id_opened_at"), table_name="projects")
    op.drop_table("projects")
    op.drop_table("bundle_stages")
    op.drop_table("flow_policies")
