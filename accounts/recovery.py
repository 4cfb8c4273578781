"""The server's half of what opens a tablet whose PIN is forgotten.

It is nothing without the half that lies on the tablet, and is told to that tablet alone, for a person who has
just signed in on it. A tablet that was taken out of use never gets it: the halves go with the revocation.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from accounts import device_tokens
from accounts.device_errors import DeviceRevoked, SignInStale
from accounts.device_models import RecoveryHalf
from accounts.device_tokens import Assertion
from accounts.models import SignedInSession
from core import journal
from core.caller import Caller

SIGN_IN_IS_FRESH = timedelta(minutes=10)
_HALF_BYTES = 32


def half(session: Session, made: Assertion, *, audience: str, by: Caller, at: datetime) -> str:
    """The person's half for the tablet that signed the assertion; made when it is first asked for.

    Raises:
        AssertionRefused, DeviceUnknown: as for `device_tokens.issue`.
        DeviceRevoked: the tablet is out of use, for whatever reason.
        SignInStale: the person signed in longer ago than ten minutes.
    """
    device = device_tokens.proven(session, made, audience=audience, at=at)
    if device.revoked_at is not None:
        raise DeviceRevoked("Máy này đã ngừng dùng nên không mở lại được bằng mật khẩu.", wipe=False)
    signed_in = session.get(SignedInSession, by.session_id)
    if signed_in is None or signed_in.started_at + SIGN_IN_IS_FRESH <= at:
        raise SignInStale("Đăng nhập lại rồi làm tiếp.")
    kept = session.get(RecoveryHalf, (device.id, str(by.person_id)))
    if kept is None:
        kept = RecoveryHalf(
            device_id=device.id,
            person_id=str(by.person_id),
            half=secrets.token_urlsafe(_HALF_BYTES),
            made_at=at,
        )
        session.add(kept)
    journal.record(session, "device.recovery_told", about=("device", device.id), by=by, at=at)
    return kept.half
