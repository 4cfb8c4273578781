"""The routes of resumable uploads (tus 1.0.0) beside the simple `PUT` of a whole file.

Bytes are received before the transaction, so that a slow tablet holds no lock; what they amount to is decided
in `uploads`, and who may send them in `blobs`.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Response, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from core import clock, db, errors, files, framing, ids
from core.access import DEVICE
from core.caller import Caller
from core.endpoint import endpoint
from sync import blobs, quotas, upload_headers, uploads
from sync.errors import OffsetDiffers
from sync.models import PartialUpload
from sync.schemas import UploadOut
from sync.upload_headers import Announced
from sync.uploads import Part, Progress

bp = Blueprint("uploads", __name__, url_prefix="/sync/v1/blobs")
blueprints = [bp]


@dataclass(frozen=True)
class Received:
    """What a request has brought onto the disk before its transaction begins."""

    upload_id: str
    announced: Announced
    progress: Progress


@bp.after_request
def _speak_tus(response: Response) -> Response:
    """Every answer, refusals included, names the version that is spoken."""
    response.headers["Tus-Resumable"] = response.headers["Tus-Version"] = upload_headers.VERSION
    return response


@bp.route("/", methods=["OPTIONS"], provide_automatic_options=False)
@endpoint(DEVICE)
def describe(*, session: Session, caller: Caller) -> Response:  # noqa: ARG001 (every view is told)
    """Say which extensions are spoken, and how large a file may be."""
    response = Response(status=204)
    response.headers["Tus-Extension"] = ",".join(upload_headers.EXTENSIONS)
    response.headers["Tus-Max-Size"] = str(files.MAX_FILE_BYTES)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(sorted(upload_headers.ALGORITHMS))
    return response


def _part(offset: int) -> Part:
    """The part in the body, of which not a byte has been read.

    Raises:
        UnsupportedMedia, LengthRequired, BodyTooLarge, UploadHeaderWrong
    """
    if request.mimetype != upload_headers.PART_TYPE or "Content-Encoding" in request.headers:
        raise errors.UnsupportedMedia("Phần tệp được gửi nguyên văn.", accepts=[upload_headers.PART_TYPE])
    length_bytes = framing.content_length(request, limit_bytes=files.MAX_FILE_BYTES)
    source = framing.stream(request, limit_bytes=files.MAX_FILE_BYTES)
    return Part(source, offset, length_bytes, upload_headers.checksum(request.headers))


def _begin() -> Received:
    upload_headers.check_version(request.headers)
    announced = upload_headers.announced(request.headers)
    has_part = bool(request.content_length) or request.mimetype == upload_headers.PART_TYPE
    part = _part(0) if has_part else None
    with db.reading() as session:
        caller: Caller = g.caller
        inspections = blobs.wanted_by(session, announced.sha256, announced.inspection, caller)
        incoming = quotas.Incoming(
            announced.sha256, announced.length_bytes, str(caller.device_id), inspections
        )
        quotas.check(session, incoming, at=clock.now())
    upload_id = ids.new_id()
    return Received(upload_id, announced, uploads.begun(upload_id, announced, part))


@bp.post("/")
@endpoint(DEVICE, prepare=_begin)
def begin(*, prepared: Received, session: Session, caller: Caller) -> Response:
    """Take the announcement of a file, and its first bytes if they come along."""
    at = clock.now()
    upload = uploads.open_upload(session, prepared.upload_id, prepared.announced, by=caller, at=at)
    told = UploadOut(
        upload.id, prepared.progress.offset, upload.length_bytes, clock.wire_time(upload.expires_at)
    )
    response = Response(msgspec.json.encode(told), status=201, mimetype="application/json")
    response.headers["Location"] = url_for("uploads.look", upload_id=upload.id)
    return _advanced(response, upload, prepared, session=session, caller=caller)


setattr(begin, framing.STREAMS, True)


def _advanced(
    response: Response, upload: PartialUpload, received: Received, *, session: Session, caller: Caller
) -> Response:
    """The answer that says how far it has come; the whole file is on record, and its parts go afterwards."""
    if received.progress.received is not None and upload.finished_at is None:
        uploads.finish(session, upload, received.progress.received, by=caller, at=clock.now())
    if upload.finished_at is not None:
        response.call_on_close(uploads.discarding(upload.id))
    response.headers["Upload-Offset"] = str(received.progress.offset)
    response.headers["Upload-Length"] = str(upload.length_bytes)
    response.headers["Upload-Expires"] = http_date(upload.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return response


def _continue(*, with_part: bool) -> Received:
    upload_headers.check_version(request.headers)
    upload_id = str((request.view_args or {})["upload_id"])
    offset = upload_headers.offset(request.headers) if with_part else 0
    part = _part(offset) if with_part else None
    with db.reading() as session:
        caller: Caller = g.caller
        upload = uploads.found(session, upload_id, caller, at=clock.now())
        blobs.wanted_by(session, upload.sha256, upload.inspection, caller)
        announced, is_finished = uploads.announced_of(upload), upload.finished_at is not None
    if not is_finished:
        return Received(upload_id, announced, uploads.continued(upload_id, announced, part))
    if part is not None and (part.offset, part.length_bytes) != (announced.length_bytes, 0):
        raise OffsetDiffers("Tệp này đã được gửi xong.", offset=announced.length_bytes)
    return Received(upload_id, announced, Progress(announced.length_bytes))


def _look() -> Received:
    return _continue(with_part=False)


@bp.route("/uploads/<upload_id>", methods=["HEAD"])
@endpoint(DEVICE, prepare=_look, write=True)
def look(upload_id: str, *, prepared: Received, session: Session, caller: Caller) -> Response:
    """Say how far the upload has come; what an interrupted request left undone at its end is done."""
    upload = uploads.found(session, upload_id, caller, at=clock.now())
    return _advanced(Response(status=204), upload, prepared, session=session, caller=caller)


def _append() -> Received:
    overridden = request.headers.get("X-HTTP-Method-Override", "PATCH" if request.method == "PATCH" else "")
    if overridden != "PATCH":
        raise errors.Malformed("POST vào đây cần X-HTTP-Method-Override: PATCH.")
    return _continue(with_part=True)


@bp.route("/uploads/<upload_id>", methods=["PATCH", "POST"])
@endpoint(DEVICE, prepare=_append)
def append(upload_id: str, *, prepared: Received, session: Session, caller: Caller) -> Response:
    """Take the next part; with the last one the file is checked and stored. POST stands in for PATCH."""
    upload = uploads.found(session, upload_id, caller, at=clock.now())
    return _advanced(Response(status=204), upload, prepared, session=session, caller=caller)


setattr(append, framing.STREAMS, True)


def _check_version() -> None:
    upload_headers.check_version(request.headers)


@bp.delete("/uploads/<upload_id>")
@endpoint(DEVICE, prepare=_check_version)
def end(upload_id: str, *, prepared: None, session: Session, caller: Caller) -> Any:  # noqa: ARG001
    """Forget the upload with what has come of it; a file that it became stays."""
    uploads.drop(session, uploads.found(session, upload_id, caller, at=clock.now()))
    return Response(status=204)
