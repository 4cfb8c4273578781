"""The tablets of one inspection's team: whose they are, when they were heard of, and what they still hold.

It reads only; what a tablet says of itself is shown as such.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import device_presence
from accounts.device_models import Device
from inspections.models import Inspection, LoggedOperation

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TeamTablet:
    """A tablet in use, with the members of the team who may write or have written on it."""

    device: Device
    holders: tuple[str, ...]


def of(session: Session, inspection: Inspection) -> Sequence[TeamTablet]:
    """The tablets in use that matter here, by label: those that wrote into the log or still hold something.

    Of a member none of whose tablets has written yet, the one that was heard of last.
    """
    names = {member.person_id: member.full_name for member in inspection.team}
    pairs = device_presence.in_hands_of(session, names) if names else ()
    wrote = set(
        session.scalars(
            select(LoggedOperation.device).where(LoggedOperation.inspection == inspection.id).distinct()
        )
    )
    shown = {device.id for _, device in pairs if device.id in wrote or _holds_something(device)}
    shown |= {_latest(pairs, person) for person in names if _has_tablet(pairs, person, besides=wrote)}
    found: dict[str, TeamTablet] = {}
    for person, device in pairs:
        if device.id in shown:
            before = found[device.id].holders if device.id in found else ()
            found[device.id] = TeamTablet(device, tuple(sorted((*before, names[person]))))
    return tuple(found.values())


Pairs = Sequence[tuple[str, Device]]


def _holds_something(device: Device) -> bool:
    return bool(device.waiting_operations or device.waiting_files)


def _has_tablet(pairs: Pairs, person: str, *, besides: Collection[str]) -> bool:
    """Whether the person has tablets, and none of them is among those that wrote."""
    own = {device.id for holder, device in pairs if holder == person}
    return bool(own) and not own & set(besides)


def _latest(pairs: Pairs, person: str) -> str:
    own = [device for holder, device in pairs if holder == person]
    return max(own, key=lambda device: (device.last_seen_at or _NEVER, device.id)).id
