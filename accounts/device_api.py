"""The JSON routes of tablets: inviting, enrolling, getting a token, taking out of use."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from accounts import device_presence, device_schemas, device_tokens, devices, enrolment_codes, recovery
from accounts.device_models import Device
from accounts.roles import Role
from core import api, clock, epoch, server_key, settings
from core.access import PUBLIC, SIGNED_IN, roles
from core.caller import Caller
from core.endpoint import endpoint

MIN_PROTOCOL = "1.0"
TOKEN_PATH = "/sync/v1/token"  # noqa: S105 (a path, not a secret)

codes = api.blueprint(
    "enrolment_codes", __name__, url_prefix="/api/v1/enrolment-codes",
    description="One-time codes that enrol a tablet (mã ghi danh)",
)  # fmt: skip
office = api.blueprint(
    "devices", __name__, url_prefix="/api/v1/devices", description="Tablets (máy tính bảng)"
)
entrance = api.blueprint(
    "device_entrance", __name__, url_prefix="/sync/v1", description="How a tablet gets in (TD/1)"
)
blueprints = [codes, office, entrance]


def token_endpoint() -> str:
    """The address that a client assertion must name as its audience."""
    return settings.current().base_url + TOKEN_PATH


def server_keys() -> list[dict[str, Any]]:
    """The public keys with which the server signs."""
    key = server_key.current()
    return [{"kid": key.kid, "jwk": key.jwk}]


@codes.route("", methods=["POST"])
@endpoint(roles(Role.ADMINISTRATOR))
@codes.arguments(device_schemas.EnrolmentCodeIn)
@codes.response(201, device_schemas.EnrolmentCodeOut)
def make_code(given: dict[str, str], *, session: Session, caller: Caller) -> dict[str, object]:
    """Make a code with which one tablet enrols within ten minutes."""
    made = devices.make_code(session, given["label"], by=caller, at=clock.now())
    return {
        "code": made.scanned,
        "typed_code": enrolment_codes.grouped(made.typed),
        "url": f"{settings.current().base_url}/sync/v1/devices",
        "expires_at": made.expires_at,
    }


@entrance.route("/devices", methods=["POST"])
@endpoint(PUBLIC)
@entrance.arguments(device_schemas.EnrolIn)
@entrance.response(201, device_schemas.EnrolledOut)
@entrance.alt_response(403, schema=api.ProblemOut, description="The code cannot be used.")
@entrance.alt_response(409, schema=api.ProblemOut, description="Another tablet has the id.")
def enrol(
    given: dict[str, Any],
    *,
    session: Session,
    caller: Caller,  # noqa: ARG001 (every view is told)
) -> dict[str, object]:
    """Enrol a tablet: its public key is known, and it learns ours. Repeating the request is harmless."""
    device = devices.enrol(session, devices.Enrolment(**given), at=clock.now())
    return {
        "device": device.id,
        "epoch": epoch.current(session),
        "server_keys": server_keys(),
        "min_protocol": MIN_PROTOCOL,
        "token_endpoint": token_endpoint(),
    }


@entrance.route("/token", methods=["POST"])
@endpoint(SIGNED_IN)
@entrance.arguments(device_schemas.TokenIn)
@entrance.response(200, device_schemas.TokenOut)
@entrance.alt_response(403, schema=api.ProblemOut, description="The tablet is unknown or out of use.")
@entrance.doc(parameters=[device_presence.DESCRIBED])
def token(given: dict[str, str], *, session: Session, caller: Caller) -> dict[str, object]:
    """Get a token for fifteen minutes, for the signed-in person on the tablet that signed the assertion."""
    at = clock.now()
    assertion = device_tokens.read(given["client_assertion"])
    issued = device_tokens.issue(session, assertion, audience=token_endpoint(), by=caller, at=at)
    _hear(session, assertion, at=at)
    return _told(issued, str(caller.person_id))


@entrance.route("/token/renewal", methods=["POST"])
@endpoint(PUBLIC)
@entrance.arguments(device_schemas.TokenIn)
@entrance.response(200, device_schemas.TokenOut)
@entrance.alt_response(401, schema=api.ProblemOut, description="The proof does not hold; or sign in anew.")
@entrance.alt_response(403, schema=api.ProblemOut, description="The tablet is unknown or out of use.")
@entrance.doc(parameters=[device_presence.DESCRIBED])
def renewed_token(
    given: dict[str, str],
    *,
    session: Session,
    caller: Caller,  # noqa: ARG001 (every view is told)
) -> dict[str, object]:
    """Get a token while the grant runs of the person whom the assertion names as `person`; no session."""
    at = clock.now()
    assertion = device_tokens.read(given["client_assertion"])
    issued, person_id = device_tokens.renew(session, assertion, audience=token_endpoint(), at=at)
    _hear(session, assertion, at=at)
    return _told(issued, person_id)


@entrance.route("/recovery", methods=["POST"])
@endpoint(SIGNED_IN)
@entrance.arguments(device_schemas.TokenIn)
@entrance.response(200, device_schemas.RecoveryOut)
@entrance.alt_response(403, schema=api.ProblemOut, description="Out of use, or signed in too long ago.")
def recovery_half(given: dict[str, str], *, session: Session, caller: Caller) -> dict[str, object]:
    """Get the server's half of what opens this tablet for the person who has just signed in on it."""
    assertion = device_tokens.read(given["client_assertion"])
    audience = token_endpoint()
    return {"half": recovery.half(session, assertion, audience=audience, by=caller, at=clock.now())}


def _hear(session: Session, assertion: device_tokens.Assertion, *, at: datetime) -> None:
    waiting = device_presence.told(request.headers.get(device_presence.HEADER))
    device_presence.note(session, assertion.device, waiting, at=at)


def _told(issued: device_tokens.Issued, person_id: str) -> dict[str, object]:
    return {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": int(device_tokens.TOKEN_LASTS.total_seconds()),
        "expires_at": issued.expires_at,
        "grant_expires_at": issued.grant_expires_at,
        "person_id": person_id,
    }


@office.route("", methods=["GET"])
@endpoint(roles(Role.ADMINISTRATOR, Role.SUPERVISOR))
@office.response(200, device_schemas.DeviceOut(many=True))
def list_devices(*, session: Session, caller: Caller) -> Sequence[Device]:  # noqa: ARG001 (every view is told)
    """List the tablets, those in use first."""
    return devices.listed(session)


@office.route("/<device_id>/revocation", methods=["POST"])
@endpoint(roles(Role.ADMINISTRATOR))
@office.arguments(device_schemas.RevocationIn)
@office.response(200, device_schemas.DeviceOut)
def revoke(given: dict[str, Any], device_id: str, *, session: Session, caller: Caller) -> Device:
    """Take a tablet out of use; what it recorded before stays."""
    device = devices.tablet(session, device_id)
    devices.revoke(session, device, given["mode"], by=caller, at=clock.now())
    return device
