"""Files at a desk: handing in what a tablet without a network exported, taking an inspection's log away."""

import tempfile
from contextlib import closing
from typing import BinaryIO, cast

from flask import Blueprint, Response, g, request, send_file
from sqlalchemy.orm import Session

from accounts.roles import Role
from core import clock, db, framing, page, problems
from core.access import SIGNED_IN, roles
from core.caller import Caller
from core.errors import Forbidden, Malformed, Refusal
from inspections import codes, queries
from inspections.sheet import LOG_TAKERS
from sync import exchange, log_file, verification
from sync.exchange import ImportOut, PushTaken
from sync.exchange_file import Carried

bp = Blueprint("exchange_pages", __name__, url_prefix="/exchange")
blueprints = [bp]

LARGEST_BYTES = 64 * 1024 * 1024
_FORM_ROOM_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 4 * 1024 * 1024
_MAY_BRING = roles(Role.INSPECTOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
FILE_STATUS = {
    "stored": "Đã nhận",
    "known": "Đã có từ trước",
    "unwanted": "Không có thao tác nào nhắc đến",
    "refused": "Không nhận",
}

Answer = str | tuple[str, int]


class FileNotChosen(Malformed):
    """The form came without a file."""

    slug = "file_not_chosen"
    title = "Chưa chọn tệp"


def _shown(taken: ImportOut | None = None, refusal: Refusal | None = None) -> str:
    return page.render(
        "exchange/import.html", taken=taken, refusal=refusal, largest_mb=LARGEST_BYTES // 1024 // 1024,
        counts=_counts(taken.pushes) if taken else {}, aside=_set_aside(taken.pushes) if taken else [],
        file_status=FILE_STATUS,
    )  # fmt: skip


def _counts(pushes: list[PushTaken]) -> dict[str, int]:
    """How many operations were new, known, set aside, and not taken at all."""
    results = [result for one in pushes if one.answer for result in one.answer.results]
    new = [result for result in results if result.status != "duplicate"]
    whole = sum((one.last_seq or 0) - (one.first_seq or 0) + 1 for one in pushes if one.first_seq)
    return {
        "new": len(new),
        "known": len(results) - len(new),
        "aside": sum(result.status == codes.Effect.QUARANTINED for result in new),
        "refused": whole - len(results),
    }


def _set_aside(pushes: list[PushTaken]) -> list[tuple[int, str]]:
    """Number and reason of each new operation that was set aside."""
    return [
        (result.seq, result.error.message)
        for one in pushes if one.answer
        for result in one.answer.results if result.error is not None
    ]  # fmt: skip


@bp.get("/import")
@page.page(_MAY_BRING)
def form(**_edge: object) -> Answer:
    """The form, and what it is for."""
    return _shown()


def _uploaded() -> Carried | Refusal:
    """What the chosen file holds, or why it is none that can be taken."""
    uploaded = request.files.get("file")
    if uploaded is None or not uploaded.filename:
        return FileNotChosen("Chọn tệp đã xuất từ máy tính bảng rồi bấm «Nhập tệp».")
    with closing(uploaded):
        try:
            return exchange.read(cast(BinaryIO, uploaded.stream))
        except Refusal as refusal:
            return refusal


@bp.post("/import")
@page.page(_MAY_BRING, prepare=_uploaded)
def take_file(*, prepared: Carried | Refusal, session: Session, caller: Caller) -> Answer:
    """What was new, known, set aside and refused; where nothing could be read, the form with the reason."""
    if isinstance(prepared, Refusal):
        return _shown(refusal=prepared), problems.status_of(prepared)
    return _shown(exchange.take(session, prepared, by=caller, at=clock.now()))


setattr(take_file, framing.BODY_LIMIT, LARGEST_BYTES + _FORM_ROOM_BYTES)


def _log_written() -> BinaryIO:
    """The log as a file that is gone when it is closed.

    Raises:
        InspectionUnknown: there is no such inspection, or the caller may not know of it.
        Forbidden: the caller neither leads its team nor supervises.
    """
    with db.reading() as session:
        verification.hold_still(session)
        inspection = queries.visible(session, str((request.view_args or {})["inspection_id"]), g.caller)
        if not queries.parts_of(inspection, g.caller) & LOG_TAKERS:
            raise Forbidden("Trưởng đoàn và lãnh đạo tải được nhật ký của cuộc kiểm tra.")
        target = cast(BinaryIO, tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 (the answer closes it)
        log_file.write(session, inspection, target, at=clock.now())
    target.seek(0)
    return target


@bp.get("/inspections/<uuid:inspection_id>")
@page.page(SIGNED_IN, prepare=_log_written, write=True)
def take_log(inspection_id: object, *, prepared: BinaryIO, session: Session, caller: Caller) -> Response:
    """The inspection's log as a file that can be verified without us; the journal says who took it."""
    log_file.note(session, str(inspection_id), by=caller, at=clock.now())
    name = f"nhat-ky-{str(inspection_id)[-12:]}.tdl"
    return send_file(prepared, mimetype="application/gzip", as_attachment=True, download_name=name)
