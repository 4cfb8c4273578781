"""The pages on which inspections are read and decided upon: inbox, list, one inspection, return, approval.

Views load, ask one action, and render. Nothing is approved without a page that shows what is approved.
"""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from accounts.roles import Role
from core import clock, darkroom, db, file_answers, files, page, problems
from core.access import PUBLIC, SIGNED_IN, roles
from core.caller import Caller
from core.file_errors import FileMissing
from inspections import (
    actions,
    correction_pages,
    file_pages,
    inbox,
    plan_pages,
    plan_row_pages,
    planning_pages,
    queries,
    reading,
    review,
    set_aside_pages,
    sheet,
    supplement_pages,
    unit_pages,
    words,
)
from inspections.errors import ContentChanged, OwnInspection, RemarkRefused, StepNotAllowed
from inspections.models import Inspection
from inspections.planning_pages import Misread, days_of
from inspections.workflow import Form, State

bp = Blueprint("inspections", __name__)
blueprints = [
    bp, planning_pages.bp, set_aside_pages.bp, correction_pages.bp, plan_pages.bp, plan_row_pages.bp,
    unit_pages.bp, file_pages.bp, supplement_pages.bp,
]  # fmt: skip

SUPERVISORS = roles(Role.SUPERVISOR)

Answer = str | Response | Redirect | tuple[str, int]


@bp.get("/")
@page.page(PUBLIC)
def home(*, session: Session, caller: Caller) -> Answer:
    """What waits for the person; a stranger is shown the way in."""
    if caller.person_id is None:
        return redirect(url_for("accounts.sign_in", next=request.args.get("next")))
    found = {one.id: one for one in queries.listed(session, caller)}
    groups = [
        {
            "title": task.title,
            "verb": task.verb,
            "address": task.address,
            "inspections": [found[inspection_id] for inspection_id in ids],
        }
        for task, ids in inbox.tasks_of(_waiting(one, caller) for one in found.values())
    ]
    return page.render(
        "inspections/inbox.html", groups=groups, answered=reading.answered(session, list(found)),
        form_labels=words.FORM_LABELS, state_labels=sheet.STATE_NAMES,
    )  # fmt: skip


def _waiting(one: Inspection, caller: Caller) -> inbox.Waiting:
    parts = queries.parts_of(one, caller)
    return inbox.Waiting(one.id, State(one.state), Form(one.form), one.revision, parts)


@bp.get("/inspections/")
@page.page(SIGNED_IN)
def index(*, session: Session, caller: Caller) -> Answer:
    """The inspections that the person may see, narrowed by what the address says."""
    chosen = {name: request.args.get(name, "").strip() for name in ("state", "year", "unit")}
    everything = queries.listed(session, caller)
    shown = [one for one in everything if _is_chosen(one, chosen)]
    years = sorted({str(one.planned_on.year) for one in everything}, reverse=True)
    return page.render(
        "inspections/index.html", inspections=shown, chosen=chosen, form_labels=words.FORM_LABELS,
        state_labels=sheet.STATE_NAMES, state_choices=list(sheet.STATE_NAMES.items()),
        year_choices=[(year, year) for year in years],
    )  # fmt: skip


def _is_chosen(one: Inspection, chosen: Mapping[str, str]) -> bool:
    return (
        chosen["state"] in ("", one.state)
        and chosen["year"] in ("", str(one.planned_on.year))
        and chosen["unit"].casefold() in one.unit_name.casefold()
    )


