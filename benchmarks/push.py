"""A tablet's 1,000 operations pushed, repeated and pulled over HTTP, beside the bare database drivers.

The server is the ordinary `serve` in processes of its own; its processor time and the database's are counted,
the tablet's are not. In every round each thing is done once, one after the other, on the same machine.
"""

import argparse
import contextlib
import gzip
import http.client
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from app import create_app
from benchmarks import floors, measuring, workload
from benchmarks.floors import Floor
from benchmarks.measuring import Cost
from core.settings import Settings
from demo import server
from tests.postgres import running_server
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

SIZE = 1000
_PUSH, _REPLAY, _PULL = "push", "push repeated", "pull"
_READ = "raw SELECT"


@dataclass(frozen=True)
class Field:
    """A running server, a team in its database, and the same database without us."""

    address: str
    app: Flask
    team: Team
    floor: Floor
    postmaster: int | None

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        """The answer to a POST, on a connection of its own."""
        to = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(to.hostname), to.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
            answer = connection.getresponse()
            raw = answer.read()
        if answer.status != 200:
            raise RuntimeError(raw.decode())
        return raw

    def served_cpu_s(self) -> float:
        """The processor time of the server and of its database so far."""
        server_tree = (process for process in measuring.tree(os.getpid()) if process != os.getpid())
        return measuring.running_cpu_s(server_tree) + self._database_cpu_s()

    def raw_cpu_s(self) -> float:
        """The processor time of this process, where the bare driver runs, and of the database."""
        return measuring.own_cpu_s() + self._database_cpu_s()

    def _database_cpu_s(self) -> float:
        return measuring.running_cpu_s(measuring.tree(self.postmaster)) if self.postmaster else 0.0


@contextlib.contextmanager
def on_sqlite() -> Iterator[Field]:
    """The field on SQLite, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="thucdia-bench-") as folder:
        settings = Settings(data=Path(folder))
        with server.running(settings, folder=Path(folder)) as address:
            app = create_app(settings)
            floor = floors.Sqlite(Path(folder) / "thucdia.sqlite")
            yield Field(address, app, team_on_its_way(app), floor, None)


@contextlib.contextmanager
def on_postgres() -> Iterator[Field]:
    """The field on a PostgreSQL of its own that syncs to disk."""
    with (
        tempfile.TemporaryDirectory(prefix="thucdia-bench-") as folder,
        running_server(Path(folder), fsync=True) as running,
    ):
        postmaster = int((running.folder / "cluster/postmaster.pid").read_text().split()[0])
        settings = Settings(data=Path(folder), database_url=running.url("postgres"))
        with server.running(settings, folder=Path(folder)) as address:
            app = create_app(settings)
            floor = floors.Postgres(running.url("postgres"))
            yield Field(address, app, team_on_its_way(app), floor, postmaster)


def _recorded(field: Field, seed: int) -> tuple[Tablet, list[str]]:
    """A tablet fresh from several inspections of its own, with the names of these."""
    visited = [field.team.another() for _ in range(workload.VISITS)]
    tablet = field.team.tablet()
    workload.record(tablet, visited, size=SIZE, seed=seed)
    return tablet, visited


def _check(answer: bytes, status: str) -> None:
    """Return if every operation of the batch has this status: a quick refusal proves nothing."""
    told = {result["status"] for result in json.loads(answer)["results"]}
    if told != {status}:
        raise RuntimeError(f"expected {status}, was told {told}")


def one_round(field: Field, seed: int) -> dict[str, Cost]:
    """The costs of everything once, in an order that the seed decides, the first push first."""
    tablet, visited = _recorded(field, seed)
    batch = json.dumps(tablet.batch(), ensure_ascii=False).encode()
    streams = {f"inspection:{name}": 0 for name in visited}
    asked = json.dumps({"device": tablet.device, "epoch": tablet.epoch, "streams": streams}).encode()
    costs: dict[str, Cost] = {}

    def timed(name: str, cpu_s: Callable[[], float], act: Callable[[], Any]) -> Any:
        with measuring.measured(cpu_s) as costs[name]:
            return act()

    push = partial(field.send, "/sync/v1/push", batch, tablet.headers)
    _check(timed(_PUSH, field.served_cpu_s, push), "applied")
    rows = field.floor.rows(tablet.device)
    rest: list[tuple[str, Callable[[], float], Callable[[], Any]]] = [
        (field.floor.writing, field.raw_cpu_s, partial(field.floor.write, rows)),
        (_REPLAY, field.served_cpu_s, push),
        (_PULL, field.served_cpu_s, partial(field.send, "/sync/v1/pull", asked, tablet.headers)),
        (_READ, field.raw_cpu_s, partial(field.floor.rows, tablet.device)),
    ]
    random.Random(seed).shuffle(rest)  # noqa: S311 (an order, not a secret)
    for name, cpu_s, act in rest:
        timed(name, cpu_s, act)
    return {name: costs[name] for name in (_PUSH, field.floor.writing, _REPLAY, _PULL, _READ)}


def report(field: Field, *, rounds: int, seed: int) -> str:
    """The results of some rounds as Markdown; one more at the beginning, to warm up, is not counted."""
    costs = [one_round(field, seed + number) for number in range(rounds + 1)][1:]
    batch = json.dumps(_recorded(field, seed)[0].batch(), ensure_ascii=False).encode()
    against = {_PUSH: field.floor.writing, _REPLAY: _PUSH, _PULL: _READ}
    sizes = f"{len(batch) / SIZE:.0f} bytes an operation, {len(gzip.compress(batch, 6)) / SIZE:.0f} as gzip"
    return f"{measuring.table(costs, against)}\n\n{rounds} rounds, seeds from {seed}; {sizes}."


def main() -> None:
    """Print the results for both databases."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.push", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--on", choices=("sqlite", "postgres"), action="append")
    wanted = parser.parse_args()
    fields = {"sqlite": on_sqlite, "postgres": on_postgres}
    for name in wanted.on or fields:
        with fields[name]() as field:
            print(f"### {name}\n\n{report(field, rounds=wanted.rounds, seed=wanted.seed)}")
        print(f"\n{measuring.machine()}\n", flush=True)


if __name__ == "__main__":
    main()
