"""The JSON route for what follows an issued document."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from core import clock
from core.access import SIGNED_IN
from core.api import In, blueprint
from core.caller import Caller
from core.endpoint import endpoint
from inspections import correction_actions, queries, schemas
from inspections.correction_actions import STEPS, Correction
from inspections.models import Inspection

blp = blueprint(
    "inspections_correction_api", __name__, url_prefix="/api/v1/inspections/<uuid:inspection_id>",
    description="Theo dõi khắc phục sau kiểm tra",
)  # fmt: skip
blueprints = [blp]


class CorrectionIn(In):
    """A step of the follow-up: `text` is the unit's paper, a note, or the reason of a refusal."""

    step = fields.String(required=True, validate=validate.OneOf(STEPS))
    on = fields.Date(required=True)
    text = fields.String(load_default="", validate=validate.Length(max=4000))
    due_on = fields.Date(load_default=None, allow_none=True)


@blp.post("/correction")
@endpoint(SIGNED_IN)
@blp.arguments(CorrectionIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(403, description="For supervisors; receiving also for clerks")
@blp.alt_response(404, description="Unknown, or another team's")
@blp.alt_response(409, description="Nothing awaits correction or review here")
def follow_up(
    wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller
) -> Inspection:
    """Receive, accept or refuse what the unit reports to have put right."""
    inspection = queries.visible(session, str(inspection_id), caller)
    said = Correction(wanted["on"], wanted["text"], wanted["due_on"])
    correction_actions.take(session, inspection, wanted["step"], said, by=caller, at=clock.now())
    return inspection
