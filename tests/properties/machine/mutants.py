"""Servers that are wrong on purpose. A machine that has never caught one proves nothing.

Each is a way in which such a server is really written wrong, put into the application for one test.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from flask import Flask, Response
from sqlalchemy import select

from core import clock, db, epoch
from inspections import fold, permissions
from inspections.ledger import Ledger
from inspections.models import Inspection
from inspections.workflow import State
from sync import push, schemas
from tests.properties.machine.trouble import PowerCutError

Patch = pytest.MonkeyPatch


def _parents_ignored(_app: Flask, patch: Patch) -> None:
    """Every value ever written stays a head."""
    patch.setattr(fold.Register, "replace", lambda *_: None)


def _last_writer_wins(_app: Flask, patch: Patch) -> None:
    """What comes last replaces what stood, seen or not."""

    def write(self: Any, entry: Any) -> None:
        self.writes[entry.op_id] = entry
        self.standing = {entry.op_id}

    patch.setattr(fold.Register, "write", write)


def _naive_dedupe(_app: Flask, patch: Patch) -> None:
    """What was answered once is answered from memory, also where it was never committed."""
    original, remembered = push.receive, {}

    def receive(session: Any, batch: Any, *, by: Any, at: Any) -> Any:
        if any(told.server_time > clock.wire_time(at) for told in remembered.values()):
            remembered.clear()  # another game has begun
        key = (batch.epoch, batch.device, batch.first, batch.head)
        if key in remembered:
            return _repeated(remembered[key])
        remembered[key] = original(session, batch, by=by, at=at)
        return remembered[key]

    patch.setattr(push, "receive", receive)


def _repeated(told: schemas.PushOut) -> schemas.PushOut:
    names = schemas.Verdict.__struct_fields__
    results = [
        schemas.Result(
            op_id=one.op_id, seq=one.seq, status="duplicate",
            first=one.first or schemas.Verdict(**{name: getattr(one, name) for name in names}),
        )
        for one in told.results
    ]  # fmt: skip
    return msgspec.structs.replace(told, results=results)


def _frozen_before_lock(_app: Flask, patch: Patch) -> None:
    """Whether the record is open is looked up before the lock is taken, and believed afterwards."""
    before: dict[str, Any] = {}
    original_read, original_situation = push.read, Ledger._situation

    def read(raw: bytes) -> Any:
        batch = original_read(raw)
        asked = select(Inspection.id, Inspection.state, Inspection.frozen_pos, Inspection.waiting_signoff)
        with db.reading() as session:
            before[batch.device] = {row.id: row for row in session.execute(asked)}
        return batch

    def situation(self: Any, entry: Any, standing: Any) -> Any:
        made = original_situation(self, entry, standing)
        known = before.get(entry.device, {}).get(self.inspection.id)
        if known is None:
            return made
        waiting = made.waiting if known.waiting_signoff else None
        return msgspec.structs.replace(
            made, state=State(known.state), frozen_pos=known.frozen_pos, waiting=waiting
        )

    patch.setattr(push, "read", read)
    patch.setattr(Ledger, "_situation", situation)


def _acknowledged_before_commit(_app: Flask, patch: Patch) -> None:
    """The answer leaves whether or not the commit has come about."""

    def alone(act: Callable[[Any], Any]) -> Any:
        with db._unlocked("write") as session:
            answer = act(session)
            with suppress(PowerCutError):
                session.commit()
            return answer

    patch.setattr(db, "_alone", alone)


def _pulled(change: Callable[[dict[str, Any]], None]) -> Callable[[Flask, Patch], None]:
    def mutate(app: Flask, patch: Patch) -> None:
        original = app.view_functions["sync.pull_entries"]

        def view(**more: Any) -> Response:
            told = json.loads(original(**more).get_data())
            for stretch in told["streams"].values():
                change(stretch)
            return Response(json.dumps(told), mimetype="application/json")

        patch.setitem(app.view_functions, "sync.pull_entries", view)

    return mutate


def _cursor_before_entries(stretch: dict[str, Any]) -> None:
    """The cursor is moved to the end, whatever of the way there was given."""
    stretch["to"] = stretch["head"]


def _without_set_aside(stretch: dict[str, Any]) -> None:
    """What was set aside is not worth sending."""
    stretch["entries"] = [one for one in stretch["entries"] if one["effect"] != "quarantined"]


def _everybody_may(_app: Flask, patch: Patch) -> None:
    """Who is on the team may write anything."""
    patch.setattr(permissions, "may_write", lambda *_: True)


def _descendants_forgotten(_app: Flask, patch: Patch) -> None:
    """What builds on what a signature left out is still there."""
    original = fold.with_descendants

    def named_alone(excluded: Any, entries: Any) -> frozenset[str]:
        return original(excluded, entries) & frozenset(excluded)

    patch.setattr(fold, "with_descendants", named_alone)


def _epoch_kept(_app: Flask, patch: Patch) -> None:
    """After a restore everything goes on as if nothing were lost."""
    patch.setattr(epoch, "begin", lambda session, **_: epoch.current(session))


MUTANTS: dict[str, Callable[[Flask, Patch], None]] = {
    "parents ignored": _parents_ignored,
    "last writer wins": _last_writer_wins,
    "naive dedupe": _naive_dedupe,
    "freeze check before lock": _frozen_before_lock,
    "acknowledged before commit": _acknowledged_before_commit,
    "cursor before entries": _pulled(_cursor_before_entries),
    "a stream with holes": _pulled(_without_set_aside),
    "everybody may": _everybody_may,
    "descendants forgotten": _descendants_forgotten,
    "epoch kept": _epoch_kept,
}
