"""Who stands behind a request: a person's browser, or an enrolled tablet that a person uses.

A request that shows a bearer token is the tablet's alone; its cookies are not looked at. It reads, and
decides nothing about what the caller may do.
"""

from typing import Any

from flask import Flask, Request

from accounts import cookies, device_tokens, forgery, queries
from core import clock, db, glance
from core.caller import Caller


def _signed_in(request: Request) -> Caller | None:
    """The person whose live session the request's cookie opens, or None."""
    token = cookies.presented(request)
    if token is None:
        return None
    with db.reading() as session:
        found = queries.live_session(session, token, at=clock.now())
        if found is None:
            return None
        signed_in, person = found
        caller = Caller(person.id, person.full_name, person.roles, session_id=signed_in.id)
    cookies.confirm()
    return caller


class OfficeGate:
    """What the core asks about callers."""

    def caller(self, request: Request) -> Caller | None:
        """The person or the tablet behind the request, or None.

        Raises:
            TokenExpired, DeviceRevoked: a bearer token was shown that lets nobody in any more.
        """
        token = device_tokens.presented(request)
        if token is None:
            return _signed_in(request)
        with glance.opened() as asked:
            return device_tokens.resolve(token, asked)

    def check_forgery(self, request: Request, caller: Caller) -> None:
        """Return if an unsafe request was made on purpose.

        Raises:
            ForeignOrigin: another site sent it.
            FormForged: the anti-forgery token is missing or wrong.
        """
        forgery.check(request, caller)


def register(app: Flask) -> None:
    """Cookies are written and forms carry their token."""
    cookies.register(app)
    forgery.register(app)


def described() -> dict[str, Any]:
    """How callers prove who they are, for the API document, named as `core.api_document` names them."""
    session = "A signed-in person (POST /api/v1/sessions). Behind TLS the name begins with `__Host-`."
    csrf = "`csrf_token` of the session; every request that changes something sends it."
    bearer = "A tablet and the person on it (POST /sync/v1/token); fifteen minutes."
    return {
        "securitySchemes": {
            "session": {
                "type": "apiKey", "in": "cookie", "name": "thucdia_session", "description": session,
            },
            "csrf": {"type": "apiKey", "in": "header", "name": forgery.HEADER, "description": csrf},
            "bearer": {"type": "http", "scheme": "bearer", "description": bearer},
        }
    }  # fmt: skip
