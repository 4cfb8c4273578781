"""Whether this process lives, and whether it can do its work; asked by programs, not by people."""

import shutil
from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock, jobs, settings
from core.access import PUBLIC
from core.caller import Caller
from core.epoch import Epoch
from core.page import page

bp = Blueprint("health", __name__)
blueprints = [bp]

_QUEUE_PATIENCE = timedelta(minutes=15)
_FREE_SHARE = 0.05


@bp.get("/healthz")
def healthz() -> Any:
    """The process answers."""
    return jsonify(status="ok")


healthz.access = PUBLIC  # type: ignore[attr-defined] # without an edge: it must answer even if the database does not


@bp.get("/readyz")
@page(PUBLIC)
def readyz(*, session: Session, caller: Caller) -> Any:  # noqa: ARG001 (the edge's signature)
    """Database, migrations, age of the job queue and disk, each with its verdict; 503 if one fails."""
    checks = _checks(session)
    ready = all(checks.values())
    return jsonify(status="ready" if ready else "not_ready", checks=checks), 200 if ready else 503


def _checks(session: Session) -> dict[str, bool]:
    oldest = session.scalar(select(func.min(jobs.Job.run_at)).where(jobs.Job.state == jobs.JobState.QUEUED))
    usage = shutil.disk_usage(settings.current().data)
    return {
        "database": session.scalar(select(func.count()).select_from(Epoch)) != 0,
        "queue": oldest is None or clock.now() - oldest < _QUEUE_PATIENCE,
        "disk": usage.free > usage.total * _FREE_SHARE,
    }
