"""The mark of what is committed: it stays while nothing changes, and is another after every change."""

import threading

from flask import Flask

from core import clock, db, journal
from core.caller import Caller


def mark(app: Flask) -> tuple[object, ...]:
    """The mark as a reader has it now."""
    with app.app_context(), db.reading() as session:
        return db.state_mark(session)


def change(app: Flask) -> None:
    """Something is committed."""
    with app.app_context(), db.writing() as session:
        about = ("test", "1")
        journal.record(session, "test.happened", about=about, by=Caller.system("test"), at=clock.now())


def test_while_nothing_changes_the_mark_stays(app: Flask):
    change(app)
    assert mark(app) == mark(app)


def test_a_change_by_the_same_connection_changes_the_mark(app: Flask):
    before = mark(app)
    change(app)
    assert mark(app) != before


def test_a_change_by_another_connection_changes_the_mark(app: Flask):
    before, known, changed = mark(app), threading.Event(), threading.Event()

    def change_meanwhile() -> None:
        known.wait(20)
        change(app)
        changed.set()

    other = threading.Thread(target=change_meanwhile)
    other.start()
    with app.app_context(), db.reading():  # it holds the first connection, so that the change needs another
        known.set()
        assert changed.wait(20)
    other.join()
    assert mark(app) != before
