"""The plans' JSON routes: each loads, calls one action or query, and dumps."""

from typing import Any

from sqlalchemy.orm import Session

from accounts.roles import Role
from core import api, clock
from core.access import SIGNED_IN, roles
from core.caller import Caller
from core.endpoint import endpoint
from inspections import plan_actions, plan_queries, plan_schemas, scheduling, schemas
from inspections.models import Inspection
from inspections.plan_models import Plan
from inspections.plan_rules import RowFields

blp = api.blueprint("plans_api", __name__, url_prefix="/api/v1/plans", description="Kế hoạch kiểm tra")
blueprints = [blp]
_SUPERVISOR = roles(Role.SUPERVISOR)


def _rows(given: list[dict[str, Any]]) -> list[RowFields]:
    return [RowFields(**row) for row in given]


def _shown(session: Session, plan: Plan) -> dict[str, Any]:
    session.flush()  # coverage and links are counted by the database
    carried_out = plan_queries.inspections_of(session, plan)
    names = set(plan_schemas.PlanRowOut().fields) - {"inspection_id"}
    rows = [
        {name: getattr(row, name) for name in names}
        | {"inspection_id": found.id if (found := carried_out.get(row.entry)) else None}
        for row in plan.rows
    ]
    plain = {name: getattr(plan, name) for name in plan_schemas.PlanOut().fields}
    return plain | {"rows": rows, "coverage": plan_queries.reach_of(session, plan)}


@blp.route("/", methods=["GET"])
@endpoint(SIGNED_IN)
@blp.response(200, plan_schemas.PlansOut)
def index(*, session: Session, caller: Caller) -> dict[str, Any]:  # noqa: ARG001 (every view is told)
    """List every version of every plan, newest first."""
    return {"plans": plan_queries.plans(session)}


@blp.route("/", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.arguments(plan_schemas.PlanIn)
@blp.response(201, plan_schemas.PlanWithRowsOut)
@blp.alt_response(409, schema=api.ProblemOut, description="The year has a plan")
def draft(given: dict[str, Any], *, session: Session, caller: Caller) -> dict[str, Any]:
    """Draft a year's plan; it is stored whole or not at all."""
    rows = _rows(given.pop("rows"))
    return _shown(session, plan_actions.draft(session, rows=rows, by=caller, at=clock.now(), **given))


@blp.route("/<plan_id>", methods=["GET"])
@endpoint(SIGNED_IN)
@blp.response(200, plan_schemas.PlanWithRowsOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
def show(*, plan_id: str, session: Session, caller: Caller) -> dict[str, Any]:  # noqa: ARG001 (every view is told)
    """Show one version with its rows and its coverage as it stands now."""
    return _shown(session, plan_queries.plan(session, plan_id))


@blp.route("/<plan_id>", methods=["PUT"])
@endpoint(_SUPERVISOR)
@blp.arguments(plan_schemas.PlanContentIn)
@blp.response(200, plan_schemas.PlanWithRowsOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not a draft")
def rewrite(given: dict[str, Any], *, plan_id: str, session: Session, caller: Caller) -> dict[str, Any]:
    """Replace a draft's title and rows."""
    plan = plan_queries.plan(session, plan_id)
    plan_actions.rewrite(
        session, plan, title=given["title"], rows=_rows(given["rows"]), by=caller, at=clock.now()
    )
    return _shown(session, plan)


@blp.route("/<plan_id>/submit", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.response(200, plan_schemas.PlanOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not a draft")
def submit(*, plan_id: str, session: Session, caller: Caller) -> Plan:
    """Record that the draft was submitted to the province."""
    plan = plan_queries.plan(session, plan_id)
    plan_actions.submit(session, plan, by=caller, at=clock.now())
    return plan


@blp.route("/<plan_id>/hand-back", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.response(200, plan_schemas.PlanOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not submitted")
def hand_back(*, plan_id: str, session: Session, caller: Caller) -> Plan:
    """Record that the plan came back to be edited."""
    plan = plan_queries.plan(session, plan_id)
    plan_actions.hand_back(session, plan, by=caller, at=clock.now())
    return plan


@blp.route("/<plan_id>/approve", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.arguments(plan_schemas.PlanApprovalIn)
@blp.response(200, plan_schemas.PlanOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not submitted")
def approve(given: dict[str, Any], *, plan_id: str, session: Session, caller: Caller) -> Plan:
    """Record the province's approval with its number and day."""
    plan = plan_queries.plan(session, plan_id)
    plan_actions.approve(session, plan, by=caller, at=clock.now(), **given)
    return plan


@blp.route("/<plan_id>/adjust", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.arguments(plan_schemas.PlanAdjustmentIn)
@blp.response(201, plan_schemas.PlanWithRowsOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not the version that holds")
def adjust(given: dict[str, str], *, plan_id: str, session: Session, caller: Caller) -> dict[str, Any]:
    """Draft the next version; the approved one holds until that is approved."""
    plan = plan_queries.plan(session, plan_id)
    made = plan_actions.adjust(session, plan, reason=given["reason"], by=caller, at=clock.now())
    return _shown(session, made)


@blp.route("/<plan_id>/complete", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.response(200, plan_schemas.PlanOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not the version that holds")
def complete(*, plan_id: str, session: Session, caller: Caller) -> Plan:
    """Record that the plan is carried out."""
    plan = plan_queries.plan(session, plan_id)
    plan_actions.complete(session, plan, by=caller, at=clock.now())
    return plan


@blp.route("/<plan_id>", methods=["DELETE"])
@endpoint(_SUPERVISOR)
@blp.response(204)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="Not a draft")
def discard(*, plan_id: str, session: Session, caller: Caller) -> None:
    """Discard a draft."""
    plan_actions.discard(session, plan_queries.plan(session, plan_id), by=caller, at=clock.now())


@blp.route("/<plan_id>/rows/<row_id>/inspection", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.arguments(plan_schemas.PlanScheduleIn, required=False)
@blp.response(201, schemas.InspectionOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan or row")
@blp.alt_response(409, schema=api.ProblemOut, description="The plan does not hold")
def schedule_row(
    given: dict[str, Any], *, plan_id: str, row_id: str, session: Session, caller: Caller
) -> Inspection:
    """Schedule a row's inspection, on its first day or another day of its span."""
    plan = plan_queries.plan(session, plan_id)
    row = plan_queries.row_of(plan, row_id)
    return scheduling.schedule_row(
        session, plan, row, planned_on=given["planned_on"], by=caller, at=clock.now()
    )


@blp.route("/<plan_id>/inspections", methods=["POST"])
@endpoint(_SUPERVISOR)
@blp.response(201, schemas.InspectionsOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown plan")
@blp.alt_response(409, schema=api.ProblemOut, description="The plan does not hold")
def schedule_rest(*, plan_id: str, session: Session, caller: Caller) -> dict[str, Any]:
    """Schedule every row that has no inspection yet, each on its first day; all or none."""
    plan = plan_queries.plan(session, plan_id)
    return {"inspections": scheduling.schedule_rest(session, plan, by=caller, at=clock.now())}
