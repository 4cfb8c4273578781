"""What makes a name on disk outlive a power cut: the folder that holds it is synced, not only the file."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.file_errors import DiskNearlyFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def sync_folder(folder: Path) -> None:
    """The names in the folder are on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """The folder exists, and its name is durable in each parent that had to be made."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    sync_folder(folder.parent)


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """A disk that fills up in the middle of a write is a refusal that says so, not a defect.

    Raises:
        DiskNearlyFull
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise DiskNearlyFull("Máy chủ vừa hết chỗ trong khi nhận tệp; bản trên máy gửi vẫn còn.") from None