@bp.get("/inspections/<uuid:inspection_id>")
@page.page(SIGNED_IN)
def show(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """One inspection, with everything a decision about it rests on."""
    inspection = queries.visible(session, str(inspection_id), caller)
    return sheet.rendered(session, inspection, caller, typed={}, faults={})


def _due_on(typed: Mapping[str, str]) -> date | None:
    return days_of(typed, {"due_on": "Hạn hoàn thiện"})["due_on"] if typed.get("due_on") else None


@bp.post("/inspections/<uuid:inspection_id>/send-back")
@page.page(SUPERVISORS)
def send_back(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The team has it again, with the remarks; or the page says what is wrong and keeps what was typed."""
    inspection, typed = queries.visible(session, str(inspection_id), caller), request.form
    remarks = [actions.Remark(entity, text) for entity, text in sheet.remark_texts(typed).items()]
    try:
        actions.send_back(
            session, inspection, reason=typed.get("reason", ""), due_on=_due_on(typed), remarks=remarks,
            by=caller, at=clock.now(),
        )  # fmt: skip
    except (Misread, RemarkRefused) as refusal:
        faults = refusal.fields if isinstance(refusal, Misread) else {"reason": refusal.detail}
        shown = sheet.rendered(session, inspection, caller, typed=typed, faults=faults, at="send-back")
        return shown, problems.status_of(refusal)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done="sent-back"), code=303)


def _approval(session: Session, inspection: Inspection, faults: Mapping[str, str]) -> str:
    return page.render(
        "inspections/approve.html", inspection=inspection, review=reading.review_of(session, inspection),
        verdict_order=review.VERDICTS, errors=faults,
    )  # fmt: skip


@bp.get("/inspections/<uuid:inspection_id>/approve")
@page.page(SUPERVISORS)
def ask_approval(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """What will be approved and what follows from it, asked once.

    Raises:
        StepNotAllowed: it does not wait for a decision.
        OwnInspection: the caller is on the team.
    """
    inspection = queries.visible(session, str(inspection_id), caller)
    powers = sheet.powers(inspection, caller)
    if not powers["can_decide_outcome"]:
        raise StepNotAllowed(f"Cuộc kiểm tra đang ở trạng thái «{sheet.STATE_NAMES[inspection.state]}».")
    if powers["own_team"]:
        raise OwnInspection
    return _approval(session, inspection, {})


@bp.post("/inspections/<uuid:inspection_id>/approve")
@page.page(SUPERVISORS)
def approve(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The content that was on the screen is approved; if it has changed since, the new one is shown."""
    inspection = queries.visible(session, str(inspection_id), caller)
    try:
        content = request.form.get("content", "")
        actions.approve(session, inspection, content=content, by=caller, at=clock.now())
    except ContentChanged as refusal:
        return _approval(session, inspection, {"": refusal.detail}), problems.status_of(refusal)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done="approved"), code=303)


def _look_at_photo() -> Response:
    """The photo that the address names; drawn outside any transaction, for drawing takes its time."""
    arguments = request.view_args or {}
    sha256 = str(arguments["sha256"])
    with db.reading() as session:
        inspection = queries.visible(session, str(arguments["inspection_id"]), g.caller)
        if not queries.has_arrived(session, inspection.id, sha256):
            raise FileMissing
    if request.args.get("size") == "original":
        response = _original(sha256)
    else:
        content, media_type = darkroom.small_copy(files.read(sha256))
        response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@bp.get("/inspections/<uuid:inspection_id>/photos/<sha256>")
@page.page(SIGNED_IN, prepare=_look_at_photo)
def photo(
    inspection_id: object,  # noqa: ARG001 (the address)
    sha256: str,  # noqa: ARG001 (the address)
    *,
    prepared: Response,
    session: Session,  # noqa: ARG001 (every view is told)
    caller: Caller,  # noqa: ARG001 (every view is told)
) -> Answer:
    """A small copy without metadata, or the original as a download; only what came for this inspection.

    Raises:
        FileMissing: the log names no such file, or it has not arrived here; the two are not told apart.
    """
    return prepared


def _original(sha256: str) -> Response:
    with files.opened(sha256) as stream:
        suffix = {b"\xff\xd8\xff": ".jpg", b"\x89PN": ".png"}.get(stream.read(3), ".bin")
    disposition = f'attachment; filename="{sha256[:16]}{suffix}"'
    return file_answers.answer(sha256, media_type="application/octet-stream", disposition=disposition)
