"""When a failed sign-in may be tried again; pure, and never a lock for ever.

An account gets ten failures, an address (a whole office may stand behind one) forty; each failure beyond
doubles the pause, up to a quarter of an hour. A day without failures forgets them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

FREE_FOR_ACCOUNT = 10
FREE_FOR_ADDRESS = 40
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Failures:
    """How often in a row it failed, and when last."""

    count: int
    last_at: datetime


def opens_at(failures: Failures, *, free: int) -> datetime:
    """The moment from which another attempt is looked at."""
    if failures.count < free:
        return failures.last_at
    doublings = min(failures.count - free, 10)
    return failures.last_at + min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def after_another(failures: Failures | None, *, at: datetime) -> Failures:
    """The count with one more failure, beginning anew once the old ones are forgotten."""
    if failures is None or at - failures.last_at > FORGOTTEN_AFTER:
        return Failures(1, at)
    return Failures(failures.count + 1, at)


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that a single IPv6 subscriber commands."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
    return str(parsed)
