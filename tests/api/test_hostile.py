"""The server that misbehaves on purpose does the work all the same, once, and only where tablets call."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import Client

from core import db, ids
from core.settings import SettingRefused, from_environment
from inspections.models import LoggedOperation
from sync import hostile
from sync.hostile import Draw, Hostile, Trouble
from tests.tablets import Tablet
from tests.teams import team_on_its_way


@pytest.fixture
def engine_name() -> str:
    """The layer knows no database."""
    return "sqlite"


class Always(Draw):
    """The same trouble every time."""

    def __init__(self, kind: Trouble) -> None:
        super().__init__("")
        self.kind = kind

    def next(self) -> tuple[Trouble, float]:
        return self.kind, 0.0


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    """A tablet with one note."""
    team = team_on_its_way(app)
    tablet = team.tablet()
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "Phòng họp"})
    return tablet


def stored(app: Flask) -> int:
    """How many operations the log has."""
    with app.app_context(), db.reading() as session:
        return session.scalar(select(func.count()).select_from(LoggedOperation))


def pushed(app: Flask, tablet: Tablet, kind: Trouble):
    """The answer to a push on a day with this trouble."""
    layer = Hostile(app, "seed")
    layer.draw = Always(kind)
    return Client(layer).post(
        "/sync/v1/push",
        data=json.dumps(tablet.batch()),
        content_type="application/json",
        headers=tablet.headers,
    )


def test_a_lost_answer_is_one_to_work_that_was_done(app: Flask, tablet: Tablet):
    with pytest.raises(BrokenPipeError):
        pushed(app, tablet, Trouble.ANSWER_LOST)
    assert stored(app) == 1


def test_a_repeated_request_is_answered_as_the_second_one(app: Flask, tablet: Tablet):
    answer = pushed(app, tablet, Trouble.REPEATED)
    assert [result["status"] for result in answer.json["results"]] == ["duplicate"]
    assert stored(app) == 1


def test_a_busy_server_says_when_to_come_again_and_does_nothing(app: Flask, tablet: Tablet):
    answer = pushed(app, tablet, Trouble.BUSY)
    assert (answer.status_code, answer.headers["Retry-After"], answer.json["code"]) == (503, "1", "slow_down")
    assert stored(app) == 0


def test_a_delayed_answer_is_the_ordinary_one(app: Flask, tablet: Tablet):
    assert [one["status"] for one in pushed(app, tablet, Trouble.DELAYED).json["results"]] == ["applied"]


def test_pages_are_left_alone(app: Flask):
    layer = Hostile(app, "seed")
    layer.draw = Always(Trouble.BUSY)
    assert Client(layer).get("/sign-in").status_code == 200


def test_the_same_seed_brings_the_same_days_and_a_retry_always_gets_through():
    first, second = (
        [kind for kind, _ in (draw.next() for _ in range(400))] for draw in (Draw("a"), Draw("a"))
    )
    assert first == second
    assert set(first) == set(Trouble)
    runs = "".join("." if kind is Trouble.NONE else "x" for kind in first).split(".")
    assert max(map(len, runs)) == hostile._IN_A_ROW
    assert [kind for kind, _ in (Draw("b").next() for _ in range(400))] != first


@pytest.mark.parametrize(
    "environment",
    [
        {"THUCDIA_DEMO": "0"},
        {"THUCDIA_HOST": "0.0.0.0"},
        {"THUCDIA_HOST": "0.0.0.0", "THUCDIA_DEMO_ON_PUBLIC_HOST": "1"},
    ],
)
def test_it_is_refused_where_people_work(environment: dict[str, str]):
    with pytest.raises(SettingRefused) as refused:
        from_environment({"THUCDIA_HOSTILE": "seed", **environment})
    assert "THUCDIA_HOSTILE" in refused.value.detail
    assert replace(from_environment({"THUCDIA_HOSTILE": "seed"}), hostile="") == from_environment({})
