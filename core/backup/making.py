"""Makes a backup: one state of the database first, then the files that it names, which never change.

The key that seals documents is not in it: it belongs to the agency and is kept where the agency keeps such
keys. The server's own key is in it, because tablets know the server by it. So is everything else that is
confidential; the file is for its owner alone and has to be encrypted before it leaves the machine.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, select, table

from core import clock, files, settings
from core.backup import archive, places
from core.backup.archive import Manifest, Opening, Writer
from core.epoch import Epoch
from core.errors import Refusal

# By what the installation is known to tablets, and in a demonstration to readers of its documents.
KEYS = ("server.pem", "demo_authority/*")


@dataclass(frozen=True)
class _State:
    """What the copied state of the database says about itself."""

    migration: str
    epoch: str
    rows: dict[str, int]
    files: dict[str, int]


def make(path: Path, *, at: datetime) -> Manifest:
    """The backup is in the file, whole and durable; what it could not copy is named in the manifest.

    Raises:
        BackupExists, SourceDamaged, ToolMissing: nothing was written.
    """
    place = places.current()
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder,
        archive.written(path) as writer,
        place.copied(Path(folder)) as (copy, connection),
    ):
        state = _state_of(connection)
        connection.close()
        place.strip(copy, Epoch.__tablename__)
        _open(writer, state, kind=place.KIND, at=at)
        with copy.open("rb") as content:
            writer.add(place.PART, content, copy.stat().st_size)
        for name, key in _keys():
            writer.add_bytes(name, key)
        return writer.close(rows=state.rows, missing=list(_copy_files(writer, state.files)))


def _open(writer: Writer, state: _State, *, kind: str, at: datetime) -> None:
    opening = Opening(
        product=archive.PRODUCT, format=archive.FORMAT, made_at=clock.wire_time(at), database=kind,
        migration=state.migration, epoch=state.epoch,
    )  # fmt: skip
    writer.add_bytes(archive.FIRST, archive.encoded(opening))


def _state_of(connection: Connection) -> _State:
    newest = select(Epoch.id).order_by(Epoch.started_at.desc()).limit(1)
    named = select(files.StoredFile.sha256, files.StoredFile.size_bytes).order_by(files.StoredFile.sha256)
    return _State(
        MigrationContext.configure(connection).get_current_revision() or "",
        connection.scalar(newest) or "",
        rows_by_table(connection),
        {row.sha256: row.size_bytes for row in connection.execute(named)},
    )


def rows_by_table(connection: Connection) -> dict[str, int]:
    """How many rows each table has; epochs are not counted, because no backup holds them."""
    names = set(inspect(connection).get_table_names()) - {Epoch.__tablename__}
    count = select(func.count())
    return {name: connection.scalar(count.select_from(table(name))) or 0 for name in sorted(names)}


def _keys() -> Iterator[tuple[str, bytes]]:
    folder = settings.current().keys
    for pattern in KEYS:
        for path in sorted(folder.glob(pattern)):
            yield f"keys/{path.relative_to(folder)}", path.read_bytes()


def _copy_files(writer: Writer, named: dict[str, int]) -> Iterator[str]:
    """Every file that is whole is in the backup; the hashes of those that are not there as they should be."""
    for sha256, size in named.items():
        try:
            content = files.read(sha256)
        except Refusal:
            yield sha256
            continue
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            yield sha256
            continue
        writer.add(f"blobs/{sha256}", io.BytesIO(content), size)
