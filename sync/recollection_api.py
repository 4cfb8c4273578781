"""How tablets tell a restored server what they had seen of its own work, and the page that lists it."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from accounts import devices
from accounts.roles import Role
from core import clock, framing, page
from core.access import DEVICE, roles
from core.caller import Caller
from core.endpoint import endpoint
from sync import recollections, schemas
from sync.recollections import RecollectionsIn, RecollectionsOut

bp = Blueprint("recollections", __name__)
blueprints = [bp]

LARGEST_BYTES = 8 * 1024 * 1024
_READERS = roles(Role.ADMINISTRATOR, Role.SUPERVISOR)
SHAPES = (RecollectionsIn, RecollectionsOut)


def _read() -> RecollectionsIn:
    raw = framing.json_body(request, limit_bytes=LARGEST_BYTES)
    return recollections.check(schemas.converted(framing.storable(raw), RecollectionsIn))


@bp.post("/sync/v1/recollections")
@endpoint(DEVICE, prepare=_read)
def tell(*, prepared: RecollectionsIn, session: Session, caller: Caller) -> Response:
    """Take what the tablet remembers."""
    devices.check_may_read(devices.tablet(session, str(caller.device_id)))
    taken = recollections.take(session, prepared, by=caller, at=clock.now())
    return Response(msgspec.json.encode(RecollectionsOut(taken)), mimetype="application/json")


@bp.get("/lost-work/")
@page.page(_READERS)
def lost_work(*, session: Session, caller: Caller) -> str:  # noqa: ARG001 (every page is told)
    """What was done on the server and has to be looked at again after a restore."""
    return page.render("lost_work.html", lost=recollections.lost(session))


def paths() -> dict[str, Any]:
    """The route in the API document."""
    told = {"application/json": {"schema": {"$ref": "#/components/schemas/RecollectionsIn"}}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/RecollectionsOut"}}}
    described = {
        "tags": ["sync"],
        "summary": "Tell a restored server what it had written itself and has lost.",
        "requestBody": {"required": True, "content": told},
        "responses": {
            "200": {"description": "Read; what was news is counted.", "content": answer},
            "400": {"description": "Not what the protocol says: malformed, truncated."},
            "403": {"description": "device_unknown, device_revoked."},
            "413": {"description": "body_too_large."},
            "422": {"description": "bad_chain."},
        },
    }
    return {"/sync/v1/recollections": {"post": described}}
