"""The unit's self-report with an inspection; a code for tablets that hands can type.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "self_report",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("inspection_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("added_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_self_report_added_by")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_self_report_inspection_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_self_report_sha256")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_self_report_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_report")),
    )
    op.create_index("ix_self_report_inspection_id", "self_report", ["inspection_id"])
    op.create_index("ix_self_report_sha256", "self_report", ["sha256"])
    op.add_column("enrolment_code", sa.Column("typed_sha256", sa.String(length=64), nullable=True))
    op.create_index("ix_enrolment_code_typed_sha256", "enrolment_code", ["typed_sha256"])


def downgrade() -> None:
    op.drop_index("ix_enrolment_code_typed_sha256", table_name="enrolment_code")
    with op.batch_alter_table("enrolment_code") as batch:
        batch.drop_column("typed_sha256")
    op.drop_index("ix_self_report_sha256", table_name="self_report")
    op.drop_index("ix_self_report_inspection_id", table_name="self_report")
    op.drop_table("self_report")
