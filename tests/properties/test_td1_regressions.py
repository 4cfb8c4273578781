"""What games of the machine, and thinking about them, have found once; small, and for ever."""

from datetime import timedelta

import msgspec
import pytest
from flask import Flask

from core import clock, db, epoch, ids
from inspections.operation import sha256
from tests.tablets import Tablet, statuses
from tests.teams import Team, team_on_its_way


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


def _withheld(tablet: Tablet, seq: int) -> None:
    """The tablet sends only the hash of the body from now on."""
    sent = tablet.operations[seq - 1]
    bare = msgspec.structs.replace(sent, body=None, body_sha256=sha256(sent.body or ""))
    tablet.operations[seq - 1] = bare


@pytest.mark.parametrize(
    ("body", "code"), [('{"text": "\0"}', "op_unencodable"), ("x" * 65_537, "op_too_large")]
)
def test_what_was_withheld_and_comes_again_in_full_hides_nothing_behind_it(team: Team, body: str, code: str):
    """I11: the second of two that cannot be recorded got to the database, which PostgreSQL refused."""
    tablet = team.tablet()
    for _ in range(2):
        tablet.record(team.id, "note.add", f"note/{ids.new_id()}", body)
    in_full = tablet.batch()
    _withheld(tablet, 1)
    assert statuses(tablet.push(1, 1)) == ["quarantined"]
    again = tablet.send(in_full)
    assert (again.status_code, statuses(again)) == (200, ["duplicate"])
    assert (again.json["stopped"]["seq"], again.json["stopped"]["error"]["code"]) == (2, code)
    _withheld(tablet, 2)
    assert tablet.push().json["acked_seq"] == 2


@pytest.mark.parametrize("years", [-10, 0, 10])
def test_an_epoch_is_current_once_it_has_begun_whatever_the_clock_says(team: Team, years: int):
    """I1: with the clock set back, the old epoch stayed current and nobody sent again what was lost."""
    tablet = team.tablet()
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "x"})
    with team.app.app_context(), db.writing() as session:
        begun = epoch.begin(session, at=clock.now() + timedelta(days=365 * years))
    answer = tablet.push()
    assert (answer.status_code, answer.json["code"], answer.json["epoch"]) == (409, "epoch_mismatch", begun)
