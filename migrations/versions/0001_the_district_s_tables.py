"""the district's tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _create_search() -> None:
    """Character bigrams of cases: FTS5 on SQLite, an array with a GIN index on PostgreSQL (design section 8)."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE case_words USING fts5(words, content='', detail=none, tokenize='unicode61 remove_diacritics 0')"
        )
        return
    op.create_table(
        "case_words",
        sa.Column(
            "district_id",
            sa.BigInteger(),
            sa.ForeignKey("districts.id"),
            nullable=False,
        ),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "case_id", name="pk_case_words"),
    )
    op.create_index(
        "ix_case_words_words", "case_words", ["words"], postgresql_using="gin"
    )


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "code_values",
        sa.Column("code_set", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("code_set", "code", name=op.f("pk_code_values")),
    )
    op.create_table(
        "districts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_districts")),
        sa.UniqueConstraint("code", name=op.f("uq_districts_code")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=200), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_table(
        "topics",
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("audience", "code", name=op.f("pk_topics")),
    )
    op.create_table(
        "work_schedules",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("periods", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_work_schedules")),
    )
    op.create_table(
        "applicants",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id_type", sa.String(40), nullable=False),
        sa.Column("id_key", sa.String(length=64), nullable=False),
        sa.Column("id_cipher", sa.String(length=400), nullable=False),
        sa.Column("phone_key", sa.String(length=64), nullable=True),
        sa.Column("phone_cipher", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_applicants_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_applicants")),
        sa.UniqueConstraint(
            "district_id", "id_key", name=op.f("uq_applicants_district_id_id_key")
        ),
    )
    op.create_index(
        op.f("ix_applicants_district_id_name"),
        "applicants",
        ["district_id", "name"],
        unique=False,
    )
    op.create_index(
        op.f("ix_applicants_district_id_phone_key"),
        "applicants",
        ["district_id", "phone_key"],
        unique=False,
    )
    op.create_table(
        "audit_entries",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_audit_entries_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "sequence", name=op.f("pk_audit_entries")
        ),
    )
    op.create_index(
        op.f("ix_audit_entries_district_id_subject_kind_subject_id"),
        "audit_entries",
        ["district_id", "subject_kind", "subject_id"],
        unique=False,
    )
    op.create_table(
        "audit_heads",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_audit_heads_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "bundles",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_bundles_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_bundles")),
        sa.UniqueConstraint(
            "district_id", "code", name=op.f("uq_bundles_district_id_code")
        ),
    )
    op.create_table(
        "case_number_counters",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_case_number_counters_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "day", name=op.f("pk_case_number_counters")
        ),
    )
    op.create_table(
        "daily_case_counts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("closed_on_time", sa.Integer(), nullable=False),
        sa.Column("closed_on_site", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_daily_case_counts_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id",
            "day",
            "centre_id",
            "department_id",
            "case_type",
            name=op.f("pk_daily_case_counts"),
        ),
    )
    op.create_index(
        op.f("ix_daily_case_counts_district_id_department_id_day"),
        "daily_case_counts",
        ["district_id", "department_id", "day"],
        unique=False,
    )
    op.create_table(
        "daily_window_counts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("window_id", sa.BigInteger(), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("closed_on_time", sa.Integer(), nullable=False),
        sa.Column("closed_on_site", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_daily_window_counts_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id",
            "day",
            "window_id",
            "case_type",
            name=op.f("pk_daily_window_counts"),
        ),
    )
    op.create_table(
        "import_batches",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(length=200), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=200), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_import_batches_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_import_batches")),
    )
    op.create_index(
        op.f("ix_import_batches_district_id_kind_file_hash"),
        "import_batches",
        ["district_id", "kind", "file_hash"],
        unique=False,
    )
    op.create_table(
        "monthly_case_counts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("closed_on_time", sa.Integer(), nullable=False),
        sa.Column("closed_on_site", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_monthly_case_counts_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id",
            "month",
            "centre_id",
            "department_id",
            "case_type",
            name=op.f("pk_monthly_case_counts"),
        ),
    )
    op.create_table(
        "monthly_item_counts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("closed_on_time", sa.Integer(), nullable=False),
        sa.Column("closed_on_site", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_monthly_item_counts_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "month", "item_id", name=op.f("pk_monthly_item_counts")
        ),
    )
    op.create_table(
        "monthly_window_counts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("window_id", sa.BigInteger(), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("closed_on_time", sa.Integer(), nullable=False),
        sa.Column("closed_on_site", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_monthly_window_counts_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id",
            "month",
            "window_id",
            "case_type",
            name=op.f("pk_monthly_window_counts"),
        ),
    )
    op.create_table(
        "organisations",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("tier", sa.String(40), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=False),
        sa.Column("schedule_code", sa.String(length=64), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "parent_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_organisations_district_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_organisations_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_organisations")),
        sa.UniqueConstraint(
            "district_id", "code", name=op.f("uq_organisations_district_id_code")
        ),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_key", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient_cipher", sa.String(length=400), nullable=False),
        sa.Column("recipient_masked", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_outbox_messages_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint(
            "district_id",
            "message_key",
            name=op.f("uq_outbox_messages_district_id_message_key"),
        ),
    )
    op.create_index(
        op.f("ix_outbox_messages_district_id_state_next_try_at"),
        "outbox_messages",
        ["district_id", "state", "next_try_at"],
        unique=False,
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_sign_in_attempts_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(
        op.f("ix_sign_in_attempts_district_id_address_at"),
        "sign_in_attempts",
        ["district_id", "address", "at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sign_in_attempts_district_id_username_at"),
        "sign_in_attempts",
        ["district_id", "username", "at"],
        unique=False,
    )
    op.create_table(
        "calendar_overrides",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "centre_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_calendar_overrides_district_id_centre_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_calendar_overrides_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "id", name=op.f("pk_calendar_overrides")
        ),
        sa.UniqueConstraint(
            "district_id",
            "centre_id",
            "date",
            name=op.f("uq_calendar_overrides_district_id_centre_id_date"),
        ),
    )
    op.create_table(
        "import_rows",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "batch_id"],
            ["import_batches.district_id", "import_batches.id"],
            name=op.f("fk_import_rows_district_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_import_rows_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "batch_id", "row_number", name=op.f("pk_import_rows")
        ),
    )
    op.create_table(
        "service_items",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("item_type", sa.String(length=4), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=True),
        sa.Column("for_person", sa.Boolean(), nullable=False),
        sa.Column("for_enterprise", sa.Boolean(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("initials", sa.String(length=500), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("published_version_id", sa.BigInteger(), nullable=True),
        sa.Column("draft_version_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "department_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_service_items_district_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_service_items_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_service_items")),
        sa.UniqueConstraint(
            "district_id", "code", name=op.f("uq_service_items_district_id_code")
        ),
    )
    op.create_index(
        op.f("ix_service_items_district_id_department_id_name"),
        "service_items",
        ["district_id", "department_id", "name"],
        unique=False,
    )
    op.create_table(
        "windows",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("zone_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "centre_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_windows_district_id_centre_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "zone_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_windows_district_id_zone_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_windows_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_windows")),
        sa.UniqueConstraint(
            "district_id",
            "centre_id",
            "number",
            name=op.f("uq_windows_district_id_centre_id_number"),
        ),
    )
    op.create_table(
        "bundle_items",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "bundle_id"],
            ["bundles.district_id", "bundles.id"],
            name=op.f("fk_bundle_items_district_id_bundle_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_bundle_items_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_bundle_items_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "bundle_id", "item_id", name=op.f("pk_bundle_items")
        ),
    )
    op.create_index(
        op.f("ix_bundle_items_district_id_item_id"),
        "bundle_items",
        ["district_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "item_codes",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_item_codes_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_item_codes_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "scheme", "code", name=op.f("pk_item_codes")
        ),
    )
    op.create_index(
        op.f("ix_item_codes_district_id_item_id"),
        "item_codes",
        ["district_id", "item_id"],
        unique=False,
    )
    op.create_table(
        "item_events",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_item_events_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_item_events_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_item_events")),
    )
    op.create_index(
        op.f("ix_item_events_district_id_item_id_id"),
        "item_events",
        ["district_id", "item_id", "id"],
        unique=False,
    )
    op.create_table(
        "item_prerequisites",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("required_item_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_item_prerequisites_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "required_item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_item_prerequisites_district_id_required_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_item_prerequisites_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id",
            "item_id",
            "required_item_id",
            name=op.f("pk_item_prerequisites"),
        ),
    )
    op.create_index(
        op.f("ix_item_prerequisites_district_id_required_item_id"),
        "item_prerequisites",
        ["district_id", "required_item_id"],
        unique=False,
    )
    op.create_table(
        "item_versions",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("guide", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=True),
        sa.Column("promise_amount", sa.Integer(), nullable=True),
        sa.Column("promise_unit", sa.String(40), nullable=False),
        sa.Column("statutory_amount", sa.Integer(), nullable=True),
        sa.Column("statutory_unit", sa.String(40), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_item_versions_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_item_versions_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_item_versions")),
        sa.UniqueConstraint(
            "district_id",
            "item_id",
            "number",
            name=op.f("uq_item_versions_district_id_item_id_number"),
        ),
    )
    op.create_table(
        "users",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("badge_number", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=True),
        sa.Column("window_id", sa.BigInteger(), nullable=True),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("password_hash", sa.String(length=100), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "department_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_users_district_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "organisation_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_users_district_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "window_id"],
            ["windows.district_id", "windows.id"],
            name=op.f("fk_users_district_id_window_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_users_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint(
            "district_id",
            "badge_number",
            name=op.f("uq_users_district_id_badge_number"),
        ),
        sa.UniqueConstraint(
            "district_id", "username", name=op.f("uq_users_district_id_username")
        ),
    )
    op.create_table(
        "window_departments",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("window_id", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "department_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_window_departments_district_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "window_id"],
            ["windows.district_id", "windows.id"],
            name=op.f("fk_window_departments_district_id_window_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_window_departments_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "id", name=op.f("pk_window_departments")
        ),
        sa.UniqueConstraint(
            "district_id",
            "window_id",
            "department_id",
            name=op.f("uq_window_departments_district_id_window_id_department_id"),
        ),
    )
    op.create_table(
        "cases",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_version_id", sa.BigInteger(), nullable=False),
        sa.Column("case_type", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("result", sa.String(40), nullable=True),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("centre_id", sa.BigInteger(), nullable=False),
        sa.Column("window_id", sa.BigInteger(), nullable=True),
        sa.Column("clerk_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.BigInteger(), nullable=False),
        sa.Column("applicant_name", sa.String(length=200), nullable=False),
        sa.Column("agent_name", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statutory_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decided_at IS NULL OR submitted_at IS NOT NULL",
            name=op.f("ck_cases_submitted_before_decided"),
        ),
        sa.CheckConstraint(
            "delivered_at IS NULL OR decided_at IS NOT NULL",
            name=op.f("ck_cases_decided_before_delivered"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "applicant_id"],
            ["applicants.district_id", "applicants.id"],
            name=op.f("fk_cases_district_id_applicant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "centre_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_cases_district_id_centre_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "department_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_cases_district_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["service_items.district_id", "service_items.id"],
            name=op.f("fk_cases_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_version_id"],
            ["item_versions.district_id", "item_versions.id"],
            name=op.f("fk_cases_district_id_item_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "window_id"],
            ["windows.district_id", "windows.id"],
            name=op.f("fk_cases_district_id_window_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_cases_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint(
            "district_id", "form_key", name=op.f("uq_cases_district_id_form_key")
        ),
        sa.UniqueConstraint(
            "district_id", "number", name=op.f("uq_cases_district_id_number")
        ),
    )
    op.create_index(
        "ix_cases_applicant",
        "cases",
        ["district_id", "applicant_id", "submitted_at"],
        unique=False,
    )
    op.create_index(
        "ix_cases_centre",
        "cases",
        ["district_id", "centre_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_department",
        "cases",
        ["district_id", "department_id", "status", "submitted_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_department_time",
        "cases",
        ["district_id", "department_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_due",
        "cases",
        ["district_id", "due_at"],
        unique=False,
        sqlite_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
        postgresql_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
    )
    op.create_index(
        "ix_cases_item",
        "cases",
        ["district_id", "item_id", "submitted_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_open",
        "cases",
        ["district_id", "status", "submitted_at", "id"],
        unique=False,
        sqlite_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
        postgresql_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
    )
    op.create_index(
        "ix_cases_decided",
        "cases",
        ["district_id", "decided_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_time", "cases", ["district_id", "submitted_at", "id"], unique=False
    )
    op.create_table(
        "download_tokens",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("is_temporary", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "user_id"],
            ["users.district_id", "users.id"],
            name=op.f("fk_download_tokens_district_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_download_tokens_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "token_hash", name=op.f("pk_download_tokens")
        ),
    )
    op.create_table(
        "password_history",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "user_id"],
            ["users.district_id", "users.id"],
            name=op.f("fk_password_history_district_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_password_history_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_password_history")),
    )
    op.create_index(
        op.f("ix_password_history_district_id_user_id"),
        "password_history",
        ["district_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "saved_searches",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "user_id"],
            ["users.district_id", "users.id"],
            name=op.f("fk_saved_searches_district_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_saved_searches_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint(
            "district_id",
            "user_id",
            "name",
            name=op.f("uq_saved_searches_district_id_user_id_name"),
        ),
    )
    op.create_table(
        "sign_in_sessions",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "user_id"],
            ["users.district_id", "users.id"],
            name=op.f("fk_sign_in_sessions_district_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_sign_in_sessions_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint(
            "district_id",
            "token_hash",
            name=op.f("uq_sign_in_sessions_district_id_token_hash"),
        ),
    )
    op.create_index(
        op.f("ix_sign_in_sessions_district_id_user_id"),
        "sign_in_sessions",
        ["district_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "user_roles",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "user_id"],
            ["users.district_id", "users.id"],
            name=op.f("fk_user_roles_district_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_user_roles_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "user_id", "role", name=op.f("pk_user_roles")
        ),
    )
    op.create_table(
        "attachments",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("material_key", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by", sa.String(length=200), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_attachments_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_attachments_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_attachments")),
    )
    op.create_index(
        op.f("ix_attachments_district_id_case_id"),
        "attachments",
        ["district_id", "case_id"],
        unique=False,
    )
    op.create_table(
        "case_events",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_case_events_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_case_events_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "case_id", "sequence", name=op.f("pk_case_events")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_materials",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("material_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("necessity", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("originals", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("trust_level", sa.String(40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_case_materials_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_case_materials_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "case_id", "material_key", name=op.f("pk_case_materials")
        ),
    )
    op.create_table(
        "case_tasks",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("limit_amount", sa.Integer(), nullable=True),
        sa.Column("limit_unit", sa.String(40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["cases.district_id", "cases.id"],
            name=op.f("fk_case_tasks_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "department_id"],
            ["organisations.district_id", "organisations.id"],
            name=op.f("fk_case_tasks_district_id_department_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_case_tasks_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_case_tasks")),
        sa.UniqueConstraint(
            "district_id",
            "case_id",
            "stage",
            "department_id",
            name=op.f("uq_case_tasks_district_id_case_id_stage_department_id"),
        ),
    )
    op.create_index(
        op.f("ix_case_tasks_district_id_department_id_state_started_at"),
        "case_tasks",
        ["district_id", "department_id", "state", "started_at"],
        unique=False,
    )
    op.create_table(
        "sign_in_tickets",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_hash", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "session_id"],
            ["sign_in_sessions.district_id", "sign_in_sessions.id"],
            name=op.f("fk_sign_in_tickets_district_id_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_sign_in_tickets_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "ticket_hash", name=op.f("pk_sign_in_tickets")
        ),
    )
    _create_search()


def downgrade() -> None:
    op.execute("DROP TABLE case_words")
    op.drop_table("sign_in_tickets")
    op.drop_index(
        op.f("ix_case_tasks_district_id_department_id_state_started_at"),
        table_name="case_tasks",
    )
    op.drop_table("case_tasks")
    op.drop_table("case_materials")
    op.drop_table("case_events")
    op.drop_index(op.f("ix_attachments_district_id_case_id"), table_name="attachments")
    op.drop_table("attachments")
    op.drop_table("user_roles")
    op.drop_index(
        op.f("ix_sign_in_sessions_district_id_user_id"), table_name="sign_in_sessions"
    )
    op.drop_table("sign_in_sessions")
    op.drop_table("saved_searches")
    op.drop_index(
        op.f("ix_password_history_district_id_user_id"), table_name="password_history"
    )
    op.drop_table("password_history")
    op.drop_table("download_tokens")
    op.drop_index("ix_cases_time", table_name="cases")
    op.drop_index("ix_cases_decided", table_name="cases")
    op.drop_index(
        "ix_cases_open",
        table_name="cases",
        sqlite_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
        postgresql_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
    )
    op.drop_index("ix_cases_item", table_name="cases")
    op.drop_index(
        "ix_cases_due",
        table_name="cases",
        sqlite_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
        postgresql_where=sa.text(
            "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
        ),
    )
    op.drop_index("ix_cases_department_time", table_name="cases")
    op.drop_index("ix_cases_department", table_name="cases")
    op.drop_index("ix_cases_centre", table_name="cases")
    op.drop_index("ix_cases_applicant", table_name="cases")
    op.drop_table("cases")
    op.drop_table("window_departments")
    op.drop_table("users")
    op.drop_table("item_versions")
    op.drop_index(
        op.f("ix_item_prerequisites_district_id_required_item_id"),
        table_name="item_prerequisites",
    )
    op.drop_table("item_prerequisites")
    op.drop_index(
        op.f("ix_item_events_district_id_item_id_id"), table_name="item_events"
    )
    op.drop_table("item_events")
    op.drop_index(op.f("ix_item_codes_district_id_item_id"), table_name="item_codes")
    op.drop_table("item_codes")
    op.drop_index(
        op.f("ix_bundle_items_district_id_item_id"), table_name="bundle_items"
    )
    op.drop_table("bundle_items")
    op.drop_table("windows")
    op.drop_index(
        op.f("ix_service_items_district_id_department_id_name"),
        table_name="service_items",
    )
    op.drop_table("service_items")
    op.drop_table("import_rows")
    op.drop_table("calendar_overrides")
    op.drop_index(
        op.f("ix_sign_in_attempts_district_id_username_at"),
        table_name="sign_in_attempts",
    )
    op.drop_index(
        op.f("ix_sign_in_attempts_district_id_address_at"),
        table_name="sign_in_attempts",
    )
    op.drop_table("sign_in_attempts")
    op.drop_index(
        op.f("ix_outbox_messages_district_id_state_next_try_at"),
        table_name="outbox_messages",
    )
    op.drop_table("outbox_messages")
    op.drop_table("organisations")
    op.drop_table("monthly_window_counts")
    op.drop_table("monthly_item_counts")
    op.drop_table("monthly_case_counts")
    op.drop_index(
        op.f("ix_import_batches_district_id_kind_file_hash"),
        table_name="import_batches",
    )
    op.drop_table("import_batches")
    op.drop_table("daily_window_counts")
    op.drop_index(
        op.f("ix_daily_case_counts_district_id_department_id_day"),
        table_name="daily_case_counts",
    )
    op.drop_table("daily_case_counts")
    op.drop_table("case_number_counters")
    op.drop_table("bundles")
    op.drop_table("audit_heads")
    op.drop_index(
        op.f("ix_audit_entries_district_id_subject_kind_subject_id"),
        table_name="audit_entries",
    )
    op.drop_table("audit_entries")
    op.drop_index(op.f("ix_applicants_district_id_phone_key"), table_name="applicants")
    op.drop_index(op.f("ix_applicants_district_id_name"), table_name="applicants")
    op.drop_table("applicants")
    op.drop_table("work_schedules")
    op.drop_table("topics")
    op.drop_table("regions")
    op.drop_table("districts")
    op.drop_table("code_values")
    op.drop_table("calendar_years")
    op.drop_table("calendar_days")
