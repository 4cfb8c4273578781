"""The edge of every HTML page: who may see it, one transaction, and the frame around the content.

Pages work without JavaScript; a refusal becomes a page of its own or, for somebody who is not signed in,
the way to the sign-in form.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, render_template, request

from core import db
from core.access import Access, identify, is_unsafe

View = Callable[..., Any]


def page(
    access: Access, *, prepare: Callable[[], object] | None = None, write: bool | None = None
) -> Callable[[View], View]:
    """Declare who may open the page and give it a transaction; `session` and `caller` are passed on.

    Args:
        prepare: work on the request before the write lock is taken (passwords, uploads); `g.caller` is known
            by then, and its result is passed as `prepared`.
        write: whether the view writes; by default what the HTTP method says.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def edge(*args: Any, **kwargs: Any) -> Any:
            g.caller = identify(access, request)
            if prepare is not None:
                kwargs["prepared"] = prepare()
            writes = is_unsafe(request.method) if write is None else write
            return db.transacted(
                lambda session: view(*args, **kwargs, session=session, caller=g.caller), writes=writes
            )

        edge.access = access  # type: ignore[attr-defined] # read by the test that enumerates routes
        return edge

    return decorate


def render(template: str, **context: object) -> str:
    """The page's HTML; templates live under `templates/web/`."""
    return render_template(f"web/{template}", caller=g.get("caller"), **context)
