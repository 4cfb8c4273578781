"""A restore that is cut off at any change of the disk leaves the old data or the new, never a mixture.

A child process dies before each file it would open for writing, each rename, link, removal and connection;
then a fresh application looks at what lies there, and the restore is carried out once more, to its end.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

import first_start
from app import create_app
from core import clock, db, epoch, files, journal
from core.caller import Caller
from core.settings import Settings

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


def _looked_at(folder: Path) -> tuple[list[str], str | None]:
    """The journal's last events, and the epoch, as a server finds them that is started now."""
    app = _opened(folder)
    with app.app_context():
        with db.reading() as session:
            events = list(
                session.scalars(select(journal.JournalEntry.event).order_by(journal.JournalEntry.id))
            )
            begun = session.scalar(select(epoch.Epoch.id).order_by(epoch.Epoch.started_at.desc()).limit(1))
        db.db.engine.dispose()
    return events, begun


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
    _note(app, "before.backup")
    file = tmp_path / "b.thucdia"
    assert app.test_cli_runner().invoke(args=["backup", "create", str(file)]).exit_code == DONE
    _note(app, "after.backup")
    return folder, file


def test_wherever_a_restore_is_cut_off_the_data_are_the_old_or_the_new(
    before: tuple[Path, Path], tmp_path: Path
):
    folder, file = before
    kept = tmp_path / "kept"
    shutil.copytree(folder, kept)
    old = _looked_at(folder)
    seen = set()
    for number in range(1, 200):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        ended = _cut_at(number, lambda: _restore(folder, file))
        if ended == DONE:
            break
        events, begun = _looked_at(folder)
        if events == old[0]:
            seen.add("old")
            assert begun == old[1], number
        else:
            seen.add("new")
            assert events[:1] == ["before.backup"], number
            assert begun != old[1], number
    assert number > 20, "the child was not cut often enough to say anything"
    assert seen == {"old", "new"}
    assert _looked_at(folder)[0] == ["before.backup", "backup.restored"]


def test_what_was_cut_off_is_restored_by_doing_it_again(before: tuple[Path, Path], tmp_path: Path):
    folder, file = before
    assert _cut_at(12, lambda: _restore(folder, file)) == DIED
    assert _restore(folder, file) == DONE
    assert _looked_at(folder)[0] == ["before.backup", "backup.restored"]
    app = _opened(folder)
    with app.app_context(), db.reading() as session:
        assert session.scalar(select(func.count()).select_from(files.StoredFile)) == 1
        assert session.scalar(select(func.count()).select_from(epoch.Epoch)) == 1
