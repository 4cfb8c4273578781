"""What a tablet sends at the moments that matter: one batch, one photo, one sign-off, as requests."""

import base64
import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import ids
from inspections import chain, content, fold
from inspections.fold import Entry
from tests.faults.servers import Site
from tests.tablets import Tablet
from tests.teams import team_on_its_way

CHECKLIST_SHA256 = "ab" * 32  # of the team's inspection (`tests.teams`)


@dataclass(frozen=True)
class Asked:
    """One request of a tablet."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def told(self) -> dict[str, Any]:
        """The request as the single-threaded server reads it."""
        return {"method": self.method, "path": self.path, "headers": self.headers, "body": self.body.hex()}


def push(tablet: Tablet, first: int = 1, last: int | None = None) -> Asked:
    """The tablet sends these operations, compressed."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"} | tablet.headers
    return Asked(
        "POST", "/sync/v1/push", headers, gzip.compress(json.dumps(tablet.batch(first, last)).encode())
    )


def delivery(tablet: Tablet, inspection: str, file: bytes) -> Asked:
    """The tablet sends a file."""
    path = f"/sync/v1/blobs/sha256:{hashlib.sha256(file).hexdigest()}?inspection={inspection}"
    return Asked("PUT", path, {"Content-Type": "image/jpeg"} | tablet.headers, file)


def announcement(tablet: Tablet, inspection: str, file: bytes, *, first_part: bytes = b"") -> Asked:
    """The tablet announces a file that it will send in parts (tus 1.0), perhaps with the first of them."""
    told = {"sha256": hashlib.sha256(file).hexdigest(), "inspection": inspection, "filetype": "image/jpeg"}
    named = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(file)), "Upload-Metadata": named}
    kind = {"Content-Type": "application/offset+octet-stream"} if first_part else {}
    return Asked("POST", "/sync/v1/blobs/", headers | kind | tablet.headers, first_part)


def part(tablet: Tablet, place: str, offset: int, content: bytes) -> Asked:
    """The tablet sends a part of it."""
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
    kind = {"Content-Type": "application/offset+octet-stream"}
    return Asked("PATCH", place, headers | kind | tablet.headers, content)


def record_photo(tablet: Tablet, inspection: str, file: bytes) -> None:
    """The tablet has taken the photo."""
    body = {
        "blob": f"sha256:{hashlib.sha256(file).hexdigest()}", "size": len(file), "mime": "image/jpeg",
        "taken_at": "2023-05-23T09:20:00+07:00", "item": None, "caption": "",
    }  # fmt: skip
    tablet.record(inspection, "photo.add", f"photo/{ids.new_id()}", body)


def record_people(tablet: Tablet, inspection: str, count: int) -> None:
    """The tablet has noted who was there."""
    for number in range(count):
        said = {"name": f"Người {number}", "side": "unit"}
        tablet.record(inspection, "participant.set", f"participant/{ids.new_id()}", said)


def batch_and_photo(where: Site) -> Sequence[Asked]:
    """Two batches and a photo: new folders, a growing log, a file."""
    tablet, here = where.team.tablet(), where.team.id
    record_people(tablet, here, 5)
    photo = random.Random("photo").randbytes(30_000)
    record_photo(tablet, here, photo)
    first = push(tablet)
    record_people(tablet, here, 3)
    return [first, delivery(tablet, here, photo), push(tablet, 7)]


@dataclass(frozen=True)
class Closing:
    """A closing meeting: what was sent before, and the batch with the signatures and the sign-off."""

    inspection: str
    leader: Tablet
    member: Tablet
    before: Sequence[Asked]
    signoff: Asked


def closing(where: Site) -> Closing:
    """An inspection whose record both sides are about to sign, in the state in which that is possible."""
    team = team_on_its_way(where.team.app, state="agreed")
    leader, member = team.tablet(team.leader), team.tablet()
    record_people(leader, team.id, 3)
    drawing = random.Random("drawing").randbytes(5_000)
    before = [push(leader)]
    signed = content.content_hash(team.id, CHECKLIST_SHA256, fold.build(map(_own, leader.operations)))
    for role in ("leader", "unit"):
        body = {
            "role": role, "name": "Nguyễn Văn Trưởng", "title": "", "content": signed,
            "blob": f"sha256:{hashlib.sha256(drawing).hexdigest()}",
        }  # fmt: skip
        leader.record(team.id, "signature.add", f"signature/{ids.new_id()}", body)
    seen = {leader.device: len(leader.operations)}
    said = {"content": signed, "seen": seen, "exclude": [], "statement": "Đã đọc lại và nhất trí."}
    leader.record(team.id, "inspection.signoff", "inspection", said)
    before.append(delivery(leader, team.id, drawing))
    return Closing(team.id, leader, member, before, push(leader, 4))


def _own(operation: Any) -> Entry:
    return Entry(operation, "", chain.digest(operation))
