"""Work after the commit is done once, tried again when it fails, and never by two workers at a time."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import create_app
from core import clock, db, jobs, worker
from core.jobs import Job, JobState, Work
from core.settings import Settings

SHORT, LONG = "test.short", "test.long"
Deed = Callable[[], None]
_deeds: list[Deed] = []


@jobs.handler(SHORT)
def _short(_session: Session, _payload: dict[str, object]) -> None:
    _deeds[-1]()


@jobs.long_handler(LONG)
def _long(_work: Work) -> None:
    _deeds[-1]()


@pytest.fixture(autouse=True)
def office(app: Flask) -> Iterator[None]:
    """Inside the application, with no deed left from another test."""
    _deeds.clear()
    with app.app_context():
        yield


def enqueued(deed: Deed, kind: str = SHORT, *, key: str | None = None) -> None:
    _deeds.append(deed)
    with db.writing() as session:
        jobs.enqueue(session, kind, {}, at=clock.now(), key=key)


def only() -> Job:
    with db.reading() as session:
        job = session.scalars(select(Job)).one()
        session.expunge(job)
        return job


def make_due() -> None:
    with db.writing() as session:
        session.execute(update(Job).values(run_at=clock.now()))


def fails() -> None:
    raise RuntimeError("the printer is out of paper")


def test_a_job_is_done_once():
    done: list[int] = []
    enqueued(lambda: done.append(1))
    assert (jobs.run_due(), done, only().state) == (1, [1], JobState.DONE)


def test_a_key_that_was_used_adds_nothing():
    done: list[int] = []
    for _ in range(2):
        enqueued(lambda: done.append(1), key="once")
    assert (jobs.run_due(), done) == (1, [1])


@pytest.mark.parametrize("kind", [SHORT, LONG])
def test_a_job_that_fails_is_tried_again_later(kind: str):
    done: list[int] = []
    enqueued(fails, kind)
    assert (jobs.run_one(), jobs.run_one()) == (True, False), "not again at once"
    failed = only()
    assert (failed.state, failed.last_error) == (JobState.QUEUED, "RuntimeError: the printer is out of paper")
    _deeds.append(lambda: done.append(1))
    make_due()
    assert (jobs.run_due(), done, only().state) == (1, [1], JobState.DONE)


def test_a_job_that_always_fails_is_given_up_and_stays_visible():
    enqueued(fails)
    for _ in range(jobs.MAX_ATTEMPTS + 2):
        make_due()
        jobs.run_one()
    assert (only().state, only().attempts) == (JobState.DEAD, jobs.MAX_ATTEMPTS)


def taken_by_another() -> None:
    """So much time passes that another worker takes the job."""
    with db.writing() as session:
        assert jobs.claim(session, at=clock.now() + jobs.LEASE + timedelta(seconds=1)) is not None


def test_a_worker_that_was_given_up_cannot_finish():
    enqueued(taken_by_another, LONG)
    assert jobs.run_one()
    assert (only().state, only().attempts) == (JobState.RUNNING, 2), "it belongs to the other worker"


def test_a_worker_that_was_given_up_and_then_fails_goes_on_with_other_work():
    def both() -> None:
        taken_by_another()
        fails()

    enqueued(both, LONG)
    assert jobs.run_one()
    assert (only().state, only().attempts, only().last_error) == (JobState.RUNNING, 2, None)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_worker_outlives_its_database(tmp_path, app: Flask):
    """A worker that ended instead would end the whole service after a few restarts."""
    gone = f"postgresql://nobody@/nothing?host={tmp_path}"
    stranded = create_app(Settings(data=tmp_path / "var", database_url=gone), testing=True)
    with stranded.app_context():
        assert worker.did_one() is False


def test_a_job_that_was_given_up_is_listed_and_can_be_tried_again(app: Flask):
    fails = [True] * jobs.MAX_ATTEMPTS

    def deed() -> None:
        if fails:
            fails.pop()
            raise ValueError("no paper")

    enqueued(deed)
    for _ in range(jobs.MAX_ATTEMPTS):
        with db.writing() as session:
            session.execute(update(Job).values(run_at=clock.now()))
        jobs.run_one()
    runner = app.test_cli_runner()
    listed = runner.invoke(args=["jobs", "list"]).output
    assert "dead" in listed
    assert "ValueError: no paper" in listed
    assert runner.invoke(args=["jobs", "retry", only().id]).exit_code == 0
    assert runner.invoke(args=["jobs", "retry", only().id]).exit_code == 1
    jobs.run_one()
    assert only().state == JobState.DONE
    assert runner.invoke(args=["jobs", "list"]).output == ""
