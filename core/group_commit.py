"""Writers that wait for SQLite at the same time share one transaction, and with it one sync to disk.

Whoever comes first leads; those who come while it waits for the write lock or commits are taken along by the
next. Each keeps a savepoint of its own: one that fails undoes its own work and no other's. Nobody is answered
before the shared commit, and if that does not come about, everybody acts again alone. With nobody waiting,
everything is as if this were not here.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, exc
from sqlalchemy.orm import Session

from core.write_lock import WriteLock

Result = TypeVar("Result")

_MOST_AT_ONCE = 16


class TransactionGone(exc.SQLAlchemyError):
    """The database gave up the whole transaction, not only what the last writer did in it."""


class _Wish(Generic[Result]):
    """What one thread wants done, and what became of it; it also keeps what the doing raised."""

    def __init__(self, act: Callable[[Session], Result]) -> None:
        self._act = act
        self._context: Context = copy_context()  # the request that it belongs to
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self.woken = threading.Event()
        self.leads = False
        self.is_done = False

    def attempt(self, connection: Connection) -> None:
        """It is done up to its savepoint, or undone and its error kept."""
        with self:
            self._context.run(self._write, connection)

    def _write(self, connection: Connection) -> None:
        with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
            self._result = [self._act(session)]
            session.commit()

    def __enter__(self) -> None:
        """Nothing has been raised yet."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._error = error
        return isinstance(error, Exception)

    def told(self) -> Result:
        """What was returned; what was raised is raised."""
        if self._error is not None:
            raise self._error
        return self._result[0]


class GroupCommit:
    """The writers of one process; `begin` opens a writing transaction that commits at its end."""

    def __init__(self, lock: WriteLock, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._lock = lock
        self._begin = begin
        self._mutex = threading.Lock()
        self._is_led = False
        self._waiting: deque[_Wish[Any]] = deque()

    def run(self, act: Callable[[Session], Result], *, alone: Callable[[], Result]) -> Result:
        """What `act` returned, once it is committed.

        Args:
            alone: does the same in a transaction of its own; the lock is held meanwhile.
        """
        wish = _Wish(act)
        with self._mutex:
            wish.leads, self._is_led = not self._is_led, True
            if not wish.leads:
                self._waiting.append(wish)
        if not wish.leads:
            wish.woken.wait()
        group = [wish]
        if wish.leads:
            try:
                with self._lock:
                    group += self._gathered()
                    if len(group) == 1:
                        return alone()
                    self._act_together(group)
            finally:
                self._pass_on(group[1:])
        if wish.is_done:
            return wish.told()
        with self._lock:
            return alone()

    def _gathered(self) -> list[_Wish[Any]]:
        with self._mutex:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE - 1))]

    def _act_together(self, group: list[_Wish[Any]]) -> None:
        """All are done, if the shared transaction is committed; otherwise none is."""
        try:
            with self._begin() as connection:
                for wish in group:
                    wish.attempt(connection)
                    if connection.invalidated or not _is_open(connection):
                        raise TransactionGone
        except exc.SQLAlchemyError:
            return
        for wish in group:
            wish.is_done = True

    def _pass_on(self, followers: list[_Wish[Any]]) -> None:
        """The next of those who wait leads, and who was taken along goes on."""
        with self._mutex:
            following = self._waiting.popleft() if self._waiting else None
            self._is_led = following is not None
            if following is not None:
                following.leads = True
        for wish in [*([following] if following else []), *followers]:
            wish.woken.set()


def _is_open(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)
