"""documents and messages: vouchers, their templates, texts by event, e-mail"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('document_templates',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('storage_key', sa.String(length=200), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('uploaded_by', sa.String(length=200), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_document_templates_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'kind', 'version', name=op.f('pk_document_templates'))
    )
    op.create_table('message_templates',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('event', sa.String(40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('is_sent', sa.Boolean(), nullable=False),
    sa.Column('sms', sa.String(length=500), nullable=False),
    sa.Column('email_subject', sa.String(length=200), nullable=False),
    sa.Column('email_body', sa.Text(), nullable=False),
    sa.Column('edited_by', sa.String(length=200), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_message_templates_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'event', name=op.f('pk_message_templates'))
    )
    op.create_table('bundle_questions',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('bundle_id', sa.BigInteger(), nullable=False),
    sa.Column('is_offered', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('questions', sa.JSON(), nullable=False),
    sa.Column('adds', sa.JSON(), nullable=False),
    sa.Column('edited_by', sa.String(length=200), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['district_id', 'bundle_id'], ['bundles.district_id', 'bundles.id'], name=op.f('fk_bundle_questions_district_id_bundle_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_bundle_questions_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'bundle_id', name=op.f('pk_bundle_questions'))
    )
    op.create_table('case_documents',
    sa.Column('district_id', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('template_version', sa.Integer(), nullable=False),
    sa.Column('written_by', sa.String(length=200), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('storage_key', sa.String(length=200), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['district_id', 'case_id'], ['cases.district_id', 'cases.id'], name=op.f('fk_case_documents_district_id_case_id')),
    sa.ForeignKeyConstraint(['district_id'], ['districts.id'], name=op.f('fk_case_documents_district_id')),
    sa.PrimaryKeyConstraint('district_id', 'case_id', 'sequence', 'kind', name=op.f('pk_case_documents')),
    sa.UniqueConstraint('district_id', 'kind', 'year', 'serial', name=op.f('uq_case_documents_district_id_kind_year_serial'))
    )
    op.add_column('applicants', sa.Column('email_cipher', sa.String(length=400), nullable=True))
    op.add_column('outbox_messages', sa.Column('channel', sa.String(40), server_default='sms', nullable=False))
    op.add_column('outbox_messages', sa.Column('subject', sa.String(length=200), nullable=True))
    op.create_index(op.f('ix_outbox_messages_district_id_case_id_created_at'), 'outbox_messages', ['district_id', 'case_id', 'created_at'], unique=False)
    op.create_index(op.f('ix_outbox_messages_district_id_created_at'), 'outbox_messages', ['district_id', 'created_at'], unique=False)
    op.create_index(op.f('ix_outbox_messages_district_id_event_created_at'), 'outbox_messages', ['district_id', 'event', 'created_at'], unique=False)
    op.create_index(op.f('ix_outbox_messages_district_id_state_created_at'), 'outbox_messages', ['district_id', 'state', 'created_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_outbox_messages_district_id_state_created_at'), table_name='outbox_messages')
    op.drop_index(op.f('ix_outbox_messages_district_id_event_created_at'), table_name='outbox_messages')
    op.drop_index(op.f('ix_outbox_messages_district_id_created_at'), table_name='outbox_messages')
    op.drop_index(op.f('ix_outbox_messages_district_id_case_id_created_at'), table_name='outbox_messages')
    op.drop_column('outbox_messages', 'subject')
    op.drop_column('outbox_messages', 'channel')
    op.drop_column('applicants', 'email_cipher')
    op.drop_table('case_documents')
    op.drop_table('bundle_questions')
    op.drop_table('message_templates')
    op.drop_table('document_templates')
