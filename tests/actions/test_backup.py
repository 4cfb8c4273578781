"""Backups: whole, consistent while others write, refused when hurt, and put back into a new epoch."""

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

import first_start
from app import create_app
from core import clock, db, epoch, files, journal, server_key
from core.backup import archive, places, restoring
from core.backup.errors import BackupDamaged, NotABackup
from core.caller import Caller
from core.settings import Settings
from tests import people, postgres

PHOTO = b"\xff\xd8\xff a photograph" * 40
PHOTO_HASH = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture(autouse=True)
def _postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{postgres._binaries() / 'bin'}{os.pathsep}{os.environ['PATH']}")


@dataclass
class House:
    """An installation with something in it, and commands typed at its keyboard."""

    app: Flask
    folder: Path

    @property
    def runner(self) -> FlaskCliRunner:
        return self.app.test_cli_runner()

    def create(self, name: str = "b.thucdia") -> Path:
        """A backup of it."""
        file = self.folder / name
        ran = self.runner.invoke(args=["backup", "create", str(file)])
        assert ran.exit_code == 0, ran.output
        return file

    def restore(self, file: Path, *options: str):
        return self.runner.invoke(args=["backup", "restore", str(file), *options])

    def epoch(self) -> str:
        with self.app.app_context(), db.reading() as session:
            return epoch.current(session)

    def events(self) -> list[str]:
        """What the journal holds, in order."""
        with self.app.app_context(), db.reading() as session:
            return list(session.scalars(select(journal.JournalEntry.event).order_by(journal.JournalEntry.id)))

    def note(self, event: str) -> None:
        """One more line in the journal."""
        with self.app.app_context(), db.writing() as session:
            journal.record(session, event, about=("x", "x"), by=Caller.system("test"), at=clock.now())


def _elsewhere(house: House, database_url: str) -> House:
    """An empty installation of the same kind of database, with the secret that protects cookies."""
    folder = house.folder / "elsewhere"
    secret = house.app.extensions["thucdia.settings"].keys / "secret"
    settings = Settings(data=folder, database_url=database_url, port=8000, secret_file=str(secret))
    return House(create_app(settings, testing=True), folder)


@pytest.fixture
def house(app: Flask, tmp_path: Path) -> House:
    people.there_is(app, "quan.tri", full_name="Bùi Quản Trị", roles=("administrator",))
    with app.app_context():
        flask_migrate.stamp(directory=str(first_start.MIGRATIONS))
        server_key.current()
        with db.writing() as session:
            files.put(session, PHOTO, media_type="image/jpeg", at=clock.now())
    made = House(app, tmp_path)
    made.note("before.backup")
    return made


@pytest.fixture
def empty(house: House, database_url: str) -> Iterator[House]:
    """An empty place: another folder, and for PostgreSQL another database."""
    made = _elsewhere(house, database_url)
    yield made
    with made.app.app_context():
        db.db.engine.dispose()


def test_a_backup_is_an_ordinary_tar_for_its_owner_alone(house: House):
    file = house.create()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert names[0] == "backup.json"
    assert names[-1] == "manifest.json"
    assert {"keys/server.pem"} == {name for name in names if name.startswith("keys/")}
    assert [name for name in names if name.startswith("blobs/")] == [f"blobs/{PHOTO_HASH}"]
    assert list(house.folder.glob("*.partial")) == [] == list(house.folder.glob(".backup-*"))


def test_what_was_backed_up_comes_back_in_a_new_epoch(house: House, empty: House):
    file, before = house.create(), house.epoch()
    house.note("after.backup")
    ran = empty.restore(file)
    assert ran.exit_code == 0, ran.output
    assert empty.events() == [*house.events()[:-1], "backup.restored"]
    assert empty.epoch() != before == house.epoch()
    with empty.app.app_context():
        assert files.read(PHOTO_HASH) == PHOTO
        assert server_key.current().thumbprint == _thumbprint(house)
    key = empty.folder / "keys" / "server.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert list(empty.folder.glob(".restore-*")) == []


def _thumbprint(house: House) -> str:
    with house.app.app_context():
        return server_key.current().thumbprint


def test_data_that_were_put_back_half_way_cannot_pass_for_the_old_history(house: House, empty: House):
    file = house.create()
    with empty.app.app_context():
        opening, manifest = restoring.check_fits(file, replaces=False)
        with restoring.staged(file, opening, manifest) as ready:
            places.current().put_in_place(ready.database, aside=empty.folder / "aside")
        with db.reading() as session:  # where a power cut would leave it
            assert session.scalar(select(func.count()).select_from(epoch.Epoch)) == 0
    assert empty.events() == house.events()


def test_nobody_is_signed_in_after_a_restore(house: House, empty: House):
    client = house.app.test_client()
    signed_in = client.post("/api/v1/sessions", json={"username": "quan.tri", "password": people.PASSWORD})
    assert signed_in.status_code == 201
    cookie = signed_in.headers["Set-Cookie"].split(";")[0]
    assert empty.restore(house.create()).exit_code == 0
    with_cookie = {"headers": {"Cookie": cookie}}
    assert house.app.test_client(use_cookies=False).get("/people/", **with_cookie).status_code == 200
    assert empty.app.test_client(use_cookies=False).get("/people/", **with_cookie).status_code == 302


