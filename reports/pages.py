"""The clerk's pages: the register of minutes, and one set of minutes with number, seal and file."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.roles import Role
from core import clock, page, problems
from core.access import SIGNED_IN, roles
from core.caller import Caller
from reports import actions, codes, downloads, queries, verify_pages
from reports.errors import NotReadyToSeal, NumberRefused, NumberTaken
from reports.models import Report
from reports.stages import CAN_BE_NUMBERED, LABELS, Stage

bp = Blueprint("reports_pages", __name__, url_prefix="/reports")
_CLERK = roles(Role.CLERK)
_READERS = roles(Role.CLERK, Role.SUPERVISOR)

Answer = str | Response | tuple[str, int]


@bp.get("/")
@page.page(_READERS)
def index(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The register: what waits for the clerk first."""
    return page.render("reports/index.html", reports=queries.register(session), stage_labels=LABELS)


@bp.get("/<uuid:report_id>")
@page.page(SIGNED_IN)
def show(*, report_id: object, session: Session, caller: Caller) -> Answer:
    """One set of minutes."""
    return _shown(queries.visible(session, str(report_id), caller), caller, {}, {})


def _shown(report: Report, caller: Caller, typed: Mapping[str, str], faults: Mapping[str, str]) -> str:
    minutes = queries.snapshot_of(report)
    ended_on = queries.ended_on(minutes)
    values = typed or {
        "number": report.number or "",
        "dated_on": (report.dated_on or ended_on or date.min).isoformat()
        if report.dated_on or ended_on
        else "",
    }
    is_clerk = caller.has_role(Role.CLERK)
    return page.render(
        "reports/show.html", report=report, minutes=minutes, values=values, errors=faults,
        stage_label=LABELS[Stage(report.state)], code=codes.grouped(report.verification_code),
        can_number=is_clerk and report.state in CAN_BE_NUMBERED,
        can_seal=is_clerk and actions.can_be_sealed(report, at=clock.now()),
        can_preview=caller.has_role(Role.CLERK, Role.SUPERVISOR) and report.state != Stage.SEALED,
    )  # fmt: skip


@bp.post("/<uuid:report_id>/number")
@page.page(_CLERK)
def number(*, report_id: object, session: Session, caller: Caller) -> Answer:
    """The number stands in the register, or the form says what is wrong."""
    report, typed = queries.visible(session, str(report_id), caller), request.form
    try:
        dated_on = _day(typed.get("dated_on", ""))
        actions.register_number(
            session, report, number=typed.get("number", ""), dated_on=dated_on, by=caller, at=clock.now()
        )
    except (NumberRefused, NumberTaken) as refusal:
        faults = {str(refusal.members.get("field", "number")): refusal.detail}
        return _shown(report, caller, typed, faults), problems.status_of(refusal)
    return redirect(url_for("reports_pages.show", report_id=report.id), code=303)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise NumberRefused(
            "Ngày còn trống hoặc không có trong lịch. Chọn một ngày.", field="dated_on"
        ) from None


@bp.post("/<uuid:report_id>/seal")
@page.page(_CLERK)
def seal(*, report_id: object, session: Session, caller: Caller) -> Answer:
    """The worker seals it, or the page says why not yet."""
    report = queries.visible(session, str(report_id), caller)
    try:
        actions.ask_for_seal(session, report, by=caller, at=clock.now())
    except NotReadyToSeal as refusal:
        return _shown(report, caller, {}, {"": refusal.detail}), problems.status_of(refusal)
    return redirect(url_for("reports_pages.show", report_id=report.id), code=303)


@bp.get("/<uuid:report_id>/file")
@page.page(SIGNED_IN)
def file(*, report_id: object, session: Session, caller: Caller) -> Answer:
    """The sealed PDF."""
    return downloads.sealed_file(queries.visible(session, str(report_id), caller))


@bp.get("/<uuid:report_id>/preview")
@page.page(_READERS, prepare=downloads.prepare_preview)
def preview(*, prepared: bytes, **_edge: object) -> Answer:
    """The draft as a PDF."""
    return downloads.preview_file(prepared)


blueprints = [bp, *verify_pages.blueprints]
