"""Short-lived access tokens: a tablet proves its key, a person is signed in, and both together get fifteen
minutes. A token reads and carries batches; it cannot write, because every batch is signed by the key.

Source: RFC 7523 §2.2 and §3 (JWT client assertions), RFC 7515 and RFC 7518 §3.4 (ES256), RFC 6750 (bearer).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Request
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from accounts import device_keys, devices, queries, tokens
from accounts.device_errors import AssertionRefused, DeviceRevoked, GrantOver, TokenExpired
from accounts.device_models import Device, DeviceGrant, DeviceToken, RevokeMode, SpentAssertion
from accounts.errors import PersonUnknown
from accounts.models import HeldRole, Person
from core import clock, errors, framing, ids, journal, settings
from core.caller import Caller
from core.glance import Glance, Question

TOKEN_LASTS = timedelta(minutes=15)
MAX_ASSERTION_LIFE = timedelta(minutes=10)
SKEW = timedelta(seconds=60)
_MAX_JTI_CHARACTERS = 128
_SCHEME = "bearer"

# Every request of every tablet asks this first. A row for each of the person's roles, or one without.
_HOLDER = Question(
    select(
        DeviceToken.device_id, DeviceToken.person_id, Device.revoke_mode, Person.full_name, Person.is_active,
        Person.is_demo, HeldRole.role,
    )
    .join(Device, Device.id == DeviceToken.device_id)
    .join(Person, Person.id == DeviceToken.person_id)
    .outerjoin(HeldRole, HeldRole.person_id == Person.id)
    .where(DeviceToken.token_sha256 == bindparam("token_sha256"), DeviceToken.expires_at > bindparam("now"))
)  # fmt: skip


@dataclass(frozen=True)
class Assertion:
    """A tablet's signed statement, read and not yet believed."""

    claims: Mapping[str, Any]
    signed: str
    signature: str

    @property
    def device(self) -> str:
        """Who claims to speak."""
        return str(self.claims["iss"])


@dataclass(frozen=True)
class Issued:
    """A token that exists nowhere else, and until when what it stands on lasts."""

    token: str
    expires_at: datetime
    grant_expires_at: datetime


def _refused(reason: str, at: datetime | None = None) -> AssertionRefused:
    members = {"server_time": clock.wire_time(at)} if at is not None else {}
    return AssertionRefused(reason=reason, **members)


def read(assertion: str) -> Assertion:
    """The parts of the compact JWS, well-formed; nothing is verified.

    Raises:
        AssertionRefused: it is no compact JWS with algorithm ES256 and the claims that we need.
    """
    parts = assertion.split(".")
    if len(parts) != 3:
        raise _refused("malformed")
    try:
        header, claims = (framing.decoded(device_keys.bytes_of(part)) for part in parts[:2])
    except (ValueError, errors.Malformed):
        raise _refused("malformed") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _refused("malformed")
    if header.get("alg") != "ES256" or "crit" in header:
        raise _refused("algorithm")
    texts = [claims.get(name) for name in ("iss", "sub", "jti")]
    if not all(isinstance(text, str) for text in texts) or claims["iss"] != claims["sub"]:
        raise _refused("subject")
    if not 0 < len(claims["jti"]) <= _MAX_JTI_CHARACTERS or not ids.is_id(claims["iss"]):
        raise _refused("subject")
    return Assertion(claims, ".".join(parts[:2]), parts[2])


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**33:
        return None
    return datetime.fromtimestamp(value, UTC)


def _check_time(claims: Mapping[str, Any], at: datetime) -> datetime:
    """The moment at which the assertion ends; the refusal tells a tablet with a wrong clock our time."""
    expires_at = _moment(claims, "exp")
    if expires_at is None or expires_at + SKEW <= at:
        raise _refused("expired", at)
    if expires_at > at + MAX_ASSERTION_LIFE:
        raise _refused("lives_too_long", at)
    for name in ("iat", "nbf"):
        begins_at = _moment(claims, name)
        if name in claims and (begins_at is None or begins_at > at + SKEW):
            raise _refused("not_yet_valid", at)
    return expires_at


