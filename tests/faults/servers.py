"""The test's side of a prepared server: its data, its process, and an HTTP client shaped like Flask's.

Nothing is shared with the server but the data folder, the database and the network.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app import create_app
from core import clock, db, epoch, server_key
from core.settings import Settings
from tests.teams import Team, team_on_its_way

ROOT = Path(__file__).resolve().parents[2]
IS_LONG = os.environ.get("THUCDIA_LONG") == "1"


class Unanswered(Exception):  # noqa: N818 (a fact about the network)
    """No whole answer came: what became of the request is unknown."""


@dataclass(frozen=True)
class Answer:
    """What came back, as tests read it."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def is_refused_politely(self) -> bool:
        """Whether it is a problem document with a code and a title."""
        if self.headers.get("content-type") != "application/problem+json":
            return False
        return bool(self.json.get("code")) and bool(self.json.get("title"))


class Wire:
    """HTTP over a real connection, a new one for each request, as from a tablet that found a network."""

    def __init__(self, port: int, *, patience_s: float = 60) -> None:
        self.port = port
        self.patience_s = patience_s

    def post(self, path: str, *, data: bytes | None = None, json: Any = None, content_type: str = "",
             headers: Mapping[str, str] | None = None) -> Answer:  # fmt: skip
        body = _json(json) if data is None else data
        return self.open(
            "POST", path, body, {"Content-Type": content_type or "application/json"} | dict(headers or {})
        )

    def put(self, path: str, *, data: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        return self.open("PUT", path, data, headers)

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        return self.open("GET", path, None, headers)

    def open(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience_s)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(f"{method} {path}: {error!r}") from None
        finally:
            connection.close()
        told = {k.lower(): v for k, v in answer.getheaders()}
        has_content = method != "HEAD" and answer.status != 204
        if has_content and told.get("content-length") != str(len(content)):
            raise Unanswered(f"{method} {path}: the answer was cut, perhaps among its headers")
        return Answer(answer.status, told, content)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Site:
    """An installation with a team that is on its way; `settings` is all that its servers are told."""

    settings: Settings
    team: Team

    @property
    def data(self) -> Path:
        return self.settings.data

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a server works on it."""
        return {
            "THUCDIA_DATA": str(self.data), "THUCDIA_DATABASE_URL": self.settings.database_url,
            "THUCDIA_DEMO": "1",
        }  # fmt: skip

    def leave(self) -> None:
        """This process has no connection to the database.

        A connection that outlives a server keeps SQLite from looking for what the dead one had written last.
        """
        with self.team.app.app_context():
            db.db.engine.dispose()

    def copied(self, folder: Path) -> "Site":
        """The same installation in another folder (SQLite)."""
        shutil.copytree(self.data, folder)
        return Site(Settings(data=folder, demo=True), self.team)


def site(folder: Path, database_url: str = "") -> Site:
    """A fresh installation with its tables, an epoch and a team."""
    settings = Settings(data=folder, database_url=database_url, demo=True)
    app = create_app(settings)
    with app.app_context():
        connection = db.db.engine.connect().execution_options(**db.writing_options())
        with connection, connection.begin():
            db.Base.metadata.create_all(connection)
        with db.writing() as session:
            epoch.begin(session, at=clock.now())
        server_key.current()
        return Site(settings, team_on_its_way(app))


class Prepared:
    """The forking process; it may have one child at a time."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port
        self.wire = Wire(port)
        self._arbiter = 0

    def _told(self, command: str) -> int:
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        pipe_in.write(f"{command}\n")
        pipe_in.flush()
        return int(pipe_out.readline())

    def serve(self, *, within_s: float = 10) -> float:
        """A server answers; the seconds that it took."""
        started = time.monotonic()
        self._arbiter = self._told("serve")
        Wire(self.port, patience_s=within_s).get("/healthz")
        return time.monotonic() - started

    @property
    def worker(self) -> int:
        """The process that answers: of the arbiter's children the largest."""
        children = Path(f"/proc/{self._arbiter}/task/{self._arbiter}/children").read_text().split()
        return int(max(children, key=lambda pid: int(Path(f"/proc/{pid}/statm").read_text().split()[1])))

    def kill(self) -> None:
        """The server's group got SIGKILL and is gone."""
        self._told("kill")

    def wait(self) -> None:
        """The child has ended by itself."""
        self._told("wait")

    def warm(self, told: Path) -> None:
        """The prepared process itself has carried out the requests, and so will do it faster."""
        self._told(f"warm {told}")

    def carry(self, told: Path) -> int:
        """A single-threaded child waits at its gate to carry out the requests; its process id."""
        return self._told(f"carry {told}")


def prepared(on: Site, mutant: str = "") -> AbstractContextManager[Prepared]:
    """A prepared process on the installation; nothing of it is left at the end."""
    return prepared_in(on.environment, mutant)


@contextmanager
def prepared_in(environment: Mapping[str, str], mutant: str = "") -> Iterator[Prepared]:
    """The same where no more is known of the installation than what its servers are told."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.prepared", str(port), mutant],
        cwd=ROOT, env={**os.environ, **environment}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "ready\n", "the prepared process did not start"
        yield Prepared(process, port)
    finally:
        process.stdin.close()  # which ends it, and with it what it started
        try:
            process.wait(10)
        finally:
            process.kill()
            process.stdout.close()
