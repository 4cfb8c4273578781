"""A tablet's file is taken in: every batch by the same door as a push, every photo that the log speaks of.

Who uploads it does not matter, since the tablet signed what it holds; it gives the bringer no right to read
anything. What is refused is told batch by batch, and a refused one never undoes its neighbours.
"""

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import device_keys
from accounts.device_models import Device
from core import clock, db, epoch, errors, files, ids, journal, media_types
from core.caller import Caller
from inspections import chain, log_reading
from inspections.fold import Entry
from inspections.models import BlobReference, LoggedOperation, TeamMember, UploadedBlob
from sync import blobs, exchange_file, push, quotas
from sync.exchange_file import Carried, FileLine, ReadFile, ReadPush
from sync.schemas import PushOut


class Told(msgspec.Struct, frozen=True):
    """Why something was not taken."""

    code: str
    title: str
    detail: str
    members: dict[str, Any]


class PushTaken(msgspec.Struct, frozen=True):
    """What became of one batch: the answer that the tablet itself would have had, or why there is none."""

    device: str | None
    first_seq: int | None
    last_seq: int | None
    answer: PushOut | None
    problem: Told | None


class FileTaken(msgspec.Struct, frozen=True):
    """What became of one photo or file: `stored`, `known`, `unwanted` or `refused`."""

    blob: str
    inspection: str
    status: str
    problem: Told | None


class ImportOut(msgspec.Struct, frozen=True):
    """What became of a tablet's file; `damage` says why not all of it could be read."""

    device: str
    label: str
    made_at: str
    pushes: list[PushTaken]
    files: list[FileTaken]
    damage: Told | None


def read(source: BinaryIO) -> Carried:
    """What the file holds, decoded and hashed, before any transaction that writes.

    Raises:
        NoExchangeFile, Truncated: as `exchange_file.read` says.
    """
    return exchange_file.read(source, wanted=_Wish())


@dataclass
class _Wish:
    """Which photos of a file are taken: those that an author of their inspection's team attaches to it.

    The bytes of others would lie in the store for ever, named by nothing.
    """

    read: int = 0
    named: dict[tuple[str, str], tuple[push.Batch, str]] = field(default_factory=dict)

    def __call__(self, line: FileLine, carried: Carried) -> bool:
        """Whether the photo is wanted.

        Raises:
            QuotaReached: it would be, but its tablet or its inspection has had enough.
        """
        sha256 = line.blob.removeprefix("sha256:")
        if not files.is_sha256(sha256) or not ids.is_id(line.inspection):
            return False
        self._look_at(carried)
        with db.reading() as session:
            author = self._author(session, line.inspection, sha256)
            if author is None:
                return False
            before = sum(one.received.size_bytes for one in carried.files if one.received is not None)
            incoming = quotas.Incoming(sha256, before + line.size, author, (line.inspection,))
            quotas.check(session, incoming, at=clock.now())
        return True

    def _look_at(self, carried: Carried) -> None:
        """What the batches read since the last photo attach is known by inspection and hash."""
        for one in carried.pushes[self.read :]:
            for link in one.batch.operations if one.batch is not None else ():
                sha256 = log_reading.blob_of(Entry(link.operation, link.device, link.digest))
                if sha256 is not None and one.batch is not None:
                    self.named[link.operation.inspection, sha256] = (one.batch, link.operation.actor)
        self.read = len(carried.pushes)

    def _author(self, session: Session, inspection: str, sha256: str) -> str | None:
        """The tablet that attaches the photo, in our log or in a batch that it signed for a member."""
        reference = _referenced(session, inspection, sha256)
        if reference is not None:
            return _device_of(session, reference)
        batch, actor = self.named.get((inspection, sha256), (None, ""))
        if batch is None or not ids.is_id(actor) or session.get(TeamMember, (inspection, actor)) is None:
            return None
        device = session.get(Device, batch.device)
        message = chain.head_message(batch.device, batch.last, batch.head)
        is_own = device is not None and device_keys.is_signed(device.public_jwk, message, batch.sig)
        return batch.device if is_own else None


def _device_of(session: Session, reference: BlobReference) -> str | None:
    query = select(LoggedOperation.device).where(LoggedOperation.op_id == reference.op_id)
    return session.scalar(query)


def _referenced(session: Session, inspection: str, sha256: str) -> BlobReference | None:
    query = select(BlobReference).where(
        BlobReference.inspection == inspection, BlobReference.sha256 == sha256
    )
    return session.scalars(query.limit(1)).one_or_none()


def take(session: Session, carried: Carried, *, by: Caller, at: datetime) -> ImportOut:
    """What could be taken stands in the log and in the store; the answer says what became of each part."""
    _lock(session, carried)
    current = epoch.current(session)
    pushes = [_pushed(session, one, current, by=by, at=at) for one in carried.pushes]
    photos = [_stored(session, one, by=by, at=at) for one in carried.files]
    opening = carried.opening
    journal.record(
        session, "exchange.imported", about=("device", opening.device), by=by, at=at,
        operations=carried.operations, refused=sum(one.problem is not None for one in pushes),
    )  # fmt: skip
    damage = told(carried.damage)
    return ImportOut(opening.device, opening.label, opening.made_at, pushes, photos, damage)


def _lock(session: Session, carried: Carried) -> None:
    """Every tablet and inspection of the file is ours, in order of kind and name: nobody waits in a ring."""
    batches = [one.batch for one in carried.pushes if one.batch is not None]
    for device in sorted({batch.device for batch in batches}):
        session.get(Device, device, with_for_update=True)
    named = {link.operation.inspection for batch in batches for link in batch.operations}
    for inspection in sorted(filter(ids.is_id, named)):
        log_reading.locked(session, inspection)


def told(refusal: errors.Refusal | None) -> Told | None:
    """The refusal as the answer writes it."""
    if refusal is None:
        return None
    return Told(refusal.slug, refusal.title, refusal.detail, dict(refusal.members))


def _pushed(session: Session, one: ReadPush, current: str, *, by: Caller, at: datetime) -> PushTaken:
    batch = one.batch
    if batch is None:
        return PushTaken(None, None, None, None, told(one.problem))
    # A file cannot be asked to begin anew after a restore; a gap or a fork is found without the epoch.
    present = dataclasses.replace(batch, epoch=current)
    try:
        with session.begin_nested():
            answer = push.receive(session, present, by=by, at=at)
    except errors.Refusal as refusal:
        return PushTaken(batch.device, batch.first, batch.last, None, told(refusal))
    return PushTaken(batch.device, batch.first, batch.last, answer, None)


def _stored(session: Session, one: ReadFile, *, by: Caller, at: datetime) -> FileTaken:
    line = one.line
    if one.received is None:
        return FileTaken(
            line.blob, line.inspection, "refused" if one.problem else "unwanted", told(one.problem)
        )
    reference = _referenced(session, line.inspection, one.received.sha256)
    if reference is None:
        return FileTaken(line.blob, line.inspection, "unwanted", None)
    is_known = session.get(UploadedBlob, (line.inspection, one.received.sha256)) is not None
    upload = blobs.Upload(one.received, media_types.of(line.mime), (line.inspection,))
    # A file belongs to the tablet that took it, whoever brought it.
    owner = dataclasses.replace(by, device_id=_device_of(session, reference))
    blobs.store(session, upload, by=owner, at=at)
    return FileTaken(line.blob, line.inspection, "known" if is_known else "stored", None)
