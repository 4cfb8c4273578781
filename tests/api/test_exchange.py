"""A file from a tablet without a network: the same door as a push, whoever brings it."""

import gzip
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.device_models import Device, RevokeMode
from core import clock, db, files, ids
from core.journal import JournalEntry
from core.settings import SETTINGS
from inspections.models import LoggedOperation, UploadedBlob
from sync.exchange_file import CHUNK_BYTES, FileLine
from sync.models import HeadSignature
from tests.exchanging import brought, exported, joined, lines
from tests.tablets import Tablet, statuses
from tests.teams import Team, team_on_its_way

PHOTO = bytes(range(256)) * (CHUNK_BYTES // 256 * 2 + 3)


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet, which has no network."""
    return team.tablet()


@pytest.fixture
def leaders(team: Team) -> Tablet:
    """The leader's tablet, which has one."""
    return team.tablet(team.leader)


def note(tablet: Tablet, inspection: str, text: str = "Phòng họp tầng 2", **changed: object) -> str:
    """A working note is recorded."""
    return tablet.record(inspection, "note.add", f"note/{ids.new_id()}", {"text": text}, **changed)


def photographed(tablet: Tablet, inspection: str, content: bytes = PHOTO) -> FileLine:
    """A photo is taken; the line that announces it in a file."""
    name = f"sha256:{hashlib.sha256(content).hexdigest()}"
    body = {
        "blob": name, "size": len(content), "mime": "image/jpeg", "item": None, "caption": "",
        "taken_at": "2023-05-23T09:20:00+07:00",
    }  # fmt: skip
    tablet.record(inspection, "photo.add", f"photo/{ids.new_id()}", body)
    return FileLine(name, len(content), "image/jpeg", inspection)


def _log(app: Flask) -> list[tuple[str, int, str]]:
    with app.app_context(), db.reading() as session:
        rows = session.scalars(select(LoggedOperation).order_by(LoggedOperation.device, LoggedOperation.seq))
        return [(row.device, row.seq, row.hash) for row in rows]


def test_another_tablet_brings_everything_that_a_push_would_have_brought(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    for _ in range(5):
        note(tablet, team.id)
    answer = brought(leaders, exported(tablet, per_push=2))
    assert answer.status_code == 200, answer.text
    taken = [(one["first_seq"], one["last_seq"], statuses_of(one)) for one in answer.json["pushes"]]
    assert taken == [(1, 2, ["applied"] * 2), (3, 4, ["applied"] * 2), (5, 5, ["applied"])]
    assert _log(app) == [(tablet.device, seq, tablet.hashes[seq]) for seq in range(1, 6)]
    assert answer.json["pushes"][-1]["answer"]["receipt"]["body"].split("\n")[4:6] == ["5", tablet.hashes[5]]


def statuses_of(push: dict) -> list[str]:
    """What became of each operation of one batch."""
    return [result["status"] for result in push["answer"]["results"]]


def test_what_the_tablet_sends_later_is_known_and_the_other_way_round(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    note(tablet, team.id)
    assert tablet.push().status_code == 200
    note(tablet, team.id)
    raw = exported(tablet)
    first, again = brought(leaders, raw).json, brought(leaders, raw).json
    assert [statuses_of(one["pushes"][0]) for one in (first, again)] == [
        ["duplicate", "applied"], ["duplicate", "duplicate"],
    ]  # fmt: skip
    assert statuses(tablet.push()) == ["duplicate", "duplicate"]
    assert len(_log(app)) == 2


def test_a_file_that_holds_a_gap_is_told_where_it_begins_and_later_batches_do_not_suffer(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    for _ in range(3):
        note(tablet, team.id)
    own = team.tablet(team.leader)
    note(own, team.id)
    written = lines(exported(tablet, first=2))
    pushes = [written[1], json.dumps(own.batch())]
    end = json.dumps({"end": {"pushes": 2, "operations": 3, "files": 0}})
    answer = brought(leaders, joined([written[0], *pushes, end.replace(" ", "")])).json
    gap, good = answer["pushes"]
    assert (gap["problem"]["code"], gap["problem"]["members"]["expected_seq"]) == ("gap", 1)
    assert (statuses_of(good), _log(app)) == (["applied"], [(own.device, 1, own.hashes[1])])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"sig":"', '"sig":"A', "bad_signature"),
        ("Phòng họp", "Phòng khách", "bad_chain"),
        ('"ops":', '"opps":', "malformed"),
    ],
)
def test_an_altered_batch_is_refused_and_nothing_of_it_stored(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet, *, old: str, new: str, code: str
):
    note(tablet, team.id)
    first, batch, end = lines(exported(tablet))
    batch = json.dumps(json.loads(batch), ensure_ascii=False, separators=(",", ":"))
    assert old in batch
    answer = brought(leaders, joined([first, batch.replace(old, new), end])).json
    assert [one["problem"]["code"] for one in answer["pushes"]] == [code]
    assert _log(app) == []


def test_a_file_made_before_a_restore_is_taken_where_it_continues(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    note(tablet, team.id)
    tablet.epoch = "e-of-another-history"
    assert statuses_of(brought(leaders, exported(tablet)).json["pushes"][0]) == ["applied"]


def test_photos_come_along_whole_and_only_those_that_are_spoken_of(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    line = photographed(tablet, team.id)
    stray = FileLine(f"sha256:{hashlib.sha256(b'stray').hexdigest()}", 5, "image/jpeg", team.id)
    raw = exported(tablet, photos=[(stray, b"stray"), (line, PHOTO)])
    answer, again = brought(leaders, raw), brought(leaders, raw)
    assert [one["status"] for one in answer.json["files"]] == ["unwanted", "stored"]
    assert [one["status"] for one in again.json["files"]] == ["unwanted", "known"]
    with app.app_context(), db.reading() as session:
        (uploaded,) = session.scalars(select(UploadedBlob))
        assert (uploaded.device, uploaded.person_id) == (tablet.device, team.leader)
        assert files.read(uploaded.sha256) == PHOTO
        assert files.size_of(stray.blob[7:]) is None


def test_a_photo_with_other_bytes_is_refused_and_its_operation_stays(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    line = photographed(tablet, team.id)
    raw = exported(tablet, photos=[(line, PHOTO[:-1] + b"\x00")])
    answer = brought(leaders, raw).json
    assert (answer["files"][0]["status"], answer["files"][0]["problem"]["code"]) == (
        "refused", "hash_differs",
    )  # fmt: skip
    assert (statuses_of(answer["pushes"][0]), answer["damage"]) == (["applied"], None)


def test_a_photo_of_an_inspection_that_the_author_is_not_of_is_not_kept(
    app: Flask, team: Team, leaders: Tablet
):
    stranger = team.tablet(team.stranger)
    line = photographed(stranger, team.id)
    answer = brought(leaders, exported(stranger, photos=[(line, PHOTO)])).json
    assert (statuses_of(answer["pushes"][0]), answer["files"][0]["status"]) == (["quarantined"], "unwanted")


@pytest.mark.parametrize("cut", ["gzip", "lines", "middle"])
def test_what_stands_before_the_damage_is_taken_and_the_damage_named(
    team: Team, tablet: Tablet, leaders: Tablet, cut: str
):
    note(tablet, team.id)
    note(tablet, team.id)
    raw = exported(tablet, per_push=1, photos=[(photographed(tablet, team.id), PHOTO)])
    written = lines(raw)
    damaged = {
        "gzip": raw[: len(raw) * 2 // 3],
        "lines": joined(written[:3]),
        "middle": joined([*written[:3], written[-1]]),
    }[cut]
    answer = brought(leaders, damaged).json
    assert answer["damage"]["code"] == "file_cut"
    assert [statuses_of(one) for one in answer["pushes"]][:2] == [["applied"], ["applied"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04", gzip.compress(b""), gzip.compress(b"{}\n"), gzip.compress(b"\xff\xfe\n"),
        gzip.compress(b'{"format":"td1-exchange/1","device":"x","label":"","made_at":""}\n'),
        gzip.compress(b'{"format":"td1-exchange/9","device":"%s","label":"","made_at":""}\n'
                      % ids.new_id().encode()),
    ],
    ids=["another format", "nothing", "no head", "no text", "no device", "another version"],
)  # fmt: skip
def test_what_is_no_file_of_ours_is_refused_by_name(leaders: Tablet, raw: bytes):
    answer = brought(leaders, raw)
    assert (answer.status_code, answer.json["code"]) == (400, "no_exchange_file")


def test_a_bomb_is_stopped_where_it_swells(leaders: Tablet, tablet: Tablet, monkeypatch: pytest.MonkeyPatch):
    from sync import limits

    monkeypatch.setattr(limits, "MAX_IMPORT_INFLATED_BYTES", 1024 * 1024)
    first = lines(exported(tablet))[0]
    answer = brought(leaders, gzip.compress(f"{first}\n".encode() + b"0" * 50_000_000)).json
    assert answer["damage"]["code"] == "file_cut"


@pytest.mark.parametrize("headers", [{"Content-Type": "application/json"}, {"Content-Encoding": "gzip"}])
def test_another_form_of_body_is_refused_by_name(leaders: Tablet, tablet: Tablet, headers: dict[str, str]):
    answer = brought(leaders, exported(tablet), **headers)
    assert (answer.status_code, answer.json["code"]) == (415, "encoding")


def test_a_stranger_brings_nothing(app: Flask, tablet: Tablet):
    answer = app.test_client().post("/sync/v1/import", data=b"", headers={"Content-Type": "application/gzip"})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("mode", "seen"), [("retired", "applied"), ("lost", "device_revoked"), ("stolen", "device_revoked")]
)
def test_a_tablet_out_of_use_cannot_do_more_through_another_hand(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet, *, mode: str, seen: str
):
    note(tablet, team.id)
    with app.app_context(), db.writing() as session:
        device = session.get_one(Device, tablet.device)
        device.revoked_at, device.revoke_mode = clock.now(), RevokeMode(mode)
    (push,) = brought(leaders, exported(tablet)).json["pushes"]
    if mode == "stolen":
        assert (push["problem"]["code"], _log(app)) == (seen, [])
    else:
        (result,) = push["answer"]["results"]
        assert seen in (result["status"], (result["error"] or {}).get("code"))


def test_a_photo_is_not_kept_on_the_word_of_whoever_signs_nothing(
    team: Team, tablet: Tablet, leaders: Tablet
):
    line = photographed(tablet, team.id)
    raw = exported(tablet, photos=[(line, PHOTO)])
    forged = [written.replace('"sig": "', '"sig": "A') for written in lines(raw)]
    assert forged != lines(raw)
    answer = brought(leaders, joined(forged)).json
    assert [one["problem"]["code"] for one in answer["pushes"]] == ["bad_signature"]
    assert answer["files"][0]["status"] == "unwanted"
    with leaders.client.application.app_context():
        assert files.size_of(line.blob[7:]) is None


def test_photos_count_against_what_a_tablet_may_send_and_operations_do_not(
    app: Flask, team: Team, tablet: Tablet, leaders: Tablet
):
    app.extensions[SETTINGS] = replace(app.extensions[SETTINGS], device_daily_mb=1)
    photos = [PHOTO + bytes([number]) for number in range(2)]
    named = [(photographed(tablet, team.id, photo), photo) for photo in photos]
    answer = brought(leaders, exported(tablet, photos=named)).json
    assert [(one["status"], (one["problem"] or {}).get("code")) for one in answer["files"]] == [
        ("stored", None), ("refused", "quota_reached"),
    ]  # fmt: skip
    assert (statuses_of(answer["pushes"][0]), answer["damage"]) == (["applied"] * 2, None)


def test_files_and_pushes_that_cross_wait_for_each_other_in_no_ring(app: Flask, team: Team):
    """Two tablets push while two others bring the files of both, the one file in the other's order."""
    pairs = [team.tablet(), team.tablet(team.leader)]
    places = [team.id, team.another()]
    for number in range(40):
        for tablet, place in zip(pairs, places if number % 2 else places[::-1], strict=True):
            note(tablet, place)
    bodies = [json.dumps(tablet.batch()) for tablet in pairs]
    both = [
        joined([lines(exported(pairs[0]))[0], *order, '{"end":{"pushes":2,"operations":80,"files":0}}'])
        for order in (bodies, bodies[::-1])
    ]
    bringers = [team.tablet(), team.tablet(team.leader)]
    with ThreadPoolExecutor(4) as hands:
        files_taken = [hands.submit(brought, *one) for one in zip(bringers, both, strict=True)]
        pushed = [hands.submit(tablet.push) for tablet in pairs]
        answers = [one.result(timeout=60) for one in (*files_taken, *pushed)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [len(one["answer"]["results"]) for one in answers[0].json["pushes"]] == [40, 40]
    assert len(_log(app)) == 80


def test_whose_work_is_brought_was_not_seen_itself(app: Flask, team: Team, tablet: Tablet, leaders: Tablet):
    note(tablet, team.id)
    brought(leaders, exported(tablet))
    with app.app_context(), db.reading() as session:
        assert session.get_one(Device, tablet.device).last_seen_at is None
        (entry,) = session.scalars(select(JournalEntry).where(JournalEntry.event == "exchange.imported"))
        assert (entry.person_id, entry.details) == (team.leader, {"operations": 1, "refused": 0})


def test_the_signatures_that_were_brought_are_kept(app: Flask, team: Team, tablet: Tablet, leaders: Tablet):
    for _ in range(3):
        note(tablet, team.id)
    brought(leaders, exported(tablet, per_push=2))
    with app.app_context(), db.reading() as session:
        kept = session.scalars(select(HeadSignature).order_by(HeadSignature.seq))
        assert [(one.seq, one.head) for one in kept] == [(n, tablet.hashes[n]) for n in (2, 3)]
