"""The registry's JSON routes: units, legal texts and the inspecting agency, for signed-in people."""

from typing import Any

from sqlalchemy.orm import Session

from core import api
from core.access import SIGNED_IN
from core.caller import Caller
from core.endpoint import endpoint
from registry import queries, schemas
from registry.models import Agency, Unit

units = api.blueprint("units", __name__, url_prefix="/api/v1/units", description="Units (đơn vị)")
legal = api.blueprint(
    "legal_instruments", __name__, url_prefix="/api/v1/legal-instruments",
    description="Legal texts and standards (căn cứ pháp lý, tiêu chuẩn)",
)  # fmt: skip
agency = api.blueprint(
    "agency", __name__, url_prefix="/api/v1/agency", description="The agency (cơ quan kiểm tra)"
)
blueprints = [units, legal, agency]


@units.route("", methods=["GET"])
@endpoint(SIGNED_IN)
@units.response(200, schemas.UnitOut(many=True))
def list_units(*, session: Session, caller: Caller) -> list[Unit]:  # noqa: ARG001 (every view is told)
    """List every unit by code, those that have ended included."""
    return list(queries.units(session))


@units.route("/<code>", methods=["GET"])
@endpoint(SIGNED_IN)
@units.response(200, schemas.UnitWithHistoryOut)
@units.alt_response(404, schema=api.ProblemOut, description="Unknown unit.")
def show_unit(code: str, *, session: Session, caller: Caller) -> dict[str, Any]:  # noqa: ARG001 (every view is told)
    """Show one unit with its events, earlier names, obligations and system through time."""
    unit = queries.unit_by_code(session, code)
    plain = {
        name: getattr(unit, name) for name in schemas.UnitWithHistoryOut().fields if name != "obligations"
    }
    return plain | {"obligations": queries.obligations(unit, queries.obligation_rules(session))}


@legal.route("", methods=["GET"])
@endpoint(SIGNED_IN)
@legal.response(200, schemas.LegalTextsOut)
def list_legal_texts(*, session: Session, caller: Caller) -> dict[str, Any]:  # noqa: ARG001 (every view is told)
    """List legal texts and standards with the days between which they are in force."""
    return {"instruments": queries.legal_instruments(session), "standards": queries.standards(session)}


@agency.route("", methods=["GET"])
@endpoint(SIGNED_IN)
@agency.response(200, schemas.AgencyOut)
@agency.alt_response(404, schema=api.ProblemOut, description="Nobody has named the agency yet.")
def show_agency(*, session: Session, caller: Caller) -> Agency:  # noqa: ARG001 (every view is told)
    """Show the names that stand at the head of documents."""
    return queries.named_agency(session)
