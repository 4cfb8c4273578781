"""Clients that cost almost nothing: raw sockets kept open, and every request made before the clock starts.

Each client is a process of its own, so that the server's figures are the server's. An answer that is not the
one expected ends the run: a quick refusal proves nothing.
"""

import os
import re
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """A request as bytes, and what its answer must hold and how often."""

    request: bytes
    holds: bytes
    times: int


Unit = Sequence[Call]


@dataclass(frozen=True)
class Told:
    """How long each unit of work took, over all clients, and the bytes that came back."""

    seconds: list[float]
    received_bytes: int


def call(
    address: str, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None,
    holds: bytes = b"", times: int = 1,
) -> Call:  # fmt: skip
    """A call of HTTP/1.1 on a connection that stays open; without `holds`, any answer of success will do."""
    more = {"Content-Type": "application/json", "Content-Length": str(len(body))} if body else {}
    fields = {"Host": urlsplit(address).netloc} | more | dict(headers or {})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return Call("\r\n".join(lines).encode() + body, holds, times)


class Connection:
    """One open connection."""

    def __init__(self, address: str) -> None:
        to = urlsplit(address)
        self._socket = socket.create_connection((str(to.hostname), to.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(120)

    def send(self, one: Call) -> bytes:
        """The whole answer.

        Raises:
            RuntimeError: it is not what was expected.
        """
        self._socket.sendall(one.request)
        head, raw = b"", b""
        while b"\r\n\r\n" not in head:
            head += self._received()
        head, _, raw = head.partition(b"\r\n\r\n")
        announced = _LENGTH.search(head)
        length = int(announced[1]) if announced else 0
        while len(raw) < length:
            raw += self._received()
        succeeded = head.startswith((b"HTTP/1.1 2", b"HTTP/1.1 304"))
        if not succeeded or (one.holds and raw.count(one.holds) != one.times):
            raise RuntimeError((head + b"\n" + raw[:2000]).decode(errors="replace"))
        return head + raw

    def _received(self) -> bytes:
        received = self._socket.recv(1 << 18)
        if not received:
            raise RuntimeError("the server closed the connection")
        return received


def _work(address: str, units: Sequence[Unit]) -> Told:
    connection, seconds, received = Connection(address), [], 0
    for unit in units:
        began = time.perf_counter()
        for one in unit:
            received += len(connection.send(one))
        seconds.append(time.perf_counter() - began)
    return Told(seconds, received)


def _child(address: str, units: Sequence[Unit], pipes: tuple[int, int]) -> None:
    go, told = pipes
    os.read(go, 1)
    result = msgspec.msgpack.encode(_work(address, units))
    with os.fdopen(told, "wb") as file:
        file.write(result)


@dataclass(frozen=True)
class Crowd:
    """Clients that wait for the word to start."""

    go: tuple[int, ...]
    told: tuple[int, ...]
    processes: tuple[int, ...]

    def run(self) -> Told:
        """They work all at once until the last is done.

        Raises:
            RuntimeError: one of them was not answered as expected; it has said what it was told.
        """
        for pipe in self.go:
            os.write(pipe, b"!")
            os.close(pipe)
        results = []
        for pipe in self.told:
            with os.fdopen(pipe, "rb") as file:
                results.append(file.read())
        codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in self.processes]
        if any(codes):
            raise RuntimeError("a client failed; see above")
        done = [msgspec.msgpack.decode(raw, type=Told) for raw in results]
        return Told([one for told in done for one in told.seconds], sum(told.received_bytes for told in done))


def crowd(address: str, work: Sequence[Sequence[Unit]]) -> Crowd:
    """As many clients as there are lists of work, each a fork of this process."""
    begun = []
    for units in work:
        go, told = os.pipe(), os.pipe()
        process = os.fork()
        if not process:
            code = 1
            try:
                _child(address, units, (go[0], told[1]))
                code = 0
            finally:
                os._exit(code)
        os.close(go[0])
        os.close(told[1])
        begun.append((go[1], told[0], process))
    return Crowd(*zip(*begun, strict=True))
