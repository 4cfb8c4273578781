"""The JSON routes for what the office writes beside the ordinary steps."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from core import clock
from core.access import SIGNED_IN
from core.api import In, blueprint
from core.caller import Caller
from core.endpoint import endpoint
from inspections import office_actions, queries, schemas
from inspections.models import Inspection

blp = blueprint(
    "inspections_office_api", __name__, url_prefix="/api/v1/inspections/<uuid:inspection_id>",
    description="Việc của văn phòng bên cạnh các bước thường",
)  # fmt: skip
blueprints = [blp]

_ITEM = validate.Length(1, 64)


class SupplementIn(In):
    """A published checklist version, and what items became in it; null for none."""

    checklist = fields.String(
        required=True, validate=validate.Length(1, 120), metadata={"example": "QMS-HCNN-2015@1.0.0"}
    )
    mapping = fields.Dict(
        keys=fields.String(validate=_ITEM), values=fields.String(allow_none=True, validate=_ITEM),
        load_default=dict, validate=validate.Length(max=500),
    )  # fmt: skip


@blp.post("/remarks/<uuid:remark_id>/acceptance")
@endpoint(SIGNED_IN)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(403, description="For supervisors")
@blp.alt_response(404, description="Unknown, or another team's; or no such remark")
def accept_remark(
    *, inspection_id: object, remark_id: object, session: Session, caller: Caller
) -> Inspection:
    """Settle a remark."""
    inspection = queries.visible(session, str(inspection_id), caller)
    office_actions.accept_remark(session, inspection, str(remark_id), by=caller, at=clock.now())
    return inspection


@blp.post("/supplement")
@endpoint(SIGNED_IN)
@blp.arguments(SupplementIn)
@blp.response(200, schemas.InspectionOut)
@blp.alt_response(403, description="Neither a supervisor nor the team's leader")
@blp.alt_response(404, description="Unknown, or another team's")
@blp.alt_response(409, description="The record is closed, or a version or an item is not known")
def supplement(
    wanted: dict[str, Any], *, inspection_id: object, session: Session, caller: Caller
) -> Inspection:
    """Bind the inspection to another published checklist version."""
    inspection = queries.visible(session, str(inspection_id), caller)
    office_actions.supplement(
        session, inspection, wanted["checklist"], mapping=wanted["mapping"], by=caller, at=clock.now()
    )
    return inspection
