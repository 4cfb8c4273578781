"""Bytes that no honest tablet sends, over real connections: broken framing, and bodies that swell.

Each is refused or the connection ends; nothing of it is stored, and memory stays bounded.
"""

import gzip
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults import evidence, scenes
from tests.faults.scenes import Asked
from tests.faults.servers import Prepared, prepared, site

MIB = 1024 * 1024
FRAMINGS = {
    "cut short": "Content-Length: {more}",
    "much too long": "Content-Length: 1000000000000",
    "twice the same length": "Content-Length: {size}\r\nContent-Length: {size}",
    "two lengths": "Content-Length: {size}\r\nContent-Length: {less}",
    "shorter than it is": "Content-Length: {less}",
    "with a sign": "Content-Length: +{size}",
    "negative": "Content-Length: -1",
    "no number": "Content-Length: 0x{size:x}",
    "no length": "X-Nothing: 1",
    "chunked": "Transfer-Encoding: chunked",
    "chunked and a length": "Transfer-Encoding: chunked\r\nContent-Length: {size}",
    "an unknown coding": "Transfer-Encoding: xchunked\r\nContent-Length: {size}",
    "a folded header": "Content-Length: {size}\r\nX-A: 1\r\n folded",
    "a space before the colon": "Content-Length : {size}",
}
CHUNKS = {"whole": b"%x\r\n%s\r\n0\r\n\r\n", "cut": b"%x\r\n%s"}


def _spoken(port: int, raw: bytes) -> int:
    """The status of the answer to these very bytes, after which nothing more comes; 0 if none is given."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def _raw(asked: Asked, framing: str, body: bytes) -> bytes:
    size = len(asked.body)
    told = framing.format(size=size, less=size // 2, more=size * 2)
    headers = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    return f"{asked.method} {asked.path} HTTP/1.1\r\nHost: x\r\n{headers}{told}\r\n\r\n".encode() + body


def _bodies(asked: Asked, framing: str) -> Sequence[bytes]:
    if "chunked" in framing and "xchunked" not in framing:
        return [form % (len(asked.body), asked.body) for form in CHUNKS.values()]
    return [asked.body]


def test_a_broken_frame_stores_nothing(tmp_path: Path):
    where = site(tmp_path / "var")
    push, photo, _ = scenes.batch_and_photo(where)
    where.leave()
    wrong = {}
    before = evidence.tables(where)
    with prepared(where) as server:
        server.serve()
        for name, framing in FRAMINGS.items():
            for asked in (push, photo):
                for number, body in enumerate(_bodies(asked, framing)):
                    status = _spoken(server.port, _raw(asked, framing, body))
                    if status not in (0, 501) and not 400 <= status < 500:
                        wrong[name, asked.method, number] = status
        assert wrong == {}
        assert evidence.differences(before, evidence.tables(where)) == []
        for asked in (push, photo):
            assert server.wire.open(asked.method, asked.path, asked.body, asked.headers).status_code in (
                200,
                201,
            )


def _memory(server: Prepared, name: str) -> float:
    """In MiB, what the answering process holds (`VmRSS`) or held at most (`VmHWM`)."""
    status = Path(f"/proc/{server.worker}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(name))


ZEROS = gzip.compress(bytes(100 * MIB))
BOMBS = {
    "a hundred megabytes of zeros": ZEROS,
    "zeros, twice": gzip.compress(ZEROS),
    "blanks before nothing": gzip.compress(b" " * (7 * MIB)),
    "brackets": gzip.compress(b"[" * (7 * MIB)),
    "empty lists": gzip.compress(b"[" + b"[]," * (2 * MIB) + b"[]]"),
    "one name, again and again": gzip.compress(b"{" + b'"a":1,' * MIB + b'"a":1}'),
    "a number without an end": gzip.compress(b"1" * (7 * MIB)),
    "operations that are none": gzip.compress(b'{"ops":[' + b"{}," * (2 * MIB) + b"{}]}"),
    "an escaped text": gzip.compress(b'"' + b"\\u0041" * MIB + b'"'),
}
MOST_MIB = 400


@pytest.mark.parametrize("route", ["/sync/v1/push", "/sync/v1/pull"])
def test_a_body_that_swells_is_refused_within_bounded_memory(route: str, tmp_path: Path):
    where = site(tmp_path / "var")
    tablet = where.team.tablet()
    where.leave()
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"} | tablet.headers
    with prepared(where) as server:
        server.serve()
        answers = {name: server.wire.open("POST", route, bomb, headers) for name, bomb in BOMBS.items()}
        first = _memory(server, "VmRSS")
        for bomb in BOMBS.values():
            server.wire.open("POST", route, bomb, headers)
        growth, peak = _memory(server, "VmRSS") - first, _memory(server, "VmHWM")
    refused = {name: (answer.status_code, answer.is_refused_politely) for name, answer in answers.items()}
    print(f"{route}: peak {peak:.0f} MiB, the second round left {growth:+.0f} MiB; {refused}")
    assert {400 <= status < 500 and polite for status, polite in refused.values()} == {True}, refused
    assert all(len(answer.content) < 16 * 1024 for answer in answers.values()), "the refusal swelled"
    assert peak < MOST_MIB
    assert growth < 80
