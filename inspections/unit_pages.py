"""The page of one unit's inspections: when, in which form, resting on what, and how far they have come."""

from flask import Blueprint
from sqlalchemy.orm import Session

from core import page
from core.access import SIGNED_IN
from core.caller import Caller
from inspections import plan_queries, queries, words
from inspections.workflow import STATE_LABELS
from registry import queries as registry

bp = Blueprint("unit_inspections", __name__)


@bp.get("/units/<code>/inspections")
@page.page(SIGNED_IN)
def index(code: str, *, session: Session, caller: Caller) -> str:
    """The unit's inspections that the person may see, newest first."""
    unit = registry.unit_by_code(session, code)
    shown = queries.listed(session, caller, unit_id=unit.id)[::-1]
    return page.render(
        "plans/unit.html", unit=unit, inspections=shown, form_labels=words.FORM_LABELS,
        state_labels={state.value: label for state, label in STATE_LABELS.items()},
        grounds=plan_queries.grounds_texts(session, [one.id for one in shown]),
    )  # fmt: skip
