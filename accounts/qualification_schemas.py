"""What is said about certificates over the wire; nothing here touches the database."""

from marshmallow import fields, validate

from accounts.competence import Kind, Shortfall
from core.api import In, Out


class QualificationIn(In):
    """One paper."""

    kind = fields.String(required=True, validate=validate.OneOf(list(Kind)))
    awarded_on = fields.Date(required=True)
    number = fields.String(load_default="")
    issuer = fields.String(load_default="")


class QualificationOut(Out):
    """One paper on record."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    awarded_on = fields.Date(required=True)
    number = fields.String(required=True)
    issuer = fields.String(required=True)


class QualificationsOut(Out):
    """What is on record, and what the law asks beyond it today."""

    qualifications = fields.List(fields.Nested(QualificationOut), required=True)
    missing = fields.List(fields.String(validate=validate.OneOf(list(Shortfall))), required=True)
