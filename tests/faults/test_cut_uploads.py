"""A file in parts, over a network that loses answers, to a server that dies in the middle of a part."""

import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import evidence, scenes
from tests.faults.scenes import Asked
from tests.faults.servers import Answer, Prepared, prepared, site

PART = 100_000


def _asked(server: Prepared, asked: Asked) -> Answer:
    return server.wire.open(asked.method, asked.path, asked.body, asked.headers)


def _half(server: Prepared, asked: Asked) -> None:
    """Half of the request is on its way; nothing more comes."""
    headers = {**asked.headers, "Host": "x", "Content-Length": str(len(asked.body))}
    lines = [
        f"{asked.method} {asked.path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + asked.body[: len(asked.body) // 2])
        server.kill()


def _told_offset(server: Prepared, place: str, headers: dict[str, str]) -> int:
    """What the tablet is told once nobody holds the upload."""
    until = time.monotonic() + 20
    while (looked := server.wire.open("HEAD", place, None, headers)).status_code == 423:
        assert time.monotonic() < until, "the upload is held for ever"
        time.sleep(0.05)
    assert looked.status_code == 204, looked.status_code
    return int(looked.headers["upload-offset"])


def _wrong(server: Prepared, tablet: scenes.Tablet, inspection: str) -> Iterator[str]:
    """What a tablet finds that goes on by the offsets it is told, through a lost answer and a kill."""
    file = random.Random("parts").randbytes(3 * PART)
    scenes.record_photo(tablet, inspection, file)
    assert _asked(server, scenes.push(tablet)).status_code == 200
    place = _asked(server, scenes.announcement(tablet, inspection, file)).headers["location"]
    first = scenes.part(tablet, place, 0, file[:PART])
    assert _asked(server, first).headers["upload-offset"] == str(PART)
    again = _asked(server, first)
    if (again.status_code, again.json["code"] if again.content else "") != (409, "offset_differs"):
        yield f"a part that had come was taken once more: {again.status_code}"
    _half(server, scenes.part(tablet, place, PART, file[PART : 2 * PART]))
    server.serve()
    # The half that nobody had taken up when the server died is still in the socket; the next one reads it:
    # so the upload may be held for a moment, and may be further than it has just said.
    for _ in range(3):
        offset = _told_offset(server, place, {"Tus-Resumable": "1.0.0", **tablet.headers})
        if not PART <= offset <= PART + PART // 2:
            yield f"after a kill it claims {offset} bytes"
        last = _asked(server, scenes.part(tablet, place, offset, file[offset:]))
        if last.status_code not in (409, 423):
            break
    if last.status_code != 204:
        yield f"the last part was answered {last.status_code}"
    asked = scenes.delivery(tablet, inspection, file)
    kept = server.wire.get(asked.path, headers=tablet.headers)
    if kept.content != file:
        yield f"the file is not there: {kept.status_code}"


@pytest.mark.parametrize("mutant", ["", "uploads without offset check"])
def test_a_lost_answer_and_a_kill_end_in_the_very_file(mutant: str, tmp_path: Path):
    where = site(tmp_path / "var")
    tablet = where.team.tablet()
    where.leave()
    with prepared(where, mutant) as server:
        server.serve()
        wrong = list(_wrong(server, tablet, where.team.id))
        server.kill()
    assert bool(wrong) == bool(mutant), wrong
    with evidence.looking_at(where) as connection:
        assert list(evidence.at_any_moment(connection, where)) == []