def test_a_place_in_use_is_not_overwritten_unless_somebody_says_so(house: House):
    file = house.create()
    house.note("after.backup")
    refused = house.restore(file)
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    not_meant = house.restore(file, "--replace", "--confirm", "có")
    assert not_meant.exit_code == 1
    assert house.events()[-1] == "after.backup"
    with house.app.app_context():
        db.db.engine.dispose()
    ran = house.restore(file, "--replace", "--confirm", "THAY DU LIEU")
    assert ran.exit_code == 0, ran.output
    assert house.events()[-2:] == ["before.backup", "backup.restored"]


def test_what_was_replaced_is_kept(house: House, engine_name: str):
    file = house.create()
    house.note("after.backup")
    with house.app.app_context():
        db.db.engine.dispose()
    assert house.restore(file, "--replace", "--confirm", "THAY DU LIEU").exit_code == 0
    query = "SELECT event FROM journal_entry ORDER BY id DESC LIMIT 1"
    if engine_name == "sqlite":
        (old,) = (house.app.extensions["thucdia.settings"].data / "replaced").glob("*/thucdia.sqlite")
        with sqlite3.connect(old) as connection:
            kept = connection.execute(query).fetchone()[0]
    else:
        with house.app.app_context(), db.reading() as session:
            schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replaced_%'"
            old_schema = session.scalar(text(schemas))
            kept = session.scalar(text(query.replace("journal_entry", f'"{old_schema}".journal_entry')))
    assert kept == "after.backup"


def test_a_server_that_still_has_the_database_open_is_not_pulled_from_under(house: House, engine_name: str):
    file = house.create()
    with house.app.app_context():
        db.db.engine.dispose()
    other = create_app(house.app.extensions["thucdia.settings"], testing=True)
    with other.app_context(), db.reading() as session:
        session.scalar(select(func.count()).select_from(journal.JournalEntry))
    refused = house.restore(file, "--replace", "--confirm", "THAY DU LIEU")
    with other.app_context():
        db.db.engine.dispose()
    assert refused.exit_code == 1
    assert "dừng máy chủ" in refused.output
    assert not (house.app.extensions["thucdia.settings"].data / "replaced").exists()
    assert house.events()[-1] == "before.backup"


def test_a_backup_made_while_others_write_is_one_state(house: House, empty: House):
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            with house.app.app_context(), db.writing() as session:
                for half in ("first.half", "second.half"):  # both or neither
                    journal.record(
                        session, half, about=("n", str(number)), by=Caller.system("t"), at=clock.now()
                    )
            number += 1

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        backups = [house.create(f"{number}.thucdia") for number in range(3)]
    finally:
        done.set()
        for writer in writers:
            writer.join()
    assert empty.restore(backups[-1]).exit_code == 0
    events = empty.events()
    assert events.count("first.half") == events.count("second.half") > 0


def test_a_file_that_is_gone_is_named_and_the_rest_is_backed_up(house: House, empty: House):
    with house.app.app_context():
        files.path(PHOTO_HASH).unlink()
    file = house.folder / "b.thucdia"
    ran = house.runner.invoke(args=["backup", "create", str(file)])
    assert ran.exit_code == 1
    assert PHOTO_HASH in ran.output
    assert archive.checked(file)[1].missing == [PHOTO_HASH]
    ran = empty.restore(file)
    assert ran.exit_code == 1
    assert PHOTO_HASH in ran.output
    assert empty.events()[-2:] == ["before.backup", "backup.restored"]


def test_an_existing_file_is_never_overwritten(house: House):
    file = house.create()
    content = file.read_bytes()
    ran = house.runner.invoke(args=["backup", "create", str(file)])
    assert ran.exit_code == 1
    assert file.read_bytes() == content


def _put_back_refused(empty: House, file: Path, sentence: str) -> None:
    """Refused in one sentence, without a trace of it in the place."""
    before = sorted(path for path in empty.folder.rglob("*") if "keys" not in path.parts)
    ran = empty.restore(file)
    assert ran.exit_code == 1
    assert sentence in ran.output
    assert ran.output.count("\n") == 1
    assert sorted(path for path in empty.folder.rglob("*") if "keys" not in path.parts) == before
    with empty.app.app_context(), db.reading() as session:
        empty_query = "SELECT count(*) FROM sqlite_master"
        if session.get_bind().dialect.name != "sqlite":
            empty_query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert session.scalar(text(empty_query)) == 0


def test_what_is_no_backup_is_refused(house: House, empty: House):
    stranger = house.folder / "x"
    stranger.write_bytes(b"PK\x03\x04 something else")
    _put_back_refused(empty, stranger, "không phải bản sao lưu của Thực Địa")
    stranger.write_bytes(b"")
    _put_back_refused(empty, stranger, "không phải bản sao lưu của Thực Địa")


