"""The JSON routes of accounts: signing in and out, and people."""

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from accounts import actions, cookies, forgery, qualification_api, queries, schemas, signing_in
from accounts.models import Person
from accounts.roles import Role
from core import api, clock, db, problems, settings
from core import errors as core_errors
from core.access import PUBLIC, SIGNED_IN, roles
from core.caller import Caller
from core.endpoint import endpoint

sessions = api.blueprint(
    "sessions", __name__, url_prefix="/api/v1/sessions", description="Signing in and out (đăng nhập)"
)
people = api.blueprint("people", __name__, url_prefix="/api/v1/people", description="People (người dùng)")
blueprints = [sessions, people, *qualification_api.blueprints]


def _judged() -> signing_in.Attempt:
    given = sessions.ARGUMENTS_PARSER.parse(schemas.SignInIn(), request, location="json")
    with db.reading() as session:
        made = signing_in.attempt(
            session, given["username"], address=request.remote_addr or "", at=clock.now()
        )
    return signing_in.judged(made, given["password"])


@sessions.route("", methods=["POST"])
@endpoint(PUBLIC, prepare=_judged)
@sessions.arguments(schemas.SignInIn)
@sessions.response(201, schemas.SignedInOut)
@sessions.alt_response(401, schema=api.ProblemOut, description="Wrong name or password.")
@sessions.alt_response(429, schema=api.ProblemOut, description="Too many failures; see Retry-After.")
def sign_in(
    given: dict[str, str],  # noqa: ARG001 (judged before the transaction; here for the document)
    *,
    prepared: signing_in.Attempt,
    session: Session,
    caller: Caller,
) -> dict[str, object] | Response:
    """Sign in: a session cookie is set, and the token for unsafe requests is answered."""
    outcome = signing_in.admit(session, prepared, replacing=caller, at=clock.now())
    if isinstance(outcome, core_errors.Refusal):
        refused: Response = problems.answer_refusal(outcome)
        return refused
    cookies.issue(outcome.token)
    return {
        "person": outcome.person,
        "csrf_token": forgery.token_of(outcome.session_id),
        "expires_at": outcome.expires_at,
    }


@sessions.route("/current", methods=["DELETE"])
@endpoint(SIGNED_IN)
@sessions.response(204)
def sign_out(*, session: Session, caller: Caller) -> None:
    """Sign out: the session is over on the server and the cookie is taken away."""
    signing_in.sign_out(session, by=caller, at=clock.now())
    cookies.withdraw()


@people.route("/me", methods=["GET"])
@endpoint(SIGNED_IN)
@people.response(200, schemas.MeOut)
def me(*, session: Session, caller: Caller) -> dict[str, object]:
    """Say who is signed in, and the anti-forgery token of the session."""
    person = queries.person(session, str(caller.person_id))
    return _shown(person) | {"csrf_token": forgery.token_of(str(caller.session_id))}


def _shown(person: Person) -> dict[str, Any]:
    names = ("id", "username", "full_name", "title", "is_active", "roles_in_order")
    return {name: getattr(person, name) for name in names}


@people.route("", methods=["GET"])
@endpoint(roles(Role.ADMINISTRATOR, Role.SUPERVISOR))
@people.response(200, schemas.PersonOut(many=True))
def list_people(*, session: Session, caller: Caller) -> list[Person]:  # noqa: ARG001 (every view is told)
    """List everybody; those whose account is closed come last."""
    return list(queries.people(session))


@people.route("", methods=["POST"])
@endpoint(roles(Role.ADMINISTRATOR))
@people.arguments(schemas.PersonIn)
@people.response(201, schemas.InvitedPersonOut)
@people.alt_response(409, schema=api.ProblemOut, description="The user name is taken.")
def add_person(given: dict[str, Any], *, session: Session, caller: Caller) -> dict[str, object]:
    """Add a person and get the one-time link with which they set their password."""
    at = clock.now()
    fields = actions.PersonFields(
        given["username"], given["full_name"], given["title"], frozenset(given["roles"])
    )
    person = actions.add_person(session, fields, by=caller, at=at)
    token, expires_at = actions.invite(session, person, by=caller, at=at)
    url = f"{settings.current().base_url}/invitations/{token}"
    return {"person": person, "invitation": {"url": url, "expires_at": expires_at}}
