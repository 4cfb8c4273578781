"""What the registry says over the wire; nothing here touches the database."""

from marshmallow import fields

from core.api import Out


class EventOut(Out):
    """Something that happened to a unit."""

    kind = fields.String(required=True)
    happened_on = fields.Date(required=True)
    successor_name = fields.String(required=True, allow_none=True)
    successor_code = fields.String(required=True, allow_none=True)
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


class ObligationOut(Out):
    """How binding the system is for a unit, and the document that says so."""

    kind = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)
    document = fields.String(required=True)
    is_derived = fields.Boolean(required=True)


class EarlierNameOut(Out):
    """A name that a unit had, to its last day."""

    name = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True)
    document = fields.String(required=True)


class QmsOut(Out):
    """The state of a unit's system from a day on; what nobody recorded is null."""

    since = fields.Date(required=True)
    state = fields.String(required=True)
    standard = fields.String(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    decision_number = fields.String(required=True, allow_none=True)
    decided_on = fields.Date(required=True, allow_none=True)
    is_electronic = fields.Boolean(required=True, allow_none=True)
    source = fields.String(required=True)


class UnitWithHistoryOut(UnitOut):
    """A unit through time."""

    events = fields.List(fields.Nested(EventOut), required=True)
    earlier_names = fields.List(fields.Nested(EarlierNameOut), required=True)
    obligations = fields.List(fields.Nested(ObligationOut), required=True)
    qms = fields.List(fields.Nested(QmsOut), required=True)


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
