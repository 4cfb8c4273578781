"""The files of an inspection at a desk: reading what was attached, and the unit's self-report in and out."""

from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from core import clock, file_answers, framing, media_types, page, problems
from core.access import SIGNED_IN
from core.caller import Caller
from core.errors import Refusal
from core.file_errors import FileMissing
from inspections import queries, self_report_actions, self_report_intake, sheet
from inspections.errors import SelfReportRefused
from inspections.models import Inspection
from inspections.self_report_intake import Delivery, Offered

bp = Blueprint("inspections_files", __name__, url_prefix="/inspections/<uuid:inspection_id>")

Answer = str | Response | Redirect | tuple[str, int]
BRING, WITHDRAW = "self-report", "self-report-withdrawn"


@bp.get("/files/<sha256>")
@page.page(SIGNED_IN)
def one_file(inspection_id: object, sha256: str, *, session: Session, caller: Caller) -> Answer:
    """A file as it came, always to be saved: what people attach is never shown as a page of ours.

    Raises:
        FileMissing: no such file came for the inspection; that it exists elsewhere is not told.
    """
    inspection = queries.visible(session, str(inspection_id), caller)
    name = queries.file_name(session, inspection.id, sha256)
    if name is None:
        raise FileMissing
    return file_answers.answer(
        sha256, media_type=media_types.UNKNOWN, disposition=_saved_as(name or sha256[:16])
    )


def _saved_as(name: str) -> str:
    """Source: RFC 6266 §4.3, RFC 8187."""
    plain = "".join(one for one in name if one.isascii() and one.isprintable() and one not in '"\\')
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _taken_in() -> Delivery | Refusal:
    """What the form brought, in the store; or why it cannot be taken, to be said beside its field."""
    chosen = [one for one in request.files.getlist("file") if one.filename]
    offered = [
        Offered(stream, self_report_intake.size_of(stream), one.filename or "", one.mimetype)
        for one, stream in ((one, cast(BinaryIO, one.stream)) for one in chosen)
    ]
    inspection_id = str((request.view_args or {})["inspection_id"])
    try:
        return self_report_intake.taken_in(inspection_id, request.form, offered, by=g.caller)
    except SelfReportRefused as refusal:
        return refusal


@bp.post("/self-reports")
@page.page(SIGNED_IN, prepare=_taken_in)
def bring(inspection_id: object, *, prepared: Delivery | Refusal, session: Session, caller: Caller) -> Answer:
    """The unit's self-report stands, or the page says what is wrong and keeps what was typed."""
    inspection = queries.visible(session, str(inspection_id), caller)
    try:
        if isinstance(prepared, Refusal):
            raise prepared
        self_report_actions.add(
            session, inspection, prepared.letter, prepared.brought, by=caller, at=clock.now()
        )
    except SelfReportRefused as refusal:
        return _shown_again(session, inspection, refusal, at=BRING)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done=BRING), code=303)


setattr(bring, framing.BODY_LIMIT, self_report_intake.MOST_BYTES + self_report_intake.ROOM_FOR_FIELDS_BYTES)


@bp.post("/self-reports/<uuid:report_id>/withdraw")
@page.page(SIGNED_IN)
def withdraw(inspection_id: object, report_id: object, *, session: Session, caller: Caller) -> Answer:
    """The file goes to no tablet any more, or the page asks for the reason."""
    inspection = queries.visible(session, str(inspection_id), caller)
    reason = request.form.get("reason", "")
    try:
        self_report_actions.withdraw(
            session, inspection, str(report_id), reason=reason, by=caller, at=clock.now()
        )
    except SelfReportRefused as refusal:
        return _shown_again(session, inspection, refusal, at=f"{WITHDRAW}-{report_id}")
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done=WITHDRAW), code=303)


def _shown_again(session: Session, inspection: Inspection, refusal: Refusal, *, at: str) -> Answer:
    faults = {f"{refusal.members['field']}-{at}": refusal.detail}
    html = sheet.rendered(session, inspection, g.caller, typed=request.form, faults=faults, at=at)
    return html, problems.status_of(refusal)
