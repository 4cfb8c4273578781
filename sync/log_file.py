"""One inspection's log as a file that anybody can verify without us: the form, and how it is written.

It holds the log word for word, of every device's other work only the digests, the keys, what devices and the
server signed, and the log's root with the server's signature. It holds no photos, and it decides nothing.
"""

import gzip
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.device_models import Device
from core import clock, epoch, journal, server_key
from core.caller import Caller
from inspections import operation
from inspections.models import Inspection, LoggedOperation
from sync import verification
from sync.verification_walks import ReceiptLine, Signature

FORMAT = "td1-log/1"
_LINKS_PER_LINE = 1000


class ServerKey(msgspec.Struct, frozen=True):
    """A key with which the server signed."""

    kid: str
    jwk: dict[str, str]


class LogOpening(msgspec.Struct, frozen=True):
    """The first line: which inspection, and where its log stood."""

    format: str
    inspection: str
    unit_name: str
    state: str
    revision: int
    checklist: str | None
    checklist_sha256: str | None
    frozen_pos: int | None
    content_hash: str | None
    head_pos: int
    root: str
    epoch: str
    made_at: str
    server_keys: list[ServerKey]
    kid: str
    sig: str


class DeviceLine(msgspec.Struct, frozen=True):
    """A device that wrote into the log, and up to where its chain is in the file."""

    id: str
    kind: str
    label: str
    jwk: dict[str, str]
    seq: int


class EntryLine(msgspec.Struct, frozen=True):
    """One entry of the log; `op` is word for word what was sent."""

    pos: int
    device: str
    hash: str
    effect: str
    code: str | None
    detail: dict[str, Any] | None
    received_at: str
    op: msgspec.Raw


class LinksLine(msgspec.Struct, frozen=True):
    """The device's operations of other inspections: number and digest, and nothing of their content."""

    device: str
    links: list[tuple[int, str]]


class LogEnd(msgspec.Struct, frozen=True):
    """How many entries the whole file holds."""

    entries: int


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every line after the first: one of these."""

    device: DeviceLine | None = None
    entry: EntryLine | None = None
    links: LinksLine | None = None
    signature: Signature | None = None
    receipt: ReceiptLine | None = None
    end: LogEnd | None = None


def root_message(inspection: str, pos: int, *, root: str, at: str) -> str:
    """What the server signs for a file: that the log stood so at that moment."""
    return f"td1-root\n{inspection}\n{pos}\n{root}\n{at}"


def write(session: Session, inspection: Inspection, target: BinaryIO, *, at: datetime) -> None:
    """The whole file is in the target, compressed."""
    with gzip.GzipFile(fileobj=target, mode="wb", mtime=0) as packed:
        for line in _lines(session, inspection, at=at):
            packed.write(msgspec.json.encode(line) + b"\n")


def note(session: Session, inspection_id: str, *, by: Caller, at: datetime) -> None:
    """The journal says who took the log away."""
    journal.record(session, "log.exported", about=("inspection", inspection_id), by=by, at=at)


def _opening(session: Session, inspection: Inspection, *, at: datetime) -> LogOpening:
    key, made_at = server_key.current(), clock.wire_time(at)
    keys = [ServerKey(kid, dict(jwk)) for kid, jwk in verification.server_keys(session).items()]
    message = root_message(inspection.id, inspection.head_pos, root=inspection.root, at=made_at)
    return LogOpening(
        format=FORMAT, inspection=inspection.id, unit_name=inspection.unit_name, state=inspection.state,
        revision=inspection.revision, checklist=inspection.checklist,
        checklist_sha256=inspection.checklist_sha256, frozen_pos=inspection.frozen_pos,
        content_hash=inspection.content_hash, head_pos=inspection.head_pos, root=inspection.root,
        epoch=epoch.current(session), made_at=made_at, server_keys=keys, kid=key.kid, sig=key.sign(message),
    )  # fmt: skip


def _lines(session: Session, inspection: Inspection, *, at: datetime) -> Iterator[msgspec.Struct]:
    yield _opening(session, inspection, at=at)
    last = select(LoggedOperation.device, func.max(LoggedOperation.seq)).group_by(LoggedOperation.device)
    own = LoggedOperation.inspection == inspection.id
    ends = [
        (device, seq) for device, seq in session.execute(last.where(own).order_by(LoggedOperation.device))
    ]
    for device, seq in ends:
        yield from _device_lines(session, session.get_one(Device, device), inspection.id, last_own=seq)
    for row in verification.streamed(session, verification.operations(own, LoggedOperation.pos)):
        op = operation.wire_text(row.header, body=row.body, body_hash=row.body_sha256)
        yield Line(
            entry=EntryLine(
                row.pos, row.device, row.hash, row.effect, row.code, row.detail,
                clock.wire_time(row.received_at), msgspec.Raw(op.encode()),
            )
        )  # fmt: skip
    yield Line(end=LogEnd(inspection.head_pos))


def _device_lines(session: Session, device: Device, inspection: str, *, last_own: int) -> Iterator[Line]:
    """The device, its other work as digests, and what was signed, up to what covers its last entry."""
    signed, given = verification.signatures(session, device.id), verification.receipts(session, device.id)
    covering = [min((seq for seq in known if seq >= last_own), default=last_own) for known in (signed, given)]
    end = max(covering)
    yield Line(device=DeviceLine(device.id, device.kind, device.label, dict(device.public_jwk), end))
    yield from _links(session, device.id, inspection, end=end)
    for seq in sorted(seq for seq in signed if seq <= end):
        yield Line(signature=signed[seq])
    for seq in sorted(seq for seq in given if seq <= end):
        yield Line(receipt=given[seq])


def _links(session: Session, device: str, inspection: str, *, end: int) -> Iterator[Line]:
    elsewhere = LoggedOperation.inspection.is_distinct_from(inspection)
    query = select(LoggedOperation.seq, LoggedOperation.digest).order_by(LoggedOperation.seq)
    query = query.where(LoggedOperation.device == device, LoggedOperation.seq <= end, elsewhere)
    links: list[tuple[int, str]] = []
    for row in verification.streamed(session, query):
        links.append((row.seq, row.digest))
        if len(links) == _LINKS_PER_LINE:
            yield Line(links=LinksLine(device, links))
            links = []
    if links:
        yield Line(links=LinksLine(device, links))
