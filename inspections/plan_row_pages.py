"""The form of one row of a drafted plan, and the inspection that an approved row leads to.

Rows are never stored one by one past the rules: each change judges and stores the plan whole.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.roles import Role
from core import clock, page, problems
from core.access import roles
from core.caller import Caller
from inspections import plan_actions, plan_pages, plan_queries, plan_steps, scheduling
from inspections.errors import PlanRefused
from inspections.plan_models import Plan, PlanRow
from inspections.plan_rules import RowFields
from inspections.plan_steps import PlanState
from inspections.planning_pages import Misread, days_of
from inspections.words import FORM_LABELS
from inspections.workflow import Form
from registry import queries as registry

bp = Blueprint("plan_rows", __name__, url_prefix="/plans/<plan_id>")
SUPERVISORS = roles(Role.SUPERVISOR)

Answer = str | Response | tuple[str, int]
Typed = Mapping[str, str]


def row_of(typed: Typed, *, entry: str = "") -> RowFields:
    """The row that was typed; days that cannot be read are left empty, for the rules to name.

    Raises:
        Misread: the budget is no amount of money.
    """
    amount = "".join(typed.get("budget_vnd", "").replace(".", "").split())
    if amount and (not amount.isdecimal() or len(amount) > 15):
        raise Misread({"budget_vnd": "Ghi số tiền bằng đồng, ví dụ 5.000.000."})
    first = _day(typed.get("first_day", ""))
    return RowFields(
        typed.get("unit_code", ""), typed.get("inspecting_unit", ""), typed.get("cooperating_unit", ""),
        first, _day(typed.get("last_day", "")) if typed.get("last_day") else first, typed.get("form", ""),
        int(amount) if amount else None, entry,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def typed_of(row: PlanRow) -> dict[str, str]:
    """The row as the form shows it."""
    return {
        "unit_code": row.unit_code, "inspecting_unit": row.inspecting_unit,
        "cooperating_unit": row.cooperating_unit, "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(), "form": row.form,
        "budget_vnd": "" if row.budget_vnd is None else str(row.budget_vnd),
    }  # fmt: skip


def _form(
    session: Session, plan: Plan, row: PlanRow | None, *, typed: Typed, faults: Mapping[str, str]
) -> str:
    units = [(unit.code, f"{unit.name} ({unit.code})") for unit in registry.units(session)]
    return page.render(
        "plans/row.html", plan=plan, row=row, units=units, form_labels=FORM_LABELS, values=typed,
        errors=faults,
    )  # fmt: skip


def _faults(refusal: Misread | PlanRefused, position: int) -> dict[str, str]:
    """What is wrong with the row that was typed, by field; what is wrong elsewhere stands at the head."""
    if isinstance(refusal, Misread):
        return refusal.fields
    told: dict[str, str] = {}
    for one in refusal.members["faults"]:  # type: ignore[attr-defined] # a list, as the refusal makes it
        key = str(one["field"]) if one["row"] == position else ""
        told.setdefault(key, str(one["problem"]))
    return {key: f"{text[0].upper()}{text[1:]}" for key, text in told.items()}


def _inspecting_unit(session: Session, plan: Plan) -> str:
    """Who inspects, as in the plan's last row, or as the agency is called."""
    agency = registry.agency(session)
    return plan.rows[-1].inspecting_unit if plan.rows else agency.name if agency else ""


