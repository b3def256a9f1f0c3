"""the tax registers, comparisons and leads"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heading_mappings",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("register", sa.String(40), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_heading_mappings_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_heading_mappings")),
        sa.UniqueConstraint(
            "district_id",
            "register",
            "source_name",
            name=op.f("uq_heading_mappings_district_id_register_source_name"),
        ),
    )
    op.create_table(
        "jobs",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_jobs_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_jobs")),
    )
    op.create_index(
        op.f("ix_jobs_district_id_kind_id"),
        "jobs",
        ["district_id", "kind", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_jobs_district_id_state_id"),
        "jobs",
        ["district_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "match_models",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adopted_by", sa.String(length=200), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_match_models_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_match_models")),
        sa.UniqueConstraint(
            "district_id",
            "name",
            "number",
            name=op.f("uq_match_models_district_id_name_number"),
        ),
    )
    op.create_table(
        "register_sources",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("register", sa.String(40), nullable=False),
        sa.Column("stale_after_days", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_register_sources_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "register", name=op.f("pk_register_sources")
        ),
    )
    op.create_table(
        "tax_rates",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tax", sa.String(40), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=10, scale=6), nullable=True),
        sa.Column("amount", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=True),
        sa.Column("is_tax_inclusive", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from",
            name=op.f("ck_tax_rates_effective_in_order"),
        ),
        sa.CheckConstraint(
            "rate IS NOT NULL OR amount IS NOT NULL OR steps IS NOT NULL",
            name=op.f("ck_tax_rates_says_how_much"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_tax_rates_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_rates")),
    )
    op.create_index(
        op.f("ix_tax_rates_district_id_tax_effective_from"),
        "tax_rates",
        ["district_id", "tax", "effective_from"],
        unique=False,
    )
    op.create_table(
        "tax_rules",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("published_version_id", sa.BigInteger(), nullable=True),
        sa.Column("draft_version_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_tax_rules_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_rules")),
        sa.UniqueConstraint(
            "district_id", "code", name=op.f("uq_tax_rules_district_id_code")
        ),
    )
    op.create_table(
        "pair_verdicts",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("left_key", sa.String(length=500), nullable=False),
        sa.Column("right_key", sa.String(length=500), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("agreement", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.String(length=200), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "rule_id"],
            ["tax_rules.district_id", "tax_rules.id"],
            name=op.f("fk_pair_verdicts_district_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_pair_verdicts_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_pair_verdicts")),
    )
    op.create_index(
        op.f("ix_pair_verdicts_district_id_given_at"),
        "pair_verdicts",
        ["district_id", "given_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pair_verdicts_district_id_left_key_right_key"),
        "pair_verdicts",
        ["district_id", "left_key", "right_key"],
        unique=False,
    )
    op.create_table(
        "register_records",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("register", sa.String(40), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("ended_batch_id", sa.BigInteger(), nullable=True),
        sa.Column("natural_key", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=True),
        sa.Column("code_state", sa.String(40), nullable=False),
        sa.Column("org_code", sa.String(length=9), nullable=True),
        sa.Column("registration_no", sa.String(length=64), nullable=True),
        sa.Column("person_key", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_key", sa.String(length=500), nullable=True),
        sa.Column("core_name", sa.String(length=500), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.Column("address_key", sa.String(length=500), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=200), nullable=True),
        sa.Column("authority", sa.String(length=200), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(40), nullable=True),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("contract_no", sa.String(length=64), nullable=True),
        sa.Column("house_no", sa.String(length=64), nullable=True),
        sa.Column("parcel_no", sa.String(length=64), nullable=True),
        sa.Column("counterparty_name", sa.String(length=500), nullable=True),
        sa.Column("counterparty_code", sa.String(length=9), nullable=True),
        sa.Column("counterparty_key", sa.String(length=64), nullable=True),
        sa.Column("deal_kind", sa.String(40), nullable=True),
        sa.Column("usage", sa.String(length=200), nullable=True),
        sa.Column("area", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("tax", sa.String(40), nullable=True),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("base", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "batch_id"],
            ["import_batches.district_id", "import_batches.id"],
            name=op.f("fk_register_records_district_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_register_records_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_register_records")),
    )
    op.create_index(
        "ix_register_records_current",
        "register_records",
        ["district_id", "register", "event_on", "status", "status_on", "org_code"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL"),
    )
    op.create_index(
        "ix_register_records_subject_code",
        "register_records",
        ["district_id", "register", "subject_code", "event_on", "status", "status_on"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND subject_code IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND subject_code IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_counterparty_code",
        "register_records",
        ["district_id", "register", "counterparty_code"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND counterparty_code IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND counterparty_code IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_counterparty_key",
        "register_records",
        ["district_id", "register", "counterparty_key"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND counterparty_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND counterparty_key IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_batch",
        "register_records",
        ["district_id", "batch_id", "row_number"],
        unique=False,
    )
    op.create_index(
        "ix_register_records_contract_no",
        "register_records",
        ["district_id", "register", "contract_no", "event_on", "tax"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND contract_no IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND contract_no IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_ended",
        "register_records",
        ["district_id", "ended_batch_id"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_house_no",
        "register_records",
        ["district_id", "register", "house_no", "event_on", "tax"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND house_no IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND house_no IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_name_key",
        "register_records",
        ["district_id", "register", "name_key", "event_on", "status", "status_on"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND name_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND name_key IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_natural_key",
        "register_records",
        ["district_id", "register", "natural_key"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND natural_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND natural_key IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_org_code",
        "register_records",
        ["district_id", "register", "org_code", "event_on", "status", "status_on"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND org_code IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND org_code IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_parcel_no",
        "register_records",
        ["district_id", "register", "parcel_no", "event_on", "tax"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND parcel_no IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND parcel_no IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_person_key",
        "register_records",
        ["district_id", "register", "person_key", "event_on", "status", "status_on"],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND person_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND person_key IS NOT NULL"),
    )
    op.create_index(
        "ix_register_records_registration_no",
        "register_records",
        [
            "district_id",
            "register",
            "registration_no",
            "event_on",
            "status",
            "status_on",
        ],
        unique=False,
        sqlite_where=sa.text("ended_batch_id IS NULL AND registration_no IS NOT NULL"),
        postgresql_where=sa.text(
            "ended_batch_id IS NULL AND registration_no IS NOT NULL"
        ),
    )
    op.create_table(
        "tax_rule_versions",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "rule_id"],
            ["tax_rules.district_id", "tax_rules.id"],
            name=op.f("fk_tax_rule_versions_district_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_tax_rule_versions_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_rule_versions")),
        sa.UniqueConstraint(
            "district_id",
            "rule_id",
            "number",
            name=op.f("uq_tax_rule_versions_district_id_rule_id_number"),
        ),
    )
    op.create_table(
        "tax_runs",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_version_id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=True),
        sa.Column("regime", sa.String(40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("result_hash", sa.String(length=64), nullable=True),
        sa.Column("is_delta", sa.Boolean(), nullable=False),
        sa.Column("compared_left", sa.Integer(), nullable=False),
        sa.Column("compared_right", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("suspected", sa.Integer(), nullable=False),
        sa.Column("linked", sa.Integer(), nullable=False),
        sa.Column("undecidable", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "model_id"],
            ["match_models.district_id", "match_models.id"],
            name=op.f("fk_tax_runs_district_id_model_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "rule_id"],
            ["tax_rules.district_id", "tax_rules.id"],
            name=op.f("fk_tax_runs_district_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "rule_version_id"],
            ["tax_rule_versions.district_id", "tax_rule_versions.id"],
            name=op.f("fk_tax_runs_district_id_rule_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_tax_runs_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_runs")),
    )
    op.create_index(
        op.f("ix_tax_runs_district_id_rule_id_as_of_id"),
        "tax_runs",
        ["district_id", "rule_id", "as_of", "id"],
        unique=False,
    )
    op.create_table(
        "tax_findings",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("subject_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("left_record_id", sa.BigInteger(), nullable=False),
        sa.Column("right_record_id", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.String(40), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("estimate", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "left_record_id"],
            ["register_records.district_id", "register_records.id"],
            name=op.f("fk_tax_findings_district_id_left_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "right_record_id"],
            ["register_records.district_id", "register_records.id"],
            name=op.f("fk_tax_findings_district_id_right_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "run_id"],
            ["tax_runs.district_id", "tax_runs.id"],
            name=op.f("fk_tax_findings_district_id_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_tax_findings_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_findings")),
        sa.UniqueConstraint(
            "district_id",
            "run_id",
            "fingerprint",
            name=op.f("uq_tax_findings_district_id_run_id_fingerprint"),
        ),
    )
    op.create_index(
        op.f("ix_tax_findings_district_id_fingerprint"),
        "tax_findings",
        ["district_id", "fingerprint"],
        unique=False,
    )
    op.create_index(
        op.f("ix_tax_findings_district_id_left_record_id"),
        "tax_findings",
        ["district_id", "left_record_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_tax_findings_district_id_right_record_id"),
        "tax_findings",
        ["district_id", "right_record_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_tax_findings_district_id_run_id_listed_confidence_id"),
        "tax_findings",
        ["district_id", "run_id", "listed", "confidence", "id"],
        unique=False,
    )
    op.create_table(
        "tax_leads",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("judged_hash", sa.String(length=64), nullable=True),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("confidence", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("estimate", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("estimate_note", sa.Text(), nullable=False),
        sa.Column("closing_record_id", sa.BigInteger(), nullable=True),
        sa.Column("first_found_on", sa.Date(), nullable=False),
        sa.Column("last_found_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "closing_record_id"],
            ["register_records.district_id", "register_records.id"],
            name=op.f("fk_tax_leads_district_id_closing_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "finding_id"],
            ["tax_findings.district_id", "tax_findings.id"],
            name=op.f("fk_tax_leads_district_id_finding_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["users.district_id", "users.id"],
            name=op.f("fk_tax_leads_district_id_officer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "rule_id"],
            ["tax_rules.district_id", "tax_rules.id"],
            name=op.f("fk_tax_leads_district_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_tax_leads_district_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_leads")),
        sa.UniqueConstraint(
            "district_id",
            "fingerprint",
            name=op.f("uq_tax_leads_district_id_fingerprint"),
        ),
    )
    op.create_index(
        op.f("ix_tax_leads_district_id_officer_id_state_due_on"),
        "tax_leads",
        ["district_id", "officer_id", "state", "due_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_tax_leads_district_id_rule_id_state_id"),
        "tax_leads",
        ["district_id", "rule_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_tax_leads_district_id_state_due_on_id"),
        "tax_leads",
        ["district_id", "state", "due_on", "id"],
        unique=False,
    )
    op.create_table(
        "lead_events",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "lead_id"],
            ["tax_leads.district_id", "tax_leads.id"],
            name=op.f("fk_lead_events_district_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["districts.id"], name=op.f("fk_lead_events_district_id")
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "lead_id", "sequence", name=op.f("pk_lead_events")
        ),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("tax", sa.String(40), nullable=True),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "lead_id"],
            ["tax_leads.district_id", "tax_leads.id"],
            name=op.f("fk_ledger_entries_district_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "record_id"],
            ["register_records.district_id", "register_records.id"],
            name=op.f("fk_ledger_entries_district_id_record_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_ledger_entries_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_ledger_entries")),
    )
    op.create_index(
        op.f("ix_ledger_entries_district_id_kind_entered_at"),
        "ledger_entries",
        ["district_id", "kind", "entered_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_entries_district_id_lead_id_id"),
        "ledger_entries",
        ["district_id", "lead_id", "id"],
        unique=False,
    )
    op.add_column("import_batches", sa.Column("state", sa.String(40), nullable=True))
    op.add_column(
        "import_batches", sa.Column("source_name", sa.String(length=200), nullable=True)
    )
    op.add_column("import_batches", sa.Column("is_full", sa.Boolean(), nullable=True))
    op.add_column("import_batches", sa.Column("quality", sa.JSON(), nullable=True))
    op.add_column(
        "users", sa.Column("phone_cipher", sa.String(length=400), nullable=True)
    )
    op.create_table(
        "run_remainders",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.JSON(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "run_id"],
            ["tax_runs.district_id", "tax_runs.id"],
            name=op.f("fk_run_remainders_district_id_run_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_run_remainders_district_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "run_id", name=op.f("pk_run_remainders")
        ),
    )
    op.create_table(
        "tax_letters",
        sa.Column("district_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "lead_id"],
            ["tax_leads.district_id", "tax_leads.id"],
            name=op.f("fk_tax_letters_district_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["districts.id"],
            name=op.f("fk_tax_letters_district_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tax_letters")),
        sa.UniqueConstraint(
            "district_id",
            "year",
            "serial",
            name=op.f("uq_tax_letters_district_id_year_serial"),
        ),
    )
    op.create_index(
        op.f("ix_tax_letters_district_id_lead_id"),
        "tax_letters",
        ["district_id", "lead_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("tax_letters")
    op.drop_table("run_remainders")
    op.drop_column("users", "phone_cipher")
    op.drop_column("import_batches", "quality")
    op.drop_column("import_batches", "is_full")
    op.drop_column("import_batches", "source_name")
    op.drop_column("import_batches", "state")
    op.drop_index(
        op.f("ix_ledger_entries_district_id_lead_id_id"), table_name="ledger_entries"
    )
    op.drop_index(
        op.f("ix_ledger_entries_district_id_kind_entered_at"),
        table_name="ledger_entries",
    )
    op.drop_table("ledger_entries")
    op.drop_table("lead_events")
    op.drop_index(
        op.f("ix_tax_leads_district_id_state_due_on_id"), table_name="tax_leads"
    )
    op.drop_index(
        op.f("ix_tax_leads_district_id_rule_id_state_id"), table_name="tax_leads"
    )
    op.drop_index(
        op.f("ix_tax_leads_district_id_officer_id_state_due_on"), table_name="tax_leads"
    )
    op.drop_table("tax_leads")
    op.drop_index(
        op.f("ix_tax_findings_district_id_run_id_listed_confidence_id"),
        table_name="tax_findings",
    )
    op.drop_index(
        op.f("ix_tax_findings_district_id_right_record_id"), table_name="tax_findings"
    )
    op.drop_index(
        op.f("ix_tax_findings_district_id_left_record_id"), table_name="tax_findings"
    )
    op.drop_index(
        op.f("ix_tax_findings_district_id_fingerprint"), table_name="tax_findings"
    )
    op.drop_table("tax_findings")
    op.drop_index(
        op.f("ix_tax_runs_district_id_rule_id_as_of_id"), table_name="tax_runs"
    )
    op.drop_table("tax_runs")
    op.drop_table("tax_rule_versions")
    op.drop_index(
        "ix_register_records_registration_no",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND registration_no IS NOT NULL"),
        postgresql_where=sa.text(
            "ended_batch_id IS NULL AND registration_no IS NOT NULL"
        ),
    )
    op.drop_index(
        "ix_register_records_person_key",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND person_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND person_key IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_parcel_no",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND parcel_no IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND parcel_no IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_org_code",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND org_code IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND org_code IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_natural_key",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND natural_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND natural_key IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_name_key",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND name_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND name_key IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_house_no",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND house_no IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND house_no IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_ended",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_contract_no",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND contract_no IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND contract_no IS NOT NULL"),
    )
    op.drop_index("ix_register_records_batch", table_name="register_records")
    op.drop_index(
        "ix_register_records_subject_code",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND subject_code IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND subject_code IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_counterparty_code",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND counterparty_code IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND counterparty_code IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_counterparty_key",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL AND counterparty_key IS NOT NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL AND counterparty_key IS NOT NULL"),
    )
    op.drop_index(
        "ix_register_records_current",
        table_name="register_records",
        sqlite_where=sa.text("ended_batch_id IS NULL"),
        postgresql_where=sa.text("ended_batch_id IS NULL"),
    )
    op.drop_table("register_records")
    op.drop_index(
        op.f("ix_pair_verdicts_district_id_left_key_right_key"),
        table_name="pair_verdicts",
    )
    op.drop_index(
        op.f("ix_pair_verdicts_district_id_given_at"), table_name="pair_verdicts"
    )
    op.drop_table("pair_verdicts")
    op.drop_table("tax_rules")
    op.drop_index(
        op.f("ix_tax_rates_district_id_tax_effective_from"), table_name="tax_rates"
    )
    op.drop_table("tax_rates")
    op.drop_table("register_sources")
    op.drop_table("match_models")
    op.drop_index(op.f("ix_jobs_district_id_state_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_district_id_kind_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("heading_mappings")
