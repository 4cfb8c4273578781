"""Resumable uploads in the API document: what tus 1.0.0 leaves to headers, written down as parameters."""

from typing import Any

from sync import schemas, upload_headers

SHAPES = (schemas.UploadOut,)
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
_SAID = {
    400: "upload_header_wrong, truncated, malformed.",
    403: "device_revoked.",
    404: "upload_unknown, inspection_unknown, blob_unwanted.",
    409: "offset_differs: `offset` says where to go on.",
    410: "upload_expired: begin anew.",
    412: "tus_version_unknown.",
    413: "file_too_large, part_too_long, body_too_large.",
    415: "The part is of another type, or packed.",
    422: "hash_differs: the whole is not what was announced, and nothing of it was kept.",
    423: "upload_in_use: another connection is sending.",
    460: "part_damaged: nothing of the part was kept.",
    507: "disk_nearly_full, quota_reached: files wait, operations are still taken.",
}


def _header(name: str, schema: dict[str, Any], *, required: bool = True, says: str = "") -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": required, "schema": schema}
    return described | ({"description": says} if says else {})


_VERSION = _header("Tus-Resumable", {"type": "string", "const": upload_headers.VERSION})
_OFFSET = _header(
    "Upload-Offset", _NUMBER, says="Where the part begins; it must be where the last one ended."
)
_CHECKSUM = _header(
    "Upload-Checksum", {"type": "string", "pattern": "^(sha1|sha256) [A-Za-z0-9+/]+=*$"}, required=False,
    says="With it the part is taken whole or not at all; without it what came of a broken part is kept.",
)  # fmt: skip
_LENGTH = _header("Upload-Length", _NUMBER)
_METADATA = _header(
    "Upload-Metadata", {"type": "string"},
    says="`sha256` (64 hexadecimal digits), and perhaps `inspection` and `filetype`, each in base64.",
)  # fmt: skip
_OVERRIDE = _header("X-HTTP-Method-Override", {"type": "string", "const": "PATCH"})
_UPLOAD = {"name": "upload_id", "in": "path", "required": True, "schema": {"type": "string"}}
_PROGRESS = {
    name: {"schema": {"type": "string"}} for name in ("Upload-Offset", "Upload-Length", "Upload-Expires")
}


def _route(
    summary: str, success: dict[str, Any], refused: tuple[int, ...], *headers: object
) -> dict[str, Any]:
    responses = success | {str(status): {"description": _SAID[status]} for status in refused}
    return {
        "tags": ["sync"], "summary": summary, "responses": responses, "parameters": [_VERSION, *headers],
    }  # fmt: skip


def _part(*, required: bool) -> dict[str, Any]:
    octets = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": required, "content": {upload_headers.PART_TYPE: octets}}}


def _begin() -> dict[str, Any]:
    told = {"application/json": {"schema": {"$ref": "#/components/schemas/UploadOut"}}}
    success = {
        "201": {
            "description": "`Location` is where the parts go.", "content": told,
            "headers": _PROGRESS | {"Location": {"schema": {"type": "string"}}},
        }
    }  # fmt: skip
    refused = (400, 403, 404, 412, 413, 415, 422, 460, 507)
    summary = "Announce a file that comes in parts; the first may come along."
    return _route(summary, success, refused, _LENGTH, _METADATA, _CHECKSUM) | _part(required=False)


def _append(*more: object) -> dict[str, Any]:
    taken = "Taken and synced; the file is stored if it was the last part."
    success = {"204": {"description": taken, "headers": _PROGRESS}}
    refused = (400, 403, 404, 409, 410, 412, 413, 415, 422, 423, 460, 507)
    return _route("Send the next part.", success, refused, _OFFSET, _CHECKSUM, *more) | _part(required=True)


def _look() -> dict[str, Any]:
    success = {"204": {"description": "How far it has come.", "headers": _PROGRESS}}
    return _route("Ask how far an upload has come.", success, (403, 404, 410, 412, 422, 423, 507))


def _end() -> dict[str, Any]:
    success = {"204": {"description": "Forgotten; a file that it became stays."}}
    return _route("Give up an upload.", success, (404, 410, 412, 423))


def paths() -> dict[str, Any]:
    """The routes by address."""
    one = {"head": _look(), "patch": _append(), "post": _append(_OVERRIDE), "delete": _end()}
    return {
        "/sync/v1/blobs/": {"post": _begin()},
        "/sync/v1/blobs/uploads/{upload_id}": {"parameters": [_UPLOAD], **one},
    }
