"""Files that come in parts: what was taken stays, what is wrong is told, and the end is a file or nothing."""

import base64
import fcntl
import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from core import clock, db, files, ids, jobs, settings
from core.files import StoredFile
from inspections.models import UploadedBlob
from sync import uploads
from sync.models import PartialUpload
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 1000
SHA256 = hashlib.sha256(PHOTO).hexdigest()
NAME = f"sha256:{SHA256}"
CREATE = "/sync/v1/blobs/"


def b64(text: str | bytes) -> str:
    """Base64 as the headers carry it."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def checksum(content: bytes, algorithm: str = "sha256") -> dict[str, str]:
    """The header that announces what a part hashes to."""
    return {"Upload-Checksum": f"{algorithm} {b64(hashlib.new(algorithm, content).digest())}"}


@dataclass
class Sender:
    """A tablet that sends files in parts for one inspection."""

    team: Team
    tablet: Tablet

    def call(self, method: str, path: str, content: bytes = b"", /, **headers: str) -> Any:
        """A request as a client of tus makes it; a header that is empty is left out."""
        plain = self.tablet.headers | {"Tus-Resumable": "1.0.0"}
        given = plain | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.tablet.client.open(
            path, method=method, data=content, headers={name: v for name, v in given.items() if v},
            content_type=headers.get("Content_Type", ""), buffered=True,
            environ_overrides={"CONTENT_LENGTH": str(len(content))},
        )  # fmt: skip

    def create(self, content: bytes = PHOTO, **headers: str) -> Any:
        """Announce the content."""
        sha256 = hashlib.sha256(content).hexdigest()
        pairs = {"sha256": sha256, "inspection": self.team.id, "filetype": "image/jpeg"}
        told = ",".join(f"{name} {b64(value)}" for name, value in pairs.items())
        return self.call(
            "POST", CREATE, **({"Upload-Length": str(len(content)), "Upload-Metadata": told} | headers)
        )

    def patch(self, path: str, offset: int, content: bytes, **headers: str) -> Any:
        """Send a part."""
        usual = {"Content_Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        return self.call("PATCH", path, content, **(usual | headers))

    def head(self, path: str) -> Any:
        """Ask how far it has come."""
        return self.call("HEAD", path)

    def begun(self, content: bytes = PHOTO) -> str:
        """The address of an upload of the content, of which nothing has come."""
        answer = self.create(content)
        assert (answer.status_code, answer.json["offset"]) == (201, 0)
        return answer.headers["Location"]

    def fetched(self) -> Any:
        """The file, asked for by its name."""
        return self.tablet.get(f"/sync/v1/blobs/{NAME}")


@pytest.fixture
def sender(app: Flask) -> Sender:
    """The member's tablet on the way."""
    team = team_on_its_way(app)
    return Sender(team, team.tablet())


def said(answer: Any) -> tuple[int, str]:
    """Status and slug of a refusal."""
    assert answer.mimetype == "application/problem+json", answer.text
    return answer.status_code, answer.json["code"]


def leftovers(app: Flask) -> list[str]:
    """What lies in the staging folder."""
    with app.app_context():
        return sorted(path.name for path in files.staging().iterdir())


def test_a_file_sent_in_parts_is_there_byte_for_byte(app: Flask, sender: Sender):
    path = sender.begun()
    for start in range(0, len(PHOTO), 100_000):
        answer = sender.patch(path, start, PHOTO[start : start + 100_000])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (
            204,
            str(min(start + 100_000, len(PHOTO))),
        )
    assert (sender.fetched().data, sender.fetched().mimetype) == (PHOTO, "image/jpeg")
    assert leftovers(app) == []


def test_an_upload_says_how_far_it_has_come(sender: Sender):
    path = sender.begun()
    assert sender.head(path).headers["Upload-Offset"] == "0"
    sender.patch(path, 0, PHOTO[:70_000])
    headers = sender.head(path).headers
    assert (headers["Upload-Offset"], headers["Upload-Length"]) == ("70000", str(len(PHOTO)))
    assert (headers["Cache-Control"], headers["Tus-Resumable"]) == ("no-store", "1.0.0")
    sender.patch(path, 70_000, PHOTO[70_000:])
    assert sender.head(path).headers["Upload-Offset"] == str(len(PHOTO))


