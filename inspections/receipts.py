"""Signed receipts: the server cannot later deny what a device's chain was when it was acknowledged.

A receipt says that operations are stored, never that they had an effect.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.device_models import Device
from core import bulk, clock, epoch, server_key
from inspections import chain
from inspections.models import Receipt


def give(
    session: Session, device: Device, *, at: datetime, is_first: bool = False, since: str | None = None
) -> Receipt:
    """A receipt for the device's chain as it stands; the first given for a number is kept and repeated.

    Args:
        is_first: the chain has grown in this transaction, so that there can be none yet.
        since: the current epoch, where the caller has asked already.
    """
    given = None if is_first else session.get(Receipt, (device.id, device.seq))
    if given is not None:
        return given
    key = server_key.current()
    body = chain.receipt_body(
        server=key.thumbprint, epoch=since or epoch.current(session), device=device.id, seq=device.seq,
        head_hash=device.hash, at=clock.wire_time(at),
    )  # fmt: skip
    row = {
        "device": device.id, "seq": device.seq, "hash": device.hash, "body": body, "kid": key.kid,
        "sig": key.sign(body),
    }  # fmt: skip
    bulk.insert(session, Receipt, [row])
    return Receipt(**row)
