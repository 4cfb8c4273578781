"""Eight writers and a reader at the same time, and a checker of what happened that knows no server.

Every request is written down when it leaves and when its answer is there. From that alone the checker says
what was lost, doubled, missed by the reader's cursor, or not yet visible though acknowledged (I1, I2, I5). A
plain sequence, which is how change feeds are often numbered, is the control: the checker must find it out.
"""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from core import ids
from tests.tablets import Tablet
from tests.teams import team_on_its_way

WRITERS, BATCHES, SIZE = 8, 5, 3


@dataclass
class History:
    """What left and what came back, in one order; a request without an answer may have worked or not."""

    events: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _index: Any = field(default_factory=itertools.count)

    def note(self, process: str, kind: str, act: str, value: list[str]) -> None:
        """The event stands at the end."""
        with self._lock:
            event = {"process": process, "type": kind, "f": act, "value": value, "index": next(self._index)}
            self.events.append(event)

    def flaws(self, final: list[str]) -> dict[str, set[str]]:
        """What contradicts a log that only grows and in which everything acknowledged is visible at once.

        Args:
            final: the log when all is quiet.
        """
        acknowledged = {
            value: event["index"]
            for event in self.events
            if (event["f"], event["type"]) == ("push", "ok")
            for value in event["value"]
        }
        found = {
            "lost": acknowledged.keys() - set(final),
            "doubled": {value for value in final if final.count(value) > 1},
            "missed": set(),
            "reordered": set(),
            "invisible": set(),
        }
        for reader in {event["process"] for event in self.events if event["f"] == "read"}:
            read: list[str] = []
            asked_at = 0
            for event in self.events:
                if (event["process"], event["f"]) != (reader, "read"):
                    continue
                if event["type"] == "invoke":
                    asked_at = event["index"]
                    continue
                read += event["value"]
                told_before = {value for value, index in acknowledged.items() if index < asked_at}
                found["invisible"] |= told_before - set(read)
            found["missed"] |= set(final) - set(read)
            in_final_order = [value for value in final if value in set(read)]
            found["reordered"] |= {a for a, b in zip(read, in_final_order, strict=False) if a != b}
            found["doubled"] |= {value for value in read if read.count(value) > 1}
        return {name: values for name, values in found.items() if values}


def _writes(history: History, tablet: Tablet, inspection: str, start: threading.Barrier) -> None:
    start.wait(timeout=20)
    for batch in range(BATCHES):
        recorded = [
            tablet.record(inspection, "note.add", f"note/{ids.new_id()}", {"text": "x"}) for _ in range(SIZE)
        ]
        history.note(tablet.device, "invoke", "push", recorded)
        answer = tablet.push(batch * SIZE + 1)
        assert answer.status_code == 200, answer.text
        history.note(tablet.device, "ok", "push", recorded)


def _reads(history: History, tablet: Tablet, inspection: str, cursor: int) -> int:
    history.note(tablet.device, "invoke", "read", [])
    stretch = tablet.pull({inspection: cursor}).json["streams"][f"inspection:{inspection}"]
    history.note(tablet.device, "ok", "read", [entry["op"]["op_id"] for entry in stretch["entries"]])
    return int(stretch["to"])


def test_a_reader_misses_nothing_while_eight_write(app: Flask):
    team, history = team_on_its_way(app), History()
    reader, writers = team.tablet(team.leader), [team.tablet() for _ in range(WRITERS)]
    start, cursor = threading.Barrier(WRITERS), 0
    with ThreadPoolExecutor(WRITERS) as hands:
        under_way = [hands.submit(_writes, history, tablet, team.id, start) for tablet in writers]
        while wait(under_way, timeout=0).not_done:
            cursor = _reads(history, reader, team.id, cursor)
        for one in under_way:
            one.result()
    cursor = _reads(history, reader, team.id, cursor)
    whole = reader.pull({team.id: 0}).json["streams"][f"inspection:{team.id}"]["entries"]
    assert cursor == len(whole) == WRITERS * BATCHES * SIZE
    assert history.flaws([entry["op"]["op_id"] for entry in whole]) == {}


@pytest.mark.parametrize("engine_name", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_plain_sequence_misses_some_and_the_checker_says_which(database_url: str):
    """Numbers are given in one order and become visible in another: the cursor is past what comes later."""
    engine, history = create_engine(database_url, poolclass=NullPool), History()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE feed (pos bigserial PRIMARY KEY, op text)"))
    under_way = []
    for number in range(WRITERS):
        connection = engine.connect()
        history.note(f"w{number}", "invoke", "push", [f"op{number}"])
        connection.execute(text("INSERT INTO feed (op) VALUES (:op)"), {"op": f"op{number}"})
        under_way.append((number, connection))
    cursor = 0
    for number, connection in reversed(under_way):
        connection.commit()
        connection.close()
        history.note(f"w{number}", "ok", "push", [f"op{number}"])
        history.note("reader", "invoke", "read", [])
        with engine.connect() as reading:
            asked = text("SELECT pos, op FROM feed WHERE pos > :cursor ORDER BY pos")
            rows = reading.execute(asked, {"cursor": cursor}).all()
        history.note("reader", "ok", "read", [row.op for row in rows])
        cursor = max([cursor, *(row.pos for row in rows)])
    engine.dispose()
    all_but_one = {f"op{number}" for number in range(WRITERS - 1)}
    flaws = history.flaws([f"op{number}" for number in range(WRITERS)])
    assert flaws == {"missed": all_but_one, "invisible": all_but_one}


@pytest.mark.parametrize(
    ("read", "final", "flaws"),
    [
        ("ab", "ab", {}),
        ("a", "a", {"lost": {"b"}, "invisible": {"b"}}),
        ("ab", "abb", {"doubled": {"b"}}),
        ("aab", "ab", {"doubled": {"a"}, "reordered": {"a"}}),
        ("ba", "ab", {"reordered": {"a", "b"}}),
        ("b", "ab", {"missed": {"a"}, "invisible": {"a"}}),
    ],
)
def test_the_checker_sees_each_flaw(read: str, final: str, flaws: dict[str, set[str]]):
    history = History()
    for kind in ("invoke", "ok"):
        history.note("writer", kind, "push", ["a", "b"])
    history.note("reader", "invoke", "read", [])
    history.note("reader", "ok", "read", list(read))
    assert history.flaws(list(final)) == flaws
