"""What a tablet is told about a batch: outcomes, receipts, and why nothing of it could be believed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from accounts import device_keys
from accounts.device_models import Device, DeviceGrant, DeviceToken
from core import clock, db, epoch, ids
from core.journal import JournalEntry
from inspections import chain
from inspections.models import Inspection, LoggedOperation, Receipt
from tests.tablets import Tablet, statuses
from tests.teams import Team, team_on_its_way


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet."""
    return team.tablet()


def note(tablet: Tablet, inspection: str, text: str = "Phòng họp tầng 2", **changed: object) -> str:
    """A working note is recorded: the plainest operation there is."""
    return tablet.record(inspection, "note.add", f"note/{ids.new_id()}", {"text": text}, **changed)


def _log(app: Flask) -> list[LoggedOperation]:
    with app.app_context(), db.reading() as session:
        return list(session.scalars(select(LoggedOperation).order_by(LoggedOperation.seq)))


def test_a_batch_is_stored_numbered_and_acknowledged(app: Flask, team: Team, tablet: Tablet):
    sent = [note(tablet, team.id) for _ in range(3)]
    answer = tablet.push(zipped=True)
    assert (answer.status_code, answer.json["acked_seq"], answer.json["acked_hash"]) == (
        200, 3, tablet.hashes[3],
    )  # fmt: skip
    told = [(r["op_id"], r["seq"], r["status"], r["inspection"], r["pos"]) for r in answer.json["results"]]
    assert told == [(op_id, n, "applied", team.id, n) for n, op_id in enumerate(sent, start=1)]
    assert (answer.json["stopped"], answer.json["missing_blobs"]) == (None, [])
    stored = _log(app)
    assert [row.hash for row in stored] == tablet.hashes[1:]
    assert [row.body for row in stored] == [one.body for one in tablet.operations]


