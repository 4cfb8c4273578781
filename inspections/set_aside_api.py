"""The JSON routes for what is decided outside the ordinary course: set-aside work, conflicts, steps back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from checklists import queries as checklists
from core import clock
from core.access import SIGNED_IN
from core.api import blueprint
from core.caller import Caller
from core.endpoint import endpoint
from inspections import codes, log, log_reading, quarantine, queries, resolution, schemas, set_aside_actions
from inspections import set_aside_schemas as shapes
from inspections.fold import Entry, Fold
from inspections.ledger import Outcome
from inspections.models import Inspection

blp = blueprint(
    "inspections_set_aside_api", __name__, url_prefix="/api/v1/inspections/<uuid:inspection_id>",
    description="Quyết định ngoài trình tự thường",
)  # fmt: skip
blueprints = [blp]

_DECISIONS = {"adopt": set_aside_actions.adopt, "dismiss": set_aside_actions.dismiss}


@blp.get("/quarantine")
@endpoint(SIGNED_IN)
@blp.response(200, shapes.QuarantineOut)
@blp.alt_response(404, description="Unknown, or another team's")
def quarantined(*, inspection_id: object, session: Session, caller: Caller) -> dict[str, Any]:
    """What was set aside and neither adopted nor dismissed."""
    inspection = queries.visible(session, str(inspection_id), caller)
    folded = log.read_fold(session, inspection.id)
    waiting = quarantine.awaiting(folded, log_reading.beside(session, inspection.id))
    if inspection.checklist is None:  # nothing binds yet that could take anything in
        return {"operations": [_set_aside(folded, entry, can_adopt=False) for entry in waiting]}
    items = checklists.items(session, inspection.checklist)
    earlier = log_reading.earlier_checklists(session, inspection.id)
    places = (quarantine.place_of(entry, earlier) for entry in waiting)
    return {
        "operations": [
            _set_aside(folded, entry, can_adopt=quarantine.is_adoptable_at(entry, place, items))
            for entry, place in zip(waiting, places, strict=True)
        ]
    }


def _set_aside(folded: Fold, entry: Entry, *, can_adopt: bool) -> dict[str, Any]:
    code = folded.reason_aside(entry) or ""
    return _told(entry) | {
        "entity": entry.entity, "code": code, "reason": codes.sentence(code) if code else "",
        "pos": entry.pos, "can_adopt": can_adopt,
    }  # fmt: skip


def _told(entry: Entry) -> dict[str, Any]:
    sent = entry.operation
    return {
        "op_id": entry.op_id, "type": sent.type, "actor": sent.actor, "body": sent.body,
        "received_at": entry.received_at,
    }  # fmt: skip


@blp.post("/quarantine")
@endpoint(SIGNED_IN)
@blp.arguments(shapes.SettleIn)
@blp.response(200, shapes.OutcomeOut)
@blp.alt_response(403, description="Not the team's leader")
@blp.alt_response(404, description="Not set aside, or decided already")
@blp.alt_response(409, description="The record is signed, or the log does not take it")
def settle(wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller) -> Outcome:
    """Adopt or dismiss an operation that was set aside."""
    inspection = queries.visible(session, str(inspection_id), caller)
    return _DECISIONS[wanted["decision"]](
        session, inspection, wanted["op_id"], reason=wanted["reason"], by=caller, at=clock.now()
    )


@blp.get("/conflicts")
@endpoint(SIGNED_IN)
@blp.response(200, shapes.ConflictsOut)
@blp.alt_response(404, description="Unknown, or another team's")
def conflicts(*, inspection_id: object, session: Session, caller: Caller) -> dict[str, Any]:
    """The values that stand against each other."""
    inspection = queries.visible(session, str(inspection_id), caller)
    return {"conflicts": list(_conflicts(log.read_fold(session, inspection.id)))}


def _conflicts(folded: Fold) -> Iterable[dict[str, Any]]:
    for one in filter(resolution.can_be_resolved, folded.conflicts()):
        heads = [_told(folded.entries[op_id]) for op_id in one.heads]
        yield {"entity": one.entity, "field": one.field, "heads": heads}


@blp.post("/resolve")
@endpoint(SIGNED_IN)
@blp.arguments(shapes.ResolveIn)
@blp.response(200, shapes.OutcomeOut)
@blp.alt_response(403, description="Neither leader nor deputy of the team")
@blp.alt_response(409, description="The conflict has changed, or the log does not take the value")
def resolve(wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller) -> Outcome:
    """End a conflict with a reason."""
    inspection = queries.visible(session, str(inspection_id), caller)
    ruling = set_aside_actions.Ruling(**wanted)
    return set_aside_actions.resolve(session, inspection, ruling, by=caller, at=clock.now())


def _stepped(
    step: str, wanted: dict[str, Any], inspection_id: object, *, session: Session, caller: Caller
) -> Inspection:
    inspection = queries.visible(session, str(inspection_id), caller)
    act = set_aside_actions.STEPS_BACK[step]
    act(session, inspection, reason=wanted["reason"], by=caller, at=clock.now())
    return inspection


@blp.post("/reopen")
@endpoint(SIGNED_IN)
@blp.arguments(shapes.ReasonIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(403, description="Neither the leader (while signed) nor a supervisor")
@blp.alt_response(409, description="Not signed, or issued already")
def reopen(wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller) -> Inspection:
    """Open the signed record again for its team."""
    return _stepped("reopen", wanted, inspection_id, session=session, caller=caller)


@blp.post("/postpone")
@endpoint(SIGNED_IN)
@blp.arguments(shapes.ReasonIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(403, description="Not a supervisor")
@blp.alt_response(409, description="Signed already")
def postpone(
    wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller
) -> Inspection:
    """Put the inspection off until a new decision."""
    return _stepped("postpone", wanted, inspection_id, session=session, caller=caller)


@blp.post("/cancel")
@endpoint(SIGNED_IN)
@blp.arguments(shapes.ReasonIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(403, description="Not a supervisor")
@blp.alt_response(409, description="Signed already")
def cancel(wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller) -> Inspection:
    """Call the inspection off."""
    return _stepped("cancel", wanted, inspection_id, session=session, caller=caller)
