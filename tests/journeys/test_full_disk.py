"""A disk that photos have filled still takes what was found: files wait, operations do not."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from core import clock, db, files, ids, jobs, settings
from core.stores import FolderStore
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

DISK_MB = 80
RESERVED_PERCENT = 30


@pytest.fixture
def engine_name() -> str:
    """PostgreSQL would lie on a disk of its own."""
    return "sqlite"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of a few megabytes, where `app` then keeps everything."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", tmp_path],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("mounting needs root, in a container that lets it")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.fixture
def tight(small_disk: Path, app: Flask) -> Flask:
    """The application on the small disk, with a quarter of it in reserve."""
    chosen = app.extensions[settings.SETTINGS]
    assert shutil.disk_usage(chosen.data).total == DISK_MB * 1024 * 1024
    app.extensions[settings.SETTINGS] = replace(chosen, reserved_percent=RESERVED_PERCENT)
    return app


def put(tablet: Tablet, team: Team, content: bytes) -> tuple[int, str]:
    """Send a photo; status and slug of what came back."""
    name = f"sha256:{hashlib.sha256(content).hexdigest()}"
    answer = tablet.client.put(
        f"/sync/v1/blobs/{name}?inspection={team.id}", data=content, headers=tablet.headers
    )
    return answer.status_code, answer.json.get("code", "")


def readiness(app: Flask) -> tuple[int, str, bool, bool]:
    """What programs hear that ask whether the server can work."""
    answer = app.test_client().get("/readyz")
    told = answer.json
    return answer.status_code, told["status"], told["takes_operations"], told["takes_files"]


def test_a_server_is_ready_until_its_disk_takes_nothing_more(tight: Flask):
    with tight.app_context():
        data = settings.current().data
    assert readiness(tight) == (200, "ready", True, True)
    ballast = data / "of-another-program"
    ballast.write_bytes(bytes(shutil.disk_usage(data).free - 2 * 1024 * 1024))
    assert readiness(tight) == (503, "not_ready", False, False)
    ballast.unlink()
    assert readiness(tight) == (200, "ready", True, True)


def test_documents_that_wait_too_long_do_not_shut_out_operations(tight: Flask):
    with tight.app_context(), db.writing() as session:
        jobs.enqueue(session, "sync.sweep_uploads", {}, at=clock.now() - timedelta(hours=1))
    assert readiness(tight) == (200, "degraded", True, True)


def test_photos_stop_at_the_reserve_and_operations_go_on(tight: Flask):
    team = team_on_its_way(tight)
    tablet = team.tablet()
    answers = [put(tablet, team, os.urandom(1024 * 1024)) for _ in range(DISK_MB)]
    taken = answers.count((201, ""))
    assert 5 < taken < DISK_MB * (100 - RESERVED_PERCENT) / 100
    assert set(answers[taken:]) == {(507, "disk_nearly_full")}
    assert readiness(tight) == (200, "degraded", True, False)
    for number in range(200):
        body = {"text": f"Ghi chú {number} " + "ờ" * 500}
        tablet.record(team.id, "note.add", f"note/{ids.new_id()}", body)
    outcomes = [one["status"] for one in tablet.push().json["results"]]
    assert outcomes == ["applied"] * 200
    with tight.app_context():
        assert list(files.staging().iterdir()) == []
        assert len(list(FolderStore(tight.extensions[settings.SETTINGS].data / "blobs").names())) == taken


def test_a_disk_that_fills_up_in_the_middle_of_a_file_keeps_no_half_of_it(tight: Flask):
    """The reserve is somebody else's by now: the write itself fails, and says why."""
    team = team_on_its_way(tight)
    tablet = team.tablet()
    with tight.app_context():
        data = settings.current().data
        free = shutil.disk_usage(data).free
        other = data / "of-another-program"
        other.write_bytes(bytes(free - 512 * 1024))
        tight.extensions[settings.SETTINGS] = replace(settings.current(), reserved_percent=0)
    photo = os.urandom(1024 * 1024)
    assert put(tablet, team, photo) == (507, "disk_nearly_full")
    with tight.app_context():
        assert list(files.staging().iterdir()) == []
    path = _begun(tight, tablet, team, photo)
    answer = tablet.client.patch(
        path, data=photo, content_type="application/offset+octet-stream",
        headers=tablet.headers | {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (507, "disk_nearly_full")
    other.unlink()
    assert put(tablet, team, photo) == (201, "")


def _begun(app: Flask, tablet: Tablet, team: Team, photo: bytes) -> str:
    """An upload that was announced while there was still room for it."""
    from core.caller import Caller
    from sync import uploads
    from sync.upload_headers import Announced

    announced = Announced(hashlib.sha256(photo).hexdigest(), len(photo), team.id, "image/jpeg")
    by = Caller(tablet.person_id, "", device_id=tablet.device)
    with app.app_context(), db.writing() as session:
        upload = uploads.open_upload(session, ids.new_id(), announced, by=by, at=clock.now())
        return f"/sync/v1/blobs/uploads/{upload.id}"
