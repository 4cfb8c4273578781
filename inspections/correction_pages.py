"""The forms with which the office follows up on an inspection: the unit's corrections, the team's answers."""

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock, page, problems
from core.access import SIGNED_IN
from core.caller import Caller
from inspections import correction_actions, office_actions, queries, sheet
from inspections.correction_actions import Correction
from inspections.errors import CorrectionRefused, StepNotAllowed
from inspections.planning_pages import Misread, days_of

bp = Blueprint("inspections_correction", __name__, url_prefix="/inspections/<uuid:inspection_id>")

Answer = str | Response | tuple[str, int]


def _read(typed: Mapping[str, str]) -> Correction:
    days = days_of(typed, {"on": "Ngày"})
    due = days_of(typed, {"due_on": "Hạn mới"})["due_on"] if typed.get("due_on") else None
    return Correction(days["on"], typed.get("text", ""), due)


@bp.post("/correction")
@page.page(SIGNED_IN)
def follow_up(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The step is taken, or the page says what is wrong and keeps what was typed.

    Raises:
        StepNotAllowed: no such step, or not from this state.
    """
    inspection, typed = queries.visible(session, str(inspection_id), caller), request.form
    step = typed.get("step", "")
    if step not in correction_actions.STEPS:
        raise StepNotAllowed(step=step)
    try:
        correction_actions.take(session, inspection, step, _read(typed), by=caller, at=clock.now())
    except (Misread, CorrectionRefused) as refusal:
        faults = refusal.fields if isinstance(refusal, Misread) else _fault(refusal)
        named = {f"{name}-{step}": text for name, text in faults.items()}
        shown = sheet.rendered(session, inspection, caller, typed=typed, faults=named, at=step)
        return shown, problems.status_of(refusal)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done=step), code=303)


@bp.post("/remarks/<uuid:remark_id>/accept")
@page.page(SIGNED_IN)
def accept_remark(inspection_id: object, remark_id: object, *, session: Session, caller: Caller) -> Answer:
    """The team's answer to the remark is enough."""
    inspection = queries.visible(session, str(inspection_id), caller)
    office_actions.accept_remark(session, inspection, str(remark_id), by=caller, at=clock.now())
    return redirect(
        url_for("inspections.show", inspection_id=inspection.id, done="remark-accepted"), code=303
    )


def _fault(refusal: CorrectionRefused) -> dict[str, str]:
    return {str(refusal.members["field"]): refusal.detail}
