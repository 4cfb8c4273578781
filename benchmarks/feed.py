"""Whether a reader who follows its cursor misses anything while eight write; a plain sequence is the control.

The control is what change feeds are often numbered with: numbers are given in one order and become visible in
another, and a cursor that has passed a number never sees what comes with it later.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import msgspec
import psycopg

from benchmarks import clients, visits
from benchmarks.clients import Connection, Unit, call
from benchmarks.peers import Field, Ours
from core import ids

WRITERS, PUSHES, SIZE = 8, 20, 20
_CONTROL_ROWS = 80
_POLLED_AFTER_S = 0.005

Read = Callable[[int], tuple[Collection[str], int]]


@dataclass(frozen=True)
class Followed:
    """How much was written, what of it a reader missed, and how often it looked."""

    written: int
    missed: int
    looks: int


def _followed(read: Read, write: Callable[[], None], written: Collection[str]) -> Followed:
    """A reader looks again and again while everybody writes, and once more when all is quiet."""
    worker = threading.Thread(target=write)
    seen: set[str] = set()
    cursor, looks, is_last = 0, 0, False
    worker.start()
    while not is_last:
        worker.join(_POLLED_AFTER_S)
        is_last = not worker.is_alive()
        found, cursor = read(cursor)
        seen.update(found)
        looks += 1
    return Followed(len(written), len(set(written) - seen), looks)


def ours(server: Ours) -> Followed:
    """Eight tablets push notes to one inspection, and a ninth pulls."""
    inspection, reader = server.team.another(), server.tablet(WRITERS)
    connection, stream = Connection(server.address), f"inspection:{inspection}"
    work = [[_push(server, client, inspection) for _ in range(PUSHES)] for client in range(WRITERS)]
    told = [
        one.op_id
        for client in range(WRITERS)
        for one in server.tablet(client).operations
        if one.inspection == inspection
    ]

    def read(cursor: int) -> tuple[Collection[str], int]:
        asked = visits.text({"device": reader.device, "epoch": reader.epoch, "streams": {stream: cursor}})
        answer = connection.send(
            call(server.address, "POST", "/sync/v1/pull", body=asked, headers=reader.headers)
        )
        stretch = msgspec.json.decode(answer[answer.index(b"{") :])["streams"][stream]
        return [entry["op"]["op_id"] for entry in stretch["entries"]], stretch["to"]

    return _followed(read, lambda: _run(server.address, work), told)


def _push(server: Ours, client: int, inspection: str) -> Unit:
    tablet = server.tablet(client)
    first = len(tablet.operations) + 1
    for _ in range(SIZE):
        tablet.record(inspection, "note.add", f"note/{ids.new_id()}", {"text": "x"})
    body, applied = visits.text(tablet.batch(first)), b'"status":"applied"'
    return [
        call(
            server.address, "POST", "/sync/v1/push", body=body, headers=tablet.headers, holds=applied,
            times=SIZE,
        )
    ]  # fmt: skip


def _run(address: str, work: list[list[Unit]]) -> None:
    clients.crowd(address, work).run()


def control(field: Field) -> Followed:
    """The same on a table that a plain sequence numbers, in the same PostgreSQL."""
    url = field.database.url("ours").replace("+psycopg", "")
    written = [[[ids.new_id() for _ in range(_CONTROL_ROWS)] for _ in range(PUSHES)] for _ in range(WRITERS)]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE plain_feed (pos bigserial PRIMARY KEY, op text)")

        def read(cursor: int) -> tuple[Collection[str], int]:
            rows = connection.execute(
                "SELECT pos, op FROM plain_feed WHERE pos > %s ORDER BY pos", (cursor,)
            ).fetchall()
            return [op for _, op in rows], max([cursor, *(pos for pos, _ in rows)])

        everything = [op for own in written for batch in own for op in batch]
        followed = _followed(read, lambda: _write_plainly(url, written), everything)
        connection.execute("DROP TABLE plain_feed")
    return followed


def _write_plainly(url: str, written: list[list[list[str]]]) -> None:
    def one(own: list[list[str]]) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for batch in own:
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.executemany("INSERT INTO plain_feed (op) VALUES (%s)", [(op,) for op in batch])

    writers = [threading.Thread(target=one, args=(own,)) for own in written]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


def table(found: Mapping[str, Followed]) -> str:
    """What was missed, as a Markdown table."""
    head = [f"| {WRITERS} writers, a reader that follows its cursor | written | looks | missed |"]
    lines = [
        f"| {name} | {one.written:,} | {one.looks:,} | **{one.missed:,}** |" for name, one in found.items()
    ]
    return "\n".join([*head, "|---|---|---|---|", *lines])


def followed(field: Field) -> Mapping[str, Followed]:
    """Everybody in turn."""
    return {
        "Thực Địa, SQLite": ours(field.sqlite),
        "Thực Địa, PostgreSQL": ours(field.postgres),
        "a plain sequence, PostgreSQL (the control)": control(field),
    }
