"""Questions without a transaction: they see what is committed, cannot write, and outlive a restart."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import bindparam, exc, select, text
from sqlalchemy.orm import Session

from core import clock, db, epoch, glance, ids, journal
from core.caller import Caller
from core.glance import Glance, Mark, Question, among
from core.journal import JournalEntry
from inspections.models import Inspection
from tests.teams import Team, team_on_its_way

EPOCHS = Question(select(epoch.Epoch.id, epoch.Epoch.started_at))
NAMED = Question(select(Inspection.id).where(among(Inspection.id, "named")).order_by(Inspection.id))
ENTRIES = Question(select(JournalEntry.event).where(JournalEntry.event == bindparam("event")))


@pytest.fixture
def asked(app: Flask) -> Iterator[Glance]:
    """Somebody who asks questions."""
    with app.app_context(), glance.opened() as opened:
        yield opened


def change(app: Flask) -> None:
    """Something is committed."""
    with app.app_context(), db.writing() as session:
        noted(session)


def noted(session: Session) -> None:
    """Something is written."""
    about, by = ("test", "1"), Caller.system("test")
    journal.record(session, "test.happened", about=about, by=by, at=clock.now())


def test_a_question_is_answered_in_our_own_values(app: Flask, asked: Glance):
    with app.app_context(), db.reading() as session:
        known = [(one.id, one.started_at) for one in session.scalars(select(epoch.Epoch))]
    assert list(asked.rows(EPOCHS)) == known


def test_what_was_committed_is_seen_and_what_was_not_is_not(app: Flask, asked: Glance):
    with app.app_context():
        with db.rehearsing() as session:
            noted(session)
            session.flush()
            assert list(asked.rows(ENTRIES, event="test.happened")) == []
        change(app)
    assert list(asked.rows(ENTRIES, event="test.happened")) == [("test.happened",)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_ids_are_asked_for_by_any_number(app: Flask, asked: Glance, count: int):
    team: Team = team_on_its_way(app)
    wanted = sorted([team.id, team.another(), team.another()][:count])
    found = asked.rows(NAMED, named=[*wanted, ids.new_id()] if count else [])
    assert [one for (one,) in found] == wanted


def test_the_connection_cannot_write(app: Flask, engine_name: str):
    connection = app.extensions[db.GLANCES].raw_connection()
    refused = "readonly database" if engine_name == "sqlite" else "read-only transaction"
    try:
        with pytest.raises(Exception, match=refused):
            connection.driver_connection.execute("DELETE FROM epoch")
    finally:
        connection.close()


def test_what_fails_is_raised_as_by_every_read_and_the_next_question_is_answered(app: Flask):
    missing = Question(select(text("1")).where(text("nowhere.at_all = 1")))
    with app.app_context():
        with glance.opened() as first, pytest.raises(exc.DBAPIError):
            first.rows(missing)
        with glance.opened() as second:
            assert len(second.rows(EPOCHS)) == 1


def test_connections_that_a_restart_has_cut_are_made_anew(app: Flask, engine_name: str):
    if engine_name == "sqlite":
        pytest.skip("there is no server that could be started anew")
    with app.app_context():
        with glance.opened() as one, glance.opened() as other:
            assert len(one.rows(EPOCHS)) == len(other.rows(EPOCHS)) == 1
        with db.writing() as session:
            others = (
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
            session.execute(text(f"{others} AND datname = current_database()"))
        with glance.opened() as one, glance.opened() as other:
            assert len(one.rows(EPOCHS)) == len(other.rows(EPOCHS)) == 1


def mark(app: Flask) -> Mark:
    """The mark as whoever asks has it now."""
    with app.app_context(), glance.opened() as opened:
        row, found = opened.marked_row(EPOCHS)
    assert row is not None
    assert len(row) == 2
    return found


def test_while_nothing_changes_the_mark_stays(app: Flask):
    change(app)
    assert mark(app) == mark(app)


def test_every_change_changes_the_mark(app: Flask):
    marks = [mark(app)]
    for _ in range(5):
        change(app)
        marks.append(mark(app))
    assert len(set(marks)) == 6


def test_marks_of_two_who_ask_at_once_are_not_taken_for_each_other(app: Flask, engine_name: str):
    if engine_name != "sqlite":
        pytest.skip("on PostgreSQL a mark belongs to the database, not to the connection")
    with app.app_context(), glance.opened() as one, glance.opened() as other:
        _, before = one.marked_row(EPOCHS)
        _, beside = other.marked_row(EPOCHS)
        change(app)
        assert before != beside
        assert one.marked_row(EPOCHS)[1] != before


def test_a_change_by_another_thread_changes_the_mark(app: Flask, asked: Glance):
    _, before = asked.marked_row(EPOCHS)
    other = threading.Thread(target=change, args=(app,))
    other.start()
    other.join(20)
    assert asked.marked_row(EPOCHS)[1] != before
