"""The supervisor's two forms before a visit: put a unit into the calendar, and record the decision.

What was typed is shown again when something is wrong with it; nothing is stored until everything fits.
"""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import competence, qualifications
from accounts import queries as people
from accounts.models import Person
from accounts.roles import Role
from checklists import queries as checklists
from core import clock, page, problems
from core import errors as core_errors
from core.access import roles
from core.caller import Caller
from inspections import actions, plan_queries, queries, scheduling
from inspections.errors import DecisionRefused, GroundsMissing, ScheduleRefused, TeamRefused
from inspections.models import Inspection
from inspections.words import FORM_LABELS, TEAM_ROLES
from inspections.workflow import Form
from registry import queries as registry

bp = Blueprint("inspection_planning", __name__, url_prefix="/inspections")
SUPERVISORS = roles(Role.SUPERVISOR)
WHOLE_LIST = "Toàn bộ danh mục"

Answer = str | Response | tuple[str, int]
Typed = Mapping[str, str]


class Misread(core_errors.Invalid):
    """Some fields of a form cannot be read; `fields` maps each to what to do about it."""

    slug = "form_misread"
    title = "Một số ô chưa đúng"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()), fields=fields)
        self.fields = fields


def days_of(typed: Typed, labels: Mapping[str, str]) -> dict[str, date]:
    """The days typed under these names.

    Args:
        labels: what each field is called, as its message begins ("Ngày quyết định").
    Raises:
        Misread: one of them is missing or is no day of the calendar.
    """
    found, wrong = {}, {}
    for name, label in labels.items():
        try:
            found[name] = date.fromisoformat(typed.get(name, ""))
        except ValueError:
            wrong[name] = f"{label} còn trống hoặc không có trong lịch. Chọn một ngày."
    if wrong:
        raise Misread(wrong)
    return found


def _faults(refusal: core_errors.Refusal) -> dict[str, str]:
    if isinstance(refusal, Misread):
        return refusal.fields
    field = "team" if isinstance(refusal, TeamRefused) else str(refusal.members.get("field", ""))
    return {field: refusal.detail or refusal.title}


def _new(session: Session, typed: Typed, faults: Mapping[str, str]) -> str:
    units = [(unit.code, unit.name) for unit in registry.units(session)]
    return page.render(
        "inspections/new.html", units=units, values=typed, errors=faults, form_labels=FORM_LABELS
    )


