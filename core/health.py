"""Whether this process lives, and whether it can do its work; asked by programs, not by people."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, disk, jobs, settings
from core.access import PUBLIC
from core.caller import Caller
from core.epoch import Epoch
from core.page import page

bp = Blueprint("health", __name__)
blueprints = [bp]

_QUEUE_PATIENCE = timedelta(minutes=15)
# A batch of 8 MiB in the log and once more in its write-ahead log.
_LEAST_FREE_BYTES = 16 * 1024 * 1024
_PHOTO_BYTES = 8 * 1024 * 1024


@bp.get("/healthz")
def healthz() -> Any:
    """The process answers."""
    return jsonify(status="ok")


healthz.access = PUBLIC  # type: ignore[attr-defined] # without an edge: it must answer even if the database does not


@bp.get("/readyz")
@page(PUBLIC)
def readyz(*, session: Session, caller: Caller) -> Any:  # noqa: ARG001 (the edge's signature)
    """What works: 503 only where nothing can be recorded, so that no balancer shuts out what still can be.

    `degraded` answers 200: operations are taken while files are refused, or while documents wait too long.
    """
    checks = _checks(session)
    takes_operations = all(checks[name] for name in _NEEDED)
    status = "ready" if all(checks.values()) else "degraded"
    return jsonify(
        status=status if takes_operations else "not_ready", takes_operations=takes_operations,
        takes_files=takes_operations and checks["files"], checks=checks,
    ), 200 if takes_operations else 503  # fmt: skip


_NEEDED = ("database", "room")


def _checks(session: Session) -> dict[str, bool]:
    """Whether there is a prepared database, room for operations, room for a photo, and the queue moves."""
    oldest = session.scalar(select(func.min(jobs.Job.run_at)).where(jobs.Job.state == jobs.JobState.QUEUED))
    folder = settings.current().data
    return {
        "database": session.scalar(select(func.count()).select_from(Epoch)) != 0,
        "room": _is_elsewhere(session) or disk.has_free(folder, _LEAST_FREE_BYTES),
        "files": disk.takes(folder, _PHOTO_BYTES),
        "queue": oldest is None or clock.now() - oldest < _QUEUE_PATIENCE,
    }


def _is_elsewhere(session: Session) -> bool:
    """Whether the database has a disk of its own, of which nothing is known here."""
    return session.get_bind().dialect.name != "sqlite"
