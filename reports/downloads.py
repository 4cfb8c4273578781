"""Documents as answers: the sealed file as it lies in the store, a draft printed on the spot.

A draft is printed outside any transaction and stored nowhere.
"""

from urllib.parse import quote

from flask import Response, request

from core import clock, db, file_answers, files
from core.child import ChildFailed, Limits
from reports import queries, render, sealing
from reports.errors import NotSealed, PreviewFailed, ReportUnknown
from reports.models import Report
from reports.render import Edition

_PATIENCE = Limits(wall_s=60, cpu_s=30)


def sealed_file(report: Report) -> Response:
    """The sealed PDF, byte for byte, under a name that people recognise.

    Raises:
        NotSealed: there is none yet.
    """
    if report.pdf_sha256 is None:
        raise NotSealed(report=report.id)
    name = f"bien-ban-{report.number}.pdf".replace("/", "-")
    return file_answers.answer(report.pdf_sha256, media_type=sealing.MEDIA_TYPE, disposition=_named(name))


def _named(name: str) -> str:
    """Source: RFC 6266 §4.3, RFC 8187."""
    plain = name.encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def prepare_preview() -> bytes:
    """The draft of the document that the route names.

    Raises:
        ReportUnknown: there is none.
        PreviewFailed: it could not be printed within the limits.
    """
    with db.reading() as session:
        report = session.get(Report, str((request.view_args or {})["report_id"]))
        if report is None:
            raise ReportUnknown
        edition = Edition(
            queries.snapshot_of(report), report.snapshot_sha256,
            sealing.draft_imprint(report.verification_code), report.drafted_at.astimezone(clock.VIETNAM),
        )  # fmt: skip
    try:
        return render.minutes(edition, files.path, limits=_PATIENCE).pdf
    except ChildFailed as failure:
        raise PreviewFailed(
            "Văn bản quá dài hoặc máy chủ đang bận; thử lại sau ít phút.", reason=failure.reason
        ) from None


def preview_file(pdf: bytes) -> Response:
    """The draft, shown in the browser."""
    response = Response(pdf, mimetype=sealing.MEDIA_TYPE)
    response.headers["Content-Disposition"] = _named("ban-nhap.pdf").replace("attachment", "inline", 1)
    return response