def test_a_file_may_come_along_with_its_announcement(app: Flask, sender: Sender):
    whole = sender.create(Content_Type="application/offset+octet-stream", **checksum(b""))
    assert whole.headers["Upload-Offset"] == "0"
    answer = sender.call(
        "POST", CREATE, PHOTO, Content_Type="application/offset+octet-stream", **announcement(sender)
    )
    assert (answer.status_code, answer.json["offset"]) == (201, len(PHOTO))
    assert sender.fetched().data == PHOTO


def announcement(sender: Sender, **changed: str) -> dict[str, str]:
    """The headers that announce the photo."""
    told = f"sha256 {b64(SHA256)},inspection {b64(sender.team.id)}"
    return {"Upload-Length": str(len(PHOTO)), "Upload-Metadata": told} | changed


def test_an_empty_file_is_complete_once_it_is_announced(app: Flask, sender: Sender):
    sender.create(b"")
    with app.app_context():
        assert files.read(hashlib.sha256(b"").hexdigest()) == b""


def test_a_part_that_does_not_begin_where_the_last_one_ended_is_refused(sender: Sender):
    path = sender.begun()
    sender.patch(path, 0, PHOTO[:1000])
    for offset in (0, 999, 1001, len(PHOTO)):
        answer = sender.patch(path, offset, PHOTO[offset : offset + 10])
        assert (*said(answer), answer.json["offset"]) == (409, "offset_differs", 1000)
    assert sender.head(path).headers["Upload-Offset"] == "1000"


def test_what_a_broken_connection_brought_is_kept(sender: Sender):
    path = sender.begun()
    answer = cut(sender, path, PHOTO[:150_000])
    assert said(answer) == (400, "truncated")
    assert sender.head(path).headers["Upload-Offset"] == "150000"
    assert sender.patch(path, 150_000, PHOTO[150_000:]).status_code == 204
    assert sender.fetched().data == PHOTO


def test_of_a_broken_part_with_a_checksum_nothing_is_kept(sender: Sender):
    path = sender.begun()
    assert said(cut(sender, path, PHOTO[:150_000], **checksum(PHOTO))) == (400, "truncated")
    assert sender.head(path).headers["Upload-Offset"] == "0"


def cut(sender: Sender, path: str, content: bytes, **headers: str) -> Any:
    """A part that ends before the length that was announced for it."""
    usual = {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": "0",
        "Tus-Resumable": "1.0.0",
    }
    return sender.tablet.client.patch(
        path, data=content, headers=sender.tablet.headers | usual | headers,
        environ_overrides={"CONTENT_LENGTH": str(len(PHOTO))},
    )  # fmt: skip


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_is_taken_if_it_hashes_to_what_it_says(sender: Sender, algorithm: str):
    path = sender.begun()
    assert sender.patch(path, 0, PHOTO[:500], **checksum(PHOTO[:500], algorithm)).status_code == 204
    damaged = sender.patch(path, 500, PHOTO[500:1000], **checksum(PHOTO[500:1001], algorithm))
    assert said(damaged) == (460, "part_damaged")
    assert sender.head(path).headers["Upload-Offset"] == "500"


@pytest.mark.parametrize(
    "header", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 x", f"sha256 {b64(b'short')}", "crc32 AAAA"]
)
def test_a_checksum_that_cannot_be_checked_is_refused(sender: Sender, header: str):
    path = sender.begun()
    answer = sender.patch(path, 0, PHOTO[:500], **{"Upload-Checksum": header})
    assert said(answer) == (400, "upload_header_wrong")
    assert sender.head(path).headers["Upload-Offset"] == "0"


