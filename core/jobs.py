"""Work that happens after the commit: a table in the same database, a lease, and a fence.

A job is written in the business transaction, so it exists exactly if its cause does. A worker leases it; when
the worker dies the lease runs out and another takes it, and the first, should it come back, finds its
attempt number outdated and can write nothing. Handlers may therefore run more than once, and must allow it.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import JSON, Index, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, db, ids, journal
from core.caller import Caller
from core.db import Base, Id, UTCDateTime

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 6
_log = structlog.get_logger()


class JobState(StrEnum):
    """Trạng thái của một việc nền."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """Một việc nền."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_run_at", "state", "run_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String)
    key: Mapped[str | None] = mapped_column(String, unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String)
    attempts: Mapped[int]
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LeaseLost(Exception):  # noqa: N818 (not a defect: another worker has the job)
    """The lease ran out while working, and somebody else has the job."""


@dataclass(frozen=True)
class Work:
    """A leased job as its handler sees it."""

    job_id: str
    attempt: int
    payload: dict[str, Any]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A committed transaction, possible only while the lease is ours.

        Raises:
            LeaseLost: another worker has taken the job over.
        """
        with db.writing() as session:
            _fenced(session, self)
            yield session


Handler = Callable[[Session, dict[str, Any]], None]
OwnTransactionsHandler = Callable[[Work], None]
_simple: dict[str, Handler] = {}
_own: dict[str, OwnTransactionsHandler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind within one transaction, their completion included."""

    def register(function: Handler) -> Handler:
        _simple[kind] = function
        return function

    return register


def long_handler(kind: str) -> Callable[[OwnTransactionsHandler], OwnTransactionsHandler]:
    """Register a function that works outside transactions and opens `work.writing()` where it must write."""

    def register(function: OwnTransactionsHandler) -> OwnTransactionsHandler:
        _own[kind] = function
        return function

    return register


def enqueue(
    session: Session, kind: str, payload: dict[str, Any], *, at: datetime, key: str | None = None
) -> None:
    """The job will run after the commit; with a `key` that was used before nothing is added."""
    if key is not None and session.scalar(select(Job.id).where(Job.key == key)) is not None:
        return
    session.add(
        Job(
            id=ids.new_id(), kind=kind, key=key, payload=payload, state=JobState.QUEUED, attempts=0,
            run_at=at, leased_until=None, last_error=None, created_at=at, finished_at=None,
        )
    )  # fmt: skip


def _fenced(session: Session, work: Work) -> Job:
    job = session.get_one(Job, work.job_id, with_for_update=True)
    if job.state != JobState.RUNNING or job.attempts != work.attempt:
        raise LeaseLost(work.job_id)
    return job


def claim(session: Session, *, at: datetime) -> tuple[str, Work] | None:
    """Lease the oldest job that is due, or whose worker has gone silent; its kind and the work."""
    due = or_(
        (Job.state == JobState.QUEUED) & (Job.run_at <= at),
        (Job.state == JobState.RUNNING) & (Job.leased_until < at),
    )
    job = session.scalar(
        select(Job).where(due).order_by(Job.run_at, Job.id).limit(1).with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state, job.attempts, job.leased_until = JobState.RUNNING, job.attempts + 1, at + LEASE
    return job.kind, Work(job.id, job.attempts, job.payload)


def _finish(session: Session, work: Work) -> None:
    job = _fenced(session, work)
    job.state, job.finished_at, job.leased_until = JobState.DONE, clock.now(), None


def _postpone(work: Work, error: Exception) -> None:
    """Try again later, each time twice as late; after the last attempt the job is dead and stays visible."""
    with db.writing() as session:
        job = _fenced(session, work)
        job.last_error = "".join(traceback.format_exception_only(error)).strip()[:2000]
        job.leased_until = None
        if job.attempts >= MAX_ATTEMPTS:
            job.state, job.finished_at = JobState.DEAD, clock.now()
        else:
            job.state = JobState.QUEUED
            job.run_at = clock.now() + timedelta(seconds=2**job.attempts)


def run_one() -> bool:
    """Do one due job to its end; whether there was one."""
    with db.writing() as session:
        claimed = claim(session, at=clock.now())
    if claimed is None:
        return False
    kind, work = claimed
    try:
        _do(kind, work)
    except LeaseLost:
        _log.warning("job.lease_lost", job=work.job_id, kind=kind)
    return True


def _do(kind: str, work: Work) -> None:
    """The job is done, or its failure is recorded.

    Raises:
        LeaseLost: another worker has taken the job over before its end could be recorded.
    """
    try:
        if kind in _own:
            _own[kind](work)
            with db.writing() as session:
                _finish(session, work)
        else:
            with work.writing() as session:
                _simple[kind](session, work.payload)
                _finish(session, work)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 (the one place that may: a job's failure is recorded, never lost)
        _log.error("job.failed", job=work.job_id, kind=kind, attempt=work.attempt, exc_info=error)
        _postpone(work, error)


def run_due(limit: int = 1000) -> int:
    """Do every job that is due now, at most `limit`; how many were done."""
    return next((done for done in range(limit) if not run_one()), limit)


def not_done(session: Session) -> Sequence[Job]:
    """The jobs that wait, run or have been given up, oldest first."""
    return session.scalars(
        select(Job).where(Job.state != JobState.DONE).order_by(Job.created_at, Job.id)
    ).all()


def revive(session: Session, job_id: str, *, by: Caller, at: datetime) -> bool:
    """A job that was given up is due again, with all its attempts; whether there was such a job."""
    job = session.get(Job, job_id, with_for_update=True) if ids.is_id(job_id) else None
    if job is None or job.state != JobState.DEAD:
        return False
    job.state, job.attempts, job.run_at, job.finished_at = JobState.QUEUED, 0, at, None
    journal.record(session, "job.revived", about=("job", job.id), by=by, at=at, kind=job.kind)
    return True
