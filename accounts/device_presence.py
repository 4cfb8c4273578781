"""When a tablet was last heard of, and what it says that it still holds; told to whoever waits for its work.

What a tablet says here is believed and proves nothing; a wrong text is passed over, since no work may be held
up by it.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accounts import devices
from accounts.device_models import Device, DeviceGrant
from accounts.models import Person
from core.glance import Glance, Mark, Question

HEADER = "Sync-Waiting"
DESCRIBED = {
    "name": HEADER, "in": "header", "schema": {"type": "string", "example": "operations=12, files=3"},
    "description": "What the tablet holds besides what this request carries; shown to who waits for it.",
}  # fmt: skip
_FORM = re.compile(r"\s*operations=([0-9]{1,7})\s*(?:,\s*files=([0-9]{1,7})\s*)?")
# Asking often must not mean writing often.
_TOLD_LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class Waiting:
    """What a tablet holds that is not on its way with this request."""

    operations: int
    files: int


@dataclass(frozen=True)
class Granted:
    """A person who may write on a tablet, and until when."""

    person_id: str
    full_name: str
    expires_at: datetime


class Known(NamedTuple):
    """What a tablet last said, and how it stands with us."""

    standing: devices.Standing
    operations: int | None
    files: int | None
    told_at: datetime | None

    def is_news(self, waiting: Waiting, *, at: datetime) -> bool:
        """Whether what the tablet says differs from what is known, or was last said some minutes ago."""
        is_old = self.told_at is None or self.told_at + _TOLD_LASTS <= at
        return is_old or (self.operations, self.files) != (waiting.operations, waiting.files)


_KNOWN = Question(
    select(
        *devices.STANDING, Device.waiting_operations, Device.waiting_files, Device.waiting_told_at,
    ).where(Device.id == bindparam("device"))
)  # fmt: skip


def told(text: str | None) -> Waiting | None:
    """What the header says; None if it is absent or says nothing of the form `operations=12, files=3`."""
    found = _FORM.fullmatch(text or "")
    return Waiting(int(found[1]), int(found[2] or 0)) if found else None


def looked_up(glance: Glance, device_id: str) -> tuple[Known, Mark]:
    """What is known of the tablet, which may read, and the mark of the state that says so.

    Raises:
        DeviceNotFound, DeviceRevoked: as `devices.standing` says.
    """
    row, mark = glance.marked_row(_KNOWN, device=device_id)
    standing = devices.standing(row[: len(devices.STANDING)] if row else ())
    told = row[len(devices.STANDING) :] if row else (None, None, None)
    return Known(standing, *told), mark


def note(session: Session, device_id: str, waiting: Waiting | None, *, at: datetime) -> None:
    """What the tablet holds is known, and that it was heard of; if it said nothing, nothing changes."""
    device = None if waiting is None else session.get(Device, device_id)
    if device is None or waiting is None:
        return
    device.waiting_operations, device.waiting_files = waiting.operations, waiting.files
    device.waiting_told_at = device.last_seen_at = at


def holders(session: Session, tablets: Collection[str], *, at: datetime) -> Mapping[str, Sequence[Granted]]:
    """Who may write on each of the tablets now, by name."""
    query = (
        select(DeviceGrant.device_id, DeviceGrant.person_id, Person.full_name, DeviceGrant.expires_at)
        .join(Person, Person.id == DeviceGrant.person_id)
        .where(DeviceGrant.device_id.in_(list(tablets)), DeviceGrant.expires_at > at)
        .order_by(Person.full_name)
    )
    found: dict[str, list[Granted]] = defaultdict(list)
    for device, person, full_name, expires_at in session.execute(query):
        found[device].append(Granted(person, full_name, expires_at))
    return found


def in_hands_of(session: Session, persons: Collection[str]) -> Sequence[tuple[str, Device]]:
    """Person and tablet, for every tablet in use on which one of the persons was ever let write."""
    query = (
        select(DeviceGrant.person_id, Device)
        .join(Device, Device.id == DeviceGrant.device_id)
        .where(DeviceGrant.person_id.in_(list(persons)), Device.revoked_at.is_(None))
        .order_by(Device.label, Device.id)
    )
    return [(person, device) for person, device in session.execute(query)]