def test_a_part_beyond_the_announced_end_is_refused(sender: Sender):
    path = sender.begun()
    sender.patch(path, 0, PHOTO[:1000])
    answer = sender.patch(path, 1000, PHOTO[1000:] + b"x")
    assert (*said(answer), answer.json["limit_bytes"]) == (413, "part_too_long", len(PHOTO) - 1000)
    assert sender.head(path).headers["Upload-Offset"] == "1000"


def test_other_bytes_than_announced_become_no_file_and_the_upload_begins_anew(app: Flask, sender: Sender):
    path = sender.begun()
    answer = sender.patch(path, 0, PHOTO[:-1] + b"x")
    assert said(answer) == (422, "hash_differs")
    assert (sender.head(path).headers["Upload-Offset"], sender.fetched().status_code) == ("0", 404)
    assert sender.patch(path, 0, PHOTO).status_code == 204
    assert sender.fetched().data == PHOTO


def test_who_sends_while_another_connection_sends_waits(app: Flask, sender: Sender):
    path = sender.begun()
    sender.patch(path, 0, PHOTO[:10])
    with app.app_context():
        place = uploads.staged(path.rpartition("/")[2])
    with place.open("rb") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        told = [sender.patch(path, 10, PHOTO[10:]), sender.call("DELETE", path)]
        assert [said(answer) for answer in told] == [(423, "upload_in_use")] * 2
        assert sender.head(path).status_code == 423
    assert sender.patch(path, 10, PHOTO[10:]).status_code == 204


def test_the_last_part_sent_again_after_its_answer_was_lost_changes_nothing(app: Flask, sender: Sender):
    path = sender.begun()
    sender.patch(path, 0, PHOTO)
    again = sender.patch(path, 0, PHOTO)
    assert (*said(again), again.json["offset"]) == (409, "offset_differs", len(PHOTO))
    assert sender.patch(path, len(PHOTO), b"").status_code == 204
    with app.app_context(), db.reading() as session:
        assert len(session.scalars(select(UploadedBlob)).all()) == 1
        assert len(session.scalars(select(StoredFile)).all()) == 1


def test_an_ended_upload_is_forgotten_and_its_file_stays(app: Flask, sender: Sender):
    half, whole = sender.begun(), sender.begun()
    sender.patch(half, 0, PHOTO[:10])
    sender.patch(whole, 0, PHOTO)
    for path in (half, whole):
        assert sender.call("DELETE", path).status_code == 204
        assert sender.head(path).status_code == 404
    assert (sender.fetched().data, leftovers(app)) == (PHOTO, [])


def test_an_upload_lapses_and_is_swept_away(app: Flask, sender: Sender):
    path = sender.begun()
    sender.patch(path, 0, PHOTO[:10])
    later = clock.now() + uploads.PATIENCE
    with time_machine.travel(later + timedelta(minutes=1), tick=False):
        keep_signed_in(app, sender)
        assert said(sender.patch(path, 10, PHOTO[10:])) == (410, "upload_expired")
        assert len(leftovers(app)) == 1
    with time_machine.travel(later + timedelta(days=2), tick=False), app.app_context():
        jobs.run_due()
    assert leftovers(app) == []
    with app.app_context(), db.reading() as session:
        assert session.scalars(select(PartialUpload)).all() == []


def keep_signed_in(app: Flask, sender: Sender) -> None:
    """The tablet has a token of today."""
    fresh = sender.team.tablet()
    with app.app_context(), db.writing() as session:
        for upload in session.scalars(select(PartialUpload)):
            upload.device = fresh.device
    sender.tablet = fresh


def test_the_sweep_leaves_what_is_still_waited_for(app: Flask, sender: Sender):
    sender.patch(sender.begun(), 0, PHOTO[:10])
    with app.app_context():
        (files.staging() / ids.new_id()).write_bytes(b"of a request that died")
        with db.writing() as session:
            assert uploads.sweep(session, at=clock.now() + timedelta(days=2)) == 1
    assert len(leftovers(app)) == 1


