"""The shapes of plans over the wire; they touch no database and judge no row."""

from marshmallow import fields, validate

from core.api import In, Out
from inspections.plan_rules import FIRST_YEAR, LAST_YEAR, MAX_ROWS
from inspections.plan_steps import PlanState
from inspections.workflow import Form

_TEXT = validate.Length(max=1000)


class PlanRowIn(In):
    """One row after Mẫu 19; `entry` names a row that the plan has already."""

    unit_code = fields.String(required=True, validate=validate.Length(1, 40))
    inspecting_unit = fields.String(required=True, validate=_TEXT)
    cooperating_unit = fields.String(load_default="", validate=_TEXT)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    form = fields.Enum(Form, by_value=True, required=True)
    budget_vnd = fields.Integer(load_default=None, allow_none=True, strict=True)
    entry = fields.String(load_default="", validate=validate.Length(max=36))


class PlanContentIn(In):
    """What a draft says."""

    title = fields.String(required=True, validate=_TEXT)
    rows = fields.List(fields.Nested(PlanRowIn), required=True, validate=validate.Length(max=MAX_ROWS))


class PlanIn(PlanContentIn):
    """The first draft of a year's plan."""

    year = fields.Integer(required=True, strict=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR))


class PlanApprovalIn(In):
    """The approval as its paper says."""

    number = fields.String(required=True, validate=_TEXT)
    approved_on = fields.Date(required=True)


class PlanAdjustmentIn(In):
    """Why the approved plan is adjusted."""

    reason = fields.String(required=True, validate=validate.Length(1, 4000))


class PlanScheduleIn(In):
    """The day of the inspection, where it is not the row's first."""

    planned_on = fields.Date(load_default=None, allow_none=True)


class PlanRowOut(Out):
    """One row of a plan, with the inspection that carries it out."""

    id = fields.String(required=True)
    entry = fields.String(required=True)
    position = fields.Integer(required=True)
    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)
    inspecting_unit = fields.String(required=True)
    cooperating_unit = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    form = fields.String(required=True)
    budget_vnd = fields.Integer(required=True, allow_none=True)
    inspection_id = fields.String(required=True, allow_none=True)


class CountedUnitOut(Out):
    """An agency that counts, or does not."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class CoverageOut(Out):
    """How far inspections reach: everybody at least by papers, and a third on site."""

    obliged = fields.Integer(required=True, attribute="total")
    examined = fields.Integer(required=True)
    by_desk = fields.Function(lambda one: len(one.by_desk), required=True, metadata={"type": "integer"})
    on_site = fields.Function(lambda one: len(one.on_site), required=True, metadata={"type": "integer"})
    needed_on_site = fields.Integer(required=True)
    missing = fields.List(fields.Nested(CountedUnitOut), required=True)
    is_met = fields.Boolean(required=True)


class ReachOut(Out):
    """Coverage as planned and as done, and who is left out of the count."""

    planned = fields.Nested(CoverageOut, required=True)
    done = fields.Nested(CoverageOut, required=True)
    ended = fields.List(fields.Nested(CountedUnitOut), required=True, attribute="census.ended")
    undetermined = fields.List(fields.Nested(CountedUnitOut), required=True, attribute="census.unknown")


class PlanOut(Out):
    """A version of a year's plan, as lists show it."""

    id = fields.String(required=True)
    year = fields.Integer(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(PlanState)))
    reason = fields.String(required=True, allow_none=True)
    approval_number = fields.String(required=True, allow_none=True)
    approved_on = fields.Date(required=True, allow_none=True)


class PlansOut(Out):
    """Every version of every plan, newest first."""

    plans = fields.List(fields.Nested(PlanOut), required=True)


class PlanWithRowsOut(PlanOut):
    """A version with its rows, and its coverage as it stands now."""

    rows = fields.List(fields.Nested(PlanRowOut), required=True)
    coverage = fields.Nested(ReachOut, required=True)
