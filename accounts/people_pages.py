"""The administrator's pages of people: who is here, in which roles, and who may still come in."""

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import actions, errors, queries
from accounts.models import Person
from accounts.roles import EXPLANATIONS, LABELS, Role
from core import clock, page, problems, settings, wording
from core import errors as core_errors
from core.access import roles
from core.caller import Caller

bp = Blueprint("people_pages", __name__, url_prefix="/people")
ADMINISTRATORS = roles(Role.ADMINISTRATOR)
ROLES = [(role.value, LABELS[role], EXPLANATIONS[role]) for role in Role]

Answer = str | Response | tuple[str, int]


@bp.get("/")
@page.page(ADMINISTRATORS)
def people(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """Everybody, with roles and state."""
    return page.render(
        "accounts/people.html", people=queries.people(session), labels=LABELS, order=list(Role)
    )


def _given(username: str) -> actions.PersonFields:
    form = request.form
    return actions.PersonFields(
        username, form.get("full_name", ""), form.get("title", ""), frozenset(form.getlist("roles"))
    )


def _messages(refusal: core_errors.Refusal) -> dict[str, list[str]]:
    """What to say beside which field."""
    if isinstance(refusal, errors.FieldsRefused):
        return refusal.fields
    field = "username" if isinstance(refusal, errors.UsernameTaken) else "roles"
    return {field: [f"{refusal.title}. {refusal.detail}"]}


def _again(refusal: core_errors.Refusal, *, person: Person | None, given: actions.PersonFields) -> Answer:
    html = page.render(
        "accounts/person.html", person=person, given=given, problems=_messages(refusal), roles=ROLES
    )
    return html, problems.status_of(refusal)


@bp.get("/new")
@page.page(ADMINISTRATORS)
def new_person(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """The empty form."""
    empty = actions.PersonFields("", "", "", frozenset({Role.INSPECTOR}))
    return page.render("accounts/person.html", person=None, given=empty, problems={}, roles=ROLES)


@bp.post("/new")
@page.page(ADMINISTRATORS)
def add_person(*, session: Session, caller: Caller) -> Answer:
    """The person exists and the link for them is shown, or the form says what is wrong."""
    given, at = _given(request.form.get("username", "")), clock.now()
    try:
        person = actions.add_person(session, given, by=caller, at=at)
    except (errors.FieldsRefused, errors.UsernameTaken) as refusal:
        return _again(refusal, person=None, given=given)
    return _invited(session, person, by=caller)


def _invited(session: Session, person: Person, *, by: Caller) -> str:
    token, expires_at = actions.invite(session, person, by=by, at=clock.now())
    link = f"{settings.current().base_url}/invitations/{token}"
    until = wording.moment(expires_at)
    return page.render("accounts/invited.html", person=person, link=link, until=until)


@bp.get("/<person_id>")
@page.page(ADMINISTRATORS)
def person(person_id: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """One person: the form, and what can be done about the account."""
    found = queries.person(session, person_id)
    given = actions.PersonFields(found.username, found.full_name, found.title, found.roles)
    return page.render("accounts/person.html", person=found, given=given, problems={}, roles=ROLES)


@bp.post("/<person_id>")
@page.page(ADMINISTRATORS)
def change_person(person_id: str, *, session: Session, caller: Caller) -> Answer:
    """Name, title and roles are changed, or the form says what is wrong."""
    found = queries.person(session, person_id)
    given = _given(found.username)
    try:
        actions.change_person(session, found, given, by=caller, at=clock.now())
    except (errors.FieldsRefused, errors.LastAdministrator) as refusal:
        return _again(refusal, person=found, given=given)
    return redirect(url_for("people_pages.people"), code=303)


@bp.post("/<person_id>/deactivate")
@page.page(ADMINISTRATORS)
def deactivate(person_id: str, *, session: Session, caller: Caller) -> Answer:
    """The account is closed and signed out everywhere."""
    actions.deactivate(session, queries.person(session, person_id), by=caller, at=clock.now())
    return redirect(url_for("people_pages.people"), code=303)


@bp.post("/<person_id>/reactivate")
@page.page(ADMINISTRATORS)
def reactivate(person_id: str, *, session: Session, caller: Caller) -> Answer:
    """The account is open again."""
    actions.reactivate(session, queries.person(session, person_id), by=caller, at=clock.now())
    return redirect(url_for("people_pages.person", person_id=person_id), code=303)


@bp.post("/<person_id>/invite")
@page.page(ADMINISTRATORS)
def invite(person_id: str, *, session: Session, caller: Caller) -> Answer:
    """A new one-time link is shown; the present password works until it is used."""
    return _invited(session, queries.person(session, person_id), by=caller)
