"""SQLite as the place that a backup is made from and put back to.

The copy is made through SQLite itself, never by copying the file: a file copied while others write is often
torn (sqlite.org/howtocorrupt.html §1.2). Putting back is one rename; what stood there is kept beside it.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from core import db, settings
from core.backup.errors import PlaceInUse, SourceDamaged
from core.durably import sync_folder

KIND = "sqlite"
PART = "database.sqlite"
MAKES_ROOM = False


def _path() -> Path:
    return Path(make_url(settings.current().sqlalchemy_url).database or "")


def staging_folder() -> Path:
    """Where a copy is laid before it takes the place: on the same file system."""
    return _path().parent


@contextmanager
def copied(folder: Path) -> Iterator[tuple[Path, Connection]]:
    """A copy of the database as it was at one moment, in the folder, and a connection that reads that state.

    Raises:
        SourceDamaged: the copy does not pass SQLite's own check.
    """
    copy = folder / PART
    target = sqlite3.connect(copy, isolation_level=None)
    with contextlib.closing(target), db.reading() as session:
        source = session.connection().connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise TypeError("the engine does not speak to SQLite")
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        check_sound(target)
    engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
    with engine.connect() as connection:
        yield copy, connection


def strip(copy: Path, table: str) -> None:
    """The table is empty in the copy."""
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 (a table's name of ours)


def check_sound(connection: sqlite3.Connection) -> None:
    """Return if every page and every reference between rows is whole.

    Raises:
        SourceDamaged: SQLite says what is not.
    """
    said = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    dangling = connection.execute("PRAGMA foreign_key_check").fetchmany(5)
    if said != ["ok"] or dangling:
        raise SourceDamaged(f"SQLite báo: {'; '.join(map(str, [*said, *dangling]))[:400]}")


def is_empty() -> bool:
    """Whether there is no table yet."""
    path = _path()
    if not path.exists() or path.stat().st_size == 0:
        return True
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0)
    except sqlite3.DatabaseError:
        return False  # whatever it is, it is not nothing


def make_room(_session: Session, _stamp: str) -> None:
    """Nothing to do: the rename in `put_in_place` makes the room."""


def give_room_back(_session: Session, _stamp: str) -> None:
    """Nothing to do: see `make_room`."""


def put_in_place(copy: Path, *, aside: Path) -> None:
    """The copy is the database; what stood there lies in the folder `aside`.

    Raises:
        PlaceInUse: another process has the database open.
        SourceDamaged: the copy does not pass SQLite's own check; nothing was touched.
    """
    live = _path()
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        check_sound(connection)
    db.db.session.remove()
    db.db.engine.dispose()
    lock = current_app.extensions[db.WRITE_LOCK]
    with lock or contextlib.nullcontext():
        if live.exists():
            _let_go(live, aside)
            aside.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.link(live, aside / live.name)
            sync_folder(aside)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        copy.replace(live)
        sync_folder(live.parent)


def _let_go(live: Path, aside: Path) -> None:
    """Everything is in the file itself, and no log lies beside it that would be played into its successor."""
    beside = [live.with_name(live.name + suffix) for suffix in ("-wal", "-shm")]
    try:
        with contextlib.closing(sqlite3.connect(live, isolation_level=None, timeout=5)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:
        raise PlaceInUse("Chưa thay gì. Dừng máy chủ rồi chạy lại lệnh này.") from None
    except sqlite3.DatabaseError:
        aside.mkdir(mode=0o700, parents=True)
        for path in filter(Path.exists, beside):
            path.replace(aside / path.name)  # nobody can read this database any more; kept as found
    # The last one to close takes the log away; if it is still there, somebody else has not closed.
    if any(map(Path.exists, beside)):
        raise PlaceInUse("Chưa thay gì. Có tiến trình khác đang mở cơ sở dữ liệu; dừng máy chủ rồi chạy lại.")
