"""A file that comes in parts: its length on disk is the truth about how much of it has come.

One writer at a time, by a lock that dies with its process. What is said to be here has been synced; a part
that carries a checksum is here whole or not at all. It knows no database and decides about no name.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core import durably
from core.errors import Refusal
from core.file_errors import PartDamaged, PartInUse

# Small, because what the system had in hand when a connection broke is lost.
_PIECE_BYTES = 64 * 1024
_WAIT = "Chờ vài giây rồi hỏi lại vị trí và gửi tiếp."


@dataclass(frozen=True)
class Checksum:
    """What a part must hash to; `algorithm` is one that hashlib knows."""

    algorithm: str
    digest: bytes


def length_of(path: Path) -> int:
    """How many bytes have come; nothing has come of a file that is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class PartialFile:
    """A partial file that is ours alone; made by `claimed`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def length(self) -> int:
        """How many bytes have come."""
        return os.fstat(self._descriptor).st_size

    def append(self, source: BinaryIO, checksum: Checksum | None = None) -> None:
        """What the source gives has been added and synced; with a checksum all of it or nothing.

        If the source breaks off, what came before stays, unless a checksum was to be kept.

        Raises:
            PartDamaged: it hashes to something else; nothing of it was kept.
            DiskNearlyFull: the disk filled up; nothing of it was kept.
            Truncated: the source broke off.
        """
        before = self.length
        digest = None if checksum is None else hashlib.new(checksum.algorithm, usedforsecurity=False)
        kept = False
        try:
            with durably.full_disk_refused():
                while piece := source.read(_PIECE_BYTES):
                    self._write(piece)
                    if digest is not None:
                        digest.update(piece)
            if checksum is not None and digest is not None:
                _check(digest.digest(), checksum)
            kept = True
        except Refusal as refusal:
            kept = checksum is None and refusal.slug == "truncated"
            raise
        finally:
            if not kept:
                os.ftruncate(self._descriptor, before)
            os.fsync(self._descriptor)

    def restart(self) -> None:
        """Nothing has come."""
        os.ftruncate(self._descriptor, 0)
        os.fsync(self._descriptor)

    def _write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _check(came: bytes, checksum: Checksum) -> None:
    if not hmac.compare_digest(came, checksum.digest):
        raise PartDamaged("Không giữ lại phần này; hãy gửi lại đúng phần đó.", algorithm=checksum.algorithm)


@contextmanager
def claimed(path: Path) -> Iterator[PartialFile]:
    """The partial file, made if it was not there, and ours alone until the block ends.

    Raises:
        PartInUse: somebody else is writing to it, or has just removed it.
    """
    durably.make_folder(path.parent)
    is_new = not path.exists()
    with durably.full_disk_refused():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _lock(descriptor)
        if is_new:
            durably.sync_folder(path.parent)
        yield PartialFile(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PartInUse(_WAIT) from None
    if os.fstat(descriptor).st_nlink == 0:
        raise PartInUse(_WAIT)


def remove(path: Path) -> None:
    """The partial file is gone.

    Raises:
        PartInUse: somebody is writing to it, and it stays.
    """
    if path.exists():
        with claimed(path):
            path.unlink(missing_ok=True)
