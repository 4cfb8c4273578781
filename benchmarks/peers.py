"""What is measured side by side: our server on each database, Kinto in two forms, and the bare drivers.

All of them run at once, idle while another is measured, on one PostgreSQL that syncs to disk.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from flask import Flask

from app import create_app
from benchmarks import kinto, measuring, visits
from benchmarks.clients import Connection, Unit, call
from core import ids
from core.settings import Settings
from demo import server
from tests.postgres import PostgresServer, running_server
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

TOUR = 5
ENVIRONMENTS = Path(__file__).resolve().parents[1] / ".tools" / "benchmarks"


@dataclass
class Ours:
    """Our ordinary `serve` on a database, and tablets that push to it."""

    address: str
    app: Flask
    team: Team
    process: int
    data: Path
    tablets: list[Tablet] = field(default_factory=list)

    def tablet(self, client: int) -> Tablet:
        """The client's tablet, the same every time."""
        while len(self.tablets) <= client:
            self.tablets.append(self.team.tablet())
        return self.tablets[client]

    def visit(self, client: int, seed: int) -> Unit:
        """A push of one visit to an inspection of its own."""
        return self._pushed(client, seed, 1)

    def tour(self, client: int, seed: int) -> Unit:
        """A push of several visits, each to an inspection of its own."""
        return self._pushed(client, seed, TOUR)

    def _pushed(self, client: int, seed: int, count: int) -> Unit:
        tablet = self.tablet(client)
        body = visits.push(tablet, [self.team.another() for _ in range(count)], seed)
        headers, applied, times = tablet.headers, b'"status":"applied"', count * visits.SIZE
        return [
            call(
                self.address, "POST", "/sync/v1/push", body=body, headers=headers, holds=applied, times=times
            )
        ]


Visit = Callable[[int, int], Unit]


@dataclass(frozen=True)
class Peer:
    """Something that takes visits: where, how a client writes one, and whose processor time counts."""

    name: str
    address: str
    visit: Visit
    processes: tuple[int, ...]
    units_per_client: int
    visits_per_unit: int = 1

    def cpu_s(self) -> float:
        """The processor time of its server and database so far."""
        return sum(measuring.running_cpu_s(measuring.tree(process)) for process in self.processes)


@dataclass(frozen=True)
class Field:
    """Everything that runs."""

    sqlite: Ours
    postgres: Ours
    kinto: str
    kinto_process: int
    database: PostgresServer
    postmaster: int
    folder: Path

    def peers(self, clients: int) -> list[Peer]:
        """Those who take visits over HTTP."""
        for made in kinto.begin(
            self.kinto, [f"{form}{n}" for form in ("one", "tour", "many") for n in range(clients)]
        ):
            Connection(self.kinto).send(made)
        both = (self.kinto_process, self.postmaster)

        def as_one(client: int, seed: int) -> Unit:
            return kinto.visit_as_one(self.kinto, f"one{client}", ids.new_id(), seed)

        def as_tour(client: int, seed: int) -> Unit:
            names = [ids.new_id() for _ in range(TOUR)]
            return kinto.visits_in_one(self.kinto, f"tour{client}", names, seed)

        def as_many(client: int, seed: int) -> Unit:
            return kinto.visit_as_many(self.kinto, f"many{client}", ids.new_id(), seed)

        own, theirs = self.sqlite, self.postgres
        its = (theirs.process, self.postmaster)
        return [
            Peer("Thực Địa, SQLite", own.address, own.visit, (own.process,), 40),
            Peer("Thực Địa, PostgreSQL", theirs.address, theirs.visit, its, 40),
            Peer("Kinto, a record per visit", self.kinto, as_one, both, 40),
            Peer("Kinto, a record per answer", self.kinto, as_many, both, 2),
            Peer("Thực Địa, SQLite, five visits a request", own.address, own.tour, (own.process,), 8, TOUR),
            Peer("Thực Địa, PostgreSQL, five visits a request", theirs.address, theirs.tour, its, 8, TOUR),
            Peer("Kinto, five records a request", self.kinto, as_tour, both, 8, TOUR),
        ]


@contextlib.contextmanager
def ours(folder: Path, url: str = "") -> Iterator[Ours]:
    """Our server on a new folder and the database; without a URL, on SQLite."""
    folder.mkdir()
    settings = Settings(data=folder, database_url=url)
    before = set(measuring.tree(os.getpid()))
    with server.running(settings, folder=folder) as address:
        (process,) = (one for one in measuring.children(os.getpid()) if one not in before)
        app = create_app(settings)
        yield Ours(address, app, team_on_its_way(app), process, folder)


@contextlib.contextmanager
def running() -> Iterator[Field]:
    """Everything runs, in a folder that is gone afterwards."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thucdia-bench-")))
        database = stack.enter_context(running_server(folder, fsync=True))
        postmaster = int((database.folder / "cluster/postmaster.pid").read_text().split()[0])
        admin = database.url("postgres").replace("+psycopg", "")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CREATE DATABASE ours")
            connection.execute("CREATE DATABASE kinto")
        ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
        sqlite = stack.enter_context(ours(folder / "sqlite"))
        postgres = stack.enter_context(ours(folder / "postgres", database.url("ours")))
        url = database.url("kinto").replace("+psycopg", "")
        peer, process = stack.enter_context(kinto.running(url, folder, environments=ENVIRONMENTS))
        yield Field(sqlite, postgres, peer, process, database, postmaster, folder)