@bp.get("/new")
@page.page(SUPERVISORS)
def new(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The empty form."""
    return _new(session, request.args, {})


def _scheduled(session: Session, typed: Typed, caller: Caller) -> Inspection:
    planned_on = days_of(typed, {"planned_on": "Ngày kiểm tra"})["planned_on"]
    if not typed.get("unit_code"):
        raise Misread({"unit_code": "Chọn đơn vị chịu sự kiểm tra."})
    if typed.get("form") not in set(Form):
        raise Misread({"form": "Chọn hình thức kiểm tra."})
    unit = registry.unit_by_code(session, typed["unit_code"])
    return scheduling.schedule_visit(
        session, unit, form=Form(typed["form"]), planned_on=planned_on, request=_request(typed), by=caller,
        at=clock.now(),
    )  # fmt: skip


def _request(typed: Typed) -> scheduling.Request | None:
    """The request that was cited; None if all its fields were left empty."""
    number, asker = typed.get("request_number", ""), typed.get("requested_by", "")
    if not (number.strip() or asker.strip() or typed.get("requested_on")):
        return None
    days = days_of(typed, {"requested_on": "Ngày yêu cầu"})
    return scheduling.Request(number, days["requested_on"], asker)


@bp.post("/new")
@page.page(SUPERVISORS)
def schedule(*, session: Session, caller: Caller) -> Answer:
    """The unit is in the calendar and the decision is asked for next, or the form says what is wrong."""
    try:
        inspection = _scheduled(session, request.form, caller)
    except (Misread, ScheduleRefused, GroundsMissing) as refusal:
        return _new(session, request.form, _faults(refusal)), problems.status_of(refusal)
    return redirect(url_for("inspection_planning.decision", inspection_id=inspection.id), code=303)


def _inspectors(session: Session) -> list[Person]:
    return [one for one in people.people(session) if one.is_active and Role.INSPECTOR in one.roles]


def _contents(session: Session) -> list[tuple[str, str]]:
    """Each list with each of its profiles as one choice, so that no script has to match them."""
    choices = []
    for version in checklists.versions(session):
        name = f"{version.title} ({version.reference})"
        profiles = [
            (one.code, one.label_vi) for one in checklists.definition(session, version.reference).profiles
        ]
        choices += [
            (f"{version.reference}|{code}", f"{name}: {label}")
            for code, label in profiles or [("", WHOLE_LIST)]
        ]
    return choices


def _decision(session: Session, inspection: Inspection, typed: Typed, faults: Mapping[str, str]) -> str:
    inspectors = _inspectors(session)
    missing = qualifications.shortfalls_of(
        session, [person.id for person in inspectors], on=inspection.planned_on
    )
    warnings = {person_id: competence.warning_of(found) for person_id, found in missing.items()}
    return page.render(
        "inspections/decision.html", inspection=inspection, values=typed, errors=faults, warnings=warnings,
        contents=_contents(session), inspectors=inspectors, team_roles=TEAM_ROLES,
        grounds=plan_queries.grounds_text(session, inspection.id),
    )  # fmt: skip


def typed_before(earlier: Inspection) -> dict[str, str]:
    """List, period and team of an earlier decision, as the form would have them typed."""
    days = {"period_from": earlier.period_from, "period_to": earlier.period_to}
    typed = {name: day.isoformat() for name, day in days.items() if day}
    typed["content"] = f"{earlier.checklist}|{earlier.profile or ''}"
    for member in earlier.team:
        typed |= {f"role:{member.person_id}": member.role, f"title:{member.person_id}": member.title}
    return typed


@bp.get("/<uuid:inspection_id>/decision")
@page.page(SUPERVISORS)
def decision(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The form that fixes team, list and period, begun as the last decision under the same plan had them."""
    inspection = queries.visible(session, str(inspection_id), caller)
    earlier = plan_queries.decided_before(session, inspection)
    begun = typed_before(earlier) if earlier else {}
    return _decision(session, inspection, begun | request.args.to_dict(), {})


def decision_of(typed: Typed) -> actions.Decision:
    """The decision that was typed.

    Raises:
        Misread: a day is missing or impossible, or no list was chosen.
    """
    labels = {
        "decided_on": "Ngày quyết định",
        "period_from": "Ngày đầu thời kỳ",
        "period_to": "Ngày cuối thời kỳ",
    }
    days = days_of(typed, labels)
    checklist, _, profile = typed.get("content", "").partition("|")
    if not checklist:
        raise Misread({"content": "Chọn danh mục kiểm tra."})
    team = [
        actions.Place(name.removeprefix("role:"), role, typed.get(f"title:{name.removeprefix('role:')}", ""))
        for name, role in typed.items()
        if name.startswith("role:") and role
    ]
    return actions.Decision(
        number=typed.get("number", ""), checklist=checklist, profile=profile or None, team=team, **days
    )


@bp.post("/<uuid:inspection_id>/decision")
@page.page(SUPERVISORS)
def decide(inspection_id: object, *, session: Session, caller: Caller) -> Answer:
    """The decision holds and the team can download, or the form says what is wrong."""
    inspection = queries.visible(session, str(inspection_id), caller)
    try:
        actions.decide(session, inspection, decision_of(request.form), by=caller, at=clock.now())
    except (Misread, DecisionRefused, TeamRefused) as refusal:
        return _decision(session, inspection, request.form, _faults(refusal)), problems.status_of(refusal)
    return redirect(url_for("inspections.show", inspection_id=inspection.id, done="decided"), code=303)
