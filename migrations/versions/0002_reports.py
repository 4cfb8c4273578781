"""Issued documents and the certificates that sealed them.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seal_certificate',
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('chain', sa.Text(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.Column('first_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_seal_certificate'))
    )
    op.create_table('report',
    sa.Column('id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('inspection_id', sa.Uuid(as_uuid=False), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('snapshot_sha256', sa.String(length=64), nullable=False),
    sa.Column('verification_code', sa.String(length=16), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.String(), nullable=True),
    sa.Column('ordinal', sa.Integer(), nullable=True),
    sa.Column('symbol', sa.String(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('dated_on', sa.Date(), nullable=True),
    sa.Column('seal_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(), nullable=True),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=True),
    sa.Column('pdf_bytes', sa.Integer(), nullable=True),
    sa.Column('pages', sa.Integer(), nullable=True),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sealed_with', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], name=op.f('fk_report_inspection_id')),
    sa.ForeignKeyConstraint(['sealed_with'], ['seal_certificate.fingerprint'], name=op.f('fk_report_sealed_with')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('inspection_id', 'revision', 'kind', name=op.f('uq_report_inspection_id_revision_kind')),
    sa.UniqueConstraint('pdf_sha256', name=op.f('uq_report_pdf_sha256')),
    sa.UniqueConstraint('symbol', 'year', 'ordinal', name=op.f('uq_report_symbol_year_ordinal')),
    sa.UniqueConstraint('verification_code', name=op.f('uq_report_verification_code'))
    )
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.create_index('ix_report_state', ['state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.drop_index('ix_report_state')

    op.drop_table('report')
    op.drop_table('seal_certificate')
