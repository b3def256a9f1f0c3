"""the life of a case: clocks, review, documents and messages, applications"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD = "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended')"
NEW = "status IN ('submitted', 'correction_requested', 'accepted', 'examining', 'suspended', 'waiting_superior')"
OPEN_INDEXES = {
    "ix_cases_due": ["district_id", "due_at"],
    "ix_cases_open": ["district_id", "status", "submitted_at", "id"],
}


def _index_open_cases(before: str, after: str) -> None:
    """A case that waits for the superior is open too."""
    for name, columns in OPEN_INDEXES.items():
        op.drop_index(name, table_name="cases", sqlite_where=sa.text(before), postgresql_where=sa.text(before))
        where = {"sqlite_where": sa.text(after), "postgresql_where": sa.text(after)}
        op.create_index(name, "cases", columns, unique=False, **where)


def upgrade() -> None:
    _index_open_cases(OLD, NEW)
    op.create_table('item_durations',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('item_id', sa.BigInteger(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('cases', sa.Integer(), nullable=False),
    sa.Column('p50_days', sa.Integer(), nullable=False),
    sa.Column('p90_days', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'item_id'], ['service_items.district_id', 'service_items.id'], name=op.f('fk_item_durations_district_id_item_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_item_durations_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'item_id', name=op.f('pk_item_durations'))
    )
    op.create_table('online_drafts',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('item_id', sa.BigInteger(), nullable=False),
    sa.Column('item_version_id', sa.BigInteger(), nullable=False),
    sa.Column('bundle_id', sa.BigInteger(), nullable=True),
    sa.Column('chosen', sa.JSON(), nullable=False),
    sa.Column('content_cipher', sa.Text(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('form_key', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'bundle_id'], ['bundles.district_id', 'bundles.id'], name=op.f('fk_online_drafts_district_id_bundle_id')),
    sa.ForeignKeyConstraint(['district_id', 'item_id'], ['service_items.district_id', 'service_items.id'], name=op.f('fk_online_drafts_district_id_item_id')),
    sa.ForeignKeyConstraint(['district_id', 'item_version_id'], ['item_versions.district_id', 'item_versions.id'], name=op.f('fk_online_drafts_district_id_item_version_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_online_drafts_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'id', name=op.f('pk_online_drafts')),
    sa.UniqueConstraint('district_id', 'number', name=op.f('uq_online_drafts_district_id_number'))
    )
    op.create_index(op.f('ix_online_drafts_district_id_expires_at'), 'online_drafts', ['district_id', 'expires_at'], unique=False)
    op.create_table('case_extensions',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('workdays', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('proposed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('proposed_by', sa.String(length=200), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('judged_by', sa.String(length=200), nullable=True),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('judgement', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['district_id', 'case_id'], ['cases.district_id', 'cases.id'], name=op.f('fk_case_extensions_district_id_case_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_case_extensions_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'case_id', name=op.f('pk_case_extensions'))
    )
    op.create_table('case_forms',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('answers_cipher', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'case_id'], ['cases.district_id', 'cases.id'], name=op.f('fk_case_forms_district_id_case_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_case_forms_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'case_id', name=op.f('pk_case_forms'))
    )
    op.create_table('case_marks',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'case_id'], ['cases.district_id', 'cases.id'], name=op.f('fk_case_marks_district_id_case_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_case_marks_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'case_id', 'kind', name=op.f('pk_case_marks'))
    )
    op.create_index(op.f('ix_case_marks_district_id_kind_at'), 'case_marks', ['district_id', 'kind', 'at'], unique=False)
    op.create_table('case_suspensions',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('procedure', sa.String(40), nullable=False),
    sa.Column('legal_basis', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_by', sa.String(length=200), nullable=False),
    sa.Column('expected_end_on', sa.Date(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=200), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['district_id', 'case_id'], ['cases.district_id', 'cases.id'], name=op.f('fk_case_suspensions_district_id_case_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_case_suspensions_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'id', name=op.f('pk_case_suspensions'))
    )
    op.create_index(op.f('ix_case_suspensions_district_id_case_id_started_at'), 'case_suspensions', ['district_id', 'case_id', 'started_at'], unique=False)
    op.create_index(op.f('ix_case_suspensions_district_id_ended_at_expected_end_on'), 'case_suspensions', ['district_id', 'ended_at', 'expected_end_on'], unique=False)
    op.create_table('draft_files',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('draft_id', sa.BigInteger(), nullable=False),
    sa.Column('material_key', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('content_type', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('storage_key', sa.String(length=200), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'draft_id'], ['online_drafts.district_id', 'online_drafts.id'], name=op.f('fk_draft_files_district_id_draft_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_draft_files_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'id', name=op.f('pk_draft_files'))
    )
    op.create_index(op.f('ix_draft_files_district_id_draft_id'), 'draft_files', ['district_id', 'draft_id'], unique=False)
    op.create_table('material_verdicts',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('material_key', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=500), nullable=False),
    sa.Column('verdict', sa.String(40), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('content', sa.String(length=64), nullable=False),
    sa.Column('judged_by', sa.String(length=200), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'case_id'], ['cases.district_id', 'cases.id'], name=op.f('fk_material_verdicts_district_id_case_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_material_verdicts_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'case_id', 'round', 'material_key', name=op.f('pk_material_verdicts'))
    )
    op.add_column('case_materials', sa.Column('valid_until', sa.Date(), nullable=True))
    op.add_column('case_materials', sa.Column('checked_by', sa.String(length=200), nullable=True))
    op.add_column('case_materials', sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('case_materials', sa.Column('source_case_id', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('case_materials', 'source_case_id')
    op.drop_column('case_materials', 'checked_at')
    op.drop_column('case_materials', 'checked_by')
    op.drop_column('case_materials', 'valid_until')
    op.drop_table('material_verdicts')
    op.drop_index(op.f('ix_draft_files_district_id_draft_id'), table_name='draft_files')
    op.drop_table('draft_files')
    op.drop_index(op.f('ix_case_suspensions_district_id_ended_at_expected_end_on'), table_name='case_suspensions')
    op.drop_index(op.f('ix_case_suspensions_district_id_case_id_started_at'), table_name='case_suspensions')
    op.drop_table('case_suspensions')
    op.drop_index(op.f('ix_case_marks_district_id_kind_at'), table_name='case_marks')
    op.drop_table('case_marks')
    op.drop_table('case_forms')
    op.drop_table('case_extensions')
    op.drop_index(op.f('ix_online_drafts_district_id_expires_at'), table_name='online_drafts')
    op.drop_table('online_drafts')
    op.drop_table('item_durations')
    _index_open_cases(NEW, OLD)
