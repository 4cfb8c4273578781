"""Whatever keeps the files, the same is promised: one suite for a folder and for a bucket over real HTTP."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock, files, settings
from core.file_errors import FileMissing, HashDiffers, StoreAway
from core.s3_store import S3Store
from core.stores import STORE, FolderStore, Store
from inspections.models import UploadedBlob
from tests import buckets
from tests.teams import team_on_its_way

PHOTO = b"\xff\xd8" + bytes(range(256)) * 3000
SHA256 = hashlib.sha256(PHOTO).hexdigest()
ABSENT = "0" * 64


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """One server for the module."""
    with buckets.running_s3() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store of each kind."""
    if request.param == "folder":
        return FolderStore(tmp_path / "blobs")
    client = buckets.client_of(request.getfixturevalue("s3_address"))
    return S3Store(client, buckets.new_bucket(client), prefix="anh/goc", folder=tmp_path)


def put(store: Store, content: bytes = PHOTO) -> str:
    """The content is in the store, by the way of its staging folder."""
    store.staging.mkdir(parents=True, exist_ok=True)
    staged = store.staging / "staged"
    staged.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    store.put(sha256, staged)
    staged.unlink(missing_ok=True)
    return sha256


def test_what_was_put_is_there_byte_for_byte(store: Store):
    assert (put(store), store.size(SHA256)) == (SHA256, len(PHOTO))
    with store.open(SHA256) as stream:
        assert stream.read() == PHOTO
    assert store.local(SHA256).read_bytes() == PHOTO


def test_a_stream_reads_on_from_where_it_is_sought(store: Store):
    put(store)
    with store.open(SHA256) as stream:
        stream.seek(500_000)
        assert stream.read(1000) == PHOTO[500_000:501_000]
        stream.seek(7)
        assert stream.read(3) == PHOTO[7:10]
        assert (stream.seek(0, os.SEEK_END), stream.read()) == (len(PHOTO), b"")


def test_an_empty_file_is_a_file(store: Store):
    sha256 = put(store, b"")
    assert store.size(sha256) == 0
    with store.open(sha256) as stream:
        assert stream.read() == b""


def test_what_was_never_put_is_missing(store: Store):
    assert store.size(ABSENT) is None
    for ask in (store.open, store.local):
        with pytest.raises(FileMissing):
            ask(ABSENT)


def test_putting_the_same_bytes_again_changes_nothing(store: Store):
    assert put(store) == put(store)
    assert list(store.names()) == [SHA256]


def test_the_names_are_those_of_the_files_and_of_nothing_that_is_on_its_way(store: Store):
    names = sorted(put(store, f"tệp {number}".encode()) for number in range(5))
    (store.staging / "half").write_bytes(b"half")
    assert list(store.names()) == names


def test_many_may_put_and_read_at_once(store: Store):
    faults: list[object] = []

    def work(number: int) -> None:
        content = PHOTO + number.to_bytes(1, "big")
        staged = store.staging / f"staged-{number}"
        staged.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        store.put(sha256, staged)
        with store.open(sha256) as stream:
            if stream.read() != content or store.local(sha256).read_bytes() != content:
                faults.append(number)

    store.staging.mkdir(parents=True, exist_ok=True)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, len(list(store.names()))) == ([], 6)


@pytest.fixture
def engine_name() -> str:
    """Where files lie does not depend on the database."""
    return "sqlite"


@pytest.fixture
def in_store(app: Flask, store: Store) -> Flask:
    """The application, keeping its files there."""
    app.extensions[STORE] = store
    return app


