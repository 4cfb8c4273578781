"""Work that travels without a network: a tablet writes what the server lacks to a file, another takes it in.

The other believes only what the author's key signed, shows it without a position, and brings it to the server
with its own. Nothing is taken from a device that the package does not name.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from accounts import device_keys
from core import clock
from demo.exchange import Exchange
from demo.outbox import Kept, Picture
from demo.tablet import Tablet
from inspections import chain
from inspections.operation import Operation
from sync import exchange_file
from sync.exchange_file import FileLine, Opening

_BATCH = 200

Json = Mapping[str, Any]


class FileMismatch(Exception):  # noqa: N818 (evidence against the file, not a defect of this module)
    """Something in the file was not signed by a tablet of the team, or was altered since."""


def exported(tablet: Tablet) -> bytes:
    """What the server has not acknowledged, with its photos, as a file."""
    waiting = tablet.outbox.operations(after=tablet.outbox.recall("acked_seq", 0))
    pushes = [
        tablet.push_body([kept.sent for kept in part], part[0].seq, part[-1].hash) for part in _parts(waiting)
    ]
    opening = Opening(exchange_file.FORMAT, tablet.device, tablet.label, clock.wire_time(clock.now()))
    photos = [
        (FileLine(f"sha256:{one.sha256}", len(one.content), one.mime, one.inspection), one.content)
        for one in tablet.outbox.pictures_to_send()
    ]
    return exchange_file.written(opening, pushes, photos, operations=len(waiting))


def _parts(kept: Sequence[Kept]) -> Iterator[Sequence[Kept]]:
    for start in range(0, len(kept), _BATCH):
        yield kept[start : start + _BATCH]


def take_in(tablet: Tablet, inspection: str, raw: bytes) -> int:
    """The team mate's work is on this tablet's disk and in its fold; how many operations that were.

    Raises:
        FileMismatch: an operation, its order or a photo is not what the author signed; nothing was taken.
    """
    keys = {
        str(device["device"]): device
        for member in tablet.package(inspection)["team"]
        for device in member["devices"]
    }
    lines = gzip.decompress(raw).decode().splitlines()
    pushes = [line for line in lines[1:] if not line.startswith(('{"file":', '{"bytes":', '{"end":'))]
    operations = sum(_checked(json.loads(line), keys) for line in pushes)
    tablet.outbox.carry(pushes, list(_pictures(lines)))
    tablet.forget_fold(inspection)
    return operations


def _checked(push: Json, keys: Mapping[str, Json]) -> int:
    """How many operations the batch holds, once it is known to be the author's."""
    device, operations = str(push["device"]), msgspec.convert(push["ops"], list[Operation])
    if device not in keys:
        raise FileMismatch(f"{device}: no tablet of the team")
    links = chain.chained(device, push["prev"], operations)
    message = chain.head_message(device, operations[-1].seq, push["head"])
    if links[-1].hash != push["head"]:
        raise FileMismatch(f"{device}: the operations do not lead to the head")
    if not device_keys.is_signed(keys[device]["jwk"], message, push["sig"]):
        raise FileMismatch(f"{device}: the head was not signed by this tablet")
    return len(operations)


def _pictures(lines: Sequence[str]) -> Iterator[Picture]:
    announced: Json | None = None
    parts: list[bytes] = []
    for line in lines:
        if line.startswith('{"file":'):
            announced, parts = json.loads(line)["file"], []
        elif line.startswith('{"bytes":') and announced is not None:
            parts.append(base64.b64decode(json.loads(line)["bytes"]))
            if sum(map(len, parts)) >= announced["size"]:
                yield _whole(announced, b"".join(parts))


def _whole(announced: Json, content: bytes) -> Picture:
    sha256 = hashlib.sha256(content).hexdigest()
    if announced["blob"] != f"sha256:{sha256}":
        raise FileMismatch(f"{announced['blob']}: other bytes")
    return Picture(sha256, str(announced["mime"]), content, str(announced["inspection"]))


def hand_over(exchange: Exchange, raw: bytes) -> Json:
    """The file is on the server as it is; what became of each part."""
    told: Json = exchange.call("POST", "/sync/v1/import", raw, kind="application/gzip").json()
    return told
