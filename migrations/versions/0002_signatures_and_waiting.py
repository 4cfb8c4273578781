"""What tablets signed is kept, and what they say that they have not sent.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "head_signature",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("sig", sa.String(), nullable=False),
        sa.Column("beyond", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_head_signature_device")),
        sa.PrimaryKeyConstraint("device", "seq", name=op.f("pk_head_signature")),
    )
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("waiting_operations", sa.Integer(), nullable=True))
        device.add_column(sa.Column("waiting_files", sa.Integer(), nullable=True))
        device.add_column(sa.Column("waiting_told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device") as device:
        device.drop_column("waiting_told_at")
        device.drop_column("waiting_files")
        device.drop_column("waiting_operations")
    op.drop_table("head_signature")
