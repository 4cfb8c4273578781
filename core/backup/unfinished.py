"""The mark that a restore is under way: until it goes, database, keys and epoch may not belong together.

A restore changes several things, and no step can change all of them at once. The mark is on disk before the
first and goes after the last, and nothing serves meanwhile; running the restore again ends it.
"""

from pathlib import Path

import msgspec

from core import settings
from core.backup import archive
from core.backup.errors import RestoreUnfinished
from core.durably import sync_folder

_NAME = "restore-unfinished.json"


class Mark(msgspec.Struct, frozen=True):
    """Which backup is being put back, and whether there were data before."""

    file: str
    replaces: bool


def _path() -> Path:
    return settings.current().data / _NAME


def mark() -> Mark | None:
    """The mark of a restore that has not come to its end; None if there is none."""
    try:
        return msgspec.json.decode(_path().read_bytes(), type=Mark)
    except FileNotFoundError:
        return None


def begin(file: Path, *, replaces: bool) -> None:
    """The mark is on disk."""
    archive.write_durably(_path(), msgspec.json.encode(Mark(str(file.absolute()), replaces)))


def end() -> None:
    """The mark is gone from the disk."""
    _path().unlink()
    sync_folder(_path().parent)


def check_none() -> None:
    """Return if no restore was stopped half-way.

    Raises:
        RestoreUnfinished: one was, and running it again ends it.
    """
    found = mark()
    if found is not None:
        option = " --replace" if found.replaces else ""
        raise RestoreUnfinished(
            "Lần khôi phục trước bị dừng giữa chừng nên máy chủ không chạy; bản sao lưu và dữ liệu cũ "
            "vẫn còn. "
            f"Chạy lại: python3 app.py flask backup restore {found.file}{option}",
            file=found.file,
        )  # fmt: skip
