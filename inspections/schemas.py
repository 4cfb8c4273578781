"""The shapes of the inspections' JSON API; they touch no database."""

from marshmallow import fields, validate

from core.api import In, Out
from inspections.workflow import Form, Part, State


class RequestIn(In):
    """The paper that asks for an unscheduled inspection (kiểm tra đột xuất)."""

    number = fields.String(required=True, validate=validate.Length(1, 1000))
    requested_on = fields.Date(required=True)
    requested_by = fields.String(required=True, validate=validate.Length(1, 1000))


class ScheduleIn(In):
    """A place in the calendar."""

    unit_code = fields.String(required=True, validate=validate.Length(1, 40))
    form = fields.Enum(Form, by_value=True, required=True)
    planned_on = fields.Date(required=True)
    request = fields.Nested(RequestIn, load_default=None, allow_none=True)


class PlaceIn(In):
    """One person's place in the team."""

    person_id = fields.String(required=True)
    role = fields.String(
        required=True, validate=validate.OneOf([Part.LEADER, Part.DEPUTY, Part.SECRETARY, Part.MEMBER])
    )
    title = fields.String(load_default="", validate=validate.Length(max=200))


class DecisionIn(In):
    """An inspection decision."""

    number = fields.String(required=True, validate=validate.Length(1, 60))
    decided_on = fields.Date(required=True)
    checklist = fields.String(required=True, metadata={"example": "QMS-HCNN-2015@1.0.0"})
    profile = fields.String(load_default=None, allow_none=True)
    period_from = fields.Date(required=True)
    period_to = fields.Date(required=True)
    team = fields.List(fields.Nested(PlaceIn), required=True, validate=validate.Length(1, 20))


class RemarkIn(In):
    """A remark on one entity of the record."""

    entity = fields.String(required=True, validate=validate.Length(1, 120))
    text = fields.String(required=True, validate=validate.Length(1, 4000))


class SendBackIn(In):
    """Why it goes back, by when, and what about which entity."""

    reason = fields.String(required=True, validate=validate.Length(1, 4000))
    due_on = fields.Date(load_default=None, allow_none=True)
    remarks = fields.List(fields.Nested(RemarkIn), load_default=list, validate=validate.Length(max=200))


class ApproveIn(In):
    """The content hash that was on the screen."""

    content = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$"))


class FilterIn(In):
    """What a list is narrowed to."""

    state = fields.Enum(State, by_value=True, load_default=None)
    year = fields.Integer(load_default=None, validate=validate.Range(2000, 2100))


class MemberOut(Out):
    """A member of the team, as the decision names them."""

    person_id = fields.String()
    role = fields.String()
    full_name = fields.String()
    title = fields.String()


class InspectionOut(Out):
    """An inspection's own facts; its record is read through the log."""

    id = fields.String()
    unit_name = fields.String()
    unit_type = fields.String()
    form = fields.String()
    state = fields.String()
    revision = fields.Integer()
    planned_on = fields.Date()
    decision_number = fields.String(allow_none=True)
    decided_on = fields.Date(allow_none=True)
    checklist = fields.String(allow_none=True)
    checklist_sha256 = fields.String(allow_none=True)
    profile = fields.String(allow_none=True)
    standard = fields.String(allow_none=True)
    period_from = fields.Date(allow_none=True)
    period_to = fields.Date(allow_none=True)
    head_pos = fields.Integer()
    root = fields.String()
    frozen_pos = fields.Integer(allow_none=True)
    content_hash = fields.String(allow_none=True)
    team = fields.List(fields.Nested(MemberOut))


class MemberWarningOut(Out):
    """A member for whom not everything is recorded that the law asks of an inspector; it stops nothing."""

    person_id = fields.String(required=True)
    missing = fields.List(fields.String(), required=True)
    text = fields.String(required=True)


class DecidedOut(InspectionOut):
    """An inspection after its decision, with what its decider should know."""

    warnings = fields.List(fields.Nested(MemberWarningOut), required=True)


class InspectionsOut(Out):
    """A list of inspections."""

    inspections = fields.List(fields.Nested(InspectionOut))
