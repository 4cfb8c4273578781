"""A restore that is cut off at any change of the disk leaves the old data or the new, or nothing that serves.

A child process dies before each file it would open for writing, each rename, link, removal and connection;
then a fresh application looks at what lies there. What may be served is the old database with the old key or
the new one with its own key and epoch; where neither is so, serving is refused until the same command has
come to its end.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

import first_start
from app import create_app
from core import clock, db, epoch, files, journal, server_key
from core.backup import unfinished
from core.backup.errors import RestoreUnfinished
from core.caller import Caller
from core.settings import Settings

ROOT = Path(__file__).parents[2]
PHOTO = b"\xff\xd8\xff a photograph" * 40
WORD = "THAY DU LIEU"
CHANGES = frozenset(
    {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "sqlite3.connect"}
)
DIED, DONE = 9, 0


@pytest.fixture
def engine_name() -> str:
    """Of PostgreSQL, the restore is one transaction of its own tool."""
    return "sqlite"


def _opened(folder: Path) -> Flask:
    return create_app(Settings(data=folder, port=8000), testing=True)


def _note(app: Flask, event: str) -> None:
    with app.app_context():
        with db.writing() as session:
            journal.record(session, event, about=("x", "x"), by=Caller.system("test"), at=clock.now())
        db.db.engine.dispose()


def _restore(folder: Path, file: Path) -> int:
    app = _opened(folder)
    ran = app.test_cli_runner().invoke(args=["backup", "restore", str(file), "--replace", "--confirm", WORD])
    with app.app_context():
        db.db.engine.dispose()
    return ran.exit_code


class Look(NamedTuple):
    """What a server finds that is started now; whether it serves is asked last."""

    events: list[str]
    epoch: str | None
    key: bytes
    serves: bool


def _looked_at(folder: Path) -> Look:
    app = _opened(folder)
    with app.app_context():
        with db.reading() as session:
            events = list(
                session.scalars(select(journal.JournalEntry.event).order_by(journal.JournalEntry.id))
            )
            begun = session.scalar(select(epoch.Epoch.id).order_by(epoch.Epoch.started_at.desc()).limit(1))
        try:
            unfinished.check_none()
            serves = True
        except RestoreUnfinished:
            serves = False
        db.db.engine.dispose()
    return Look(events, begun, (folder / "keys" / "server.pem").read_bytes(), serves)


def _cut_at(number: int, act: Callable[[], object]) -> int:
    """How the child ended that died before its change of that number."""
    child = os.fork()
    if child == 0:
        left = [number]

        def watch(event: str, arguments: tuple) -> None:
            is_write = (
                event == "open"
                and isinstance(arguments[2], int)
                and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            if event in CHANGES or is_write:
                left[0] -= 1
                if left[0] == 0:
                    os._exit(DIED)

        sys.addaudithook(watch)
        try:
            act()
        finally:
            os._exit(DONE)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def before(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with data, and a backup of an earlier state of them."""
    folder = tmp_path / "data"
    app = _opened(folder)
    with app.app_context():
        list(first_start.migrate())
        with db.writing() as session:
            epoch.begin(session, at=clock.now())
            files.put(session, PHOTO, media_type="image/jpeg", at=clock.now())
        server_key.current()
    _note(app, "before.backup")
    file = tmp_path / "b.thucdia"
    assert app.test_cli_runner().invoke(args=["backup", "create", str(file)]).exit_code == DONE
    _note(app, "after.backup")
    (folder / "keys" / "server.pem").write_bytes(b"the key of another installation")
    return folder, file


def test_wherever_a_restore_is_cut_off_nothing_serves_a_mixture(before: tuple[Path, Path], tmp_path: Path):
    folder, file = before
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    old, seen = _looked_at(folder), set()
    for number in range(1, 200):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        ended = _cut_at(number, lambda: _restore(folder, file))
        found = _looked_at(folder)
        if ended == DONE:
            break
        seen.add("refuses" if not found.serves else "old" if found == old else "new")
        if found.serves and found != old:
            assert found.events == ["before.backup", "backup.restored"], number
            assert found.epoch != old.epoch, number
            assert found.key != old.key, number
    assert number > 20, "the child was not cut often enough to say anything"
    assert {"old", "refuses"} <= seen
    assert found.serves
    assert found.events == ["before.backup", "backup.restored"]
    assert found.key.startswith(b"-----BEGIN PRIVATE KEY")


def test_a_server_does_not_start_on_what_a_restore_left_half_way(before: tuple[Path, Path]):
    folder, file = before
    with _opened(folder).app_context():
        unfinished.begin(file, replaces=True)
    environment = os.environ | {"THUCDIA_DATA": str(folder), "THUCDIA_PORT": "8097"}
    told = subprocess.run(
        [sys.executable, "app.py", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert told.returncode == 1
    assert f"flask backup restore {file} --replace" in told.stderr
    assert _restore(folder, file) == DONE
    assert _looked_at(folder).serves


def test_what_was_cut_off_is_restored_by_doing_it_again(before: tuple[Path, Path], tmp_path: Path):
    folder, file = before
    kept, halves = tmp_path / "kept", 0
    shutil.copytree(folder, kept)
    for number in range(1, 200):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        if _cut_at(number, lambda: _restore(folder, file)) == DONE:
            break
        if _looked_at(folder).serves:
            continue
        halves += 1
        assert _restore(folder, file) == DONE, number
        found = _looked_at(folder)
        assert (found.events, found.serves) == (["before.backup", "backup.restored"], True), number
        app = _opened(folder)
        with app.app_context():
            with db.reading() as session:
                assert session.scalar(select(func.count()).select_from(files.StoredFile)) == 1
                assert session.scalar(select(func.count()).select_from(epoch.Epoch)) == 1
            db.db.engine.dispose()
    assert halves > 2


def test_a_restore_that_was_refused_leaves_key_and_mark_as_they_were(before: tuple[Path, Path]):
    folder, file = before
    old = _looked_at(folder)
    other = _opened(folder)
    with other.app_context(), db.reading() as session:
        session.scalar(select(func.count()).select_from(journal.JournalEntry))
    assert _restore(folder, file) == 1
    with other.app_context():
        db.db.engine.dispose()
    assert _looked_at(folder) == old
