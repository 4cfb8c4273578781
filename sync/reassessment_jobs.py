"""Lets the workers look at what was unknown, once with every version that knows other types of operations."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core import clock, jobs
from inspections import entities, reassessment

REASSESS = "sync.reassess"


def vocabulary() -> str:
    """A name for the set of types that this version knows."""
    return hashlib.sha256("\n".join(sorted(entities.TYPES)).encode()).hexdigest()[:16]


def enqueue(session: Session, *, at: datetime) -> None:
    """The workers will look again, unless they have done so for this set of types."""
    jobs.enqueue(session, REASSESS, {}, at=at, key=f"{REASSESS}/{vocabulary()}")


@jobs.handler(REASSESS)
def reassess(session: Session, payload: dict[str, Any]) -> None:  # noqa: ARG001 (every handler is told)
    """What may count of once unknown operations has been adopted."""
    at = clock.now()
    for inspection_id in reassessment.waiting(session):
        reassessment.reassess(session, inspection_id, at=at)
