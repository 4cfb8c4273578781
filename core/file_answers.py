"""A stored file as an answer, whole or in the part that was asked for, wherever the store keeps it."""

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from core import files
from core.file_errors import FileMissing


def answer(sha256: str, *, media_type: str, disposition: str) -> Response:
    """The file with its hash as ETag; `Range` and `If-None-Match` are heeded, and nothing is held in memory.

    Raises:
        FileMissing, StoreAway
    """
    size = files.size_of(sha256)
    if size is None:
        raise FileMissing(sha256=sha256)
    stream = files.opened(sha256)
    response = Response(wrap_file(request.environ, stream), mimetype=media_type, direct_passthrough=True)
    response.content_length = size
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        raise
    if response.status_code == 304:
        stream.close()
    return response
