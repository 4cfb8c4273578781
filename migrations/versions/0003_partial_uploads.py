"""Uploads that come in parts.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partial_upload",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("length_bytes", sa.Integer(), nullable=False),
        sa.Column("inspection", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_partial_upload_device")),
        sa.ForeignKeyConstraint(["inspection"], ["inspection.id"], name=op.f("fk_partial_upload_inspection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partial_upload")),
    )
    op.create_index("ix_partial_upload_device", "partial_upload", ["device"])
    op.create_index("ix_partial_upload_expires_at", "partial_upload", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_partial_upload_expires_at", "partial_upload")
    op.drop_index("ix_partial_upload_device", "partial_upload")
    op.drop_table("partial_upload")