@pytest.mark.parametrize("share", [0.3, 0.97, 0.99999])
def test_a_truncated_backup_is_refused(house: House, empty: House, share: float):
    file = house.create()
    with file.open("r+b") as opened:
        opened.truncate(int(file.stat().st_size * share))
    _put_back_refused(empty, file, "bị cắt ngắn hoặc đã hỏng")


def _rewritten(file: Path, **changed: object) -> Path:
    """The same backup with another opening, and a trailer that fits: as an honest stranger would make it."""
    target = file.with_name("rewritten.thucdia")
    with tarfile.open(file) as tar, archive.written(target) as writer:
        for member in tar:
            content = tar.extractfile(member).read()
            if member.name == archive.FIRST:
                content = json.dumps(json.loads(content) | changed).encode()
            if member.name != archive.LAST:
                writer.add_bytes(member.name, content)
        writer.close(rows={}, missing=[])
    return target


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"product": "somebody-else"}, "không phải bản sao lưu của Thực Địa"),
        ({"migration": "9999_of_next_year"}, "phiên bản mới hơn"),
        ({"format": 2}, "phiên bản mới hơn"),
        ({"database": "oracle"}, "Bản sao lưu là của oracle"),
    ],
)
def test_a_backup_of_others_is_refused(house: House, empty: House, changed: dict, sentence: str):
    _put_back_refused(empty, _rewritten(house.create(), **changed), sentence)


def test_rows_that_were_counted_and_did_not_come_are_told(house: House, empty: House):
    file = house.create()
    target = file.with_name("fewer.thucdia")
    with tarfile.open(file) as tar, archive.written(target) as writer:
        for member in tar:
            if member.name != archive.LAST:
                writer.add_bytes(member.name, tar.extractfile(member).read())
        rows = archive.checked(file)[1].rows
        writer.close(rows=rows | {"journal_entry": rows["journal_entry"] + 1}, missing=[])
    ran = empty.restore(target)
    assert ran.exit_code == 1
    assert "Bảng journal_entry" in ran.output


def test_without_the_tools_of_postgresql_a_sentence_says_what_to_install(
    house: House, engine_name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = house.runner.invoke(args=["backup", "create", str(house.folder / "n.thucdia")])
    if engine_name == "sqlite":
        assert ran.exit_code == 0
    else:
        assert ran.exit_code == 1
        assert "postgresql-client" in ran.output
        assert not (house.folder / "n.thucdia").exists()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small backup, made without any database."""
    file = tmp_path_factory.mktemp("flips") / "whole.thucdia"
    with archive.written(file) as writer:
        opening = archive.Opening("thucdia", 1, "2026-08-22T08:00:00.000Z", "sqlite", "0001", "e-1")
        writer.add_bytes(archive.FIRST, archive.encoded(opening))
        writer.add_bytes("database.sqlite", b"x" * 700)
        writer.add_bytes(f"blobs/{'a' * 64}", b"y" * 900)
        writer.close(rows={"a": 1}, missing=[])
    return file


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_no_byte_of_a_backup_can_change_unnoticed(whole: Path, place: float, bit: int, cut: bool):
    content = bytearray(whole.read_bytes())
    at = int(place * len(content))
    if cut:
        del content[at:]
    else:
        content[at] ^= 1 << bit
    hurt = whole.with_name("hurt.thucdia")
    hurt.write_bytes(content)
    with pytest.raises((BackupDamaged, NotABackup)):
        archive.checked(hurt)


def test_the_untouched_file_is_taken(whole: Path):
    assert archive.checked(whole)[1].rows == {"a": 1}


def test_a_part_of_a_name_that_leads_elsewhere_is_refused(tmp_path: Path):
    file = tmp_path / "x.thucdia"
    with archive.written(file) as writer:
        opening = archive.Opening("thucdia", 1, "2026-08-22T08:00:00.000Z", "sqlite", "0001", "e-1")
        writer.add_bytes(archive.FIRST, archive.encoded(opening))
        writer.add_bytes("keys/../../etc/passwd", b"root")
        writer.close(rows={}, missing=[])
    with pytest.raises(BackupDamaged):
        archive.checked(file)
    shutil.rmtree(tmp_path)


def test_a_database_that_nobody_can_read_any_more_is_replaced_and_kept_as_it_was_found(
    house: House, engine_name: str
):
    if engine_name != "sqlite":
        pytest.skip("PostgreSQL keeps its own files")
    file = house.create()
    with house.app.app_context():
        db.db.engine.dispose()
    live = house.app.extensions["thucdia.settings"].data / "thucdia.sqlite"
    live.write_bytes(b"not a database at all" * 500)
    ran = house.restore(file, "--replace", "--confirm", "THAY DU LIEU")
    assert ran.exit_code == 0, ran.output
    assert house.events()[-2:] == ["before.backup", "backup.restored"]
    (kept,) = (live.parent / "replaced").glob("*/thucdia.sqlite")
    assert kept.read_bytes().startswith(b"not a database")
