"""The checklists' JSON routes. A published version never changes, so whoever has its bytes keeps them.

Both routes are public: the questions are no secret, and a tablet or a shared cache may fetch them at will.
"""

from flask import Response, request
from sqlalchemy.orm import Session

from checklists import queries, schemas
from checklists.models import ChecklistVersion
from core import api
from core.access import PUBLIC
from core.caller import Caller
from core.endpoint import endpoint

blp = api.blueprint(
    "checklists", __name__, url_prefix="/api/v1/checklists", description="Checklists (danh mục kiểm tra)"
)
blueprints = [blp]

_FOR_EVER = "public, max-age=31536000, immutable"


@blp.route("", methods=["GET"])
@endpoint(PUBLIC)
@blp.response(200, schemas.ChecklistVersionOut(many=True))
def list_versions(*, session: Session, caller: Caller) -> list[ChecklistVersion]:  # noqa: ARG001 (every view is told)
    """List every published version with its status and the SHA-256 of its bytes."""
    return list(queries.versions(session))


@blp.route("/<reference>", methods=["GET"])
@blp.doc(parameters=[{"in": "header", "name": "If-None-Match", "schema": {"type": "string"}}])
@endpoint(PUBLIC)
@blp.response(
    200, {"type": "object"}, description="The exact published bytes; the ETag is their SHA-256.",
    headers={"ETag": {"description": "SHA-256 of the body, quoted", "schema": {"type": "string"}}},
)  # fmt: skip
@blp.alt_response(304, description="The caller has these bytes already (If-None-Match).")
@blp.alt_response(404, schema=api.ProblemOut, description="Nothing is published under this name.")
def show_version(reference: str, *, session: Session, caller: Caller) -> Response:  # noqa: ARG001 (every view is told)
    """Give one version, `CODE@VERSION`, byte for byte as it was published."""
    published = queries.version(session, reference)
    response = Response(published.content, mimetype="application/json")
    response.set_etag(published.sha256)
    response.headers["Cache-Control"] = _FOR_EVER
    response.make_conditional(request)
    return response
