"""One writer at a time for SQLite, across threads and processes.

SQLite 3.7.0 to 3.51.2 can lose committed rows when two connections write and checkpoint at the same instant
(the WAL-reset bug, sqlite.org/wal.html). Everything that writes (web, workers, commands) therefore takes
this lock around the whole transaction, and a closing connection, which may checkpoint, takes it as well.
"""

import fcntl
import os
import sqlite3
import threading
import time
from pathlib import Path
from types import TracebackType

from core.errors import SlowDown

_LOOK_AGAIN_S = 0.0002
FIRST_SOUND_VERSION = (3, 51, 3)


def is_affected(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the WAL-reset bug (back-ports 3.44.6 and 3.50.7 do not)."""
    if version[:2] in ((3, 44), (3, 50)):
        return version < ((3, 44, 6) if version[1] == 44 else (3, 50, 7))
    return (3, 7, 0) <= version < FIRST_SOUND_VERSION


class WriteLock:
    """A lock on a file beside the database; not re-entrant, so that a nested write is found at once."""

    def __init__(self, path: Path, *, patience_s: float = 30.0) -> None:
        self._path = path
        self._patience_s = patience_s
        self._thread_lock = threading.Lock()
        self._file: int | None = None
        self._owner: int | None = None

    @property
    def is_mine(self) -> bool:
        """Whether the present thread holds the lock."""
        return self._owner == threading.get_ident()

    def __enter__(self) -> None:
        if self.is_mine:
            raise RuntimeError("a writing transaction was opened inside another")
        deadline = time.monotonic() + self._patience_s
        if not self._thread_lock.acquire(timeout=self._patience_s):
            raise SlowDown
        try:
            self._file = self._locked_file(deadline)
        except BaseException:
            # A disk that failed once, or too many open files, must not shut out every later writer.
            self._thread_lock.release()
            raise
        self._owner = threading.get_ident()

    def _locked_file(self, deadline: float) -> int:
        """The lock's file, held.

        Who wants it waits at a gate, one at a time, and whoever holds it has left the gate: so a process that
        has had the lock cannot have it again before another that waits.
        """
        gate = _held(self._path.with_name(f"{self._path.name}.gate"), deadline)
        try:
            return _held(self._path, deadline)
        finally:
            os.close(gate)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        file, self._file, self._owner = self._file, None, None
        if file is not None:
            os.close(file)
        self._thread_lock.release()


def _held(path: Path, deadline: float) -> int:
    # A file description of its own for each holder: one inherited over fork() would share the lock.
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(file)
                raise SlowDown from None
            time.sleep(_LOOK_AGAIN_S)


def connection_class(lock: WriteLock) -> type[sqlite3.Connection]:
    """A connection whose close waits for the writer, because the last one to close checkpoints the WAL."""

    class GuardedConnection(sqlite3.Connection):
        def close(self) -> None:
            if lock.is_mine:
                super().close()
                return
            with lock:
                super().close()

    return GuardedConnection
