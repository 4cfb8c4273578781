"""What a tablet may tell a restored server, and who reads it."""

import msgspec
import pytest
from flask import Flask

from core import db, epoch, ids
from inspections import chain
from inspections.operation import Operation
from sync import recollections
from tests import people
from tests.teams import Team, team_on_its_way

OLD_EPOCH = "e-0123456789abcdef"


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection whose team has a tablet."""
    return team_on_its_way(app)


def remembered(team: Team, *, of_epoch: str = OLD_EPOCH, inspection: str = "", **changed) -> dict:
    """A step of the old server as a tablet once pulled it; `changed` replaces members of the entry."""
    inspection = inspection or team.id
    device = f"server:{inspection}:{of_epoch}"
    operation = Operation(
        op_id=ids.new_id(), seq=1, type="inspection.send_back", inspection=inspection, entity="inspection",
        parents=(), checklist="QMS-HCNN-2015@1.0.0", actor=ids.new_id(), hlc="0198c0de5a10-0001",
        wall="2026-08-22T10:14:05.120+02:00", clk="+0/0", body='{"reason":"Thiếu bằng chứng"}',
    )  # fmt: skip
    prev = chain.genesis(device, "thumbprint")
    (link,) = chain.chained(device, prev, [operation])
    entry = {
        "device": device, "prev": prev, "hash": link.hash, "received_at": "2026-08-22T08:14:05.120Z",
        "op": msgspec.to_builtins(operation),
    }  # fmt: skip
    return entry | changed


def tell(team: Team, *entries: dict):
    tablet = team.tablet()
    return tablet.client.post("/sync/v1/recollections", json={"entries": entries}, headers=tablet.headers)


def listed(app: Flask) -> list[str]:
    with app.app_context(), db.reading() as session:
        return [one.text for one in recollections.lost(session)]


def test_what_is_told_is_listed_once(app: Flask, team: Team):
    entry = remembered(team)
    answers = [tell(team, entry, entry), tell(team, entry)]
    assert [(answer.status_code, answer.json) for answer in answers] == [
        (200, {"taken": 1}),
        (200, {"taken": 0}),
    ]
    assert listed(app) == ["Thiếu bằng chứng"]


def test_what_the_present_server_or_a_tablet_wrote_is_passed_over(app: Flask, team: Team):
    with app.app_context(), db.reading() as session:
        present = epoch.current(session)
    told = tell(
        team,
        remembered(team, of_epoch=present),
        _of_device(team, ids.new_id()),
        _of_device(team, f"server:{ids.new_id()}:{OLD_EPOCH}"),
        _of_device(team, f"server:{team.id}:{OLD_EPOCH}", actor="system"),
    )
    assert (told.status_code, told.json) == (200, {"taken": 0})
    assert listed(app) == []


def _of_device(team: Team, device: str, **changed: str) -> dict:
    """The same step, hashed rightly into the chain of another device."""
    entry = remembered(team)
    operation = msgspec.structs.replace(msgspec.convert(entry["op"], Operation), **changed)
    (link,) = chain.chained(device, entry["prev"], [operation])
    return entry | {"device": device, "hash": link.hash, "op": msgspec.to_builtins(operation)}


def test_another_teams_inspection_is_passed_over(app: Flask, team: Team):
    assert tell(team, remembered(team, inspection=team.foreign())).json == {"taken": 0}
    assert listed(app) == []


def test_a_hash_that_does_not_fit_is_refused_and_nothing_is_kept(app: Flask, team: Team):
    answer = tell(team, remembered(team), remembered(team, hash="ab" * 32))
    assert (answer.status_code, answer.json["code"]) == (422, "bad_chain")
    assert listed(app) == []


@pytest.mark.parametrize(
    "changed", [{"received_at": "hôm qua"}, {"received_at": "9999-12-31T23:59:59Z"}, {"more": 1}, {"op": {}}]
)
def test_what_cannot_be_read_is_malformed(app: Flask, team: Team, changed: dict):
    answer = tell(team, remembered(team, **changed))
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert listed(app) == []


def test_supervisors_and_administrators_read_the_list_and_inspectors_do_not(app: Flask, team: Team):
    tell(team, remembered(team))
    for role, status in (("supervisor", 200), ("administrator", 200), ("inspector", 403)):
        browser = people.signed_in(app, f"nguoi.{role}", roles=(role,))
        page = browser.client.get("/lost-work/")
        assert page.status_code == status
        assert ("Thiếu bằng chứng" in page.text) == (status == 200)


def test_once_the_log_has_the_operation_it_is_not_lost(app: Flask, team: Team):
    entry = remembered(team)
    tell(team, entry)
    tablet = team.tablet()
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "x"}, op_id=entry["op"]["op_id"])
    assert tablet.push().status_code == 200
    assert listed(app) == []
