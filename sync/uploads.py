"""Uploads that go on where they were cut: announced, sent in parts, checked as a whole, and only then a file.

The steps, cited by number in the code: 1 the part is appended and synced; 2 the whole hashes to what was
announced; 3 the store has it under its hash, and its name is synced; 4 the row says so; 5 commit; 6 the
answer; 7 the partial file goes. Stopped anywhere, the next request takes up the same step again: the bytes
that came stay until after the commit. It decides about no access; `blobs` does.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import errors, files, ids, jobs, media_types, partial_files
from core.caller import Caller
from core.file_errors import DiskNearlyFull, HashDiffers, PartInUse
from core.files import Received
from core.partial_files import Checksum, PartialFile
from sync import blobs
from sync.errors import OffsetDiffers, PartTooLong, UploadExpired, UploadUnknown
from sync.models import PartialUpload
from sync.upload_headers import Announced

PATIENCE = timedelta(days=7)
SWEEP = "sync.sweep_uploads"
_ORPHANED_AFTER = timedelta(days=1)

_log = structlog.get_logger()


@dataclass(frozen=True)
class Part:
    """Bytes that are about to be appended."""

    source: BinaryIO
    offset: int
    length_bytes: int
    checksum: Checksum | None = None


@dataclass(frozen=True)
class Progress:
    """How far an upload has come; `received` is set as soon as the store has the whole file."""

    offset: int
    received: Received | None = None


def found(session: Session, upload_id: str, caller: Caller, *, at: datetime) -> PartialUpload:
    """The upload, if this tablet began it.

    Raises:
        UploadUnknown: there is none, or it is another tablet's; the two are not told apart.
        UploadExpired: it was begun too long ago.
    """
    upload = session.get(PartialUpload, upload_id) if ids.is_id(upload_id) else None
    if upload is None or upload.device != caller.device_id:
        raise UploadUnknown("Tạo lại lần gửi; bản trên máy gửi vẫn còn.")
    if upload.expires_at <= at:
        raise UploadExpired("Tạo lại lần gửi; bản trên máy gửi vẫn còn.")
    return upload


def staged(upload_id: str) -> Path:
    """Where the bytes of the upload lie until it is a file."""
    return files.staging() / upload_id


def begun(upload_id: str, announced: Announced, part: Part | None) -> Progress:
    """What came along with the announcement is on disk; of a broken part nothing is, for nobody could go on.

    Raises:
        PartTooLong, PartDamaged, Truncated, HashDiffers, DiskNearlyFull, StoreAway
    """
    files.check_room(announced.length_bytes)
    try:
        with partial_files.claimed(staged(upload_id)) as partial:
            if part is not None:
                _append(partial, part, announced.length_bytes)
            return _progress(staged(upload_id), partial, announced)
    except errors.Refusal:
        partial_files.remove(staged(upload_id))
        raise


def continued(upload_id: str, announced: Announced, part: Part | None) -> Progress:
    """The part is on disk; the whole file is in the store if that was the last one.

    With no part, what an interrupted request left undone is done, and nothing else.

    Raises:
        PartInUse, OffsetDiffers, PartTooLong, PartDamaged, Truncated, HashDiffers, DiskNearlyFull, StoreAway
    """
    if part is None and announced.length_bytes > 0 and not staged(upload_id).exists():
        return Progress(0)
    if part is not None:
        files.check_room(part.length_bytes)
    with partial_files.claimed(staged(upload_id)) as partial:
        if part is not None:
            _append(partial, part, announced.length_bytes)
        return _progress(staged(upload_id), partial, announced)


def _append(partial: PartialFile, part: Part, length_bytes: int) -> None:
    if part.offset != partial.length:
        raise OffsetDiffers("Hỏi lại vị trí rồi gửi tiếp từ đó.", offset=partial.length)
    if part.offset + part.length_bytes > length_bytes:
        raise PartTooLong(limit_bytes=length_bytes - part.offset, announced_bytes=part.length_bytes)
    partial.append(part.source, part.checksum)  # 1


def _progress(place: Path, partial: PartialFile, announced: Announced) -> Progress:
    """How far it has come, once steps 2 and 3 are done where they are due."""
    if partial.length < announced.length_bytes:
        return Progress(partial.length)
    try:
        return Progress(partial.length, files.adopt(place, expected_sha256=announced.sha256))  # 2, 3
    except HashDiffers:
        partial.restart()
        raise


def announced_of(upload: PartialUpload) -> Announced:
    """What was announced when the upload was begun."""
    return Announced(upload.sha256, upload.length_bytes, upload.inspection, upload.media_type)


def open_upload(
    session: Session, upload_id: str, announced: Announced, *, by: Caller, at: datetime
) -> PartialUpload:
    """The upload is on record, and will be swept away once nobody can go on with it."""
    upload = PartialUpload(
        id=upload_id, sha256=announced.sha256, length_bytes=announced.length_bytes,
        inspection=announced.inspection, media_type=media_types.of(announced.media_type),
        device=str(by.device_id), begun_at=at, expires_at=at + PATIENCE, finished_at=None,
    )  # fmt: skip
    session.add(upload)
    due = upload.expires_at + _ORPHANED_AFTER
    jobs.enqueue(session, SWEEP, {}, at=due, key=f"{SWEEP}/{due.date().isoformat()}")
    return upload


def finish(session: Session, upload: PartialUpload, received: Received, *, by: Caller, at: datetime) -> None:
    """The file belongs to the inspections that want it of the caller, and the upload is done.

    Raises:
        InspectionUnknown, BlobUnwanted: the caller may no longer send it.
    """
    wanted = blobs.wanted_by(session, upload.sha256, upload.inspection, by)
    blobs.store(session, blobs.Upload(received, upload.media_type, wanted), by=by, at=at)  # 4
    upload.finished_at = at


def drop(session: Session, upload: PartialUpload) -> None:
    """The upload is forgotten with what had come of it; a file that it became stays.

    Raises:
        PartInUse: somebody is just sending a part of it.
    """
    partial_files.remove(staged(upload.id))
    session.delete(upload)


def discarding(upload_id: str) -> Callable[[], None]:
    """What lets go of the parts of an upload that is a file by now, to be called after the commit."""
    place = staged(upload_id)

    def discard() -> None:  # 7
        try:
            partial_files.remove(place)
        except (PartInUse, DiskNearlyFull, OSError) as left:
            # The file is stored and acknowledged: what is left beside it must not end the connection, and
            # the next sweep takes it.
            _log.warning("upload.part_left", upload=upload_id, reason=repr(left))

    return discard


def expired(session: Session, *, at: datetime) -> Sequence[PartialUpload]:
    """The uploads that nobody can go on with."""
    query = select(PartialUpload).where(PartialUpload.expires_at <= at).order_by(PartialUpload.id)
    return session.scalars(query).all()


def sweep(session: Session, *, at: datetime) -> int:
    """Uploads that were begun too long ago are gone, and so is what crashes left; how many of both."""
    gone = 0
    for upload in expired(session, at=at):
        with suppress(PartInUse):
            drop(session, upload)
            gone += 1
    waiting = set(session.scalars(select(PartialUpload.id).where(PartialUpload.finished_at.is_(None))))
    return gone + files.sweep_staging(keep=waiting, older_than=at - _ORPHANED_AFTER)
