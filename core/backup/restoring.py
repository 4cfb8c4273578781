"""Puts a backup back: everything is checked before anything is touched, and then a new epoch begins.

The database takes its place all at once; the files that were laid down before it, under their hash, do no
harm without it. It judges nothing inside the data: those who know what must hold there are asked afterwards.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.orm import Session

from core import epoch, files, journal, settings
from core.backup import archive, making, places, unfinished
from core.backup.archive import Manifest, Opening
from core.backup.errors import BackupDamaged, BackupDoesNotFit, PlaceInUse
from core.caller import Caller

# What has to be ended or asked once the data are back, by packages that core does not know.
ENDS = "thucdia.ended_by_restore"
CHECKS = "thucdia.checked_after_restore"

End = Callable[[Session], None]
Check = Callable[[Session], Iterable[str]]


@dataclass(frozen=True)
class Staged:
    """A checked backup whose database lies ready beside its place."""

    opening: Opening
    manifest: Manifest
    database: Path
    keys: dict[str, bytes]


def check_fits(path: Path, *, replaces: bool) -> tuple[Opening, Manifest]:
    """What the backup says about itself, if it can be put back here.

    Raises:
        NotABackup, BackupDamaged: as `archive.checked` says.
        BackupDoesNotFit: a newer version made it, or it is of the other kind of database.
        PlaceInUse: there are data here and nobody said that they are to be replaced.
    """
    opening, manifest = archive.checked(path)
    place = places.current()
    if opening.format != archive.FORMAT or not _is_known(opening.migration):
        raise BackupDoesNotFit(
            "Chưa ghi gì. Bản sao lưu do phiên bản mới hơn tạo ra; cập nhật phần mềm rồi khôi phục.",
            migration=opening.migration, format=opening.format,
        )  # fmt: skip
    if opening.database != place.KIND:
        raise BackupDoesNotFit(
            f"Chưa ghi gì. Bản sao lưu là của {opening.database}, nơi này dùng {place.KIND}; "
            "đặt THUCDIA_DATABASE_URL cho đúng loại rồi chạy lại.",
            database=opening.database, here=place.KIND,
        )  # fmt: skip
    half_way = unfinished.mark()
    is_ours = half_way is not None and not half_way.replaces  # the same command again ends what it began
    if not replaces and not is_ours and not place.is_empty():
        raise PlaceInUse("Chưa ghi gì. Chọn thư mục dữ liệu khác, hoặc thêm --replace nếu thật sự muốn thay.")
    return opening, manifest


def _is_known(migration: str) -> bool:
    scripts = ScriptDirectory(str(current_app.extensions["migrate"].directory))
    try:
        return bool(migration) and scripts.get_revision(migration) is not None
    except CommandError:
        return False


@contextmanager
def staged(path: Path, opening: Opening, manifest: Manifest) -> Iterator[Staged]:
    """The files of the backup are stored; its database lies beside its place until the block ends.

    Raises:
        BackupDamaged: the file is not what was checked.
        FileTooLarge, DiskNearlyFull: a file cannot be stored; the database has not been touched.
    """
    place = places.current()
    settings.current().data.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(dir=place.staging_folder(), prefix=".restore-"))
    database, keys = folder / place.PART, {}

    def lay(name: str, content: BinaryIO) -> None:
        if name == place.PART:
            handle = os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as target:
                shutil.copyfileobj(content, target)
        elif name.startswith("keys/"):
            keys[name.removeprefix("keys/")] = content.read()
        elif name.startswith("blobs/"):
            sha256 = name.removeprefix("blobs/")
            files.receive(content, expected_sha256=sha256)

    try:
        archive.each_part(path, lay)
        if not database.exists():
            raise BackupDamaged("Bản sao lưu không có cơ sở dữ liệu; chưa thay gì.")
        yield Staged(opening, manifest, database, keys)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_keys_in_place(keys: dict[str, bytes], *, aside: Path) -> None:
    """The keys are in their folder for their owner alone; others of the same name lie in `aside`."""
    for name, content in keys.items():
        path = settings.current().keys / name
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            (aside / "keys" / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(path, aside / "keys" / name)
        archive.write_durably(path, content)


def aside_folder(stamp: str) -> Path:
    """Where what was replaced is kept."""
    return settings.current().data / "replaced" / stamp


def begin_anew(session: Session, opening: Opening, *, at: datetime) -> str:
    """A new epoch has begun, nobody is signed in any more, and the journal says from what; the epoch.

    Whoever signed out, or was sent out, after the backup was made would otherwise be in again.
    """
    begun = epoch.begin(session, at=at)
    for end in current_app.extensions.get(ENDS, ()):
        end(session)
    journal.record(
        session, "backup.restored", about=("epoch", begun), by=Caller.system("flask backup"), at=at,
        made_at=opening.made_at, epoch_before=opening.epoch,
    )  # fmt: skip
    return begun


def lost_rows(session: Session, manifest: Manifest) -> Iterator[str]:
    """Which tables have not the rows that the backup counted, a sentence each; asked before anything else."""
    found = making.rows_by_table(session.connection())
    for name in sorted(manifest.rows.keys() | found.keys()):
        if manifest.rows.get(name) != found.get(name):
            counted, here = manifest.rows.get(name, 0), found.get(name, 0)
            yield f"Bảng {name}: bản sao lưu có {counted} dòng, nay có {here}."


def faults(session: Session) -> Iterator[str]:
    """What does not hold in the data, a sentence each, as those say who know what must hold."""
    for check in current_app.extensions.get(CHECKS, ()):
        yield from check(session)
