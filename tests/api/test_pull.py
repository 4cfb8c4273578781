"""What a tablet reads: gapless stretches of logs it may see, every hash checkable, and cheap looks."""

import json

import msgspec
import pytest
from flask import Flask
from sqlalchemy import delete

from core import clock, db, epoch, ids
from inspections import chain
from inspections.models import TeamMember
from inspections.operation import Operation
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet, with five notes on the server."""
    made = team.tablet()
    for number in range(5):
        made.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": f"Ghi chú {number}"})
    assert made.push().status_code == 200
    return made


def stream(answer, inspection: str) -> dict:
    """The stretch of the inspection's log in the answer."""
    return answer.json["streams"][f"inspection:{inspection}"]


def checked_root(inspection: str, entries: list[dict]) -> str:
    """The root computed from the entries alone, after each operation's hash was computed anew."""
    root = chain.log_genesis(inspection)
    for number, entry in enumerate(entries, start=1):
        sent = msgspec.convert(entry["op"], Operation)
        computed = chain.link(
            entry["device"], sent.seq, prev=entry["prev"], operation_digest=chain.digest(sent)
        )
        assert (entry["pos"], entry["hash"]) == (number, computed)
        root = chain.log_link(
            root, pos=number, operation_hash=computed, effect=entry["effect"], code=entry["code"]
        )
    return root


def test_the_whole_log_comes_back_word_for_word_and_hashes_to_its_root(team: Team, tablet: Tablet):
    told = stream(tablet.pull({team.id: 0}), team.id)
    assert (told["from"], told["to"], told["head"], told["status"]) == (0, 5, 5, "open")
    assert [entry["op"] for entry in told["entries"]] == [
        json.loads(msgspec.json.encode(one)) for one in tablet.operations
    ]
    assert checked_root(team.id, told["entries"]) == told["root"]


def test_a_limit_gives_a_prefix_whose_root_belongs_to_its_end(team: Team, tablet: Tablet):
    first = tablet.pull({team.id: 0}, limit=2)
    part = stream(first, team.id)
    assert (part["to"], part["head"], first.json["more"]) == (2, 5, True)
    assert checked_root(team.id, part["entries"]) == part["root"]
    rest = tablet.pull({team.id: 2})
    assert [entry["pos"] for entry in stream(rest, team.id)["entries"]] == [3, 4, 5]
    assert rest.json["more"] is False


def test_nothing_new_is_an_empty_stretch_with_the_root(team: Team, tablet: Tablet):
    whole = stream(tablet.pull({team.id: 0}), team.id)
    told = stream(tablet.pull({team.id: 5}), team.id)
    assert (told["from"], told["to"], told["entries"], told["root"]) == (5, 5, [], whole["root"])


def test_the_limit_is_shared_by_all_streams(team: Team, tablet: Tablet):
    other = team.another()
    tablet.record(other, "note.add", f"note/{ids.new_id()}", {"text": "x"})
    tablet.push()
    answer = tablet.pull({team.id: 0, other: 0}, limit=5)
    delivered = sum(len(one["entries"]) for one in answer.json["streams"].values())
    assert (delivered, answer.json["more"]) == (5, True)


def test_one_entry_always_fits_and_large_ones_come_in_several_answers(team: Team, tablet: Tablet):
    other = team.another()
    for _ in range(150):
        tablet.record(other, "note.add", f"note/{ids.new_id()}", {"text": "x" * 65_000})
        if len(tablet.operations) % 50 == 5:
            tablet.push(len(tablet.operations) - 49)
    got, cursor = 0, 0
    while True:
        answer = tablet.pull({other: cursor})
        part = stream(answer, other)
        assert len(answer.data) < 9_000_000
        got, cursor = got + len(part["entries"]), part["to"]
        if not answer.json["more"]:
            break
    assert (got, cursor) == (150, 150)


def test_a_set_aside_operation_travels_with_its_code(team: Team, tablet: Tablet):
    tablet.record(team.id, "future.thing", "future/1", {})
    tablet.push()
    (entry,) = stream(tablet.pull({team.id: 5}), team.id)["entries"]
    assert (entry["effect"], entry["code"]) == ("quarantined", "unknown_type")


def test_a_withheld_body_travels_as_its_hash(team: Team, tablet: Tablet):
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", None, body_sha256=chain.sha256("giấu"))
    tablet.push()
    whole = stream(tablet.pull({team.id: 0}), team.id)
    assert whole["entries"][-1]["op"]["body"] is None
    assert checked_root(team.id, whole["entries"]) == whole["root"]


@pytest.mark.parametrize("name", ["inspection:x", "units", "inspection:", "", "inspection:a\n"])
def test_a_stream_that_is_no_stream_is_gone_and_harms_no_other(team: Team, tablet: Tablet, name: str):
    streams = {name: 0, f"inspection:{team.id}": 0}
    answer = tablet.pull({}, streams=streams)
    assert answer.json["gone"] == [{"stream": name, "code": "access_revoked"}]
    assert len(stream(answer, team.id)["entries"]) == 5


