"""The page on which an inspection is bound to another version of its checklist: what changes, asked once."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from checklists.errors import ChecklistUnknown
from core import clock, page, problems
from core.access import SIGNED_IN
from core.caller import Caller
from core.errors import Refusal
from inspections import office_actions, queries, sheet, supplementing
from inspections.errors import (
    ContentChanged,
    OperationRefused,
    StepNotAllowed,
    StepNotYours,
    SupplementRefused,
)
from inspections.models import Inspection

bp = Blueprint("inspections_supplement", __name__, url_prefix="/inspections/<uuid:inspection_id>/supplement")

Answer = str | Response | tuple[str, int]
_SHOWN_ON_THE_PAGE = (ContentChanged, OperationRefused, SupplementRefused)


@bp.get("")
@page.page(SIGNED_IN)
def ask(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """What changes with the version that the address names, or with the latest one.

    Raises:
        StepNotYours, StepNotAllowed: not by this caller, or not in this state.
        ChecklistUnknown: there is no such version, or no other one.
    """
    inspection = queries.visible(session, str(inspection_id), caller)
    _check_open(inspection, caller)
    offered = _offered(session, inspection)
    chosen = request.args.get("to") or next(iter(offered), None)
    if chosen is None:
        raise ChecklistUnknown(f"Chưa công bố phiên bản nào khác của danh mục {inspection.checklist}.")
    _check_other(inspection, chosen)
    supplementing.check_profile(session, inspection, chosen)
    return _page(session, inspection, chosen, offered, typed={}, faults={})


def _offered(session: Session, inspection: Inspection) -> list[str]:
    return [one.reference for one in supplementing.others(session, inspection)]


def _check_open(inspection: Inspection, caller: Caller) -> None:
    if not supplementing.is_theirs(inspection, caller):
        raise StepNotYours("Trưởng đoàn hoặc lãnh đạo bổ sung danh mục của cuộc kiểm tra.")
    if not supplementing.may_supplement(inspection, caller):
        raise StepNotAllowed(
            f"Cuộc kiểm tra đang ở trạng thái «{sheet.STATE_NAMES[inspection.state]}» nên không đổi danh mục"
            " được. Nếu hồ sơ đã ký chốt, mở lại trước rồi bổ sung.",
            step="supplement", state=inspection.state,
        )  # fmt: skip


def _check_other(inspection: Inspection, chosen: str) -> None:
    if chosen == inspection.checklist:
        raise StepNotAllowed(f"Cuộc kiểm tra đã theo phiên bản {chosen}; không còn gì để bổ sung.")


def _page(
    session: Session, inspection: Inspection, chosen: str, offered: Sequence[str], *,
    typed: Mapping[str, str], faults: Mapping[str, str],
) -> str:  # fmt: skip
    return page.render(
        "inspections/supplement.html", inspection=inspection, typed=typed, errors=faults,
        outlook=supplementing.outlook(session, inspection, chosen), became=supplementing.BECAME,
        offered=[(one, one) for one in offered],
    )  # fmt: skip


@bp.post("")
@page.page(SIGNED_IN)
def confirm(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The inspection is bound to the version that was on the screen, or the page says why not."""
    inspection, typed = queries.visible(session, str(inspection_id), caller), request.form
    _check_open(inspection, caller)
    chosen = typed.get("checklist", "")
    _check_other(inspection, chosen)
    shown = supplementing.outlook(session, inspection, chosen)
    try:
        with session.begin_nested():  # what the log did not take is not left behind in it
            office_actions.supplement(
                session, inspection, chosen, mapping=supplementing.mapping_in(typed, shown), by=caller,
                at=clock.now(), seen=typed.get("before", ""),
            )  # fmt: skip
    except _SHOWN_ON_THE_PAGE as refusal:
        offered = _offered(session, inspection)
        shown_again = _page(session, inspection, chosen, offered, typed=typed, faults=_faults(refusal))
        return shown_again, problems.status_of(refusal)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done="supplemented"), code=303)


def _faults(refusal: Refusal) -> dict[str, str]:
    return {str(refusal.members.get("field", "")): refusal.detail or refusal.title}
