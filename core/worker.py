"""A worker process: does due jobs one after another until told to stop, and finishes the one in hand."""

import signal
import threading
from types import FrameType

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from core import jobs
from core.errors import SlowDown

_PAUSE_S = 0.5
_log = structlog.get_logger()


def run(app: Flask) -> int:
    """Work until SIGTERM or SIGINT; the exit code is 0."""
    stop = threading.Event()

    def asked_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_stop)
    while not stop.is_set():
        with app.app_context():
            if not did_one():
                stop.wait(_PAUSE_S)
    return 0


def did_one() -> bool:
    """Whether there was a due job; none is seen while the database cannot be reached, nor is that the end.

    A worker that ended then would, after a few restarts, end the web process with it.
    """
    try:
        return jobs.run_one()
    except SlowDown:
        _log.warning("worker.database_busy")
    except OperationalError as error:
        _log.warning("worker.database_away", reason=str(error.orig)[:200])
    return False
