"""The pages of yearly plans: the list, one version with its coverage, and the steps that people take with it.

Too little coverage is shown with who is missing, and stops nothing; rows that cannot stand are refused beside
their field.
"""

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.roles import Role
from core import clock, page, problems, wording
from core import errors as core_errors
from core.access import SIGNED_IN, roles
from core.caller import Caller
from inspections import plan_actions, plan_queries, plan_steps, scheduling, words
from inspections.errors import PlanApprovalRefused, PlanExists, PlanUnknown
from inspections.plan_models import Plan
from inspections.plan_steps import PLAN_STATE_LABELS, PlanState
from inspections.planning_pages import Misread, days_of
from inspections.workflow import STATE_LABELS

bp = Blueprint("plans", __name__, url_prefix="/plans")
SUPERVISORS = roles(Role.SUPERVISOR)

Answer = str | Response | tuple[str, int]
Typed = Mapping[str, str]

_STATE_LABELS = {state.value: label for state, label in PLAN_STATE_LABELS.items()}
_INSPECTION_STATES = {state.value: label for state, label in STATE_LABELS.items()}
_DONE = {
    "drafted": "Đã lập dự thảo. Thêm các đơn vị rồi trình phê duyệt.",
    "saved": "Đã lưu dự thảo.",
    "submitted": "Đã ghi nhận là đã trình. Khi có văn bản phê duyệt, ghi số và ngày ở đây.",
    "handed-back": "Kế hoạch trở lại dự thảo để sửa.",
    "approved": "Đã ghi phê duyệt. Lập các cuộc kiểm tra từ từng dòng, hoặc lập tất cả.",
    "adjusted": "Đây là dự thảo điều chỉnh. Bản đã phê duyệt còn hiệu lực đến khi bản này được phê duyệt.",
    "scheduled": "Đã đưa vào lịch mọi dòng còn lại.",
    "completed": "Kế hoạch đã hoàn thành.",
}