def test_the_receipt_is_signed_over_what_was_acknowledged(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    answer = tablet.push().json
    receipt = answer["receipt"]
    tag, _server, epoch_id, device, seq, head, at = receipt["body"].split("\n")
    assert (tag, epoch_id, device, seq, head, at) == (
        "td1-receipt", tablet.epoch, tablet.device, "1", tablet.hashes[1], answer["server_time"],
    )  # fmt: skip
    (key,) = [key for key in tablet.get("/sync/v1/info").json["server_keys"] if key["kid"] == receipt["kid"]]
    assert device_keys.is_signed(key["jwk"], receipt["body"], receipt["sig"])


def test_sending_again_gives_the_first_outcomes_and_changes_nothing(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    tablet.record(team.id, "future.thing", "future/1", {})
    first, again = tablet.push().json, tablet.push().json
    assert [r["status"] for r in again["results"]] == ["duplicate", "duplicate"]
    for before, after in zip(first["results"], again["results"], strict=True):
        assert after["first"] == {name: before[name] for name in after["first"]}
    assert first["results"][1]["error"]["code"] == "unknown_type"
    assert (again["acked_seq"], again["receipt"]) == (2, first["receipt"])
    assert len(_log(app)) == 2


def test_an_overlapping_batch_adds_only_what_is_new(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    tablet.push()
    note(tablet, team.id)
    answer = tablet.push(1, 2)
    assert statuses(answer) == ["duplicate", "applied"]
    assert [row.pos for row in _log(app)] == [1, 2]


def test_the_journal_says_that_a_batch_came_and_nothing_about_a_repetition(
    app: Flask, team: Team, tablet: Tablet
):
    note(tablet, team.id)
    tablet.push()
    tablet.push()
    with app.app_context(), db.reading() as session:
        (entry,) = session.scalars(select(JournalEntry).where(JournalEntry.event == "batch.received"))
        assert (entry.device_id, entry.details) == (tablet.device, {"first_seq": 1, "last_seq": 1})


def test_a_batch_that_begins_too_late_says_what_is_expected(team: Team, tablet: Tablet):
    for _ in range(3):
        note(tablet, team.id)
    tablet.push(1, 1)
    answer = tablet.push(3)
    assert (answer.status_code, answer.json["code"]) == (409, "gap")
    assert (answer.json["expected_seq"], answer.json["acked_hash"]) == (2, tablet.hashes[1])


def test_a_copied_tablet_is_found_at_the_first_operation_that_differs(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    note(tablet, team.id, "trên máy thật")
    tablet.push()
    true_hash = tablet.hashes[2]
    del tablet.operations[1:], tablet.hashes[2:]
    note(tablet, team.id, "trên bản sao")
    answer = tablet.push()
    assert (answer.status_code, answer.json["code"]) == (409, "chain_fork")
    assert (answer.json["seq"], answer.json["server_hash"]) == (2, true_hash)
    assert len(_log(app)) == 2


def test_a_copy_that_continues_from_another_past_is_found(team: Team, tablet: Tablet):
    note(tablet, team.id)
    tablet.push()
    true_hash = tablet.hashes[1]
    tablet.hashes[1] = "ab" * 32
    note(tablet, team.id)
    answer = tablet.push(2)
    assert (answer.json["code"], answer.json["seq"], answer.json["server_hash"]) == (
        "chain_fork",
        1,
        true_hash,
    )


def test_a_restored_server_asks_for_what_it_lost(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    tablet.push()
    with app.app_context(), db.writing() as session:
        begun = epoch.begin(session, at=clock.now() + timedelta(seconds=1))
    answer = tablet.push()
    assert (answer.status_code, answer.json["code"], answer.json["epoch"]) == (409, "epoch_mismatch", begun)
    assert (answer.json["acked_seq"], answer.json["acked_hash"]) == (1, tablet.hashes[1])


@pytest.mark.parametrize("changed", [{"sig": "A" * 86}, {"sig": ""}, {"sig": "không"}, {"sig": "A" * 5000}])
def test_a_batch_that_the_tablet_did_not_sign_is_refused(
    app: Flask, team: Team, tablet: Tablet, changed: dict[str, str]
):
    note(tablet, team.id)
    answer = tablet.push(**changed)
    assert (answer.status_code, answer.json["code"], _log(app)) == (422, "bad_signature", [])


def test_a_stolen_token_cannot_write(app: Flask, team: Team, tablet: Tablet):
    thief = Tablet(app)
    thief.device, thief.bearer, thief.epoch = tablet.device, tablet.bearer, tablet.epoch
    thief.person_id, thief.hashes = tablet.person_id, list(tablet.hashes)
    note(thief, team.id)
    assert thief.push().json["code"] == "bad_signature"
    assert _log(app) == []


@pytest.mark.parametrize("field", ["body", "type", "entity", "actor", "wall", "op_id", "checklist"])
def test_an_operation_changed_on_the_way_breaks_the_chain(team: Team, tablet: Tablet, field: str):
    note(tablet, team.id)
    batch = tablet.batch()
    batch["ops"][0][field] += "x"
    answer = tablet.send(batch)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_chain")


def test_operations_in_another_order_are_refused(team: Team, tablet: Tablet):
    note(tablet, team.id)
    note(tablet, team.id)
    batch = tablet.batch()
    assert tablet.send(batch | {"ops": batch["ops"][::-1]}).json["code"] == "bad_chain"


def test_a_tablet_may_bring_the_batch_of_a_team_mate(app: Flask, team: Team, tablet: Tablet):
    mate = team.tablet(team.leader)
    note(mate, team.id)
    answer = tablet.send(mate.batch())
    assert (answer.status_code, statuses(answer), answer.json["device"]) == (200, ["applied"], mate.device)


def test_a_batch_of_a_tablet_that_is_not_enrolled_is_refused(app: Flask, team: Team, tablet: Tablet):
    unknown = Tablet(app)
    unknown.epoch, unknown.person_id = tablet.epoch, team.member
    note(unknown, team.id)
    answer = tablet.send(unknown.batch())
    assert (answer.status_code, answer.json["code"]) == (403, "device_unknown")


@pytest.mark.parametrize(
    ("body", "code"),
    [("x" * 65_537, "op_too_large"), ('{"text":"a\x00b"}', "op_unencodable"), ('"\ud800"', "op_unencodable")],
)
def test_what_cannot_be_recorded_stops_the_batch_after_what_can(
    team: Team, tablet: Tablet, body: str, code: str
):
    note(tablet, team.id)
    stuck = _record_as_a_browser_does(tablet, team.id, body)
    note(tablet, team.id)
    answer = tablet.push()
    assert (answer.status_code, statuses(answer), answer.json["acked_seq"]) == (200, ["applied"], 1)
    assert answer.json["stopped"]["seq"] == 2
    assert (answer.json["stopped"]["op_id"], answer.json["stopped"]["error"]["code"]) == (stuck, code)
    assert len(_log(team.app)) == 1


def test_withholding_the_body_frees_the_queue(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id, "x" * 70_000)
    note(tablet, team.id)
    batch = tablet.batch()
    body = batch["ops"][0].pop("body")
    batch["ops"][0] |= {"body": None, "body_sha256": chain.sha256(body)}
    answer = tablet.send(batch)
    assert (statuses(answer), answer.json["stopped"]) == (["quarantined", "applied"], None)
    assert answer.json["results"][0]["error"]["code"] == "value_invalid"
    assert answer.json["acked_hash"] == tablet.hashes[2]


def _record_as_a_browser_does(tablet: Tablet, inspection: str, body: str) -> str:
    """Half a surrogate pair has no UTF-8; a browser's TextEncoder hashes U+FFFD in its place."""
    op_id = tablet.record(inspection, "note.add", f"note/{ids.new_id()}", body.replace("\ud800", "\ufffd"))
    last = tablet.operations[-1]
    tablet.operations[-1] = type(last)(
        **{n: getattr(last, n) for n in last.__struct_fields__} | {"body": body}
    )
    return op_id


def test_an_operation_for_somebody_elses_inspection_is_kept_and_has_no_effect(
    app: Flask, team: Team, tablet: Tablet
):
    foreign = team.foreign()
    note(tablet, foreign)
    note(tablet, team.id)
    answer = tablet.push()
    assert statuses(answer) == ["quarantined", "applied"]
    first = answer.json["results"][0]
    assert (first["error"]["code"], first["inspection"], first["pos"]) == ("not_permitted", None, None)
    with app.app_context(), db.reading() as session:
        assert session.get_one(Inspection, foreign).head_pos == 0


def test_an_unknown_inspection_reads_like_a_foreign_one_but_for_the_code(team: Team, tablet: Tablet):
    note(tablet, ids.new_id())
    (result,) = tablet.push().json["results"]
    assert (result["status"], result["error"]["code"]) == ("quarantined", "inspection_unknown")
    assert result["error"]["message"].startswith("Máy chủ chưa có cuộc kiểm tra này")


def test_an_op_id_of_another_tablet_is_set_aside_and_nothing_breaks(app: Flask, team: Team, tablet: Tablet):
    op_id = note(tablet, team.id)
    tablet.push()
    mate = team.tablet(team.leader)
    note(mate, team.id, op_id=op_id)
    note(mate, team.id)
    answer = mate.push()
    assert statuses(answer) == ["quarantined", "applied"]
    assert answer.json["results"][0]["error"]["code"] == "op_id_reused"
    assert statuses(mate.push()) == ["duplicate", "duplicate"]


def test_what_a_lost_tablet_sends_is_kept_and_set_aside(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    _revoke(app, tablet, "lost")
    answer = tablet.push()
    assert statuses(answer) == ["quarantined"]
    assert answer.json["results"][0]["error"]["code"] == "device_revoked"
    assert tablet.pull({team.id: 0}).json["code"] == "device_revoked"


def test_what_a_retired_tablet_still_holds_is_taken(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    _revoke(app, tablet, "retired")
    assert statuses(tablet.push()) == ["applied"]


def test_nothing_of_a_stolen_tablet_is_taken_even_by_another_hand(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    _revoke(app, tablet, "stolen")
    answer = tablet.push()
    assert (answer.status_code, answer.json["code"], answer.json["wipe"]) == (403, "device_revoked", True)
    assert team.tablet(team.leader).send(tablet.batch()).json["code"] == "device_revoked"
    assert _log(app) == []


def test_who_has_no_running_grant_writes_into_quarantine(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    with app.app_context(), db.writing() as session:
        session.execute(update(DeviceGrant).values(expires_at=clock.now()))
    (result,) = tablet.push().json["results"]
    assert (result["status"], result["error"]["code"]) == ("quarantined", "actor_inactive")


def _revoke(app: Flask, tablet: Tablet, mode: str) -> None:
    with app.app_context(), db.writing() as session:
        session.execute(
            update(Device).where(Device.id == tablet.device).values(revoked_at=clock.now(), revoke_mode=mode)
        )


@pytest.mark.parametrize("version", ["", "0.9", "2.0", "1", "1.0.0", "một"])
def test_another_protocol_is_told_to_upgrade(team: Team, tablet: Tablet, version: str):
    note(tablet, team.id)
    answer = tablet.send(tablet.batch(), headers={"Sync-Protocol": version.encode("utf-8").decode("latin-1")})
    assert (answer.status_code, answer.json["code"], answer.json["min"]) == (426, "upgrade_required", "1.0")


def test_a_newer_minor_version_is_taken(team: Team, tablet: Tablet):
    note(tablet, team.id)
    assert tablet.send(tablet.batch(), headers={"Sync-Protocol": "1.7"}).status_code == 200


def test_a_thousand_operations_are_taken_and_one_more_is_not(app: Flask, team: Team, tablet: Tablet):
    for _ in range(1001):
        note(tablet, team.id)
    answer = tablet.push(zipped=True)
    assert (answer.status_code, answer.json["code"], answer.json["max_ops"]) == (413, "batch_too_large", 1000)
    assert statuses(tablet.push(1, 1000, zipped=True)) == ["applied"] * 1000
    with app.app_context(), db.reading() as session:
        assert session.get_one(Inspection, team.id).head_pos == 1000


def test_more_bytes_than_the_limit_are_refused_packed_or_not(team: Team, tablet: Tablet):
    note(tablet, team.id)
    batch = json.dumps(tablet.batch()).encode()
    for zipped in (False, True):
        answer = tablet.send(batch + b" " * 9_000_000, zipped=zipped)
        assert (answer.status_code, answer.json["code"]) == (413, "batch_too_large")


def test_two_tablets_get_positions_without_holes(app: Flask, team: Team, tablet: Tablet):
    mate = team.tablet(team.leader)
    for _ in range(3):
        note(tablet, team.id)
        note(mate, team.id)
    positions = [r["pos"] for first in (1, 2, 3) for one in (tablet, mate)
                 for r in one.push(first, first).json["results"]]  # fmt: skip
    assert positions == [1, 2, 3, 4, 5, 6]


def test_different_values_on_two_tablets_are_both_kept_and_told(team: Team, tablet: Tablet):
    mate, entity = team.tablet(team.leader), f"participant/{ids.new_id()}"
    one = tablet.record(team.id, "participant.set", entity, {"side": "unit", "name": "Trần Thị Bình"})
    two = mate.record(team.id, "participant.set", entity, {"side": "unit", "name": "Trần Thị Bích"})
    assert statuses(tablet.push()) == ["applied"]
    (result,) = mate.push().json["results"]
    assert (result["status"], result["error"]) == ("conflict", None)
    assert result["conflict"] == {
        "entity": entity, "field": "name", "kind": "hard", "heads": sorted([one, two]),
    }  # fmt: skip


def test_a_file_that_is_spoken_of_and_not_here_is_named(team: Team, tablet: Tablet):
    tablet.record(
        team.id, "photo.add", f"photo/{ids.new_id()}",
        {"blob": "sha256:" + "ab" * 32, "size": 10, "mime": "image/jpeg"},
    )  # fmt: skip
    answer = tablet.push()
    assert (statuses(answer), answer.json["missing_blobs"]) == (["applied"], ["sha256:" + "ab" * 32])
    assert tablet.push().json["missing_blobs"] == ["sha256:" + "ab" * 32]


def test_an_expired_token_keeps_the_batch_out_and_says_why(app: Flask, team: Team, tablet: Tablet):
    note(tablet, team.id)
    with app.app_context(), db.writing() as session:
        session.execute(update(DeviceToken).values(expires_at=clock.now()))
    answer = tablet.push()
    assert (answer.status_code, answer.json["code"]) == (401, "token_expired")


def test_a_new_epoch_gives_its_own_receipt_for_what_a_backup_brought_back(
    app: Flask, team: Team, tablet: Tablet
):
    note(tablet, team.id)
    old = tablet.push().json["receipt"]
    with app.app_context(), db.writing() as session:
        tablet.epoch = epoch.begin(session, at=clock.now() + timedelta(seconds=1))
    answers = [tablet.push().json for _ in range(2)]
    assert [one["results"][0]["status"] for one in answers] == ["duplicate", "duplicate"]
    receipt = answers[0]["receipt"]
    assert answers[1]["receipt"] == receipt != old
    assert receipt["body"].split("\n")[2] == tablet.epoch, "a tablet believes no other"
    (key,) = tablet.get("/sync/v1/info").json["server_keys"]
    assert device_keys.is_signed(key["jwk"], receipt["body"], receipt["sig"])


def test_every_acknowledged_head_has_one_receipt(app: Flask, team: Team, tablet: Tablet):
    for last in (1, 2):
        note(tablet, team.id)
        tablet.push(last, last)
        tablet.push(1, last)
    with app.app_context(), db.reading() as session:
        given = session.execute(select(Receipt.seq, Receipt.hash).where(Receipt.device == tablet.device))
        assert sorted(given) == [(1, tablet.hashes[1]), (2, tablet.hashes[2])]


def test_the_same_batch_from_four_hands_at_once_is_stored_once(team: Team, tablet: Tablet):
    """A tablet that retries while its first request is still on the way."""
    for _ in range(20):
        note(tablet, team.id)
    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _: tablet.push(zipped=True), range(4)))
    told = sorted(statuses(answer)[0] for answer in answers)
    assert (told, {answer.status_code for answer in answers}) == (["applied"] + ["duplicate"] * 3, {200})
    assert len({answer.json["receipt"]["sig"] for answer in answers}) == 1
    assert [row.pos for row in _log(team.app)] == list(range(1, 21))


def test_tablets_that_push_at_the_same_time_share_the_positions_without_holes(team: Team):
    """Each works on two inspections, named in opposite orders, so that a wrong order of locks would show."""
    other, tablets = team.another(), [team.tablet() for _ in range(4)]
    for number, one in enumerate(tablets):
        for turn in range(20):
            note(one, (team.id, other)[(turn + number) % 2])

    def send(one: Tablet) -> set[int]:
        return {one.push(first, first + 4).status_code for first in (1, 6, 11, 16)}

    with ThreadPoolExecutor(4) as hands:
        assert set().union(*hands.map(send, tablets)) == {200}
    rows = _log(team.app)
    for inspection in (team.id, other):
        positions = sorted(row.pos for row in rows if row.inspection == inspection)
        assert positions == list(range(1, 41))
