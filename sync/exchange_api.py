"""The route by which a tablet brings a file of another tablet's work, or of its own."""

import msgspec
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from core import clock, errors, framing
from core.access import DEVICE
from core.caller import Caller
from core.endpoint import endpoint
from sync import exchange, limits
from sync.exchange_file import Carried

bp = Blueprint("exchange", __name__, url_prefix="/sync/v1")
blueprints = [bp]

MEDIA_TYPES = ("application/gzip", "application/x-gzip", "application/octet-stream")


def _read_file() -> Carried:
    if request.mimetype not in MEDIA_TYPES:
        raise errors.UnsupportedMedia("Chỉ nhận tệp xuất từ máy tính bảng.", accepts=list(MEDIA_TYPES))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise errors.UnsupportedMedia("Tệp được gửi nguyên văn, không nén thêm.")
    return exchange.read(framing.stream(request, limit_bytes=limits.MAX_IMPORT_BYTES))


@bp.post("/import")
@endpoint(DEVICE, prepare=_read_file)
def take_file(*, prepared: Carried, session: Session, caller: Caller) -> Response:
    """Take in what a tablet signed and saved as a file; each batch and each photo gets its outcome."""
    taken = exchange.take(session, prepared, by=caller, at=clock.now())
    return Response(msgspec.json.encode(taken), mimetype="application/json")


setattr(take_file, framing.STREAMS, True)
