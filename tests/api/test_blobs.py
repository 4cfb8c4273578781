"""Photos and files: the name is the hash, nobody else learns of them, and what waited for them goes on."""

import gzip
import hashlib

import pytest
from flask import Flask
from sqlalchemy import select

from core import db, files, ids
from core.files import StoredFile
from inspections.models import UploadedBlob
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

PHOTO = b"\xff\xd8\xff\xe0" + b"anh chup bang tin" * 1000
NAME = f"sha256:{hashlib.sha256(PHOTO).hexdigest()}"


@pytest.fixture
def team(app: Flask) -> Team:
    """An inspection on its way."""
    return team_on_its_way(app)


@pytest.fixture
def tablet(team: Team) -> Tablet:
    """The member's tablet."""
    return team.tablet()


def speak_of(tablet: Tablet, inspection: str, name: str = NAME) -> None:
    """An operation names the file and is on the server."""
    body = {"blob": name, "size": len(PHOTO), "mime": "image/jpeg"}
    tablet.record(inspection, "photo.add", f"photo/{ids.new_id()}", body)
    assert tablet.push(len(tablet.operations)).status_code == 200


def put(tablet: Tablet, content: bytes = PHOTO, *, name: str = NAME, query: str = "", **headers: str):
    """Send the file."""
    return tablet.client.put(
        f"/sync/v1/blobs/{name}{query}", data=content, content_type="image/jpeg",
        headers=tablet.headers | headers,
    )  # fmt: skip


def test_a_file_that_an_operation_speaks_of_is_taken_and_comes_back(team: Team, tablet: Tablet):
    speak_of(tablet, team.id)
    answer = put(tablet)
    assert (answer.status_code, answer.json) == (201, {"blob": NAME, "size": len(PHOTO)})
    got = tablet.get(f"/sync/v1/blobs/{NAME}")
    assert (got.data, got.mimetype) == (PHOTO, "image/jpeg")
    assert tablet.push(1).json["missing_blobs"] == []


def test_a_download_can_do_no_harm_in_a_browser(team: Team, tablet: Tablet):
    put(tablet, query=f"?inspection={team.id}")
    headers = tablet.get(f"/sync/v1/blobs/{NAME}").headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, immutable, max-age=31536000"


