"""The same application on SQLite behind three servers: gunicorn as `serve` runs it, granian, and waitress.

All work on one data folder, idle while another is measured. granian has as many processes as `serve`;
waitress knows one only. Both are installed on first use, pinned and hashed, where nothing else looks.
"""

import argparse
import contextlib
import dataclasses
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from flask import Flask

import app
from benchmarks import measuring, peer_server, peers, sidebyside, visits
from benchmarks.peers import Ours, Peer
from core.settings import from_environment
from core.web_server import when_ready, workers
from demo import server

_REQUIREMENTS = Path(__file__).with_name("servers-requirements.txt")
_THREADS = 8
_FACTORY = "benchmarks.servers:tuned"
_USUAL = "gunicorn"


def tuned() -> Flask:
    """The application for another server, whose process collects garbage and takes turns like ours."""
    made = app.web()
    when_ready(None)
    return made


def _installed() -> Path:
    """The folder with the other servers."""
    folder = peers.ENVIRONMENTS / "servers"
    if not folder.exists():
        installer = app.ROOT / ".tools" / "uv" / "bin" / "uv"
        into = [str(installer), "pip", "install", "-q", "--python", sys.executable, "--target", str(folder)]
        subprocess.run([*into, "--require-hashes", "-r", str(_REQUIREMENTS)], check=True)  # noqa: S603 (pinned and hashed)
    return folder


def _granian(port: int) -> list[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws"]
    command += ["--log-level", "error", "--host", "127.0.0.1", "--port", str(port)]
    return [*command, "--workers", str(workers), "--blocking-threads", str(_THREADS), _FACTORY]


def _waitress(port: int) -> list[str]:
    command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", f"--threads={_THREADS}"]
    return [*command, "--call", _FACTORY]


_OTHERS = {"granian": _granian, "waitress": _waitress}


def _pushing(ours: Ours, name: str, address: str, process: int) -> Peer:
    return Peer(name, address, dataclasses.replace(ours, address=address).visit, (process,), 40)


@contextlib.contextmanager
def _everybody() -> Iterator[list[Peer]]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thucdia-bench-")))
        ours = stack.enter_context(peers.ours(folder / "data"))
        settings = from_environment(os.environ | {"THUCDIA_DATA": str(ours.data)})
        paths = os.pathsep.join((str(app.ROOT), str(_installed())))
        environment = {**os.environ, **server.environment(settings), "PYTHONPATH": paths}
        others = {
            name: stack.enter_context(
                peer_server.running(
                    command, answers="/sync/v1/info", folder=app.ROOT, environment=environment
                )
            )
            for name, command in _OTHERS.items()
        }
        addresses = {_USUAL: (ours.address, ours.process)} | others
        yield [_pushing(ours, name, address, process) for name, (address, process) in addresses.items()]


def one_round(everybody: list[Peer], seed: int) -> dict[str, sidebyside.Taken]:
    """Everybody's pushes once, in an order that the seed decides."""
    ways: list[tuple[str, Callable[[], sidebyside.Taken]]] = [
        (peer.name, partial(sidebyside.pushed, peer, seed)) for peer in everybody
    ]
    random.Random(seed).shuffle(ways)  # noqa: S311 (an order, not a secret)
    return {name: way() for name, way in ways}


def table(rounds: Sequence[Mapping[str, sidebyside.Taken]]) -> str:
    """Each server's figures, medians over the rounds, and the median of the rounds' ratios to ours."""
    lines = [
        f"| pushes of {visits.SIZE} answers | answers/s | CPU µs/answer | answers/s (CPU) against {_USUAL} |",
        "|---|---|---|---|",
    ]
    for name in (_USUAL, *_OTHERS):
        rate = statistics.median(one[name].rate for one in rounds)
        cpu = statistics.median(one[name].cpu_us for one in rounds)
        by_rate = statistics.median(one[name].rate / one[_USUAL].rate for one in rounds)
        by_cpu = statistics.median(one[_USUAL].cpu_us / one[name].cpu_us for one in rounds)
        lines.append(f"| {name} | {rate:,.0f} | {cpu:,.1f} | {by_rate:.2f}× ({by_cpu:.2f}×) |")
    return "\n".join(lines)


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.servers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2023)
    wanted = parser.parse_args()
    with _everybody() as everybody:
        rounds = [one_round(everybody, wanted.seed + number) for number in range(wanted.rounds + 1)][1:]
    print(f"{table(rounds)}\n\n{wanted.rounds} rounds, seeds from {wanted.seed}.\n\n{measuring.machine()}")


if __name__ == "__main__":
    main()
