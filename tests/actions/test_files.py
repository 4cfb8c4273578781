"""Files are stored under their own hash, whole or not at all."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core import clock, disk, files, settings
from core.file_errors import DiskNearlyFull

PHOTO = b"\xff\xd8" + bytes(range(256)) * 500
SHA256 = hashlib.sha256(PHOTO).hexdigest()


def _stored_paths() -> list[Path]:
    return [path for path in (settings.current().data / "blobs").rglob("*") if path.is_file()]


def test_a_file_lies_under_its_hash_and_reads_back_byte_for_byte(session: Session):
    stored = files.put(session, PHOTO, media_type="image/jpeg", at=clock.now())
    assert (stored.sha256, stored.size_bytes) == (SHA256, len(PHOTO))
    assert files.read(SHA256) == PHOTO
    assert _stored_paths() == [files.path(SHA256)]


def test_storing_the_same_bytes_twice_is_storing_them_once(session: Session):
    first = files.put(session, PHOTO, media_type="image/jpeg", at=clock.now())
    second = files.put(session, PHOTO, media_type="image/jpeg", at=clock.now())
    assert first is second
    assert len(_stored_paths()) == 1


@pytest.mark.parametrize(
    "announced",
    [
        {"expected_sha256": "0" * 64},
        {"expected_bytes": len(PHOTO) + 1},
        {"expected_bytes": 0},
        {"expected_sha256": SHA256[:-1] + "x"},
    ],
)
def test_bytes_that_are_not_what_was_announced_leave_nothing_behind(session: Session, announced: dict):
    with pytest.raises(files.HashDiffers) as refusal:
        files.receive(io.BytesIO(PHOTO), **announced)
    assert refusal.value.members["received"] == SHA256
    assert _stored_paths() == []


def test_a_file_over_the_limit_leaves_nothing_behind(session: Session):
    with pytest.raises(files.FileTooLarge):
        files.receive(io.BytesIO(PHOTO), limit_bytes=len(PHOTO) - 1)
    assert _stored_paths() == []


def test_a_stream_that_breaks_off_leaves_nothing_behind(session: Session):
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError("cut")
            return super().read(min(size or 1, 1000))

    with pytest.raises(ConnectionResetError):
        files.receive(Breaking(PHOTO))
    assert _stored_paths() == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "", SHA256 + "0"])
def test_a_name_that_is_no_hash_reaches_no_file(app: Flask, name: str):
    with app.app_context(), pytest.raises(files.FileMissing):
        files.path(name)


def test_no_space_is_refused_before_anything_is_written(app: Flask, session: Session):
    app.extensions[settings.SETTINGS] = replace(settings.current(), reserved_percent=100)
    with pytest.raises(DiskNearlyFull):
        files.receive(io.BytesIO(PHOTO))
    assert _stored_paths() == []


@pytest.mark.parametrize(
    ("free_bytes", "incoming_bytes", "keeps"),
    [(100, 50, True), (100, 51, False), (50, 0, True), (49, 0, False)],
)
def test_what_comes_in_counts_against_the_reserve(free_bytes: int, incoming_bytes: int, keeps: bool):
    assert keeps == disk.keeps_reserve(
        free_bytes=free_bytes, total_bytes=1000, incoming_bytes=incoming_bytes, reserved_percent=5
    )
