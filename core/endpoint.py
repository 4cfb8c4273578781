"""The edge of every JSON route: who may call, one transaction, and nothing else.

A view under `@endpoint` receives `session` and `caller`; it commits nothing and catches nothing. What it
raises rolls the transaction back and is written as RFC 9457 by `core.problems`. A view under `@glancing` gets
a `Glance` instead of a session: it only asks, and no transaction is opened for it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from core import db, glance
from core.access import Access, identify, is_unsafe

View = Callable[..., Any]


def endpoint(
    access: Access, *, prepare: Callable[[], object] | None = None,
    write: bool | Callable[[Any], bool] | None = None,
) -> Callable[[View], View]:  # fmt: skip
    """Declare who may call the view and give it a transaction.

    Args:
        prepare: work that needs no write lock (inflate, decode, hash, read); it runs after the caller
            is known and before the write lock is taken, and its result is passed as `prepared`. Where it
            returns an answer already, that is the answer.
        write: whether the view writes, as such or judged by what was prepared; by default what the HTTP
            method says.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def edge(*args: Any, **kwargs: Any) -> Any:
            caller = identify(access, request)
            if prepare is not None:
                kwargs["prepared"] = prepare()
                if isinstance(kwargs["prepared"], Response):
                    return kwargs["prepared"]
            judged = write(kwargs["prepared"]) if callable(write) else write
            writes = is_unsafe(request.method) if judged is None else judged
            return db.transacted(
                lambda session: view(*args, **kwargs, session=session, caller=caller), writes=writes
            )

        edge.access = access  # type: ignore[attr-defined] # read by the test that enumerates routes
        return edge

    return decorate


def glancing(access: Access, *, prepare: Callable[[], object]) -> Callable[[View], View]:
    """Declare who may call the view and give it a connection to ask questions over; it cannot write.

    Args:
        prepare: as for `endpoint`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def edge(*args: Any, **kwargs: Any) -> Any:
            caller = identify(access, request)
            prepared = prepare()
            with glance.opened() as asked:
                return view(*args, **kwargs, prepared=prepared, asked=asked, caller=caller)

        edge.access = access  # type: ignore[attr-defined] # read by the test that enumerates routes
        return edge

    return decorate
