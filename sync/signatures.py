"""What tablets signed about their chains is kept, so that it can be verified again years later.

A signature covers everything before it. It verifies nothing itself: the push has done so.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from accounts.device_models import Device
from core import bulk
from inspections.chain import ChainedOperation
from sync.models import HeadSignature


def keep(session: Session, device: Device, links: Sequence[ChainedOperation], *, head: str, sig: str) -> None:
    """The signature stands beside the last operation of the batch that is stored.

    Where the batch could not be stored to its end, the digests of the rest are kept with it, since the
    signature is over where they lead.

    Args:
        links: the whole batch; the device is at the last of it that is stored.
    """
    beyond = [link.digest for link in links if link.operation.seq > device.seq]
    row = {"device": device.id, "seq": device.seq, "head": head, "sig": sig, "beyond": beyond or None}
    bulk.insert(session, HeadSignature, [row])
