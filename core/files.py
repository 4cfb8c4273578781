"""Files named by their SHA-256, on disk before anything in the database says so.

Order: temporary file, fsync, rename, fsync of the folder, then the row, then commit, then the answer. A
crash leaves at most a file that no row names, which harms nobody. Nothing is overwritten or deleted here
but what never became a file.
"""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import disk, durably, ids, partial_files, stores
from core.db import Base, UTCDateTime
from core.file_errors import FileMissing, FileTooLarge, HashDiffers, PartInUse

CHUNK_BYTES = 256 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class StoredFile(Base):
    """Tệp đã lưu, gọi tên bằng SHA-256 của chính nó."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size_bytes: Mapped[int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Received:
    """A file that is safely on disk and that no row names yet."""

    sha256: str
    size_bytes: int


def is_sha256(text: str) -> bool:
    """Whether the text is a SHA-256 in lower-case hexadecimal."""
    return _SHA256.fullmatch(text) is not None


def _checked(sha256: str) -> str:
    if not is_sha256(sha256):
        raise FileMissing
    return sha256


def path(sha256: str) -> Path:
    """A path with the bytes of the stored file, for programs that need one; it is not to be written to.

    Raises:
        FileMissing, StoreAway
    """
    return stores.current().local(_checked(sha256))


def opened(sha256: str) -> BinaryIO:
    """The stored file as a seekable stream, to be closed by the caller.

    Raises:
        FileMissing, StoreAway
    """
    return stores.current().open(_checked(sha256))


def size_of(sha256: str) -> int | None:
    """The length of the stored file in bytes, or None if there is none."""
    return stores.current().size(_checked(sha256))


def read(sha256: str) -> bytes:
    """The bytes of a stored file.

    Raises:
        FileMissing, StoreAway
    """
    with opened(sha256) as stream:
        return stream.read()


def staging() -> Path:
    """The folder for what has not become a file yet; it exists."""
    folder = stores.current().staging
    durably.make_folder(folder)
    return folder


def check_room(incoming_bytes: int) -> None:
    """Return if there is room for so many bytes beside the reserve.

    Raises:
        DiskNearlyFull
    """
    disk.check(staging(), incoming_bytes=incoming_bytes)


def _chunks(source: BinaryIO, limit_bytes: int) -> Iterator[bytes]:
    total = 0
    while chunk := source.read(CHUNK_BYTES):
        total += len(chunk)
        if total > limit_bytes:
            raise FileTooLarge(limit_bytes=limit_bytes)
        yield chunk


def receive(
    source: BinaryIO, *, expected_sha256: str | None = None, expected_bytes: int | None = None,
    limit_bytes: int = MAX_FILE_BYTES,
) -> Received:  # fmt: skip
    """The bytes are in the store under their hash; nothing is kept if they are not what was announced.

    Raises:
        HashDiffers, FileTooLarge, DiskNearlyFull, StoreAway
    """
    check_room(expected_bytes or 0)
    temporary = staging() / ids.new_id()
    digest, size = hashlib.sha256(), 0
    try:
        with durably.full_disk_refused(), temporary.open("xb") as target:
            for chunk in _chunks(source, limit_bytes):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        received = Received(digest.hexdigest(), size)
        if expected_sha256 not in (None, received.sha256) or expected_bytes not in (None, size):
            raise _differing(received, expected_sha256)
        stores.current().put(received.sha256, temporary)
    finally:
        temporary.unlink(missing_ok=True)
    return received


def _differing(received: Received, expected_sha256: str | None) -> HashDiffers:
    return HashDiffers(
        "Tệp bị lỗi trên đường truyền; bản trên máy gửi vẫn còn, hãy gửi lại.",
        expected=expected_sha256, received=received.sha256, received_bytes=received.size_bytes,
    )  # fmt: skip


def adopt(staged: Path, *, expected_sha256: str) -> Received:
    """The staged file, synced before, is in the store under its hash; it also stays where it is.

    Thus whoever is stopped between this and the commit can do it again with the same result.

    Raises:
        HashDiffers: it is another file than was announced.
        DiskNearlyFull, StoreAway
    """
    with staged.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        received = Received(digest.hexdigest(), stream.tell())
    if received.sha256 != expected_sha256:
        raise _differing(received, expected_sha256)
    second = staged.with_name(ids.new_id())
    try:
        with durably.full_disk_refused():
            _name_again(staged, second)
        stores.current().put(received.sha256, second)
    finally:
        second.unlink(missing_ok=True)
    return received


def _name_again(staged: Path, second: Path) -> None:
    """The same bytes under a second name: no copy where the file system can link."""
    try:
        second.hardlink_to(staged)
    except PermissionError:  # what Linux says of a file system without links
        with staged.open("rb") as source, second.open("xb") as target:
            shutil.copyfileobj(source, target, CHUNK_BYTES)
            target.flush()
            os.fsync(target.fileno())


def sweep_staging(*, keep: Collection[str], older_than: datetime) -> int:
    """What a crash left in the staging folder is gone; how many files that were.

    Args:
        keep: names of partial files that are still waited for.
    """
    gone = 0
    for leftover in sorted(staging().iterdir()):
        is_old = leftover.lstat().st_mtime < older_than.timestamp()
        if is_old and leftover.name not in keep:
            with suppress(PartInUse):
                partial_files.remove(leftover)
                gone += 1
    return gone


def register(session: Session, received: Received, *, media_type: str, at: datetime) -> StoredFile:
    """A row names the file; registering the same content again changes nothing."""
    stored = session.get(StoredFile, received.sha256)
    if stored is None:
        stored = StoredFile(
            sha256=received.sha256, size_bytes=received.size_bytes, media_type=media_type, stored_at=at
        )
        session.add(stored)
        session.flush()  # so that a query for missing files in the same transaction sees the row
    return stored


def put(session: Session, content: bytes, *, media_type: str, at: datetime) -> StoredFile:
    """The content is stored and named by a row."""
    return register(session, receive(io.BytesIO(content)), media_type=media_type, at=at)


def is_stored(session: Session, sha256: str) -> bool:
    """Whether a row names the file."""
    return session.get(StoredFile, sha256) is not None
