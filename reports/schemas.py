"""The shapes of the documents' JSON API; they touch no database."""

from marshmallow import fields, validate

from core.api import In, Out


class NumberIn(In):
    """The number and date that the clerk gives."""

    number = fields.String(required=True, validate=validate.Length(1, 60), metadata={"example": "07/BB-TĐC"})
    dated_on = fields.Date(required=True)


class SealIn(In):
    """Nothing needs to be said to ask for the seal."""


class ReportOut(Out):
    """A document and how far it has come."""

    id = fields.String(required=True)
    inspection_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    number = fields.String(allow_none=True)
    dated_on = fields.Date(allow_none=True)
    verification_code = fields.String(required=True)
    snapshot_sha256 = fields.String(required=True)
    pdf_sha256 = fields.String(allow_none=True)
    pdf_bytes = fields.Integer(allow_none=True)
    pages = fields.Integer(allow_none=True)
    drafted_at = fields.AwareDateTime(required=True)
    sealed_at = fields.AwareDateTime(allow_none=True)
    sealed_with = fields.String(allow_none=True)
    failure = fields.String(allow_none=True)


class ReportsOut(Out):
    """The documents of an inspection, the latest first."""

    reports = fields.List(fields.Nested(ReportOut), required=True)