def test_a_foreign_and_an_unknown_inspection_cannot_be_told_apart(team: Team, tablet: Tablet):
    foreign, unknown = team.foreign(), ids.new_id()
    told = [tablet.pull({name: 0}).json for name in (foreign, unknown)]
    assert [one["streams"] for one in told] == [{}, {}]
    assert [one["gone"][0]["code"] for one in told] == ["access_revoked", "access_revoked"]


def test_who_leaves_the_team_is_told_that_the_stream_is_gone(app: Flask, team: Team, tablet: Tablet):
    with app.app_context(), db.writing() as session:
        session.execute(delete(TeamMember).where(TeamMember.person_id == team.member))
    answer = tablet.pull({team.id: 5})
    assert answer.json["gone"] == [{"stream": f"inspection:{team.id}", "code": "access_revoked"}]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"epoch": "e-other"}, 409, "epoch_mismatch"),
        ({"device": "x"}, 403, "device_unknown"),
        ({"limit": 0}, 400, "malformed"),
        ({"limit": "many"}, 400, "malformed"),
        ({"streams": {"inspection:x": -1}}, 400, "malformed"),
        ({"streams": [1]}, 400, "malformed"),
        ({"streams": {f"inspection:{n}": 0 for n in range(501)}}, 400, "malformed"),
        ({"streams": {"\ud800": 0}}, 400, "malformed"),
        ({"streams": {"a\u0000": 0}}, 400, "malformed"),
        ({"since": 1}, 400, "malformed"),
    ],
)
def test_a_wrong_question_gets_a_specific_answer(tablet: Tablet, changed: dict, status: int, code: str):
    answer = tablet.pull({}, **changed)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_cursor_beyond_the_log_is_not_passed_over(team: Team, tablet: Tablet):
    answer = tablet.pull({team.id: 6})
    assert (answer.status_code, answer.json["code"], answer.json["head"]) == (409, "cursor_ahead", 5)


def test_another_tablets_token_does_not_pull_for_this_one(team: Team, tablet: Tablet):
    mate = team.tablet(team.leader)
    assert tablet.pull({team.id: 0}, device=mate.device).json["code"] == "device_unknown"


def test_after_a_restore_the_cursors_are_refused_with_what_was_acknowledged(
    app: Flask, team: Team, tablet: Tablet
):
    with app.app_context(), db.writing() as session:
        epoch.begin(session, at=clock.now())
    answer = tablet.pull({team.id: 5}, epoch="e-before")
    assert (answer.json["code"], answer.json["acked_seq"]) == ("epoch_mismatch", 5)


def test_heads_say_how_far_each_log_goes_and_change_when_it_does(team: Team, tablet: Tablet):
    first = tablet.get(f"/sync/v1/heads?streams=inspection:{team.id}")
    head = first.json["streams"][f"inspection:{team.id}"]
    assert (head["head"], head["status"], head["state"]) == (5, "open", "in_progress")
    assert head["root"] == stream(tablet.pull({team.id: 5}), team.id)["root"]
    path, etag = f"/sync/v1/heads?streams=inspection:{team.id}", first.headers["ETag"]
    assert tablet.get(path, **{"If-None-Match": etag}).status_code == 304
    tablet.record(team.id, "note.add", f"note/{ids.new_id()}", {"text": "mới"})
    tablet.push()
    changed = tablet.get(path, **{"If-None-Match": etag})
    assert (changed.status_code, changed.json["streams"][f"inspection:{team.id}"]["head"]) == (200, 6)


def test_heads_say_how_far_the_asking_tablets_own_chain_is_here(team: Team, tablet: Tablet):
    other = team.tablet()
    assert [one.get("/sync/v1/heads").json["acked_seq"] for one in (tablet, other)] == [5, 0]
    other.record(ids.new_id(), "note.add", f"note/{ids.new_id()}", {"text": "ở nơi khác"})
    assert other.push().json["results"][0]["pos"] is None
    assert [one.get("/sync/v1/heads").json["acked_seq"] for one in (tablet, other)] == [5, 1]


def test_heads_without_names_show_all_that_is_the_callers_and_nothing_else(team: Team, tablet: Tablet):
    other = team.another()
    team.foreign()
    assert set(tablet.get("/sync/v1/heads").json["streams"]) == {
        f"inspection:{team.id}", f"inspection:{other}",
    }  # fmt: skip


def test_heads_of_a_foreign_inspection_are_gone(team: Team, tablet: Tablet):
    name = f"inspection:{team.foreign()}"
    told = tablet.get(f"/sync/v1/heads?streams={name}").json
    assert (told["streams"], told["gone"]) == ({}, [{"stream": name, "code": "access_revoked"}])
