"""Files named by their SHA-256, on disk before anything in the database says so.

Order: temporary file, fsync, rename, fsync of the folder, then the row, then commit, then the answer. A
crash leaves at most a file that no row names, which harms nobody. Nothing is overwritten or deleted here.
"""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import errors, ids, settings
from core.db import Base, UTCDateTime

CHUNK_BYTES = 256 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
RESERVED_SHARE = 0.02
_SHA256 = re.compile(r"[0-9a-f]{64}")


class HashDiffers(errors.Invalid):
    """The bytes that came are not the bytes that were announced."""

    slug = "hash_differs"
    title = "Tệp nhận được khác với mã kiểm đã báo"


class FileTooLarge(errors.TooLarge):
    """A file over the limit."""

    slug = "file_too_large"
    title = "Tệp vượt quá dung lượng cho phép"


class DiskNearlyFull(errors.NoSpace):
    """The free space has reached its reserve; operations are still taken, files are not."""

    slug = "disk_nearly_full"
    title = "Máy chủ sắp hết chỗ lưu tệp"


class FileMissing(errors.NotFound):
    """No file of that hash is stored."""

    slug = "file_missing"
    title = "Chưa có tệp này trên máy chủ"


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


def _root() -> Path:
    configured = settings.current().store.removeprefix("file:")
    return Path(configured) if configured else settings.current().data / "blobs"


def path(sha256: str) -> Path:
    """Where the file of that hash lies, or would lie."""
    if not is_sha256(sha256):
        raise FileMissing
    return _root() / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folder(folder: Path) -> None:
    """The folder exists, and its name is durable in each parent that had to be made."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    _sync_folder(folder.parent)


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
    """The bytes are on disk under their hash; nothing is kept if they are not what was announced.

    Raises:
        HashDiffers, FileTooLarge, DiskNearlyFull
    """
    root = _root()
    incoming = root / "incoming"
    _make_folder(incoming)
    usage = shutil.disk_usage(incoming)
    if usage.free < usage.total * RESERVED_SHARE:
        raise DiskNearlyFull
    temporary = incoming / ids.new_id()
    digest, size = hashlib.sha256(), 0
    try:
        with temporary.open("xb") as target:
            for chunk in _chunks(source, limit_bytes):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        sha256 = digest.hexdigest()
        if expected_sha256 not in (None, sha256) or expected_bytes not in (None, size):
            raise HashDiffers(
                "Tệp bị lỗi trên đường truyền; bản trên máy gửi vẫn còn, hãy gửi lại.",
                expected=expected_sha256, received=sha256, received_bytes=size,
            )  # fmt: skip
        final = path(sha256)
        _make_folder(final.parent)
        temporary.rename(final)
        _sync_folder(final.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return Received(sha256, size)


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


def read(sha256: str) -> bytes:
    """The bytes of a stored file.

    Raises:
        FileMissing: there is none of that hash.
    """
    try:
        return path(sha256).read_bytes()
    except FileNotFoundError:
        raise FileMissing(sha256=sha256) from None
