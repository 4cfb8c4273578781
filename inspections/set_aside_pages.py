"""The forms on an inspection's page with which the leader and the office decide outside the ordinary course.

Each view reads its form, asks one action, and goes back to the page; what was wrong stands beside the form
that was sent, with everything that was typed.
"""

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core import clock, page, problems
from core.access import SIGNED_IN
from core.caller import Caller
from core.errors import Refusal
from inspections import queries, set_aside_actions, sheet
from inspections.errors import (
    CannotBeAdopted,
    ConflictChanged,
    NothingSetAside,
    OperationRefused,
    ReasonMissing,
)
from inspections.models import Inspection
from inspections.set_aside_actions import Ruling

bp = Blueprint("inspections_set_aside", __name__, url_prefix="/inspections/<uuid:inspection_id>")

Answer = str | Response | tuple[str, int]
# What somebody can put right on the page; anything else is a page of its own.
_SHOWN_BESIDE = (CannotBeAdopted, ConflictChanged, NothingSetAside, OperationRefused, ReasonMissing)
_DECISIONS = {"adopt": set_aside_actions.adopt, "dismiss": set_aside_actions.dismiss}
OWN_VALUE = "own"


def _decided(
    session: Session, inspection: Inspection, caller: Caller, decide: Callable[[], object], *, at: str,
    done: str,
) -> Answer:  # fmt: skip
    """The decision holds and the page says so, or the page says what is wrong at the form `at`."""
    try:
        with session.begin_nested():  # what the log did not take is not left behind in it
            decide()
    except _SHOWN_BESIDE as refusal:
        shown = sheet.rendered(
            session, inspection, caller, typed=request.form, faults=_faults(refusal, at), at=at
        )
        return shown, problems.status_of(refusal)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done=done), code=303)


def _faults(refusal: Refusal, at: str) -> dict[str, str]:
    field = str(refusal.members.get("field", ""))
    return {f"{field}-{at}" if field else "": refusal.detail or refusal.title}


@bp.post("/quarantine")
@page.page(SIGNED_IN)
def settle(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """What was set aside is taken in or left out."""
    inspection = queries.visible(session, str(inspection_id), caller)
    typed, op_id = request.form, request.form.get("op_id", "")
    decision = typed.get("decision", "")

    def decide() -> object:
        if decision not in _DECISIONS:
            raise ReasonMissing("Chọn nhận hoặc bỏ.", one_of=list(_DECISIONS))
        return _DECISIONS[decision](
            session, inspection, op_id, reason=typed.get("reason", ""), by=caller, at=clock.now()
        )

    return _decided(session, inspection, caller, decide, at=op_id, done=decision)


@bp.post("/resolve")
@page.page(SIGNED_IN)
def resolve(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """One value stands where several stood."""
    inspection = queries.visible(session, str(inspection_id), caller)
    typed = request.form
    entity, field, keep = (typed.get(name, "") for name in ("entity", "field", "keep"))
    ruling = Ruling(
        entity, field, typed.get("heads", "").split(","), reason=typed.get("reason", ""), keep=keep,
        verdict=typed.get("verdict") if keep == OWN_VALUE else None, note=typed.get("note", ""),
    )  # fmt: skip
    return _decided(
        session, inspection, caller,
        lambda: set_aside_actions.resolve(session, inspection, ruling, by=caller, at=clock.now()),
        at=f"{entity}:{field}", done="resolved",
    )  # fmt: skip


def _stepped(session: Session, inspection_id: object, caller: Caller, step: str) -> Answer:
    inspection = queries.visible(session, str(inspection_id), caller)
    act = set_aside_actions.STEPS_BACK[step]
    reason = request.form.get("reason", "")
    return _decided(
        session, inspection, caller,
        lambda: act(session, inspection, reason=reason, by=caller, at=clock.now()), at=step, done=step,
    )  # fmt: skip


@bp.post("/reopen")
@page.page(SIGNED_IN)
def reopen(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The signed record is open again."""
    return _stepped(session, inspection_id, caller, "reopen")


@bp.post("/postpone")
@page.page(SIGNED_IN)
def postpone(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The inspection waits for a new decision."""
    return _stepped(session, inspection_id, caller, "postpone")


@bp.post("/cancel")
@page.page(SIGNED_IN)
def cancel(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The inspection does not take place."""
    return _stepped(session, inspection_id, caller, "cancel")
