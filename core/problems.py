"""The only place where a refusal becomes a status code: RFC 9457 for programs, a page for people.

It never shows a stack trace, a path or a query; a defect is logged in full and answered with a reference.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, g, jsonify, redirect, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from core import access, errors, ids, outages
from core.caller import ANONYMOUS

_log = structlog.get_logger()

_STATUS: dict[type[errors.Refusal], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.LengthRequired: 411,
    errors.VersionUnknown: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Invalid: 422,
    errors.InUse: 423,
    errors.UpgradeRequired: 426,
    errors.SlowDown: 429,
    errors.Damaged: 460,  # no status of HTTP's own: the checksum extension of tus 1.0
    errors.Unavailable: 503,
    errors.NoSpace: 507,
}

KINDS = {status: kind for kind, status in _STATUS.items()}

_TITLES = {
    400: "Yêu cầu không đọc được",
    404: "Không có trang này",
    405: "Không dùng được cách gọi này",
    413: "Nội dung gửi lên quá lớn",
    415: "Không nhận kiểu dữ liệu này",
    422: "Dữ liệu chưa hợp lệ",
    500: "Máy chủ gặp lỗi khi xử lý",
}


def status_of_kind(refused: type[errors.Refusal]) -> int:
    """The HTTP status of the kind that such refusals belong to."""
    return next((_STATUS[kind] for kind in refused.__mro__ if kind in _STATUS), 422)


def status_of(refusal: errors.Refusal) -> int:
    """The HTTP status of the kind that the refusal belongs to."""
    return status_of_kind(type(refusal))


def is_for_programs(path: str) -> bool:
    """Whether answers under this path are JSON."""
    return path.startswith(("/api/", "/sync/"))


def problem(status: int, slug: str, title: str, detail: str = "", **members: object) -> Response:
    """An `application/problem+json` answer (RFC 9457 §3); its own members stand, whatever `members` holds."""
    body: dict[str, Any] = {
        "type": f"urn:thucdia:problem:{slug}",
        "title": title,
        "status": status,
        "code": slug,
    }
    if detail:
        body["detail"] = detail
    response = jsonify(members | body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _page(status: int, title: str, detail: str, reference: str = "") -> Response:
    html = render_template(
        "web/errors/refusal.html",
        title=title,
        detail=detail,
        status=status,
        reference=reference,
        caller=g.get("caller"),
    )
    return Response(html, status=status, mimetype="text/html")


def answer_refusal(refusal: errors.Refusal) -> Any:
    """Say no with the reason."""
    status = status_of(refusal)
    if is_for_programs(request.path):
        response = problem(status, refusal.slug, refusal.title, refusal.detail, **refusal.members)
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(refusal, errors.Unauthenticated) and request.method == "GET":
        return redirect("/?next=" + quote(request.full_path.rstrip("?"), safe="/"))
    else:
        response = _page(status, refusal.title, refusal.detail)
    if isinstance(refusal, errors.SlowDown):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _recognise_caller() -> None:
    """An address that no route knows keeps the frame of whoever asked for it."""
    if "caller" in g:
        return
    try:
        g.caller = access.recognise(request)
    except errors.Refusal:
        g.caller = ANONYMOUS


def answer_http_exception(error: HTTPException) -> Any:
    """Say no for what the framework itself refused (unknown path, wrong method, schema mismatch)."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    status = error.code
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    if not is_for_programs(request.path):
        _recognise_caller()
        return _page(status, title, "")
    raw = getattr(error, "data", None) or {}
    fields = raw.get("messages") or raw.get("errors")
    detail = "Một số trường chưa đúng, xem mục «fields»." if fields else ""
    slug = "invalid" if status == 422 else HTTPStatus(status).name.lower()
    response = problem(status, slug, title, detail, **({"fields": fields} if fields else {}))
    for name, header in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = header
    return response


def answer_defect(error: Exception) -> Any:
    """Log a defect of ours in full and answer with a reference that finds it in the log."""
    reference = ids.new_id()[-12:]
    _log.error("defect", reference=reference, path=request.path, exc_info=error)
    detail = f"Dữ liệu đã lưu trước đó vẫn an toàn. Báo quản trị viên mã {reference}."
    if is_for_programs(request.path):
        return problem(500, "defect", _TITLES[500], detail, reference=reference)
    return _page(500, _TITLES[500], detail, reference)


def answer_outage(error: Exception) -> Any:
    """Say that disk or database is away, if that is what it is, so that a tablet comes again by itself."""
    refusal = outages.outage(error)
    if refusal is None:
        return answer_defect(error)
    _log.error("outage", slug=refusal.slug, path=request.path, reason=str(getattr(error, "orig", error)))
    return answer_refusal(refusal)


def register(app: Flask) -> None:
    """Hang the answers into the application."""
    app.register_error_handler(errors.Refusal, answer_refusal)
    app.register_error_handler(HTTPException, answer_http_exception)
    if not app.testing:
        app.register_error_handler(DBAPIError, answer_outage)
        app.register_error_handler(OSError, answer_outage)
        app.register_error_handler(PoolTimeout, answer_outage)
        app.register_error_handler(Exception, answer_defect)
