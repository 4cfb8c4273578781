"""TD/1 in the API document: paths by hand, shapes from the msgspec structs that the routes really use."""

from typing import Any

import msgspec

from accounts import device_presence
from inspections.operation import Operation
from sync import exchange_openapi, recollection_api, schemas, upload_openapi

_REFERENCE = "#/components/schemas/{name}"
_SHAPES = (
    schemas.PushIn, schemas.PushOut, schemas.PullIn, schemas.PullOut, schemas.HeadsOut, schemas.MissingIn,
    schemas.MissingOut, schemas.BlobOut, Operation,
)  # fmt: skip
_TAG = "sync"
_PROTOCOL = {
    "name": "Sync-Protocol", "in": "header", "required": True, "schema": {"type": "string", "example": "1.0"},
}  # fmt: skip
_BLOB = {
    "name": "name", "in": "path", "required": True,
    "schema": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
}  # fmt: skip

_KNOWN = {
    "name": "If-None-Match", "in": "header", "schema": {"type": "string"},
    "description": "The ETag of what the tablet has.",
}  # fmt: skip
_NO_SUCH_PART = {
    "description": "No such part.",
    "content": {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(name="ProblemOut")}}},
}
_PART = {
    "name": "Range", "in": "header", "schema": {"type": "string", "example": "bytes=0-1023"},
    "description": "Which part.",
}  # fmt: skip


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCE.format(name=name)}}}


def _problems(*statuses: int) -> dict[str, Any]:
    """What these routes refuse in words of their own; what every edge refuses is written by the core."""
    said = {
        400: "Not what the protocol says: malformed, truncated.",
        403: "device_unknown, device_revoked.",
        404: "There is none, or none that the caller may know of.",
        409: "gap, chain_fork, epoch_mismatch, cursor_ahead.",
        413: "batch_too_large, body_too_large, file_too_large.",
        422: "bad_chain, bad_signature, hash_differs.",
        426: "upgrade_required.",
        507: "disk_nearly_full, quota_reached.",
    }
    return {str(status): {"description": said[status]} for status in statuses}


def _described(summary: str, responses: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"tags": [_TAG], "summary": summary, "responses": responses} | more