def test_a_tablet_puts_and_fetches_a_file_through_any_store(in_store: Flask, store: Store):
    team = team_on_its_way(in_store)
    tablet, name = team.tablet(), f"sha256:{SHA256}"
    sent = tablet.client.put(
        f"/sync/v1/blobs/{name}?inspection={team.id}", data=PHOTO, content_type="image/jpeg",
        headers=tablet.headers,
    )  # fmt: skip
    assert (sent.status_code, store.size(SHA256)) == (201, len(PHOTO))
    assert tablet.get(f"/sync/v1/blobs/{name}").data == PHOTO
    part = tablet.get(f"/sync/v1/blobs/{name}", Range="bytes=600000-600099")
    assert (part.status_code, part.data) == (206, PHOTO[600_000:600_100])
    assert part.headers["Content-Range"] == f"bytes 600000-600099/{len(PHOTO)}"
    beyond = tablet.get(f"/sync/v1/blobs/{name}", Range=f"bytes={len(PHOTO)}-")
    assert beyond.status_code == 416
    known = tablet.get(f"/sync/v1/blobs/{name}", **{"If-None-Match": part.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert list(store.staging.iterdir()) == []


def test_a_store_that_does_not_answer_is_a_reason_to_wait_and_leaves_no_row(app: Flask, tmp_path: Path):
    """The bucket is gone in the middle of the day: nothing says that the file is here, and nothing breaks."""
    with buckets.running_s3() as address:
        client = buckets.client_of(address)
        app.extensions[STORE] = S3Store(client, buckets.new_bucket(client), prefix="", folder=tmp_path)
    team = team_on_its_way(app)
    tablet = team.tablet()
    answer = tablet.client.put(
        f"/sync/v1/blobs/sha256:{SHA256}?inspection={team.id}", data=PHOTO, headers=tablet.headers
    )
    assert (answer.status_code, answer.json["code"]) == (429, "store_away")
    assert answer.headers["Retry-After"] == "30"
    with app.app_context():
        from core import db

        with db.reading() as session:
            assert session.scalars(select(UploadedBlob)).all() == []


def test_a_copy_of_what_was_changed_in_the_bucket_is_not_handed_out(s3_address: str, tmp_path: Path):
    client = buckets.client_of(s3_address)
    store = S3Store(client, buckets.new_bucket(client), prefix="", folder=tmp_path)
    client.put_object(Bucket=store._bucket, Key=SHA256, Body=PHOTO[:-1] + b"x")
    with pytest.raises(HashDiffers):
        store.local(SHA256)
    assert list((tmp_path / "fetched").iterdir()) == []


def test_a_bucket_that_nobody_made_is_no_missing_file_once_it_is_written_to(s3_address: str, tmp_path: Path):
    store = S3Store(buckets.client_of(s3_address), "khong-co", prefix="", folder=tmp_path)
    with pytest.raises(StoreAway):
        put(store)


def test_copies_that_nobody_asked_for_since_yesterday_are_cleared_away(s3_address: str, tmp_path: Path):
    client = buckets.client_of(s3_address)
    store = S3Store(client, buckets.new_bucket(client), prefix="", folder=tmp_path)
    old, new = (store.local(put(store, content)) for content in (b"cu", b"moi"))
    long_ago = clock.now().timestamp() - 2 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    store.local(put(store, b"moi nhat"))
    assert (old.exists(), new.exists()) == (False, True)


def test_the_settings_choose_the_bucket(
    s3_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: Flask
):
    for name, value in (buckets.KEYS | {"AWS_ENDPOINT_URL_S3": s3_address}).items():
        monkeypatch.setenv(name, value)
    bucket = buckets.new_bucket(buckets.client_of(s3_address))
    app.extensions[settings.SETTINGS] = settings.from_environment(
        {"THUCDIA_STORE": f"s3:{bucket}/goc", "THUCDIA_DATA": str(tmp_path)}
    )
    with app.app_context():
        from core import db

        with db.writing() as session:
            files.put(session, PHOTO, media_type="image/jpeg", at=clock.now())
        assert (files.read(SHA256), files.path(SHA256).read_bytes()) == (PHOTO, PHOTO)
    listed = buckets.client_of(s3_address).list_objects_v2(Bucket=bucket)["Contents"]
    assert [entry["Key"] for entry in listed] == [f"goc/{SHA256}"]


@pytest.fixture
def staged(app: Flask) -> Iterator[Callable[[], Path]]:
    """A file that lies whole in the staging folder, made anew at each call."""
    with app.app_context():

        def make() -> Path:
            place = files.staging() / "upload"
            place.write_bytes(PHOTO)
            return place

        yield make


def test_adopting_a_staged_file_can_be_repeated_after_a_crash(staged: Callable[[], Path]):
    """Whatever came before the commit may come twice: the staged file is there until it is let go."""
    place = staged()
    first, second = (files.adopt(place, expected_sha256=SHA256) for _ in range(2))
    assert (first, files.read(SHA256), place.read_bytes()) == (second, PHOTO, PHOTO)
    assert list(files.staging().iterdir()) == [place]


def test_adopting_another_file_than_announced_stores_nothing(staged: Callable[[], Path]):
    with pytest.raises(HashDiffers):
        files.adopt(staged(), expected_sha256=ABSENT)
    assert (files.size_of(SHA256), files.size_of(ABSENT)) == (None, None)


def test_a_file_system_without_links_is_given_a_copy(
    staged: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
):
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    place = staged()
    files.adopt(place, expected_sha256=SHA256)
    shutil.copyfile(os.devnull, place)
    assert files.read(SHA256) == PHOTO
