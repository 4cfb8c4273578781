"""The first schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("province_name", sa.String(), nullable=False),
        sa.Column("record_symbol", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_agency_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
    )
    op.create_table(
        "checklist_version",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("standard", sa.String(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_checklist_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_checklist_version_code_version")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("thumbprint", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoke_mode", sa.String(), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_table(
        "epoch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    op.create_table(
        "first_run_code",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_first_run_code")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state_run_at", ["state", "run_at"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("about_kind", sa.String(), nullable=False),
        sa.Column("about_id", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index("ix_journal_entry_about", ["about_kind", "about_id"], unique=False)

    op.create_table(
        "legal_instrument",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.Column("amends", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("verified", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_legal_instrument")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("approval_number", sa.String(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("year", "version", name=op.f("uq_plan_year_version")),
    )
    op.create_table(
        "seal_certificate",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_seal_certificate")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failure")),
    )
    op.create_table(
        "standard",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("based_on", sa.String(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("transition_deadline", sa.Date(), nullable=True),
        sa.Column("is_usable", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_standard")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_type", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("district_kind", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_unit_dates_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "device_grant",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_grant_device_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_device_grant_person_id")),
        sa.PrimaryKeyConstraint("device_id", "person_id", name=op.f("pk_device_grant")),
    )
    with op.batch_alter_table("device_grant", schema=None) as batch_op:
        batch_op.create_index("ix_device_grant_person_id", ["person_id"], unique=False)

    op.create_table(
        "device_token",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_device_token_device_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_device_token_person_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_device_token")),
    )
    with op.batch_alter_table("device_token", schema=None) as batch_op:
        batch_op.create_index("ix_device_token_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "enrolment_code",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_enrolment_code_made_by")),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_enrolment_code")),
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("unit_type", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_number", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("checklist", sa.String(), nullable=True),
        sa.Column("checklist_sha256", sa.String(length=64), nullable=True),
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("standard", sa.String(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("head_pos", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("frozen_pos", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("waiting_signoff", sa.Uuid(as_uuid=False), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inspection_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_state", ["state"], unique=False)
        batch_op.create_index("ix_inspection_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_invitation_token_sha256")),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "plan_row",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("plan_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("entry", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("inspecting_unit", sa.String(), nullable=False),
        sa.Column("cooperating_unit", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("budget_vnd", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_plan_row_days_in_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_row_plan_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plan_row_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_row")),
        sa.UniqueConstraint("plan_id", "entry", name=op.f("uq_plan_row_plan_id_entry")),
    )
    with op.batch_alter_table("plan_row", schema=None) as batch_op:
        batch_op.create_index("ix_plan_row_entry", ["entry"], unique=False)

    op.create_table(
        "qms_status",
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("standard", sa.String(), nullable=True),
        sa.Column("scope", sa.String(), nullable=True),
        sa.Column("decision_number", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("is_electronic", sa.Boolean(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_qms_status_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "since", name=op.f("pk_qms_status")),
    )
    op.create_table(
        "qualification",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_qualification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
    )
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.create_index("ix_qualification_person_id", ["person_id"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("sig", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_receipt_device")),
        sa.PrimaryKeyConstraint("device", "seq", name=op.f("pk_receipt")),
    )
    op.create_table(
        "signed_in_session",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signed_in_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_signed_in_session_token_sha256")),
    )
    with op.batch_alter_table("signed_in_session", schema=None) as batch_op:
        batch_op.create_index("ix_signed_in_session_person_id", ["person_id"], unique=False)

    op.create_table(
        "spent_assertion",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("jti_sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_spent_assertion_device_id")),
        sa.PrimaryKeyConstraint("device_id", "jti_sha256", name=op.f("pk_spent_assertion")),
    )
    op.create_table(
        "type_obligation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_type", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["basis"], ["legal_instrument.code"], name=op.f("fk_type_obligation_basis")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_obligation")),
        sa.UniqueConstraint("unit_type", "valid_from", name=op.f("uq_type_obligation_unit_type_valid_from")),
    )
    op.create_table(
        "unit_event",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("successor_name", sa.String(), nullable=True),
        sa.Column("successor_code", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_event")),
        sa.UniqueConstraint(
            "unit_id", "kind", "happened_on", name=op.f("uq_unit_event_unit_id_kind_happened_on")
        ),
    )
    op.create_table(
        "unit_name",
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "valid_to", name=op.f("pk_unit_name")),
    )
    op.create_table(
        "unit_obligation",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_obligation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_obligation")),
    )
    op.create_table(
        "blob_reference",
        sa.Column("inspection", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("op_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["inspection"], ["inspection.id"], name=op.f("fk_blob_reference_inspection")),
        sa.PrimaryKeyConstraint("inspection", "op_id", "sha256", name=op.f("pk_blob_reference")),
    )
    with op.batch_alter_table("blob_reference", schema=None) as batch_op:
        batch_op.create_index("ix_blob_reference_sha256", ["sha256"], unique=False)

    op.create_table(
        "grounds",
        sa.Column("inspection_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("plan_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("entry", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("request_number", sa.String(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=True),
        sa.CheckConstraint("(entry IS NULL) <> (request_number IS NULL)", name=op.f("ck_grounds_one_of_two")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_grounds_inspection_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_grounds_plan_id")),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_grounds")),
    )
    with op.batch_alter_table("grounds", schema=None) as batch_op:
        batch_op.create_index("ix_grounds_entry", ["entry"], unique=False)

    op.create_table(
        "head",
        sa.Column("inspection", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("op_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(["inspection"], ["inspection.id"], name=op.f("fk_head_inspection")),
        sa.PrimaryKeyConstraint("inspection", "entity", "field", "op_id", name=op.f("pk_head")),
    )
    op.create_table(
        "operation",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("op_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("inspection", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("pos", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("log_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_operation_device")),
        sa.ForeignKeyConstraint(["inspection"], ["inspection.id"], name=op.f("fk_operation_inspection")),
        sa.PrimaryKeyConstraint("device", "seq", name=op.f("pk_operation")),
        sa.UniqueConstraint("inspection", "pos", name=op.f("uq_operation_inspection_pos")),
        sa.UniqueConstraint("op_id", name=op.f("uq_operation_op_id")),
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("inspection_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=False),
        sa.Column("verification_code", sa.String(length=16), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("seal_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf_bytes", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_with", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_report_inspection_id")),
        sa.ForeignKeyConstraint(
            ["sealed_with"], ["seal_certificate.fingerprint"], name=op.f("fk_report_sealed_with")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "inspection_id", "revision", "kind", name=op.f("uq_report_inspection_id_revision_kind")
        ),
        sa.UniqueConstraint("pdf_sha256", name=op.f("uq_report_pdf_sha256")),
        sa.UniqueConstraint("symbol", "year", "ordinal", name=op.f("uq_report_symbol_year_ordinal")),
        sa.UniqueConstraint("verification_code", name=op.f("uq_report_verification_code")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_state", ["state"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("inspection_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_team_member_inspection_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id")),
        sa.PrimaryKeyConstraint("inspection_id", "person_id", name=op.f("pk_team_member")),
    )
    op.create_table(
        "uploaded_blob",
        sa.Column("inspection", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_uploaded_blob_device")),
        sa.ForeignKeyConstraint(["inspection"], ["inspection.id"], name=op.f("fk_uploaded_blob_inspection")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_uploaded_blob_person_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_uploaded_blob_sha256")),
        sa.PrimaryKeyConstraint("inspection", "sha256", name=op.f("pk_uploaded_blob")),
    )


def downgrade() -> None:
    op.drop_table("uploaded_blob")
    op.drop_table("team_member")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("ix_report_state")

    op.drop_table("report")
    op.drop_table("operation")
    op.drop_table("head")
    with op.batch_alter_table("grounds", schema=None) as batch_op:
        batch_op.drop_index("ix_grounds_entry")

    op.drop_table("grounds")
    with op.batch_alter_table("blob_reference", schema=None) as batch_op:
        batch_op.drop_index("ix_blob_reference_sha256")

    op.drop_table("blob_reference")
    op.drop_table("unit_obligation")
    op.drop_table("unit_name")
    op.drop_table("unit_event")
    op.drop_table("type_obligation")
    op.drop_table("spent_assertion")
    with op.batch_alter_table("signed_in_session", schema=None) as batch_op:
        batch_op.drop_index("ix_signed_in_session_person_id")

    op.drop_table("signed_in_session")
    op.drop_table("receipt")
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.drop_index("ix_qualification_person_id")

    op.drop_table("qualification")
    op.drop_table("qms_status")
    with op.batch_alter_table("plan_row", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_row_entry")

    op.drop_table("plan_row")
    op.drop_table("person_role")
    op.drop_table("invitation")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_unit_id")
        batch_op.drop_index("ix_inspection_state")

    op.drop_table("inspection")
    op.drop_table("enrolment_code")
    with op.batch_alter_table("device_token", schema=None) as batch_op:
        batch_op.drop_index("ix_device_token_expires_at")

    op.drop_table("device_token")
    with op.batch_alter_table("device_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_device_grant_person_id")

    op.drop_table("device_grant")
    op.drop_table("unit")
    op.drop_table("stored_file")
    op.drop_table("standard")
    op.drop_table("sign_in_failure")
    op.drop_table("seal_certificate")
    op.drop_table("plan")
    op.drop_table("person")
    op.drop_table("legal_instrument")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_entry_about")

    op.drop_table("journal_entry")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state_run_at")

    op.drop_table("job")
    op.drop_table("first_run_code")
    op.drop_table("epoch")
    op.drop_table("device")
    op.drop_table("checklist_version")
    op.drop_table("agency")