@bp.get("/rows/new")
@page.page(SUPERVISORS)
def new(plan_id: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The empty form; who inspects is filled in as in the row before, or as the agency is called."""
    plan = plan_queries.plan(session, plan_id)
    plan_steps.after(PlanState(plan.state), "edit")
    start = {
        "inspecting_unit": _inspecting_unit(session, plan),
        "form": Form.DESK.value,
    } | request.args.to_dict()
    return _form(session, plan, None, typed=start, faults={})


@bp.post("/rows/new")
@page.page(SUPERVISORS)
def add(plan_id: str, *, session: Session, caller: Caller) -> Answer:
    """The draft has one row more, or the form says what is wrong."""
    plan = plan_queries.plan(session, plan_id)
    kept = plan_queries.fields_of(plan.rows)
    try:
        rows = [*kept, row_of(request.form)]
        plan_actions.rewrite(session, plan, title=plan.title, rows=rows, by=caller, at=clock.now())
    except (Misread, PlanRefused) as refusal:
        faults = _faults(refusal, len(kept) + 1)
        return _form(session, plan, None, typed=request.form, faults=faults), problems.status_of(refusal)
    return redirect(url_for("plans.show", plan_id=plan.id, done="saved", _anchor="rows"), code=303)


@bp.get("/rows/<row_id>")
@page.page(SUPERVISORS)
def edit(plan_id: str, row_id: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The form with what the row says."""
    plan = plan_queries.plan(session, plan_id)
    plan_steps.after(PlanState(plan.state), "edit")
    row = plan_queries.row_of(plan, row_id)
    return _form(session, plan, row, typed=typed_of(row), faults={})


@bp.post("/rows/<row_id>")
@page.page(SUPERVISORS)
def change(plan_id: str, row_id: str, *, session: Session, caller: Caller) -> Answer:
    """The row says what was typed, or is gone if that was asked; or the form says what is wrong."""
    plan = plan_queries.plan(session, plan_id)
    row = plan_queries.row_of(plan, row_id)
    rows = plan_queries.fields_of(plan.rows)
    at = row.position - 1
    try:
        if request.form.get("remove"):
            del rows[at]
        else:
            rows[at] = row_of(request.form, entry=row.entry)
        plan_actions.rewrite(session, plan, title=plan.title, rows=rows, by=caller, at=clock.now())
    except (Misread, PlanRefused) as refusal:
        faults = _faults(refusal, row.position)
        return _form(session, plan, row, typed=request.form, faults=faults), problems.status_of(refusal)
    return redirect(url_for("plans.show", plan_id=plan.id, done="saved", _anchor="rows"), code=303)


@bp.post("/add-missing")
@page.page(SUPERVISORS)
def add_missing(plan_id: str, *, session: Session, caller: Caller) -> Answer:
    """Every agency that must be inspected and is not in the draft is in it, by its papers, in the span."""
    plan = plan_queries.plan(session, plan_id)
    kept = plan_queries.fields_of(plan.rows)
    labels = {"first_day": "Ngày đầu", "last_day": "Ngày cuối"}
    try:
        days = days_of(request.form, labels)
        inspecting = _inspecting_unit(session, plan)
        desk = RowFields("", inspecting, "", days["first_day"], days["last_day"], Form.DESK)
        missing = plan_queries.reach_of(session, plan).planned.missing
        rows = [*kept, *(replace(desk, unit_code=unit.code) for unit in missing)]
        plan_actions.rewrite(session, plan, title=plan.title, rows=rows, by=caller, at=clock.now())
    except (Misread, PlanRefused) as refusal:
        faults = _faults(refusal, len(kept) + 1)
        again = plan_pages.sheet(session, plan, caller, typed=request.form, faults=faults)
        return again, problems.status_of(refusal)
    return redirect(url_for("plans.show", plan_id=plan.id, done="saved"), code=303)


@bp.post("/rows/<row_id>/inspection")
@page.page(SUPERVISORS)
def schedule(plan_id: str, row_id: str, *, session: Session, caller: Caller) -> Answer:
    """The row's inspection is in the calendar, and its decision is asked for next."""
    plan = plan_queries.plan(session, plan_id)
    row = plan_queries.row_of(plan, row_id)
    made = scheduling.schedule_row(session, plan, row, by=caller, at=clock.now())
    return redirect(url_for("inspection_planning.decision", inspection_id=made.id), code=303)
