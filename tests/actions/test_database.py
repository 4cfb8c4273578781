"""What both databases promise: writes only where they are announced, times that stay aware."""

import pytest
from flask import Flask
from sqlalchemy import exc, select

from core import clock, db, epoch, jobs
from core.caller import Caller
from core.journal import JournalEntry, record


def test_a_reading_transaction_cannot_write(app: Flask):
    with app.app_context(), db.reading() as session, pytest.raises(exc.DBAPIError):
        epoch.begin(session, at=clock.now())


def test_what_a_writing_transaction_wrote_is_there_afterwards(app: Flask):
    at = clock.now()
    with app.app_context():
        with db.writing() as session:
            record(session, "test.happened", about=("test", "1"), by=Caller.system("test"), at=at, n=1)
        with db.reading() as session:
            entry = session.scalars(select(JournalEntry)).one()
            assert (entry.event, entry.at, entry.details) == ("test.happened", at, {"n": 1})


def test_nothing_of_a_failed_transaction_is_there_afterwards(app: Flask):
    def fail_half_way() -> None:
        with db.writing() as session:
            record(session, "test.happened", about=("test", "1"), by=Caller.system("test"), at=clock.now())
            session.flush()
            raise ValueError("stop")

    with app.app_context():
        with pytest.raises(ValueError, match="stop"):
            fail_half_way()
        with db.reading() as session:
            assert session.scalars(select(JournalEntry)).all() == []


def test_a_naive_time_is_refused(app: Flask):
    naive = clock.now().replace(tzinfo=None)
    with app.app_context(), pytest.raises(TypeError, match="naive"), db.writing() as session:
        record(session, "test.happened", about=("test", "1"), by=Caller.system("test"), at=naive)


def test_a_naive_time_of_an_object_is_refused(app: Flask):
    naive = clock.now().replace(tzinfo=None)
    with app.app_context(), db.rehearsing() as session:
        session.add(epoch.Epoch(id="e-1", started_at=naive))
        with pytest.raises(exc.StatementError):
            session.flush()


def test_a_writing_transaction_inside_another_is_a_defect_found_at_once(app: Flask, engine_name: str):
    if engine_name != "sqlite":
        pytest.skip("the lock exists on SQLite only")
    with app.app_context(), db.writing(), pytest.raises(RuntimeError), db.writing():
        pass


def test_a_job_is_done_once_and_a_failing_one_is_kept_for_later(app: Flask):
    seen: list[str] = []

    @jobs.handler("test.note")
    def note(_session, payload):
        seen.append(payload["word"])
        if payload["word"] == "bad":
            raise ValueError("bad word")

    with app.app_context():
        with db.writing() as session:
            for word in ("good", "bad"):
                jobs.enqueue(session, "test.note", {"word": word}, at=clock.now(), key=word)
                jobs.enqueue(session, "test.note", {"word": word}, at=clock.now(), key=word)
        assert jobs.run_due() == 2
        assert sorted(seen) == ["bad", "good"]
        with db.reading() as session:
            states = {
                job.key: (job.state, job.attempts, job.last_error)
                for job in session.scalars(select(jobs.Job))
            }
        assert states == {"good": ("done", 1, None), "bad": ("queued", 1, "ValueError: bad word")}