def test_another_tablet_does_not_learn_of_the_upload(sender: Sender):
    path = sender.begun()
    other = Sender(sender.team, sender.team.tablet(sender.team.leader))
    told = [other.patch(path, 0, PHOTO), other.call("DELETE", path)]
    assert [said(answer) for answer in told] == [(404, "upload_unknown")] * 2
    assert other.head(path).status_code == 404


def test_who_left_the_team_sends_no_more(app: Flask, sender: Sender):
    from inspections.models import TeamMember

    path = sender.begun()
    sender.patch(path, 0, PHOTO[:10])
    with app.app_context(), db.writing() as session:
        session.delete(session.get_one(TeamMember, (sender.team.id, sender.team.member)))
    assert said(sender.patch(path, 10, PHOTO[10:])) == (404, "inspection_unknown")
    with app.app_context():
        assert files.size_of(SHA256) is None


def test_a_file_for_a_foreign_inspection_is_refused_before_a_byte_is_read(sender: Sender):
    told = f"sha256 {b64(SHA256)},inspection {b64(sender.team.foreign())}"
    assert said(sender.create(**{"Upload-Metadata": told})) == (404, "inspection_unknown")


def test_a_file_that_no_operation_speaks_of_needs_an_inspection(sender: Sender):
    assert said(sender.create(**{"Upload-Metadata": f"sha256 {b64(SHA256)}"})) == (404, "blob_unwanted")


@pytest.mark.parametrize(
    "changed",
    [
        {"Upload-Length": ""},
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e3"},
        {"Upload-Length": "", "Upload-Defer-Length": "1"},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "sha256"},
        {"Upload-Metadata": f"sha256 {b64('x')}"},
        {"Upload-Metadata": f"sha256 {b64(SHA256.upper())}"},
        {"Upload-Metadata": f"sha256 {b64(SHA256)},sha256 {b64(SHA256)}"},
        {"Upload-Metadata": f"sha256 {b64(SHA256)},inspection {b64(bytes([0xFF]))}"},
        {"Upload-Metadata": f"sha256 {b64(SHA256)},inspection {b64('a' + chr(0))}"},
        {"Upload-Metadata": f"sha256 {SHA256}!"},
        {"Upload-Metadata": ",,,"},
    ],
)
def test_an_announcement_that_cannot_be_read_is_refused(app: Flask, sender: Sender, changed: dict[str, str]):
    assert said(sender.create(**changed)) == (400, "upload_header_wrong")
    assert leftovers(app) == []


def test_a_file_over_the_limit_is_refused_when_it_is_announced(sender: Sender):
    answer = sender.create(**{"Upload-Length": str(files.MAX_FILE_BYTES + 1)})
    assert said(answer) == (413, "file_too_large")


@pytest.mark.parametrize("version", ["", "0.2.2", "1.0"])
def test_another_version_of_the_protocol_is_refused(sender: Sender, version: str):
    answer = sender.create(**{"Tus-Resumable": version})
    assert said(answer) == (412, "tus_version_unknown")
    assert answer.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize("offset", ["", "x", "-1", "1.0", "9" * 20])
def test_a_part_that_does_not_say_where_it_begins_is_refused(sender: Sender, offset: str):
    answer = sender.patch(sender.begun(), 0, PHOTO, **{"Upload-Offset": offset})
    assert said(answer) == (400, "upload_header_wrong")


def test_a_part_of_another_type_or_packed_is_refused(sender: Sender):
    path = sender.begun()
    answers = [
        sender.patch(path, 0, PHOTO, Content_Type="image/jpeg"),
        sender.patch(path, 0, PHOTO, **{"Content-Encoding": "gzip"}),
        sender.call("POST", CREATE, PHOTO, Content_Type="image/jpeg", **announcement(sender)),
    ]
    assert [said(answer) for answer in answers] == [(415, "encoding")] * 3


