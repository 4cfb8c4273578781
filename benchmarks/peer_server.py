"""Another server as a process of its own on the loopback, for as long as it is measured."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.clients import Connection, call

_START_S = 60


@contextlib.contextmanager
def running(
    command: Callable[[int], Sequence[str]], *, answers: str, folder: Path, environment: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """Its address and its process, once it gives an answer of success.

    Args:
        command: what starts it on the port.
        answers: the path that it is asked for.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(command(port), cwd=folder, env=environment)  # noqa: S603 (pinned, without a shell)
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, answers)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(_START_S)


def _await(address: str, path: str) -> None:
    until = time.monotonic() + _START_S
    while True:
        try:
            Connection(address).send(call(address, "GET", path))
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
