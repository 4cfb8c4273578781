"""The tablet app, run by Node: a stolen mate's work in hand, a server that burns down, and nothing lost."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

import first_start
from app import create_app
from core import db
from core.settings import Settings
from inspections.models import LoggedOperation, UploadedBlob
from tests import people, tablets, visits
from tests.journeys.test_typescript_tablet import NODE, ROOT


class Place:
    """An address, the server behind it, and what its office does when it is asked."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app, self._folder, self._stack = app, folder, ExitStack()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _answer(self, environ, start_response):
        return self.app(environ, start_response)

    def close(self) -> None:
        """Nobody listens any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._stack.close()

    def backup(self, _of: str) -> None:
        """What there is now can be put back."""
        self._flask("backup", "create", str(self._folder / "kept.thucdia"))

    def stolen(self, device: str) -> None:
        """The tablet is reported stolen."""
        answer = tablets.Office(self.app).post(f"/api/v1/devices/{device}/revocation", {"mode": "stolen"})
        assert answer.status_code == 200, answer.text

    def restore(self, _of: str) -> None:
        """Another server, which knows what the backup knows, takes the place of this one."""
        self.app = create_app(
            Settings(data=self._folder / "rebuilt", database_url="", port=8000), testing=True
        )
        self._stack.callback(self._let_go, self.app)
        self._flask("backup", "restore", str(self._folder / "kept.thucdia"))

    def _flask(self, *words: str) -> None:
        ran = self.app.test_cli_runner().invoke(args=list(words))
        assert ran.exit_code == 0, ran.output

    @staticmethod
    def _let_go(app: Flask) -> None:
        with app.app_context():
            db.db.engine.dispose()


@pytest.fixture
def place(app: Flask, engine_name: str, tmp_path: Path) -> Iterator[Place]:
    """The server with its office."""
    if engine_name != "sqlite":
        pytest.skip("what a tablet does does not depend on the server's database")
    with app.app_context():
        flask_migrate.stamp(directory=str(first_start.MIGRATIONS))
    made = Place(app, tmp_path)
    yield made
    made.close()


@dataclass
class Run:
    """The tablets' program, which asks the office for what it needs."""

    place: Place
    told: dict[str, Any]

    def __call__(self) -> dict[str, Any]:
        words = [NODE, "--no-warnings", ROOT / "tablet" / "tests" / "losses.ts", json.dumps(self.told)]
        with subprocess.Popen(words, stdin=-1, stdout=-1, stderr=-1, text=True) as run:
            assert run.stdin
            assert run.stdout
            assert run.stderr
            for line in run.stdout:
                asked = json.loads(line)
                if "deed" not in asked:
                    return asked
                getattr(self.place, asked["deed"])(asked["of"])
                run.stdin.write("done\n")
                run.stdin.flush()
            raise AssertionError(run.stderr.read()[-4000:])


def _seat(app: Flask, role: str) -> dict[str, str]:
    code = tablets.Office(app).enrolment_code()
    return {"code": code, "username": visits.TEAM[role][0], "password": people.PASSWORD}


def test_a_stolen_mates_batch_and_a_server_put_back_cost_the_tablet_nothing(app: Flask, place: Place):
    if not (ROOT / "node_modules" / "dexie").is_dir():
        pytest.skip("the tablet app's libraries are not installed (node_modules)")
    visits.registered(app)
    visit = visits.Visit(app).decided()
    told = {"origin": place.address, "inspection": visit.inspection}
    known = Run(place, told | {"seats": [_seat(app, "leader"), _seat(app, "secretary")]})()

    # The mate's tablet was stolen before its work came by this one's hand; that is the mate's affair.
    assert known["carried"] == {
        "stage": "ready", "waiting": [0, 0, 1], "reasons": ["device_revoked"], "needs": "nothing",
    }  # fmt: skip
    # The backup was older than all of it, and nobody recorded anything afterwards.
    assert known["after"] == {
        "stage": "ready", "waiting": [0, 0, 0], "whereabouts": [["on_server"], ["on_server"]],
    }  # fmt: skip
    with place.app.app_context(), db.reading() as session:
        entities = session.scalars(
            select(LoggedOperation.entity).where(LoggedOperation.inspection == visit.inspection)
        ).all()
        blobs = session.scalars(
            select(UploadedBlob.sha256).where(UploadedBlob.inspection == visit.inspection)
        )
        assert [name.split("/")[0] for name in entities if name.split("/")[0] != "inspection"] == [
            "answer", "answer", "photo",
        ]  # fmt: skip
        assert len(blobs.all()) == 1