def test_post_stands_in_for_patch_where_only_post_passes(sender: Sender):
    path = sender.begun()
    usual = {"Content_Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    assert said(sender.call("POST", path, PHOTO, **usual)) == (400, "malformed")
    answer = sender.call("POST", path, PHOTO, **usual, **{"X-HTTP-Method-Override": "PATCH"})
    assert (answer.status_code, sender.fetched().data) == (204, PHOTO)


def test_the_server_says_what_it_can(sender: Sender):
    headers = sender.call("OPTIONS", CREATE).headers
    assert headers["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert (headers["Tus-Version"], headers["Tus-Max-Size"]) == ("1.0.0", str(files.MAX_FILE_BYTES))
    assert headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_upload_says_when_it_lapses(sender: Sender):
    answer = sender.create()
    assert answer.headers["Upload-Expires"].endswith("GMT")
    assert (
        sender.head(answer.headers["Location"]).headers["Upload-Expires"] == answer.headers["Upload-Expires"]
    )


def allow(app: Flask, **chosen: int) -> None:
    """The office allows so much."""
    app.extensions[settings.SETTINGS] = replace(app.extensions[settings.SETTINGS], **chosen)


def megabytes(number: int) -> bytes:
    """A megabyte of its own."""
    return bytes([number]) * 1024 * 1024


@pytest.mark.parametrize("whose", ["device_daily_mb", "inspection_mb"])
def test_nobody_sends_more_than_the_quota_and_operations_still_come(app: Flask, sender: Sender, whose: str):
    allow(app, **{whose: 2})
    for number in (1, 2):
        path = sender.begun(megabytes(number))
        assert sender.patch(path, 0, megabytes(number)).status_code == 204
    answer = sender.create(megabytes(3))
    assert (*said(answer), answer.json["whose"]) == (507, "quota_reached", whose.partition("_")[0])
    simple = sender.tablet.client.put(
        f"/sync/v1/blobs/{NAME}?inspection={sender.team.id}", data=PHOTO, headers=sender.tablet.headers
    )
    assert said(simple) == (507, "quota_reached")
    sender.tablet.record(sender.team.id, "note.add", f"note/{ids.new_id()}", {"text": "Vẫn ghi được"})
    assert sender.tablet.push().json["results"][0]["status"] == "applied"


def test_what_is_announced_counts_until_it_lapses(app: Flask, sender: Sender):
    allow(app, device_daily_mb=2)
    sender.begun(megabytes(1) + megabytes(2))
    assert said(sender.create(megabytes(3))) == (507, "quota_reached")
    with time_machine.travel(clock.now() + uploads.PATIENCE + timedelta(minutes=1)):
        keep_signed_in(app, sender)
        assert sender.create(megabytes(3)).status_code == 201


def test_a_tablet_may_send_again_the_next_day(app: Flask, sender: Sender):
    allow(app, device_daily_mb=1)
    sender.patch(sender.begun(megabytes(1)), 0, megabytes(1))
    assert said(sender.create(megabytes(2))) == (507, "quota_reached")
    with app.app_context(), db.writing() as session:
        for blob in session.scalars(select(UploadedBlob)):
            blob.received_at -= timedelta(hours=25)
    assert sender.create(megabytes(2)).status_code == 201


def test_sending_again_what_is_there_costs_no_quota(app: Flask, sender: Sender):
    allow(app, inspection_mb=1)
    sender.patch(sender.begun(megabytes(1)), 0, megabytes(1))
    assert sender.create(megabytes(1)).status_code == 201


def test_a_disk_that_is_nearly_full_takes_operations_and_no_files(app: Flask, sender: Sender):
    path = sender.begun()
    allow(app, reserved_percent=100)
    told = [sender.create(), sender.patch(path, 0, PHOTO)]
    assert [said(answer) for answer in told] == [(507, "disk_nearly_full")] * 2
    sender.tablet.record(sender.team.id, "note.add", f"note/{ids.new_id()}", {"text": "Vẫn ghi được"})
    assert sender.tablet.push().json["results"][0]["status"] == "applied"
    allow(app, reserved_percent=1)
    assert sender.patch(path, 0, PHOTO).status_code == 204