def test_a_download_resumes(team: Team, tablet: Tablet):
    put(tablet, query=f"?inspection={team.id}")
    part = tablet.get(f"/sync/v1/blobs/{NAME}", Range="bytes=100-199")
    assert (part.status_code, part.data) == (206, PHOTO[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(PHOTO)}"
    assert tablet.get(f"/sync/v1/blobs/{NAME}", Range=f"bytes={len(PHOTO)}-").status_code == 416


def test_a_file_known_to_the_tablet_is_not_sent_again(team: Team, tablet: Tablet):
    put(tablet, query=f"?inspection={team.id}")
    etag = tablet.get(f"/sync/v1/blobs/{NAME}").headers["ETag"]
    assert tablet.get(f"/sync/v1/blobs/{NAME}", **{"If-None-Match": etag}).status_code == 304


def test_sending_twice_stores_once(app: Flask, team: Team, tablet: Tablet):
    query = f"?inspection={team.id}"
    assert [put(tablet, query=query).status_code for _ in range(2)] == [201, 200]
    with app.app_context(), db.reading() as session:
        assert len(session.scalars(select(StoredFile)).all()) == 1
        assert len(session.scalars(select(UploadedBlob)).all()) == 1


@pytest.mark.parametrize("content", [PHOTO[:-1], PHOTO + b"x", PHOTO[:500]])
def test_other_bytes_than_the_name_says_are_not_kept(app: Flask, team: Team, tablet: Tablet, content: bytes):
    answer = put(tablet, content, query=f"?inspection={team.id}")
    assert (answer.status_code, answer.json["code"]) == (422, "hash_differs")
    with app.app_context():
        assert files.size_of(NAME.removeprefix("sha256:")) is None
        assert list(files.staging().iterdir()) == []
    assert tablet.get(f"/sync/v1/blobs/{NAME}").json["code"] == "blob_unknown"


def test_a_truncated_file_is_not_kept(app: Flask, team: Team, tablet: Tablet):
    answer = tablet.client.put(
        f"/sync/v1/blobs/{NAME}?inspection={team.id}", data=PHOTO[:100], headers=tablet.headers,
        environ_overrides={"CONTENT_LENGTH": str(len(PHOTO))},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (400, "truncated")


def test_a_file_over_the_limit_is_refused_before_it_is_read(team: Team, tablet: Tablet):
    answer = tablet.client.put(
        f"/sync/v1/blobs/{NAME}?inspection={team.id}", data=b"", headers=tablet.headers,
        environ_overrides={"CONTENT_LENGTH": str(files.MAX_FILE_BYTES + 1)},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")


def test_a_file_without_a_length_is_refused(team: Team, tablet: Tablet):
    answer = tablet.client.put(
        f"/sync/v1/blobs/{NAME}?inspection={team.id}", data=b"", headers=tablet.headers,
        environ_overrides={"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (411, "length_required")


def test_a_packed_file_is_refused(team: Team, tablet: Tablet):
    answer = put(tablet, gzip.compress(PHOTO), query=f"?inspection={team.id}", **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json["code"]) == (415, "encoding")


@pytest.mark.parametrize(
    "name",
    ["x", "sha256:", "sha256:" + "AB" * 32, "sha256:" + "a" * 63, "md5:" + "a" * 32, "sha256:" + "a" * 65],
)
def test_a_file_without_a_proper_name_is_refused(team: Team, tablet: Tablet, name: str):
    told = [put(tablet, name=name), tablet.get(f"/sync/v1/blobs/{name}")]
    assert [(one.status_code, one.json["code"]) for one in told] == [(400, "blob_name_wrong")] * 2


def test_nobody_stores_what_no_operation_speaks_of(team: Team, tablet: Tablet):
    answer = put(tablet)
    assert (answer.status_code, answer.json["code"]) == (404, "blob_unwanted")


@pytest.mark.parametrize(
    ("inspection", "refusal"),
    [("", (404, "inspection_unknown")), ("x", (404, "inspection_unknown")), ("%00", (400, "malformed"))],
)
def test_a_file_for_no_inspection_is_refused(tablet: Tablet, inspection: str, refusal: tuple[int, str]):
    answer = put(tablet, query=f"?inspection={inspection}")
    assert (answer.status_code, answer.json["code"]) == refusal


def test_a_file_for_a_foreign_inspection_is_refused_like_one_for_none(team: Team, tablet: Tablet):
    answer = put(tablet, query=f"?inspection={team.foreign()}")
    assert (answer.status_code, answer.json["code"]) == (404, "inspection_unknown")


def test_a_foreign_file_cannot_be_read_nor_its_existence_learnt(team: Team, tablet: Tablet):
    foreign = team.foreign()
    other = team.tablet(team.stranger)
    put(other, query=f"?inspection={foreign}")
    speak_of(tablet, team.id)
    assert tablet.get(f"/sync/v1/blobs/{NAME}").json["code"] == "blob_unknown"
    assert _missing(tablet, team.id, [NAME]).json == {"missing": [NAME]}
    assert tablet.push(1).json["missing_blobs"] == [NAME]
    assert put(tablet).status_code == 201
    assert tablet.get(f"/sync/v1/blobs/{NAME}").data == PHOTO


def _missing(tablet: Tablet, inspection: str, hashes: object):
    return tablet.client.post(
        "/sync/v1/blobs/missing", json={"inspection": inspection, "hashes": hashes}, headers=tablet.headers
    )


def test_what_is_missing_is_told_in_the_order_asked(team: Team, tablet: Tablet):
    put(tablet, query=f"?inspection={team.id}")
    absent = ["sha256:" + digit * 64 for digit in "cab"]
    answer = _missing(tablet, team.id, [absent[0], NAME, *absent[1:]])
    assert (answer.status_code, answer.json) == (200, {"missing": absent})


@pytest.mark.parametrize(
    ("hashes", "code"),
    [
        (["x"], "blob_name_wrong"),
        ("x", "malformed"),
        ([7], "malformed"),
        (["sha256:" + "a" * 64] * 1001, "malformed"),
    ],
)
def test_a_wrong_question_about_files_is_refused(team: Team, tablet: Tablet, hashes: object, code: str):
    answer = _missing(tablet, team.id, hashes)
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_files_of_a_foreign_inspection_are_not_spoken_about(team: Team, tablet: Tablet):
    assert _missing(tablet, team.foreign(), [NAME]).json["code"] == "inspection_unknown"


def test_an_unknown_type_comes_back_as_bytes(team: Team, tablet: Tablet):
    page = b"<script>alert(1)</script>"
    name = f"sha256:{hashlib.sha256(page).hexdigest()}"
    tablet.client.put(
        f"/sync/v1/blobs/{name}?inspection={team.id}", data=page, content_type="text/html",
        headers=tablet.headers,
    )  # fmt: skip
    assert tablet.get(f"/sync/v1/blobs/{name}").mimetype == "application/octet-stream"
