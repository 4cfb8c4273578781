"""What the registry says over the wire; nothing here touches the database."""

from marshmallow import fields

from core.api import Out


class EventOut(Out):
    """Something that happened to a unit."""

    kind = fields.String(required=True)
    happened_on = fields.Date(required=True)
    successor_name = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)


class UnitOut(Out):
    """A unit as lists show it; an open end of its life is null."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    unit_type = fields.String(required=True)
    level = fields.String(required=True)
    district_kind = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)


class UnitWithEventsOut(UnitOut):
    """A unit with what happened to it."""

    events = fields.List(fields.Nested(EventOut), required=True)


class LegalInstrumentOut(Out):
    """A legal text; `replaced_by` and `amends` name others by their codes."""

    code = fields.String(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)
    issued_on = fields.Date(required=True, allow_none=True)
    effective_from = fields.Date(required=True, allow_none=True)
    effective_to = fields.Date(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)
    amends = fields.List(fields.String(), required=True)
    details = fields.List(fields.String(), required=True)
    verified = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


class StandardOut(Out):
    """An edition of the standard."""

    code = fields.String(required=True)
    label = fields.String(required=True)
    based_on = fields.String(required=True, allow_none=True)
    published_on = fields.Date(required=True, allow_none=True)
    withdrawn_on = fields.Date(required=True, allow_none=True)
    transition_deadline = fields.Date(required=True, allow_none=True)
    is_usable = fields.Boolean(required=True)
    verified = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


class LegalTextsOut(Out):
    """All legal texts and standards."""

    instruments = fields.List(fields.Nested(LegalInstrumentOut), required=True)
    standards = fields.List(fields.Nested(StandardOut), required=True)


class AgencyOut(Out):
    """The inspecting agency's names as documents carry them."""

    parent_name = fields.String(required=True)
    name = fields.String(required=True)
    place = fields.String(required=True)
    province_name = fields.String(required=True)
    record_symbol = fields.String(required=True)
