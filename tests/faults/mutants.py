"""Servers that are wrong on purpose, each in one way, to show that a harness would notice.

They exist only in test processes: `apply` patches what is already loaded. Nothing here is right.
"""

import dataclasses
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from flask import copy_current_request_context
from sqlalchemy.orm import Session

from accounts import devices
from accounts.device_models import Device
from core import clock, db, durably, endpoint, files
from core.glance import Glance
from core.partial_files import PartialFile
from core.settings import from_environment
from inspections import fold, ledger
from inspections.models import Inspection
from sync import pull, push, uploads
from sync.streams import Stream

_LATE_S = 0.15
_LONGEST_S = 10.0
# The file that says a batch with a sign-off has come (`freeze check before lock`).
SIGNING = "signing"


def _acknowledge_before_commit() -> None:
    """The answer leaves, and the commit follows a moment later."""
    honest = db.transacted

    def hasty(act: Callable[[Session], Any], *, writes: bool) -> Any:
        if not writes:
            return honest(act, writes=False)
        with db.rehearsing() as session:
            answer = act(session)

        @copy_current_request_context
        def later() -> None:
            time.sleep(_LATE_S)
            honest(act, writes=True)

        threading.Thread(target=later, daemon=True).start()
        return answer

    endpoint.db.transacted = hasty  # type: ignore[assignment]


def _naive_cursor() -> None:
    """A reader is told to go on from the end of the log, however little it was given."""
    honest = pull._stretch

    def hasty(glance: Glance, stream: Stream, cursor: int, room: Any) -> Any:
        return msgspec.structs.replace(honest(glance, stream, cursor, room), to=stream.head_pos)

    pull._stretch = hasty


def _no_device_lock() -> None:
    """Two copies of a batch are taken in at once, and who comes second is not asked again."""

    def unlocked(session: Session, device_id: str) -> Device:
        found = session.get(Device, device_id)
        assert found is not None
        time.sleep(_LATE_S)
        return found

    devices.locked_tablet = unlocked
    db._ATTEMPTS = 1


def _waited(is_so: Callable[[], bool]) -> None:
    """It is so; a test that waits in vain for a mutant fails by what it then finds."""
    until = time.monotonic() + _LONGEST_S
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)


def _freeze_check_before_lock() -> None:
    """Whether the record is closed is looked up when a batch arrives, not when its turn has come.

    A batch that signs off says by a file that it is there, and waits until another has looked; that other
    waits until the record is closed. So the two always meet in the same way.
    """
    seen = threading.local()
    data = from_environment(os.environ).data
    signing, has_looked = data / SIGNING, data / "has-looked"
    read, situation = push.read, ledger.Ledger._situation

    def states(names: set[str]) -> dict[str, tuple[Any, int | None]]:
        with db.reading() as session:
            found = (session.get(Inspection, name) for name in names)
            return {one.id: (one.state, one.frozen_pos) for one in found if one is not None}

    def looking(raw: bytes) -> push.Batch:
        batch = read(raw)
        names = {one.operation.inspection for one in batch.operations}
        seen.states = states(names)
        if any(one.operation.type == "inspection.signoff" for one in batch.operations):
            signing.touch()
            _waited(has_looked.exists)
        elif signing.exists():
            has_looked.touch()
            _waited(lambda: states(names) != seen.states)
        return batch

    def stale(self: ledger.Ledger, entry: fold.Entry, standing: ledger.Standing) -> Any:
        state, frozen_pos = seen.states[self.inspection.id]
        honest = situation(self, entry, standing)
        return msgspec.structs.replace(honest, state=type(honest.state)(state), frozen_pos=frozen_pos)

    push.read, ledger.Ledger._situation = looking, stale  # type: ignore[method-assign]


def _parents_ignored() -> None:
    """No operation replaces another."""
    fold.Register.replace = lambda *_unused: None  # type: ignore[method-assign]


def _last_writer_wins() -> None:
    """The newest value is the only one that stands."""

    def write(self: fold.Register, entry: fold.Entry) -> None:
        self.writes[entry.op_id] = entry
        self.standing = {entry.op_id}

    fold.Register.write = write  # type: ignore[method-assign]


def _row_before_file() -> None:
    """The database says that a file is here before it is."""
    honest = files.receive

    def hasty(*given: Any, expected_sha256: str, expected_bytes: int, **more: Any) -> files.Received:
        announced = files.Received(expected_sha256, expected_bytes)
        with db.writing() as session:
            files.register(session, announced, media_type="image/jpeg", at=clock.now())
        return honest(*given, expected_sha256=expected_sha256, expected_bytes=expected_bytes, **more)

    files.receive = hasty  # type: ignore[assignment]


def _no_offset_check() -> None:
    """A part is appended wherever its sender believed to be."""
    honest = uploads._append

    def hasty(partial: PartialFile, part: uploads.Part, length_bytes: int) -> None:
        honest(partial, dataclasses.replace(part, offset=partial.length), length_bytes)

    uploads._append = hasty


def _no_directory_fsync() -> None:
    """A new name is believed to be on the disk without asking for it."""
    durably.sync_folder = lambda *_unused: None


def _synchronous_normal() -> None:
    """A commit does not wait for the disk."""
    db._PRAGMAS = tuple(pragma.replace("=FULL", "=NORMAL") for pragma in db._PRAGMAS)


MUTANTS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "acknowledge before commit": _acknowledge_before_commit,
    "naive cursor": _naive_cursor,
    "no device lock": _no_device_lock,
    "freeze check before lock": _freeze_check_before_lock,
    "parents ignored": _parents_ignored,
    "last writer wins": _last_writer_wins,
    "row before file": _row_before_file,
    "uploads without offset check": _no_offset_check,
    "no directory fsync": _no_directory_fsync,
    "synchronous=NORMAL": _synchronous_normal,
}


def apply(name: str) -> None:
    """This process is the mutant of the name."""
    MUTANTS[name]()
