"""The tablets of one inspection's team: whose they are, when they were heard of, and what they still hold.

It reads only; what a tablet says of itself is shown as such.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from accounts import device_presence
from accounts.device_models import Device
from inspections.models import Inspection


@dataclass(frozen=True)
class TeamTablet:
    """A tablet in use, with the members of the team who may write or have written on it."""

    device: Device
    holders: tuple[str, ...]


def of(session: Session, inspection: Inspection) -> Sequence[TeamTablet]:
    """The team's tablets in use, by label; none before there is a team."""
    names = {member.person_id: member.full_name for member in inspection.team}
    if not names:
        return ()
    found: dict[str, TeamTablet] = {}
    for person, device in device_presence.in_hands_of(session, names):
        known = found.get(device.id)
        holders = (*(known.holders if known else ()), names[person])
        found[device.id] = TeamTablet(device, tuple(sorted(holders)))
    return tuple(found.values())