def issue(session: Session, made: Assertion, *, audience: str, by: Caller, at: datetime) -> Issued:
    """The signed-in person may use the tablet: a token for now, and a grant for what is written offline.

    Args:
        audience: the address of this server's token endpoint.
    Raises:
        AssertionRefused: not signed by the tablet's key, for another server, out of time, or used before.
        DeviceUnknown: no such tablet is enrolled.
        DeviceRevoked: it was stolen, or is out of use and the person has no running grant.
    """
    device = proven(session, made, audience=audience, at=at)
    granted = devices.grant(session, device, str(by.person_id), at=at)
    return _issued(session, device, granted, by=by, at=at)


def renew(session: Session, made: Assertion, *, audience: str, at: datetime) -> tuple[Issued, str]:
    """A token for the person whom the assertion names as `person`, while their grant runs; and who that is.

    Nobody has to sign in anew because a tablet came out of a basement: its key and the grant are the proof.
    The grant is not prolonged, and a tablet that is out of use gets nothing this way.

    Raises:
        AssertionRefused, DeviceUnknown, DeviceRevoked: as for `issue`.
        GrantOver: the person has no running grant on the tablet, or is gone, or the tablet is out of use.
    """
    device = proven(session, made, audience=audience, at=at)
    named = made.claims.get("person")
    granted = (
        session.get(DeviceGrant, (device.id, named)) if isinstance(named, str) and ids.is_id(named) else None
    )
    if granted is None or granted.expires_at <= at or device.revoked_at is not None:
        raise GrantOver("Đăng nhập lại để gửi tiếp; dữ liệu trên máy vẫn còn.")
    person = _still_there(session, granted.person_id)
    by = Caller(person.id, person.full_name, person.roles, device_id=device.id)
    return _issued(session, device, granted, by=by, at=at), person.id


def _still_there(session: Session, person_id: str) -> Person:
    try:
        person = queries.person(session, person_id)
    except PersonUnknown:
        raise GrantOver from None
    if not person.is_active:
        raise GrantOver
    return person


def proven(session: Session, made: Assertion, *, audience: str, at: datetime) -> Device:
    """The tablet that signed the assertion for this server, in time and for the first time."""
    device = devices.locked_tablet(session, made.device)
    if not device_keys.is_signed(device.public_jwk, made.signed, made.signature):
        raise _refused("signature")
    if made.claims.get("aud") not in (audience, [audience]):
        raise _refused("audience")
    _spend(session, made, expires_at=_check_time(made.claims, at), at=at)
    return device


def _issued(session: Session, device: Device, granted: DeviceGrant, *, by: Caller, at: datetime) -> Issued:
    token = tokens.new_token()
    session.execute(delete(DeviceToken).where(DeviceToken.expires_at < at))
    issued = DeviceToken(
        token_sha256=tokens.sha256(token), device_id=device.id, person_id=granted.person_id, issued_at=at,
        expires_at=at + TOKEN_LASTS,
    )  # fmt: skip
    session.add(issued)
    device.last_seen_at = at
    journal.record(session, "device.authorised", about=("device", device.id), by=by, at=at)
    return Issued(token, issued.expires_at, granted.expires_at)


def _spend(session: Session, made: Assertion, *, expires_at: datetime, at: datetime) -> None:
    """The assertion can never be used again; the device's row is locked, so two cannot spend it at once."""
    session.execute(delete(SpentAssertion).where(SpentAssertion.expires_at < at))
    key = (made.device, tokens.sha256(str(made.claims["jti"])))
    if session.get(SpentAssertion, key) is not None:
        raise _refused("replayed")
    session.add(SpentAssertion(device_id=key[0], jti_sha256=key[1], expires_at=expires_at + SKEW))


def presented(request: Request) -> str | None:
    """The bearer token that the request carries, if it carries one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == _SCHEME else None


def resolve(token: str, glance: Glance) -> Caller:
    """The person on the tablet whose token this is.

    Raises:
        TokenExpired: the token has run out, was withdrawn, or never was one.
        DeviceRevoked: the tablet was stolen.
    """
    found = glance.rows(_HOLDER, token_sha256=tokens.sha256(token), now=clock.now())
    if not found:
        raise TokenExpired("Lấy mã truy cập mới rồi gửi lại; dữ liệu trên máy vẫn còn.")
    device_id, person_id, revoke_mode, full_name, is_active, is_demo, _role = found[0]
    if revoke_mode == RevokeMode.STOLEN:
        raise DeviceRevoked(wipe=True)
    if not is_active or (is_demo and not settings.current().demo):
        raise TokenExpired
    roles = frozenset(role for *_, role in found if role is not None)
    return Caller(person_id, full_name, roles, device_id=device_id)
