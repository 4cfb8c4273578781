"""A full disk and a database that is away are told from defects."""

import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.outages import DatabaseAway, DatabaseFull, outage


def _sqlite(code: int) -> OperationalError:
    said = sqlite3.OperationalError("said")
    said.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, said)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "full"), DatabaseFull),
        (OSError(errno.EROFS, "read-only"), DatabaseAway),
        (OSError(errno.EIO, "broken"), DatabaseAway),
        (FileNotFoundError(errno.ENOENT, "a file of ours"), None),
        (_sqlite(13), DatabaseFull),
        (_sqlite(10), DatabaseAway),
        (_sqlite(10 | 4 << 8), DatabaseAway),
        (_sqlite(1), None),
        (OperationalError("SELECT 1", {}, psycopg.errors.DiskFull()), DatabaseFull),
        (OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown()), DatabaseAway),
        (OperationalError("SELECT 1", {}, psycopg.errors.CrashShutdown()), DatabaseAway),
        (OperationalError("SELECT 1", {}, psycopg.OperationalError("connection refused")), DatabaseAway),
        (ProgrammingError("SELEC", {}, psycopg.errors.SyntaxError()), None),
        (PoolTimeout("every connection is in use"), DatabaseAway),
        (ValueError("anything else"), None),
    ],
)
def test_what_passes_is_told_from_what_is_wrong(error: Exception, expected: type[Exception] | None):
    found = outage(error)
    assert type(found) is (expected or type(None))
