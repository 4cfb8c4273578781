"""What is done with tablets: invite one, enrol it, let a person write on it, take it out of use.

Nothing a tablet has recorded is ever deleted here; revoking decides only what is taken from now on.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from accounts import device_keys, enrolment_codes, fields, tokens
from accounts.device_errors import (
    DeviceExists,
    DeviceNotFound,
    DeviceRevoked,
    DeviceUnknown,
    EnrolmentRefused,
    KeyRefused,
)
from accounts.device_models import (
    Device,
    DeviceGrant,
    DeviceKind,
    DeviceToken,
    EnrolmentCode,
    RecoveryHalf,
    RevokeMode,
)
from accounts.errors import FieldsRefused
from core import ids, journal, server_key
from core.caller import Caller

CODE_LASTS = timedelta(minutes=10)
GRANT_LASTS = timedelta(days=30)
_CODE_BYTES = 16


# Every push asks for it, so it is made once.
_LOCKED = (
    select(Device)
    .where(Device.id == bindparam("device"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Enrolment:
    """What a tablet brings: the code it was shown, its own id and public key, and the proof of its key."""

    code: str
    device: str
    jwk: Mapping[str, object]
    label: str
    proof: str


def _label(text: str) -> str:
    label = fields.name(text)
    problem = fields.name_problem(label, what="Tên máy")
    if problem is not None:
        raise FieldsRefused({"label": [problem]})
    return label


@dataclass(frozen=True)
class MadeCode:
    """One code in two forms, either of which uses it up: for the camera, and for hands."""

    scanned: str
    typed: str
    expires_at: datetime


def make_code(session: Session, label: str, *, by: Caller, at: datetime) -> MadeCode:
    """A code for one tablet and ten minutes, and when it ends; it is shown this once.

    Raises:
        FieldsRefused: the label is empty or too long.
    """
    drawn = [secrets.choice(enrolment_codes.ALPHABET) for _ in range(enrolment_codes.DRAWN)]
    made = MadeCode(secrets.token_urlsafe(_CODE_BYTES), enrolment_codes.from_drawn(drawn), at + CODE_LASTS)
    row = EnrolmentCode(
        code_sha256=tokens.sha256(made.scanned), typed_sha256=tokens.sha256(made.typed), label=_label(label),
        made_by=str(by.person_id), made_at=at, expires_at=made.expires_at, used_by=None,
    )  # fmt: skip
    session.add(row)
    journal.record(session, "enrolment_code.made", about=("device", "new"), by=by, at=at, label=row.label)
    return made


def _code(session: Session, text: str) -> EnrolmentCode | None:
    """The code that was scanned or typed, for this transaction alone."""
    typed = enrolment_codes.read(text)
    is_it = (
        EnrolmentCode.code_sha256 == tokens.sha256(text)
        if typed is None
        else EnrolmentCode.typed_sha256 == tokens.sha256(typed)
    )
    return session.scalar(select(EnrolmentCode).where(is_it).with_for_update())


def enrol(session: Session, asked: Enrolment, *, at: datetime) -> Device:
    """The server knows the tablet's key; asking again with the same key and code changes nothing.

    Raises:
        EnrolmentRefused: the code is unknown, used by another tablet, or out of date.
        KeyRefused: the key is no P-256 key, or the proof was not made with it.
        DeviceExists: another tablet has the id.
        FieldsRefused: the label cannot be used.
    """
    code = _code(session, asked.code)
    if code is None or code.expires_at <= at or code.used_by not in (None, asked.device):
        raise EnrolmentRefused("Mã sai, đã dùng hoặc quá 10 phút. Liên hệ quản trị viên để được cấp mã mới.")
    if not ids.is_id(asked.device):
        raise FieldsRefused({"device": ["Mã máy phải là UUID chữ thường."]})
    jwk = device_keys.public_members(asked.jwk)
    if not device_keys.is_signed(jwk, device_keys.enrolment_message(asked.code, asked.device), asked.proof):
        raise KeyRefused("Chữ ký chứng minh không khớp với khoá gửi kèm.", field="proof")
    thumbprint = server_key.thumbprint(jwk)
    known = session.get(Device, asked.device)
    if known is not None:
        if code.used_by == known.id and known.thumbprint == thumbprint:
            return known  # the answer to the first request was lost
        raise DeviceExists
    device = Device(
        id=asked.device, label=_label(asked.label or code.label), kind=DeviceKind.TABLET, public_jwk=jwk,
        thumbprint=thumbprint, seq=0, hash=device_keys.genesis(asked.device, thumbprint), enrolled_at=at,
        revoked_at=None, revoke_mode=None, last_seen_at=at,
    )  # fmt: skip
    session.add(device)
    code.used_by = device.id
    journal.record(
        session, "device.enrolled", about=("device", device.id), by=Caller.system(device.label), at=at,
        thumbprint=thumbprint, invited_by=code.made_by,
    )  # fmt: skip
    return device


def listed(session: Session) -> Sequence[Device]:
    """Every tablet, those in use first, then by label."""
    return session.scalars(
        select(Device)
        .where(Device.kind == DeviceKind.TABLET)
        .order_by(Device.revoked_at.is_not(None), Device.label, Device.id)
    ).all()


def tablet(session: Session, device_id: str) -> Device:
    """The enrolled tablet of this id.

    Raises:
        DeviceNotFound: there is none.
    """
    found = session.get(Device, device_id)
    if found is None or found.kind != DeviceKind.TABLET:
        raise DeviceNotFound
    return found


def locked_tablet(session: Session, device_id: str) -> Device:
    """The enrolled tablet, for this transaction alone, so that its chain grows in one place at a time.

    Raises:
        DeviceUnknown: no tablet of this id is enrolled.
        DeviceRevoked: it was stolen.
    """
    found = session.scalar(_LOCKED, {"device": device_id})
    if found is None or found.kind != DeviceKind.TABLET:
        raise DeviceUnknown("Ghi danh lại máy này với mã mới; dữ liệu chưa gửi vẫn còn trên máy.")
    if found.revoke_mode == RevokeMode.STOLEN:
        raise DeviceRevoked(wipe=True)
    return found


class Standing(NamedTuple):
    """How a tablet stands with us: whether it may read, and how far its chain goes."""

    kind: str
    revoke_mode: str | None
    seq: int
    hash: str


STANDING = (Device.kind, Device.revoke_mode, Device.seq, Device.hash)


def standing(columns: Sequence[Any]) -> Standing:
    """How the tablet stands whose columns `STANDING` these are; none, if there is no such device.

    Raises:
        DeviceNotFound: there is none, or it is no tablet.
        DeviceRevoked: it is lost or stolen.
    """
    if not columns or columns[0] != DeviceKind.TABLET:
        raise DeviceNotFound
    found = Standing(*columns)
    check_may_read(found)
    return found


def check_may_read(device: Device | Standing) -> None:
    """Return if the tablet may still be given anything.

    Raises:
        DeviceRevoked: it is lost or stolen.
    """
    if device.revoke_mode in (RevokeMode.LOST, RevokeMode.STOLEN):
        raise DeviceRevoked(
            "Máy này đã bị báo mất nên không nhận được dữ liệu. Mang máy đến quản trị viên.",
            wipe=device.revoke_mode == RevokeMode.STOLEN,
        )


def only_sends(device: Device) -> bool:
    """Whether the tablet may bring what it recorded and is told nothing: it is lost.

    Raises:
        DeviceRevoked: it was stolen, and brings nothing either.
    """
    if device.revoke_mode == RevokeMode.STOLEN:
        check_may_read(device)
    return device.revoke_mode == RevokeMode.LOST


def grant(session: Session, device: Device, person_id: str, *, at: datetime) -> DeviceGrant:
    """The person may write on the tablet for 30 days from now.

    A tablet out of use gives nobody new access; who has some keeps it until its end, to send what is left.

    Raises:
        DeviceRevoked: the tablet is out of use and the person has no access that still runs.
    """
    granted = session.get(DeviceGrant, (device.id, person_id))
    if device.revoked_at is not None:
        if granted is None or granted.expires_at <= at:
            raise DeviceRevoked("Máy này đã ngừng dùng; không cấp quyền mới.", wipe=False)
        return granted
    if granted is None:
        granted = DeviceGrant(device_id=device.id, person_id=person_id, granted_at=at)
        session.add(granted)
    granted.expires_at = at + GRANT_LASTS
    return granted


def revoke(session: Session, device: Device, mode: RevokeMode, *, by: Caller, at: datetime) -> None:
    """The tablet is out of use in this mode; what it recorded before stays as it is."""
    device.revoked_at, device.revoke_mode = at, mode
    if mode == RevokeMode.STOLEN:
        running = (DeviceGrant.device_id == device.id, DeviceGrant.expires_at > at)
        session.execute(update(DeviceGrant).where(*running).values(expires_at=at))
    else:
        # A new sign-in on the tablet is asked for, so that whoever found it cannot go on.
        session.execute(delete(DeviceToken).where(DeviceToken.device_id == device.id))
    session.execute(delete(RecoveryHalf).where(RecoveryHalf.device_id == device.id))
    journal.record(session, "device.revoked", about=("device", device.id), by=by, at=at, mode=mode.value)
