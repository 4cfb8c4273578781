"""The public pages on which anybody verifies a document: by its code, and by the file itself.

They show what stands at the head of the document and who sealed it, never its content or a person's name.
Files that people upload are examined and forgotten.
"""

from contextlib import closing

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from core import db, files, framing, page, problems
from core.access import PUBLIC
from core.errors import Refusal
from reports import codes, queries, verify
from reports.errors import CodeUnknown, FileMissingForVerification, FileTooLargeToVerify
from reports.verdicts import Verdict

bp = Blueprint("verification", __name__, url_prefix="/verify")

Answer = str | Response | tuple[str, int]
_FORM_ROOM_BYTES = 64 * 1024


def _shown(*, verdict: Verdict | None = None, refusal: Refusal | None = None, own: bool = False) -> str:
    code = codes.grouped(verdict.known.code) if verdict and verdict.known else ""
    signature = verdict.seen.signatures[0] if verdict and verdict.seen and verdict.seen.signatures else None
    return page.render(
        "reports/verify.html", verdict=verdict, refusal=refusal, code=code, signature=signature,
        is_our_copy=own, largest_mb=verify.LARGEST_BYTES // 1024 // 1024,
    )  # fmt: skip


@bp.get("")
@page.page(PUBLIC)
def form(**_edge: object) -> Answer:
    """The form; a typed code leads to its page."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return _shown()
    code = codes.meant(typed)
    if code is None:
        refusal = CodeUnknown("Mã xác minh gồm 16 chữ và số, in ở cuối mỗi trang, ví dụ K7QF-3MZ9-PXT2-8HVA.")
        return _shown(refusal=refusal), problems.status_of(refusal)
    return redirect(url_for("verification.by_code", typed=code), code=303)


def _uploaded() -> Verdict | Refusal:
    """The verdict on the uploaded file, or why there is none that can be judged."""
    if (request.content_length or 0) > verify.LARGEST_BYTES + _FORM_ROOM_BYTES:
        return FileTooLargeToVerify(limit_bytes=verify.LARGEST_BYTES)
    uploaded = request.files.get("file")
    if uploaded is None or not uploaded.filename:
        return FileMissingForVerification("Chọn tệp PDF đã nhận được rồi bấm «Xác minh».")
    with closing(uploaded):
        pdf = uploaded.stream.read(verify.LARGEST_BYTES + 1)
    if len(pdf) > verify.LARGEST_BYTES:
        return FileTooLargeToVerify(limit_bytes=verify.LARGEST_BYTES)
    return verify.verdict_on(pdf)


@bp.post("")
@page.page(PUBLIC, prepare=_uploaded, write=False)
def upload(*, prepared: Verdict | Refusal, **_edge: object) -> Answer:
    """The verdict on the uploaded file; where there is none, the form again with the reason."""
    if isinstance(prepared, Refusal):
        return _shown(refusal=prepared), problems.status_of(prepared)
    return _shown(verdict=prepared)


setattr(upload, framing.BODY_LIMIT, verify.LARGEST_BYTES + _FORM_ROOM_BYTES)


def _our_copy() -> Verdict:
    """The verdict on the file that the registry has under the code.

    Raises:
        CodeUnknown: no document carries it.
    """
    code = codes.meant(str((request.view_args or {})["typed"]))
    if code is None:
        raise CodeUnknown("Kiểm tra lại mã in ở cuối mỗi trang của văn bản.")
    with db.reading() as session:
        sha256 = queries.by_code(session, code).pdf_sha256
    return verify.verdict_on(files.read(str(sha256)))


@bp.get("/<typed>")
@page.page(PUBLIC, prepare=_our_copy)
def by_code(typed: str, *, prepared: Verdict, **_edge: object) -> Answer:  # noqa: ARG001 (read by `prepare`)
    """What we issued under this code, verified afresh."""
    return _shown(verdict=prepared, own=True)


blueprints = [bp]
