"""Keeps a share of the disk free of files, so that a disk filled with photos still takes operations.

It deletes nothing: whoever administers the machine decides what may go.
"""

import shutil
from pathlib import Path

from core import settings
from core.file_errors import DiskNearlyFull


def keeps_reserve(*, free_bytes: int, total_bytes: int, incoming_bytes: int, reserved_percent: int) -> bool:
    """Whether the reserve is still free once `incoming_bytes` more have been written."""
    return free_bytes - incoming_bytes >= total_bytes * reserved_percent / 100


def check(folder: Path, *, incoming_bytes: int) -> None:
    """Return if the disk of the folder takes that many bytes and keeps its reserve.

    Raises:
        DiskNearlyFull
    """
    usage = shutil.disk_usage(folder)
    reserved_percent = settings.current().reserved_percent
    if not keeps_reserve(
        free_bytes=usage.free, total_bytes=usage.total, incoming_bytes=incoming_bytes,
        reserved_percent=reserved_percent,
    ):  # fmt: skip
        raise DiskNearlyFull(
            "Ảnh và tệp vẫn còn trên máy gửi; hãy gửi lại sau. Kết quả kiểm tra vẫn gửi được.",
            free_bytes=usage.free, reserved_percent=reserved_percent,
        )  # fmt: skip


def takes(folder: Path, incoming_bytes: int) -> bool:
    """Whether the disk of the folder would take a file of that size and keep its reserve."""
    usage = shutil.disk_usage(folder)
    return keeps_reserve(
        free_bytes=usage.free, total_bytes=usage.total, incoming_bytes=incoming_bytes,
        reserved_percent=settings.current().reserved_percent,
    )  # fmt: skip


def has_free(folder: Path, least_bytes: int) -> bool:
    """Whether the disk of the folder has at least so many bytes left."""
    return shutil.disk_usage(folder).free >= least_bytes
