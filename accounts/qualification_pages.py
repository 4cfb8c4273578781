"""The administrator's page of one person's certificates: what is recorded, and what the law asks besides."""

from datetime import date

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import competence, errors, qualifications, queries
from accounts.models import Person
from accounts.qualifications import QualificationFields
from accounts.roles import Role
from core import clock, page, problems
from core.access import roles
from core.caller import Caller

bp = Blueprint("qualification_pages", __name__, url_prefix="/people/<person_id>/qualifications")
ADMINISTRATORS = roles(Role.ADMINISTRATOR)
KINDS = [(kind.value, label) for kind, label in competence.KIND_LABELS.items()]

Answer = str | Response | tuple[str, int]


def _sheet(session: Session, person: Person, given: dict[str, str], found: dict[str, list[str]]) -> str:
    today = clock.local_date(clock.now())
    missing = qualifications.shortfalls_of(session, [person.id], on=today).get(person.id, ())
    return page.render(
        "accounts/qualifications.html", person=person, papers=qualifications.listed(session, person),
        kinds=KINDS, labels=dict(KINDS), warning=competence.warning_of(missing), given=given, problems=found,
    )  # fmt: skip


@bp.get("/")
@page.page(ADMINISTRATORS)
def show(person_id: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """What is on record for the person."""
    return _sheet(session, queries.person(session, person_id), {}, {})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.post("/")
@page.page(ADMINISTRATORS)
def record(person_id: str, *, session: Session, caller: Caller) -> Answer:
    """The paper is on record, or the form says what is wrong."""
    person, typed = queries.person(session, person_id), request.form
    given = QualificationFields(
        typed.get("kind", ""), _day(typed.get("awarded_on", "")), typed.get("number", ""),
        typed.get("issuer", ""),
    )  # fmt: skip
    try:
        qualifications.record(session, person, given, by=caller, at=clock.now())
    except errors.FieldsRefused as refusal:
        return _sheet(session, person, typed.to_dict(), refusal.fields), problems.status_of(refusal)
    return redirect(url_for("qualification_pages.show", person_id=person.id), code=303)


@bp.post("/<qualification_id>/withdraw")
@page.page(ADMINISTRATORS)
def withdraw(person_id: str, qualification_id: str, *, session: Session, caller: Caller) -> Answer:
    """The paper is not on record any more."""
    person = queries.person(session, person_id)
    row = qualifications.one_of(session, person, qualification_id)
    qualifications.withdraw(session, row, by=caller, at=clock.now())
    return redirect(url_for("qualification_pages.show", person_id=person.id), code=303)
