"""What can be asked about plans, coverage and what an inspection rests on; asking changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from core import ids
from core.wording import day
from inspections import coverage
from inspections.coverage import Census, Coverage, UnitInYear
from inspections.errors import PlanUnknown
from inspections.models import Inspection
from inspections.plan_models import Grounds, Plan, PlanRow
from inspections.plan_rules import RowFields
from inspections.plan_steps import PlanState
from inspections.workflow import Form, State
from registry import queries as registry
from registry.models import Unit
from registry.obligations import Obligation, obligation_on

# From here on the visit, or the examination of papers, has taken place.
_DONE = {
    Form.ON_SITE: frozenset(
        {State.SIGNED, State.SUBMITTED, State.APPROVED, State.ISSUED, State.AWAITING_CORRECTION,
         State.UNDER_REVIEW, State.CLOSED}
    ),
    Form.DESK: frozenset(
        {State.AGREED, State.SUBMITTED, State.APPROVED, State.ISSUED, State.AWAITING_CORRECTION,
         State.UNDER_REVIEW, State.CLOSED}
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """Coverage as planned and as done so far, over the same agencies."""

    census: Census
    planned: Coverage
    done: Coverage


def plans(session: Session) -> Sequence[Plan]:
    """Every version of every plan, newest first."""
    return session.scalars(select(Plan).order_by(Plan.year.desc(), Plan.version.desc())).all()


def plan(session: Session, plan_id: str) -> Plan:
    """The plan's version of this id.

    Raises:
        PlanUnknown: there is none.
    """
    found = session.get(Plan, plan_id) if ids.is_id(plan_id) else None
    if found is None:
        raise PlanUnknown
    return found


def row_of(found: Plan, row_id: str) -> PlanRow:
    """The row of the plan.

    Raises:
        PlanUnknown: the plan has no such row.
    """
    for row in found.rows:
        if row.id == row_id:
            return row
    raise PlanUnknown("Kế hoạch không có dòng này.")


def versions_of(session: Session, year: int) -> Sequence[Plan]:
    """The versions of the year's plan, oldest first."""
    return session.scalars(select(Plan).where(Plan.year == year).order_by(Plan.version)).all()


def approved_plan(session: Session, year: int) -> Plan | None:
    """The version that holds in the year, if one has been approved."""
    held = select(Plan).where(Plan.year == year, Plan.state.in_([PlanState.APPROVED, PlanState.COMPLETED]))
    return session.scalar(held)


def fields_of(rows: Iterable[PlanRow]) -> list[RowFields]:
    """The rows as somebody would type them again."""
    return [
        RowFields(
            row.unit_code, row.inspecting_unit, row.cooperating_unit, row.first_day, row.last_day, row.form,
            row.budget_vnd, row.entry,
        )
        for row in rows
    ]  # fmt: skip


def inspections_of(session: Session, found: Plan) -> dict[str, Inspection]:
    """The inspection that carries out each row, by the row's entry; cancelled ones carry out nothing."""
    carried_out = (
        select(Grounds.entry, Inspection)
        .join(Inspection, Inspection.id == Grounds.inspection_id)
        .where(Grounds.entry.in_([row.entry for row in found.rows]), Inspection.state != State.CANCELLED)
    )
    return {str(entry): inspection for entry, inspection in session.execute(carried_out)}


def grounds_of(session: Session, inspection_id: str) -> Grounds | None:
    """What the inspection rests on, if anybody said."""
    return session.get(Grounds, inspection_id)


def grounds_text(session: Session, inspection_id: str) -> str:
    """What the inspection rests on as pages cite it; empty if nobody said."""
    return grounds_texts(session, [inspection_id]).get(inspection_id, "")


def grounds_texts(session: Session, inspection_ids: Sequence[str]) -> dict[str, str]:
    """What each of the inspections rests on as pages cite it; those of whom nobody said are left out."""
    cited = (
        select(Grounds, Plan)
        .join(Plan, Plan.id == Grounds.plan_id, isouter=True)
        .where(Grounds.inspection_id.in_(inspection_ids))
        .options(lazyload(Plan.rows))
    )
    return {grounds.inspection_id: _cited(grounds, held) for grounds, held in session.execute(cited)}


def _cited(grounds: Grounds, held: Plan | None) -> str:
    if held is not None:
        return f"{held.title}, phê duyệt tại {held.approval_number} ngày {day(held.approved_on)}"
    asked = f"{grounds.request_number} ngày {day(grounds.requested_on)} của {grounds.requested_by}"
    return f"Yêu cầu đột xuất {asked}"


def decided_before(session: Session, inspection: Inspection) -> Inspection | None:
    """The inspection under the same year's plan whose decision was the last before this one, if any."""
    own = grounds_of(session, inspection.id)
    if own is None or own.plan_id is None:
        return None
    decided = (
        select(Inspection)
        .join(Grounds, Grounds.inspection_id == Inspection.id)
        .where(
            Grounds.plan_id == own.plan_id, Inspection.decided_on.is_not(None), Inspection.id != inspection.id
        )
        .order_by(Inspection.decided_on.desc(), Inspection.id.desc())
    )
    return session.scalars(decided).first()


def census_of(session: Session, year: int) -> Census:
    """Who must be inspected in the year."""
    rules = registry.obligation_rules(session)
    return coverage.census(
        (
            _in_year(unit, year, registry.obligations(unit, rules))
            for unit in registry.units_with_history(session)
        ),
        year,
    )


def _in_year(unit: Unit, year: int, obligations: Sequence[Obligation]) -> UnitInYear:
    last = coverage.last_day_of(year)
    holds = obligation_on(obligations, min(last, unit.valid_to or last))
    return UnitInYear(unit.code, unit.name, unit.valid_from, unit.valid_to, holds.kind if holds else None)


def reach_of(session: Session, found: Plan, known: Census | None = None) -> Reach:
    """How far the plan's version reaches, and how far the year's inspections have come.

    Args:
        known: the year's agencies, where the caller has counted them already.
    """
    counted = known or census_of(session, found.year)
    planned = coverage.coverage(counted.obliged, ((row.unit_code, row.form) for row in found.rows))
    return Reach(counted, planned, coverage.coverage(counted.obliged, _done_in(session, found.year)))


def _done_in(session: Session, year: int) -> list[tuple[str, str]]:
    in_year = (
        select(Unit.code, Inspection.form, Inspection.state)
        .join(Unit, Unit.id == Inspection.unit_id)
        .where(Inspection.planned_on.between(date(year, 1, 1), coverage.last_day_of(year)))
    )
    return [
        (code, form) for code, form, state in session.execute(in_year) if State(state) in _DONE[Form(form)]
    ]
