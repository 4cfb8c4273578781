"""The documents' JSON routes: each loads, calls one action or query, and dumps."""

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from accounts.roles import Role
from core import clock
from core.access import SIGNED_IN, roles
from core.api import blueprint
from core.caller import Caller
from core.endpoint import endpoint
from inspections import queries as inspections
from reports import actions, downloads, queries, schemas
from reports.models import Report

blp = blueprint("reports", __name__, url_prefix="/api/v1", description="Biên bản kiểm tra")
blueprints = [blp]

_PDF = {"type": "string", "format": "binary"}
_CLERK = roles(Role.CLERK)
_READERS = roles(Role.CLERK, Role.SUPERVISOR)


@blp.get("/inspections/<uuid:inspection_id>/reports")
@endpoint(SIGNED_IN)
@blp.response(200, schemas.ReportsOut)
@blp.alt_response(404, description="Unknown, or another team's")
def index(*, inspection_id: object, session: Session, caller: Caller) -> dict[str, Any]:
    """The inspection's documents, the latest first."""
    inspection = inspections.visible(session, str(inspection_id), caller)
    return {"reports": queries.of_inspection(session, inspection)}


@blp.get("/reports/<uuid:report_id>")
@endpoint(SIGNED_IN)
@blp.response(200, schemas.ReportOut)
@blp.alt_response(404, description="Unknown, or another team's")
def show(*, report_id: object, session: Session, caller: Caller) -> Report:
    """One document and how far it has come."""
    return queries.visible(session, str(report_id), caller)


@blp.post("/reports/<uuid:report_id>/number")
@endpoint(_CLERK)
@blp.arguments(schemas.NumberIn)
@blp.response(200, schemas.ReportOut)
@blp.alt_response(409, description="The number is taken, or the document is sealed")
@blp.alt_response(422, description="A number or date that cannot be right")
def number(wanted: dict[str, Any], *, report_id: object, session: Session, caller: Caller) -> Report:
    """Enter the document's number and date."""
    report = queries.visible(session, str(report_id), caller)
    actions.register_number(session, report, **wanted, by=caller, at=clock.now())
    return report


@blp.post("/reports/<uuid:report_id>/seal")
@endpoint(_CLERK)
@blp.arguments(schemas.SealIn, required=False)
@blp.response(202, schemas.ReportOut)
@blp.alt_response(409, description="Not numbered, already sealed, or the inspection was reopened")
def seal(wanted: dict[str, Any], *, report_id: object, session: Session, caller: Caller) -> Report:  # noqa: ARG001
    """Ask for the document to be printed and sealed."""
    report = queries.visible(session, str(report_id), caller)
    actions.ask_for_seal(session, report, by=caller, at=clock.now())
    return report


@blp.get("/reports/<uuid:report_id>/file")
@endpoint(SIGNED_IN)
@blp.response(200, _PDF, content_type="application/pdf", description="The PDF.")
@blp.alt_response(404, description="Unknown, another team's, or not sealed yet")
def file(*, report_id: object, session: Session, caller: Caller) -> Response:
    """The sealed PDF, byte for byte."""
    return downloads.sealed_file(queries.visible(session, str(report_id), caller))


@blp.get("/reports/<uuid:report_id>/preview")
@endpoint(_READERS, prepare=downloads.prepare_preview)
@blp.response(200, _PDF, content_type="application/pdf", description="The PDF.")
@blp.alt_response(404, description="Unknown")
def preview(*, prepared: bytes, **_edge: object) -> Response:
    """The document as it will look, unsigned and marked as a draft."""
    return downloads.preview_file(prepared)
