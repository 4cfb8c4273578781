"""The inspections' JSON routes: each loads, calls one action or query, and dumps."""

from typing import Any

from sqlalchemy.orm import Session

from accounts.roles import Role
from core import clock
from core.access import SIGNED_IN, roles
from core.api import blueprint
from core.caller import Caller
from core.endpoint import endpoint
from inspections import (
    actions,
    correction_api,
    office_api,
    plan_api,
    queries,
    scheduling,
    schemas,
    self_report_api,
    set_aside_api,
)
from inspections.models import Inspection
from registry import queries as registry_queries

blp = blueprint("inspections_api", __name__, url_prefix="/api/v1/inspections", description="Cuộc kiểm tra")
blueprints = [
    blp,
    *plan_api.blueprints,
    *set_aside_api.blueprints,
    *correction_api.blueprints,
    *office_api.blueprints,
    *self_report_api.blueprints,
]

_SUPERVISOR = roles(Role.SUPERVISOR)


@blp.get("/")
@endpoint(SIGNED_IN)
@blp.arguments(schemas.FilterIn, location="query")
@blp.response(200, schemas.InspectionsOut)
def index(filters: dict[str, Any], *, session: Session, caller: Caller) -> dict[str, Any]:
    """The inspections that the caller may see."""
    states = [filters["state"]] if filters["state"] else []
    return {"inspections": queries.listed(session, caller, states=states, year=filters["year"])}


@blp.post("/")
@endpoint(_SUPERVISOR)
@blp.arguments(schemas.ScheduleIn)
@blp.response(201, schemas.InspectionOut)
@blp.alt_response(404, description="Unknown unit")
@blp.alt_response(422, description="Not on that day, or neither planned nor requested")
def schedule(wanted: dict[str, Any], *, session: Session, caller: Caller) -> Inspection:
    """Schedule an inspection of a unit: as the year's plan has it, or as a request asks."""
    unit = registry_queries.unit_by_code(session, wanted["unit_code"])
    request = scheduling.Request(**wanted["request"]) if wanted["request"] else None
    return scheduling.schedule_visit(
        session, unit, form=wanted["form"], planned_on=wanted["planned_on"], request=request, by=caller,
        at=clock.now(),
    )  # fmt: skip


@blp.get("/<uuid:inspection_id>")
@endpoint(SIGNED_IN)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(404, description="Unknown, or another team's")
def show(*, inspection_id: object, session: Session, caller: Caller) -> Inspection:
    """One inspection's facts."""
    return queries.visible(session, str(inspection_id), caller)


@blp.post("/<uuid:inspection_id>/decision")
@endpoint(_SUPERVISOR)
@blp.arguments(schemas.DecisionIn)
@blp.response(200, schemas.DecidedOut)
@blp.alt_response(409, description="Not waiting for a decision")
def decide(
    wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller
) -> dict[str, Any]:
    """Record the inspection decision: team, checklist, profile and period are frozen."""
    inspection = queries.visible(session, str(inspection_id), caller)
    places = [actions.Place(**place) for place in wanted.pop("team")]
    actions.decide(session, inspection, actions.Decision(team=places, **wanted), by=caller, at=clock.now())
    plain = {name: getattr(inspection, name) for name in schemas.InspectionOut().fields}
    return plain | {"warnings": queries.member_warnings(session, inspection)}


@blp.post("/<uuid:inspection_id>/send-back")
@endpoint(_SUPERVISOR)
@blp.arguments(schemas.SendBackIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(409, description="Not waiting for a decision")
def send_back(
    wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller
) -> Inspection:
    """Send the inspection back to its team with remarks."""
    inspection = queries.visible(session, str(inspection_id), caller)
    remarks = [actions.Remark(**remark) for remark in wanted.pop("remarks")]
    actions.send_back(session, inspection, remarks=remarks, by=caller, at=clock.now(), **wanted)
    return inspection


@blp.post("/<uuid:inspection_id>/approve")
@endpoint(_SUPERVISOR)
@blp.arguments(schemas.ApproveIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(409, description="Not waiting for a decision, or the content has changed")
def approve(wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller) -> Inspection:
    """Approve the content that was on the screen."""
    inspection = queries.visible(session, str(inspection_id), caller)
    actions.approve(session, inspection, content=wanted["content"], by=caller, at=clock.now())
    return inspection