def _ok(description: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": content}


def _push() -> dict[str, Any]:
    return _described(
        "Send a batch of operations; each gets an outcome, and the batch a signed receipt.",
        {"200": _ok("Processed, even if every operation was set aside.", _json("PushOut"))}
        | _problems(400, 403, 409, 413, 422, 426),
        parameters=[_PROTOCOL, device_presence.DESCRIBED],
        requestBody={"required": True, "content": _json("PushIn")},
    )


def _pull() -> dict[str, Any]:
    return _described(
        "Fetch what is new in the logs of the caller's inspections.",
        {"200": _ok("Stretches without holes; `gone` names what may not be seen.", _json("PullOut"))}
        | _problems(400, 403, 409, 426),
        parameters=[_PROTOCOL],
        requestBody={"required": True, "content": _json("PullIn")},
    )


def _heads() -> dict[str, Any]:
    named = {
        "name": "streams",
        "in": "query",
        "schema": {"type": "string"},
        "description": "Comma-separated.",
    }
    return _described(
        "Look how far each log goes and which packages are current.",
        {"200": _ok("With an ETag.", _json("HeadsOut")), "304": {"description": "Nothing has changed."}}
        | _problems(400, 403),
        parameters=[named, _KNOWN, device_presence.DESCRIBED],
    )


def _object(members: dict[str, Any]) -> dict[str, Any]:
    """An object that always has these members and, for now, no others."""
    shape = {"type": "object", "properties": members, "required": list(members)}
    return {"application/json": {"schema": shape | {"additionalProperties": False}}}


_TEXT = {"type": "string"}
_LIMITS = {"type": "object", "additionalProperties": {"type": "integer"}}
_SERVER_KEYS = {"type": "array", "items": {"$ref": _REFERENCE.format(name="ServerKeyOut")}}


def _packages() -> dict[str, Any]:
    told = dict.fromkeys(("inspection", "state", "etag", "unit_name", "form"), _TEXT)
    one = _object(told | {"planned_on": {"type": ["string", "null"]}})["application/json"]["schema"]
    listed = {"application/json": {"schema": {"type": "array", "items": one}}}
    return _described(
        "List the packages of the caller's inspections.",
        {"200": _ok("Nearest planned day first.", listed)} | _problems(403),
    )


def _package() -> dict[str, Any]:
    named = {"name": "inspection", "in": "path", "required": True, "schema": _TEXT}
    fact: dict[str, Any] = {"type": "object"}
    facts = {"type": "array", "items": fact}
    package = {
        "inspection": fact, "checklist": fact, "unit": fact, "agency": {"type": ["object", "null"]},
        "team": facts, "server_keys": _SERVER_KEYS, "limits": _LIMITS, "previous_findings": facts,
        "prefill": fact, "self_reports": facts,
    }  # fmt: skip
    return _described(
        "Get what a tablet must have to inspect without a network.",
        {"200": _ok("With an ETag.", _object(package)), "304": {"description": "The tablet has it."}}
        | _problems(403, 404),
        parameters=[named, _KNOWN],
    )


def _put_blob() -> dict[str, Any]:
    named = {"name": "inspection", "in": "query", "schema": {"type": "string"}}
    octets = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return _described(
        "Send a file whose SHA-256 is its name.",
        {"200": _ok("It was here.", _json("BlobOut")), "201": _ok("It is here.", _json("BlobOut"))}
        | _problems(400, 403, 404, 413, 422, 507),
        parameters=[_BLOB, named],
        requestBody={"required": True, "content": octets},
    )


def _get_blob() -> dict[str, Any]:
    octets = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return _described(
        "Get a file, or the part of it that the Range header asks for.",
        {"200": _ok("The file.", octets), "206": _ok("A part.", octets),
         "304": {"description": "The tablet has it."}, "416": _NO_SUCH_PART}
        | _problems(400, 403, 404),
        parameters=[_BLOB, _KNOWN, _PART],
    )  # fmt: skip


def _missing() -> dict[str, Any]:
    return _described(
        "Ask which files have not come for an inspection.",
        {"200": _ok("Those that are missing.", _json("MissingOut"))} | _problems(400, 403, 404),
        requestBody={"required": True, "content": _json("MissingIn")},
    )


def _info() -> dict[str, Any]:
    texts = {"type": "array", "items": _TEXT}
    told = _object(
        {
            "protocol": texts, "epoch": _TEXT, "limits": _LIMITS, "features": texts,
            "server_keys": _SERVER_KEYS, "min_app": _TEXT, "token_endpoint": _TEXT, "server_time": _TEXT,
        }
    )  # fmt: skip
    return _described("Say what is spoken here, and with which keys.", {"200": _ok("Open to all.", told)})


def paths_and_schemas() -> dict[str, Any]:
    """The part of the OpenAPI document that describes these routes."""
    shown = (*_SHAPES, *exchange_openapi.SHAPES, *upload_openapi.SHAPES, *recollection_api.SHAPES)
    _, shapes = msgspec.json.schema_components(shown, ref_template=_REFERENCE)
    return {
        "paths": {
            "/sync/v1/info": {"get": _info()},
            "/sync/v1/push": {"post": _push()},
            "/sync/v1/pull": {"post": _pull()},
            "/sync/v1/heads": {"get": _heads()},
            "/sync/v1/packages": {"get": _packages()},
            "/sync/v1/packages/{inspection}": {"get": _package()},
            "/sync/v1/blobs/{name}": {"put": _put_blob(), "get": _get_blob()},
            "/sync/v1/blobs/missing": {"post": _missing()},
            **exchange_openapi.paths(),
            **upload_openapi.paths(),
            **recollection_api.paths(),
        },
        "schemas": shapes,
    }
