"""Clears away uploads that nobody can go on with, some time after the last moment at which one could."""

from typing import Any

from sqlalchemy.orm import Session

from core import clock, jobs
from sync import uploads


@jobs.handler(uploads.SWEEP)
def sweep(session: Session, payload: dict[str, Any]) -> None:  # noqa: ARG001 (every handler is told)
    """Partial uploads past their time are gone, and so are leftovers of crashes."""
    uploads.sweep(session, at=clock.now())
