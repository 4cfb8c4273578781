"""A disk that fills up or lets nobody write: said as such, nothing lost, and the next write succeeds."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import evidence, scenes
from tests.faults.evidence import Examiner
from tests.faults.servers import Prepared, prepared, site
from tests.faults.storming import Storm
from tests.faults.test_kill import storms_at
from tests.faults.tracing import CALLS, carried, why_not

DISK_BYTES = 24 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, a few megabytes large."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs"]
    tried = subprocess.run(["mount", *options, folder], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {tried.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def _fill(ballast: Path, *, leave_bytes: int) -> None:
    with ballast.open("ab") as file:
        room = shutil.disk_usage(ballast.parent).free - leave_bytes
        os.posix_fallocate(file.fileno(), file.tell(), max(room, 1))


def _pushed(storm: Storm, server: Prepared, people: int) -> tuple[int, str]:
    """Status and code of a batch that records so many."""
    scenes.record_people(storm.tablet, storm.inspection, people)
    answer = server.wire.post(
        "/sync/v1/push", json=storm.tablet.batch(storm.acked + 1), headers=storm.tablet.headers
    )
    storm.hear(answer)
    return answer.status_code, "" if answer.status_code == 200 else answer.json["code"]


def _delivered(storm: Storm, server: Prepared) -> tuple[int, str]:
    asked = scenes.delivery(storm.tablet, storm.inspection, random.Random(storm.acked).randbytes(300_000))
    answer = server.wire.open(asked.method, asked.path, asked.body, asked.headers)
    return answer.status_code, answer.json.get("code", "")


def test_a_disk_that_fills_up_refuses_photos_first_and_loses_nothing(small_disk: Path):
    where, ballast = site(small_disk / "var"), small_disk / "ballast"
    storms = storms_at(where, seed="disk")[:2]
    where.leave()
    storm = storms[0]
    with prepared(where) as server:
        server.serve()
        for one in storms * 5:
            one.turn(server.wire)
        _fill(ballast, leave_bytes=DISK_BYTES // 30)
        assert _delivered(storm, server) == (507, "disk_nearly_full")
        assert _pushed(storm, server, 3) == (200, "")
        _fill(ballast, leave_bytes=0)
        assert _delivered(storm, server) == (507, "disk_nearly_full")
        told = [_pushed(storm, server, 200) for _ in range(3)]
        assert (507, "database_full") in told
        assert set(told) <= {(507, "database_full"), (200, "")}
        assert server.wire.get("/sync/v1/info").status_code == 200
        ballast.unlink()
        assert _pushed(storm, server, 1) == (200, "")
        assert _delivered(storm, server)[0] == 201
        for one in storms:
            one.quiesce(server.wire)
        server.kill()
    assert Examiner(where, storms).look(is_last=True) == []
    assert list((where.data / "blobs" / "incoming").iterdir()) == []


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_disk_that_has_become_read_only_is_said_to_be_away(tmp_path: Path):
    where = site(tmp_path / "var")
    asked = scenes.batch_and_photo(where)
    where.leave()
    calls = "pwrite64,mkdir,rename,ftruncate,fdatasync"
    with prepared(where) as server:
        refused = carried(
            server, tmp_path / "bench", asked[:2], "-e", f"trace={','.join(CALLS)}",
            "-e", f"inject={calls}:error=EROFS:when=1+",
        )  # fmt: skip
        again = carried(server, tmp_path / "bench", asked)
    # Who speaks of a file must first be known to have an inspection that it is for.
    assert [(heard.status, heard.type) for heard in refused.heard] == [(503, "application/problem+json")] * 2
    assert [heard.status in (200, 201) for heard in again.heard] == [True] * 3
    with evidence.looking_at(where) as connection:
        assert list(evidence.at_any_moment(connection, where)) == []
