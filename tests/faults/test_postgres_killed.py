"""`kill -9` of PostgreSQL under tablets that never rest: nothing acknowledged is lost, the server goes on.

A commit whose answer was lost inside the server is unknown to everybody; sent again it turns out right. Eight
kills, of the whole database and of single backends by turns; 60 with THUCDIA_LONG=1.
"""

import os
import pwd
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests import postgres
from tests.faults.evidence import Examiner
from tests.faults.servers import IS_LONG, prepared, site
from tests.faults.storming import Field
from tests.faults.test_kill import storms_at

KILLS = 60 if IS_LONG else 8
READY_WITHIN_S = 15
pytestmark = pytest.mark.postgres


class Database:
    """A running PostgreSQL that can be killed and started again."""

    def __init__(self, server: postgres.PostgresServer) -> None:
        self._cluster = server.folder / "cluster"
        copied = server.folder / "pginstall"
        self._pg_ctl = str((copied if copied.exists() else postgres._binaries()) / "bin/pg_ctl")
        self._folder = server.folder

    def _postmaster(self) -> int:
        return int((self._cluster / "postmaster.pid").read_text().split()[0])

    def _backends(self, postmaster: int) -> list[int]:
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return [int(pid) for pid in children]

    def kill_one_backend(self, chance: random.Random) -> None:
        """A process that serves a connection is gone; the others are thrown out and it recovers by itself."""
        serving = [
            pid
            for pid in self._backends(self._postmaster())
            if b"test_" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        for pid in chance.sample(serving, k=min(1, len(serving))):
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """None of its processes is left."""
        postmaster = self._postmaster()
        processes = (postmaster, *self._backends(postmaster))
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(map(_is_running, processes)):
            time.sleep(0.005)

    def start(self) -> None:
        """It serves again, with the options that it had."""
        # Where nobody reaps orphans a dead process keeps its number, and PostgreSQL would believe its locks.
        for lock in (self._cluster / "postmaster.pid", *self._folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid} if os.getuid() == 0 else {}
        command = [self._pg_ctl, "-D", str(self._cluster), "-l", str(self._folder / "log"), "-w", "restart"]
        said = subprocess.run(
            command,
            check=False,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            **user,
        )
        assert said.returncode == 0, said.stdout + (self._folder / "log").read_bytes()[-2000:]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _taken_again(storms: list, before: list[int], *, within_s: float) -> bool:
    """Whether every tablet got something through since."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if all(storm.acked > then for storm, then in zip(storms, before, strict=True)):
            return True
        time.sleep(0.05)
    return False


def test_nothing_acknowledged_is_lost_when_the_database_dies(tmp_path: Path):
    chance, slowest = random.Random("postgres"), 0.0
    with postgres.running_server(tmp_path, fsync=True) as running:
        database, where = Database(running), site(tmp_path / "var", running.url("postgres"))
        storms = storms_at(where, seed="postgres")
        where.leave()
        examiner = Examiner(where, storms)
        with prepared(where) as server:
            server.serve()
            with Field(storms, server.wire) as field:
                for number in range(KILLS):
                    time.sleep(chance.uniform(0.1, 0.6))
                    before, started = [storm.acked for storm in storms], time.monotonic()
                    if number % 4 == 3:
                        database.kill_one_backend(chance)
                    else:
                        database.kill()
                        database.start()
                    assert _taken_again(storms, before, within_s=READY_WITHIN_S), (
                        "the server did not come back"
                    )
                    slowest = max(slowest, time.monotonic() - started)
                    with field.resting():
                        broken = examiner.look()
                    assert broken == []
            for storm in storms:
                storm.quiesce(server.wire)
            broken = examiner.look(is_last=True)
    promised, unknown = sum(len(s.promised) for s in storms), sum(s.unknown + s.later for s in storms)
    print(
        f"{KILLS} kills, {promised} operations acknowledged, {unknown} requests without a result, "
        f"{sum(s.found_done for s in storms)} operations found done when sent again, "
        f"back within {slowest:.1f} s"
    )
    assert broken == []
    assert unknown > 0, "no kill met a request: this tested nothing"
