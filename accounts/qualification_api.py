"""The JSON routes of people's certificates, for those who name teams and those who keep people's records."""

from typing import Any

from sqlalchemy.orm import Session

from accounts import qualification_schemas, qualifications, queries
from accounts.qualification_models import Qualification
from accounts.qualifications import QualificationFields
from accounts.roles import Role
from core import api, clock
from core.access import roles
from core.caller import Caller
from core.endpoint import endpoint

_READERS = roles(Role.ADMINISTRATOR, Role.SUPERVISOR)
_KEEPERS = roles(Role.ADMINISTRATOR)
blp = api.blueprint(
    "qualifications", __name__, url_prefix="/api/v1/people/<person_id>/qualifications",
    description="Certificates of inspectors (văn bằng, chứng chỉ theo Điều 40)",
)  # fmt: skip
blueprints = [blp]


@blp.route("", methods=["GET"])
@endpoint(_READERS)
@blp.response(200, qualification_schemas.QualificationsOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown person.")
def index(*, person_id: str, session: Session, caller: Caller) -> dict[str, Any]:  # noqa: ARG001 (every view is told)
    """List a person's certificates, and what is missing of what an inspector needs today."""
    person = queries.person(session, person_id)
    today = clock.local_date(clock.now())
    missing = qualifications.shortfalls_of(session, [person.id], on=today).get(person.id, ())
    return {"qualifications": qualifications.listed(session, person), "missing": list(missing)}


@blp.route("", methods=["POST"])
@endpoint(_KEEPERS)
@blp.arguments(qualification_schemas.QualificationIn)
@blp.response(201, qualification_schemas.QualificationOut)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown person.")
def record(given: dict[str, Any], *, person_id: str, session: Session, caller: Caller) -> Qualification:
    """Record a certificate."""
    person = queries.person(session, person_id)
    return qualifications.record(session, person, QualificationFields(**given), by=caller, at=clock.now())


@blp.route("/<qualification_id>", methods=["DELETE"])
@endpoint(_KEEPERS)
@blp.response(204)
@blp.alt_response(404, schema=api.ProblemOut, description="Unknown person or certificate.")
def withdraw(*, person_id: str, qualification_id: str, session: Session, caller: Caller) -> None:
    """Withdraw a certificate that was recorded wrongly; the journal keeps what it said."""
    row = qualifications.one_of(session, queries.person(session, person_id), qualification_id)
    qualifications.withdraw(session, row, by=caller, at=clock.now())
