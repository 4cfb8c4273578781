"""The cookie of a signed-in browser: an unguessable token, and when it was last seen, under our signature.

Whether the session still exists is asked of the database on every request; only the half hour of idleness is
read from the cookie, so that opening a page never writes. It trusts nothing that our key did not sign.
"""

import hashlib
import secrets
from datetime import timedelta

from flask import Flask, Request, Response, current_app, g, request
from itsdangerous import BadSignature, TimestampSigner

from core import clock, settings

IDLE = timedelta(minutes=30)
_RENEWED_AFTER = timedelta(minutes=1)
_SESSION = "thucdia_session"
_FORM = "thucdia_form"


def _full_name(name: str) -> str:
    """With the prefix that keeps other hosts and plain HTTP from planting it (RFC 6265bis §4.1.3.2)."""
    return f"__Host-{name}" if settings.current().is_secure else name


def _signer() -> TimestampSigner:
    key = current_app.secret_key
    if not key:
        raise RuntimeError("the application has no secret key")
    return TimestampSigner(key, salt="accounts.cookies", digest_method=hashlib.sha256)


def presented(asked: Request) -> str | None:
    """The session token that the request carries, unless it is forged or was idle for too long."""
    value = asked.cookies.get(_full_name(_SESSION))
    if not value:
        return None
    try:
        token, seen_at = _signer().unsign(value, max_age=int(IDLE.total_seconds()), return_timestamp=True)
    except BadSignature:
        return None
    if clock.now() - seen_at > _RENEWED_AFTER:
        g.renewable_token = token.decode()
    return token.decode()


def confirm() -> None:
    """The token that was presented opened a live session: the answer renews the cookie if it has aged."""
    if "renewable_token" in g and "session_token" not in g:
        g.session_token = g.renewable_token


def issue(token: str) -> None:
    """The answer to the present request signs the browser in with this token."""
    g.session_token = token


def withdraw() -> None:
    """The answer to the present request takes the cookie away."""
    g.session_token = None


def form_nonce() -> str:
    """What ties a form to a browser that is not signed in; the answer sets it if the browser had none."""
    if "form_nonce" not in g:
        had = request.cookies.get(_full_name(_FORM), "")
        g.form_nonce = had if had.isascii() and len(had) == 43 else secrets.token_urlsafe(32)
        g.form_nonce_is_new = g.form_nonce != had
    nonce: str = g.form_nonce
    return nonce


def _set(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _full_name(name), value, path="/", httponly=True, samesite="Lax", secure=settings.current().is_secure
    )


def _write(response: Response) -> Response:
    if "session_token" in g:
        if g.session_token is None:
            response.delete_cookie(
                _full_name(_SESSION),
                path="/",
                httponly=True,
                samesite="Lax",
                secure=settings.current().is_secure,
            )
        else:
            _set(response, _SESSION, _signer().sign(g.session_token).decode())
    if g.get("form_nonce_is_new"):
        _set(response, _FORM, g.form_nonce)
    return response


def register(app: Flask) -> None:
    """Answers carry the cookies that the request earned."""
    app.after_request(_write)
