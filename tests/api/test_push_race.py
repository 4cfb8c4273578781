"""Two tablets whose batches claim the same ids at the same instant: both are answered, each id has one owner.

SQLite lets one writer in at a time. PostgreSQL finds out only when the second of the two writes, or finds
that each waits for the other.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from core import db, ids
from inspections.models import LoggedOperation
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way


@contextmanager
def nobody_writes_first(app: Flask, writers: int) -> Iterator[None]:
    """Each thread that is about to write operations for the first time waits for the others to be there."""
    meeting, been_there = threading.Barrier(writers), threading.local()

    def wait(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO operation") and not hasattr(been_there, "met"):
            been_there.met = True
            meeting.wait(timeout=20)

    with app.app_context():
        engine = db.db.engine
    event.listen(engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", wait)


def _recorded(team: Team, inspection: str, op_ids: Sequence[str]) -> Tablet:
    tablet = team.tablet()
    for op_id in op_ids:
        tablet.record(inspection, "note.add", f"note/{ids.new_id()}", {"text": "x"}, op_id=op_id)
    return tablet


@pytest.mark.parametrize("shared", [1, 2, 40])
def test_ids_claimed_twice_at_the_same_instant_have_one_owner(app: Flask, engine_name: str, shared: int):
    team = team_on_its_way(app)
    claimed = [ids.new_id() for _ in range(shared)]
    tablets = [_recorded(team, team.id, claimed), _recorded(team, team.another(), claimed[::-1])]
    at_once = 2 if engine_name == "postgres" else 1
    with nobody_writes_first(app, at_once), ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(Tablet.push, tablets))
    assert [answer.status_code for answer in answers] == [200, 200]
    told = {
        (result["op_id"], result["status"], (result["error"] or {}).get("code"))
        for answer in answers
        for result in answer.json["results"]
    }
    kept = {(op_id, "applied", None) for op_id in claimed}
    assert told == kept | {(op_id, "quarantined", "op_id_reused") for op_id in claimed}
    with app.app_context(), db.reading() as session:
        owned = session.scalars(select(LoggedOperation.op_id).where(LoggedOperation.op_id.is_not(None)))
        assert sorted(owned) == sorted(claimed)
