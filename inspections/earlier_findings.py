"""Fetches what a unit's earlier inspections left open, and puts it into words for pages and tablets.

A finding is read from its inspection's fold at the freeze, never from what came later. It changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import definition as checklist
from checklists import queries as checklists
from core import wording
from inspections import carrying_over, findings, log_reading, reading
from inspections.carrying_over import Carried, Earlier, Standing
from inspections.codes import Effect
from inspections.models import Inspection, LoggedOperation
from inspections.workflow import State

LABELS = {
    Standing.AWAITED: "chờ đơn vị khắc phục",
    Standing.REPORTED: "đã báo cáo khắc phục, đang xem xét",
    Standing.NOT_ACCEPTED: "báo cáo khắc phục chưa được chấp nhận",
}
# A note holds 10,000 characters; what it leaves out stands in the list beside it.
MOST_IN_NOTE, LONGEST_IN_NOTE = 15, 300
_REFUSED, _RECEIVED = "inspection.refuse_correction", "inspection.receive_correction"


def carried_into(session: Session, inspection: Inspection) -> tuple[Carried, ...]:
    """The findings of the unit's earlier inspections that go along to this one."""
    query = select(Inspection).where(
        Inspection.unit_id == inspection.unit_id,
        Inspection.planned_on < inspection.planned_on,
        Inspection.state.in_(carrying_over.OPEN_STATES),
    )
    issued = session.scalars(query.order_by(Inspection.planned_on)).all()
    if not issued:
        return ()
    refused = _refused(session, [one.id for one in issued])
    return carrying_over.carried_over(
        (_earlier(session, one, was_refused=one.id in refused) for one in issued), on=inspection.planned_on
    )


def _refused(session: Session, inspection_ids: Sequence[str]) -> set[str]:
    """Those whose last report on correction was refused and not followed by another."""
    steps = (
        select(LoggedOperation.inspection, LoggedOperation.type)
        .where(
            LoggedOperation.inspection.in_(inspection_ids),
            LoggedOperation.type.in_((_REFUSED, _RECEIVED)),
            LoggedOperation.effect == Effect.APPLIED,
        )
        .order_by(LoggedOperation.pos)
    )
    last = {str(inspection_id): step for inspection_id, step in session.execute(steps)}
    return {inspection_id for inspection_id, step in last.items() if step == _REFUSED}


def _earlier(session: Session, one: Inspection, *, was_refused: bool) -> Earlier:
    # A desk inspection is not signed; after it was handed in its record takes nothing more.
    folded = log_reading.fold_at(session, one.id, one.frozen_pos or one.head_pos)
    definition = checklists.definition(session, str(one.checklist))
    signed_on = reading.signed_on(one, folded)
    cited = reading.references_of(session, one, definition)
    found = findings.findings_of(one.id, folded, definition, signed_on=signed_on, references=cited)
    return Earlier(
        one.id, signed_on or one.planned_on, one.decision_number or "", State(one.state), was_refused, found
    )


def items_asking(session: Session, inspection: Inspection) -> tuple[str, ...]:
    """The items of the inspection's list at which earlier findings are shown."""
    definition = checklists.definition(session, str(inspection.checklist))
    return tuple(
        item.code for item in checklist.items(definition) if item.carry_over_from_previous_inspection
    )


def summary(carried: Sequence[Carried]) -> str:
    """The findings as the note from which the answer about them starts; empty if there is none."""
    lines = [f"{number}) {_line(one)}" for number, one in enumerate(carried, start=1)]
    shown = lines[:MOST_IN_NOTE]
    if len(lines) > len(shown):
        shown.append(f"Còn {len(lines) - len(shown)} tồn tại khác trong danh sách kèm theo.")
    return "\n".join(shown)


def _line(one: Carried) -> str:
    finding = one.finding
    text = " ".join(finding.text.split()).rstrip(".")
    if len(text) > LONGEST_IN_NOTE:
        text = f"{text[:LONGEST_IN_NOTE].rsplit(maxsplit=1)[0]}…"
    items = f" [{', '.join(finding.items)}]" if finding.items else ""
    due = f", hạn {wording.day(finding.due_on)}" if finding.due_on else ""
    late = " (quá hạn)" if one.is_overdue else ""
    return f"Kiểm tra ngày {wording.day(one.inspected_on)}: {text}{items}{due}{late}; {LABELS[one.standing]}."


def plain(one: Carried) -> dict[str, Any]:
    """The finding as it travels to tablets."""
    finding = one.finding
    return {
        "id": finding.id, "inspection": one.inspection, "inspected_on": one.inspected_on.isoformat(),
        "decision_number": one.decision_number, "category": finding.category.code,
        "category_label": finding.category.label_vi, "text": finding.text, "reference": finding.reference,
        "items": list(finding.items), "due_on": finding.due_on.isoformat() if finding.due_on else None,
        "standing": one.standing.value, "standing_label": LABELS[one.standing], "is_overdue": one.is_overdue,
    }  # fmt: skip
