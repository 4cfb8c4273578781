"""The shapes of the JSON routes for decisions outside the ordinary course; they touch no database."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from core.api import In, Out

_REASON = validate.Length(1, 4000)
_OP_ID = validate.Regexp(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class ReasonIn(In):
    """Why a step back is taken."""

    reason = fields.String(required=True, validate=_REASON)


class SettleIn(In):
    """What becomes of an operation that was set aside, and why."""

    op_id = fields.String(required=True, validate=_OP_ID)
    decision = fields.String(required=True, validate=validate.OneOf(["adopt", "dismiss"]))
    reason = fields.String(required=True, validate=_REASON)


class ResolveIn(In):
    """How a conflict ends: by keeping one of its heads, or by stating another value."""

    entity = fields.String(required=True, validate=validate.Length(1, 120))
    field = fields.String(required=True, validate=validate.Length(1, 64))
    heads = fields.List(
        fields.String(validate=_OP_ID), required=True, validate=validate.Length(2, 100),
        metadata={"description": "the conflict's heads as the caller saw them"},
    )  # fmt: skip
    keep = fields.String(load_default=None, allow_none=True, validate=_OP_ID)
    value = fields.Raw(
        load_default=None, allow_none=True,
        metadata={
            "description": "what is stated instead; for an answer its whole body",
            "example": {"value": "luu_y", "note": "…"},
        },
    )  # fmt: skip
    reason = fields.String(required=True, validate=_REASON)

    @validates_schema
    def _states_one_thing(self, data: dict[str, Any], **_more: object) -> None:
        if (data["keep"] is None) == (data["value"] is None):
            raise ValidationError("Chọn một nội dung (keep) hoặc ghi nội dung khác (value).", "keep")


class OutcomeOut(Out):
    """What became of the decision in the log; a conflict means that another value stands against it."""

    op_id = fields.String()
    type = fields.String()
    entity = fields.String()
    effect = fields.String()
    pos = fields.Integer()


class SetAsideOut(Out):
    """An operation that was set aside and awaits a decision."""

    op_id = fields.String()
    type = fields.String()
    entity = fields.String()
    actor = fields.String()
    code = fields.String()
    reason = fields.String()
    body = fields.String(allow_none=True)
    pos = fields.Integer(allow_none=True)
    received_at = fields.DateTime(allow_none=True)
    can_adopt = fields.Boolean()


class QuarantineOut(Out):
    """What was set aside."""

    operations = fields.List(fields.Nested(SetAsideOut))


class HeadOut(Out):
    """One of the values that stand against each other."""

    op_id = fields.String()
    type = fields.String()
    actor = fields.String()
    body = fields.String(allow_none=True)
    received_at = fields.DateTime(allow_none=True)


class ConflictOut(Out):
    """Values that stand against each other; `field` is `retract` where an edit met a retraction."""

    entity = fields.String()
    field = fields.String()
    heads = fields.List(fields.Nested(HeadOut))


class ConflictsOut(Out):
    """The open conflicts that a resolution can end."""

    conflicts = fields.List(fields.Nested(ConflictOut))