@bp.get("/")
@page.page(SIGNED_IN)
def index(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """Every version of every plan, the newest first, with how far the one that holds reaches."""
    listed = plan_queries.plans(session)
    shown = [plan for plan in listed if plan.state != PlanState.SUPERSEDED]
    census = {year: plan_queries.census_of(session, year) for year in {plan.year for plan in shown}}
    reach = {plan.id: plan_queries.reach_of(session, plan, census[plan.year]) for plan in shown}
    return page.render("plans/index.html", plans=listed, reach=reach, state_labels=_STATE_LABELS)


def _new(typed: Typed, faults: Mapping[str, str]) -> str:
    return page.render("plans/new.html", values=typed, errors=faults)


@bp.get("/new")
@page.page(SUPERVISORS)
def new(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The empty form of a year's plan."""
    year = clock.local_date(clock.now()).year
    return _new({"year": str(year), "title": f"Kế hoạch kiểm tra năm {year}"} | request.args.to_dict(), {})


@bp.post("/new")
@page.page(SUPERVISORS)
def draft(*, session: Session, caller: Caller) -> Answer:
    """The year has a draft, or the form says what is wrong."""
    typed = request.form
    try:
        if not typed.get("year", "").isdecimal():
            raise Misread({"year": "Ghi năm bằng bốn chữ số."})
        plan = plan_actions.draft(
            session, year=int(typed["year"]), title=typed.get("title", ""), rows=[], by=caller, at=clock.now()
        )
    except (Misread, PlanApprovalRefused, PlanExists) as refusal:
        return _new(typed, faults_of(refusal)), problems.status_of(refusal)
    return _back(plan, "drafted")


def faults_of(refusal: core_errors.Refusal) -> dict[str, str]:
    """What to say beside which field."""
    if isinstance(refusal, Misread):
        return refusal.fields
    field = "year" if isinstance(refusal, PlanExists) else str(refusal.members.get("field", ""))
    return {field: refusal.detail or refusal.title}


def _back(plan: Plan, done: str) -> Response:
    return redirect(url_for("plans.show", plan_id=plan.id, done=done), code=303)


@bp.get("/<plan_id>")
@page.page(SIGNED_IN)
def show(plan_id: str, *, session: Session, caller: Caller) -> Answer:
    """One version: what it reaches, its rows with their inspections, and what can be done with it now."""
    return sheet(session, plan_queries.plan(session, plan_id), caller, typed={}, faults={})


def sheet(session: Session, plan: Plan, caller: Caller, *, typed: Typed, faults: Mapping[str, str]) -> str:
    """The page of one version, with what was typed into its forms and what was wrong with it."""
    is_supervisor = caller.has_role(Role.SUPERVISOR)
    carried_out = plan_queries.inspections_of(session, plan)
    return page.render(
        "plans/show.html", plan=plan, reach=plan_queries.reach_of(session, plan), inspections=carried_out,
        unscheduled=len(plan.rows) - len(carried_out), state_label=_STATE_LABELS[plan.state],
        versions=plan_queries.versions_of(session, plan.year), state_labels=_STATE_LABELS,
        inspection_states=_INSPECTION_STATES, form_labels=words.FORM_LABELS, share=wording.share,
        budget=sum(row.budget_vnd or 0 for row in plan.rows),
        open_steps=plan_steps.steps_open(PlanState(plan.state)) if is_supervisor else frozenset(),
        done=_DONE.get(request.args.get("done", ""), ""), values=typed, errors=faults,
    )  # fmt: skip


# Each takes its step with what was typed, and names the version to show next and what to say there.
def _submit(session: Session, plan: Plan, caller: Caller) -> tuple[Plan, str]:
    plan_actions.submit(session, plan, by=caller, at=clock.now())
    return plan, "submitted"


def _hand_back(session: Session, plan: Plan, caller: Caller) -> tuple[Plan, str]:
    plan_actions.hand_back(session, plan, by=caller, at=clock.now())
    return plan, "handed-back"


def _approve(session: Session, plan: Plan, caller: Caller) -> tuple[Plan, str]:
    approved_on = days_of(request.form, {"approved_on": "Ngày phê duyệt"})["approved_on"]
    number = request.form.get("number", "")
    plan_actions.approve(session, plan, number=number, approved_on=approved_on, by=caller, at=clock.now())
    return plan, "approved"


def _adjust(session: Session, plan: Plan, caller: Caller) -> tuple[Plan, str]:
    reason = request.form.get("reason", "")
    return plan_actions.adjust(session, plan, reason=reason, by=caller, at=clock.now()), "adjusted"


def _schedule(session: Session, plan: Plan, caller: Caller) -> tuple[Plan, str]:
    scheduling.schedule_rest(session, plan, by=caller, at=clock.now())
    return plan, "scheduled"


def _complete(session: Session, plan: Plan, caller: Caller) -> tuple[Plan, str]:
    plan_actions.complete(session, plan, by=caller, at=clock.now())
    return plan, "completed"


_STEPS = {
    "submit": _submit, "hand_back": _hand_back, "approve": _approve, "adjust": _adjust,
    "schedule": _schedule, "complete": _complete,
}  # fmt: skip


@bp.post("/<plan_id>/<step>")
@page.page(SUPERVISORS)
def take_step(plan_id: str, step: str, *, session: Session, caller: Caller) -> Answer:
    """The step is taken, or the page says what is missing for it.

    Raises:
        PlanUnknown: there is no such plan, or a plan has no such step.
    """
    plan = plan_queries.plan(session, plan_id)
    if step not in _STEPS:
        raise PlanUnknown("Kế hoạch không có bước này.")
    try:
        next_plan, done = _STEPS[step](session, plan, caller)
    except (Misread, PlanApprovalRefused) as refusal:
        again = sheet(session, plan, caller, typed=request.form, faults=faults_of(refusal))
        return again, problems.status_of(refusal)
    return _back(next_plan, done)


@bp.post("/<plan_id>/discard")
@page.page(SUPERVISORS)
def discard(plan_id: str, *, session: Session, caller: Caller) -> Answer:
    """The draft is gone."""
    plan_actions.discard(session, plan_queries.plan(session, plan_id), by=caller, at=clock.now())
    return redirect(url_for("plans.index"), code=303)
