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
    """A receipt for the device's chain as it stands; the first given for a number in an epoch is repeated.

    What a backup brought back was given in an epoch that is over: tablets believe no receipt of another than
    the one that they are in, so the number is receipted anew.

    Args:
        is_first: the chain has grown in this transaction, so that there can be none yet.
        since: the current epoch, where the caller has asked already.
    """
    current = since or epoch.current(session)
    given = None if is_first else session.get(Receipt, (device.id, device.seq))
    if given is not None and chain.receipt_epoch(given.body) == current:
        return given
    key = server_key.current()
    body = chain.receipt_body(
        server=key.thumbprint, epoch=current, device=device.id, seq=device.seq, head_hash=device.hash,
        at=clock.wire_time(at),
    )  # fmt: skip
    signed = {"body": body, "kid": key.kid, "sig": key.sign(body)}
    if given is not None:
        bulk.put(session, given, **signed)
        return given
    row = {"device": device.id, "seq": device.seq, "hash": device.hash, **signed}
    bulk.insert(session, Receipt, [row])
    return Receipt(**row)
