"""The database: one metadata, one way to open a transaction, one promise for SQLite and PostgreSQL.

Writing transactions are opened by the edges (`endpoint`, `page`, `jobs`, commands) and by nothing else.
Reading transactions cannot write, which the database itself enforces.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, MetaData, QueuePool, Uuid, create_engine, event, exc
from sqlalchemy.engine import Dialect, ExceptionContext, make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from core.group_commit import GroupCommit
from core.settings import Settings
from core.write_lock import WriteLock, connection_class

Result = TypeVar("Result")

WRITE_LOCK = "thucdia.write_lock"
GLANCES = "thucdia.glances"
_GROUP = "thucdia.group_commit"
_MODE = "thucdia_mode"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "wal_autocheckpoint=4000",
)
# Most threads wait for a slow tablet's bytes, and hold no connection while they do.
_MOST_CONNECTIONS = 16
# A question takes a fraction of a millisecond, and is put by a thread that waits for nothing else.
MOST_GLANCES = 5
# Unique violation, deadlock, serialisation failure (PostgreSQL documentation, appendix A). SQLite has one
# writer at a time, so what it refuses once it would refuse again.
_LOST_RACES = frozenset({"23505", "40P01", "40001"})
# The victim of a deadlock may be back before the winner has committed, and then loses to it once more.
_ATTEMPTS = 3


class Base(DeclarativeBase):
    """The root of every model; constraints have predictable names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database; a naive value is a defect and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value as the driver wants it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a naive datetime cannot be stored")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """The value as rules want it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = Annotated[str, mapped_column(Uuid(as_uuid=False))]

db = SQLAlchemy(model_class=Base)


def configure(app: Flask, settings: Settings) -> None:
    """The application talks to the database of the settings; the engine's hooks are in place."""
    url = make_url(settings.sqlalchemy_url)
    options: dict[str, Any] = {"pool_pre_ping": url.get_backend_name() == "postgresql"}
    lock: WriteLock | None = None
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = WriteLock(path.with_name(path.name + ".writelock"))
        options["connect_args"] = {"factory": connection_class(lock), "isolation_level": None, "timeout": 10}
    else:
        options |= {"pool_size": min(settings.threads, _MOST_CONNECTIONS), "max_overflow": 4}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    app.extensions[WRITE_LOCK] = lock
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    _let_connect(engine, lock)
    _let_begin(engine)
    app.extensions[_GROUP] = None if lock is None else GroupCommit(lock, partial(_shared, engine))
    app.extensions[GLANCES] = _beside(engine, lock)


def _beside(engine: Engine, lock: WriteLock | None) -> Engine:
    """The same database over connections that can only read, and that commit each statement by themselves.

    They are let go together with the connections of `engine`.
    """
    if lock is None:
        arguments: dict[str, Any] = {"autocommit": True}
    else:
        arguments = {"factory": connection_class(lock), "isolation_level": None, "timeout": 10}
    # The last one used is the first one taken: it has its statements ready.
    reading = create_engine(
        engine.url, connect_args=arguments, poolclass=QueuePool, pool_size=MOST_GLANCES, max_overflow=0,
        pool_use_lifo=True, pool_reset_on_return=None,
    )  # fmt: skip
    _let_connect(reading, lock)
    only_read = "SET default_transaction_read_only = on" if lock is None else "PRAGMA query_only=ON"
    event.listen(reading, "connect", lambda connection, _record: connection.execute(only_read))
    event.listen(engine, "engine_disposed", lambda _engine: reading.dispose())
    return reading


@contextmanager
def _shared(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(**{_MODE: "write"}) as connection, connection.begin():
        yield connection


def _let_connect(engine: Engine, lock: WriteLock | None) -> None:
    """Every connection to SQLite keeps our promises, and a broken one is not used again."""
    if lock is None:
        return

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        with nullcontext() if lock.is_mine else lock:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "handle_error")
    def renew(context: ExceptionContext) -> None:
        # A file that could not be opened for writing once is open for reading only, until it is closed.
        code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR):
            context.is_disconnect = True


def _let_begin(engine: Engine) -> None:
    """Transactions begin in the mode that their execution option names; without one they only read."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_MODE) == "write"
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif not writes:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")


@contextmanager
def _transaction(mode: str) -> Iterator[Session]:
    lock: WriteLock | None = current_app.extensions[WRITE_LOCK]
    with nullcontext() if lock is None or mode == "read" else lock, _unlocked(mode) as session:
        yield session


@contextmanager
def _unlocked(mode: str) -> Iterator[Session]:
    session = db.session()
    try:
        session.connection(execution_options={_MODE: mode})
        yield session
    finally:
        # Whatever was not committed is rolled back, and objects do not outlive their transaction.
        db.session.remove()


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction that is committed, durable on disk, when the block ends without an exception."""
    with _transaction("write") as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that sees one state and cannot change it."""
    with _transaction("read") as session:
        yield session


def transacted(act: Callable[[Session], Result], *, writes: bool) -> Result:
    """What `act` returned in a transaction of its own, committed if it `writes`.

    Two who check at the same instant that a thing is not there, and then add it, both pass the check. The one
    whom the database stops acts again from the beginning, and then sees what the other has done. Nothing of
    the first attempt is left, so `act` must not do anything that a rollback does not undo. On SQLite, writers
    that wait for each other share a commit, and `act` may run in another thread, in this one's context.
    """
    group: GroupCommit | None = current_app.extensions[_GROUP]
    if writes and group is not None:
        return group.run(act, alone=partial(_alone, act))

    def once() -> Result:
        with writing() if writes else reading() as session:
            return act(session)

    for _ in range(_ATTEMPTS - 1):
        try:
            return once()
        except exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _LOST_RACES:
                raise
    return once()


def _alone(act: Callable[[Session], Result]) -> Result:
    with _unlocked("write") as session:
        result = act(session)
        session.commit()
        return result


@contextmanager
def rehearsing() -> Iterator[Session]:
    """A writing transaction that is always rolled back: for dry runs and tests of actions."""
    with _transaction("write") as session:
        yield session


def writing_options() -> dict[str, str]:
    """Execution options for a connection that migrations write through."""
    return {_MODE: "write"}
