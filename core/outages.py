"""Tells a full disk and a database that is away from defects: the first two pass and are nobody's fault.

It decides only that, from what the driver or the system said; it repairs nothing and tries nothing again.
"""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core import errors

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_AWAY = frozenset({errno.EIO, errno.EROFS})
# Source: sqlite.org/rescode.html; the lower eight bits are the primary code.
_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip
# Source: PostgreSQL documentation, appendix A: connection, resources, shutdown, a standby that only reads.
_POSTGRES_FULL = "53100"
_POSTGRES_AWAY = ("08", "53", "57P", "58", "25006")


class DatabaseFull(errors.NoSpace):
    """The disk of the database has no room left."""

    slug = "database_full"
    title = "Máy chủ hết chỗ ghi dữ liệu"


class DatabaseAway(errors.Unavailable):
    """The database, or the disk under it, does not do what it is asked."""

    slug = "database_away"
    title = "Cơ sở dữ liệu tạm thời không trả lời"


def outage(error: Exception) -> errors.Refusal | None:
    """What passes by itself or by an administrator's hand; None if it is a defect."""
    if isinstance(error, PoolTimeout):
        return _refusal(is_full=False, is_away=True)
    if isinstance(error, OSError):
        return _refusal(is_full=error.errno in _FULL, is_away=error.errno in _AWAY)
    if not isinstance(error, DBAPIError):
        return None
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return _refusal(is_full=code & 0xFF == sqlite3.SQLITE_FULL, is_away=code & 0xFF in _SQLITE_AWAY)
    state = getattr(error.orig, "sqlstate", None)
    is_lost = error.connection_invalidated or (
        state is None and type(error.orig).__name__ == "OperationalError"
    )
    return _refusal(is_full=state == _POSTGRES_FULL, is_away=is_lost or str(state).startswith(_POSTGRES_AWAY))


def _refusal(*, is_full: bool, is_away: bool) -> errors.Refusal | None:
    if is_full:
        return DatabaseFull("Dữ liệu chưa gửi vẫn còn trên máy gửi; hãy báo quản trị viên rồi gửi lại.")
    if is_away:
        return DatabaseAway("Dữ liệu chưa gửi vẫn còn trên máy gửi; máy sẽ tự gửi lại sau ít giây.")
    return None
