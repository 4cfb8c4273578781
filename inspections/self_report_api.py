"""The JSON routes for the unit's self-report: a file is the body, what is said of it stands in the query."""

from collections.abc import Sequence
from typing import Any

from flask import g, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from core import clock, framing
from core.access import SIGNED_IN
from core.api import In, Out, blueprint
from core.caller import Caller
from core.endpoint import endpoint
from inspections import queries, self_report_actions, self_report_intake, self_report_queries
from inspections.models import SelfReport
from inspections.self_report_intake import Delivery, Offered

blp = blueprint(
    "inspections_self_report_api", __name__,
    url_prefix="/api/v1/inspections/<uuid:inspection_id>/self-reports",
    description="Báo cáo tự kiểm tra của đơn vị",
)  # fmt: skip
blueprints = [blp]

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_NAME = validate.Length(1, self_report_actions.LONGEST_NAME)


class SelfReportIn(In):
    """What is said of a file: its name, and the unit's letter with which it came."""

    name = fields.String(required=True, validate=_NAME)
    document_number = fields.String(required=True, validate=_NAME)
    received_on = fields.Date(required=True)


class SelfReportOut(Out):
    """A file of the unit's self-report; its bytes are at `/inspections/{id}/files/{sha256}`."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    document_number = fields.String(required=True)
    received_on = fields.Date(required=True)
    added_at = fields.AwareDateTime(required=True)


class WithdrawalIn(In):
    """Why the file is withdrawn."""

    reason = fields.String(required=True, validate=validate.Length(1, 1000))


@blp.get("")
@endpoint(SIGNED_IN)
@blp.response(200, SelfReportOut(many=True))
@blp.alt_response(404, description="Unknown, or another team's")
def index(*, inspection_id: object, session: Session, caller: Caller) -> Sequence[SelfReport]:
    """List the files of the unit's self-report."""
    inspection = queries.visible(session, str(inspection_id), caller)
    return self_report_queries.listed(session, inspection.id)


def _taken_in() -> Delivery:
    size = framing.content_length(request, limit_bytes=self_report_intake.MOST_BYTES)
    stream = framing.stream(request, limit_bytes=self_report_intake.MOST_BYTES)
    offered = Offered(stream, size, request.args.get("name", ""), request.mimetype)
    inspection_id = str((request.view_args or {})["inspection_id"])
    return self_report_intake.taken_in(inspection_id, request.args, [offered], by=g.caller)


@blp.post("")
@endpoint(SIGNED_IN, prepare=_taken_in)
@blp.arguments(SelfReportIn, location="query")
@blp.response(201, SelfReportOut)
@blp.alt_response(403, description="For supervisors, clerks, and leader, deputy and secretary of the team")
@blp.alt_response(404, description="Unknown, or another team's")
@blp.alt_response(409, description="The minutes are signed")
@blp.alt_response(422, description="Without number, day or content; more than there is room for")
@blp.doc(requestBody={"required": True, "content": {"application/octet-stream": _BYTES}})
def bring(
    _said: dict[str, Any], *, inspection_id: object, prepared: Delivery, session: Session, caller: Caller
) -> SelfReport:
    """Store a file of the unit's self-report; it goes to the team's tablets with the package."""
    inspection = queries.visible(session, str(inspection_id), caller)
    (added,) = self_report_actions.add(
        session, inspection, prepared.letter, prepared.brought, by=caller, at=clock.now()
    )
    return added


setattr(bring, framing.STREAMS, True)


@blp.post("/<uuid:report_id>/withdrawal")
@endpoint(SIGNED_IN)
@blp.arguments(WithdrawalIn)
@blp.response(204)
@blp.alt_response(403, description="For supervisors, clerks, and leader, deputy and secretary of the team")
@blp.alt_response(404, description="Unknown, or another team's; or no such file")
@blp.alt_response(409, description="The minutes are signed")
def withdraw(
    wanted: dict[str, Any], *, inspection_id: object, report_id: object, session: Session, caller: Caller
) -> None:
    """Withdraw a file that was brought by mistake; it stays in the store, with the reason."""
    inspection = queries.visible(session, str(inspection_id), caller)
    self_report_actions.withdraw(
        session, inspection, str(report_id), reason=wanted["reason"], by=caller, at=clock.now()
    )
