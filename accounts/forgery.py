"""Whether an unsafe request really comes from our own page or client, and not from another site's page.

Two independent signs are asked for: the browser's own word on where the request was made, and a token that
only our pages and our sign-in answer contain. Requests with a device's bearer token never come here: no
browser adds that by itself.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g
from markupsafe import Markup

from accounts import cookies, errors
from core import settings
from core.caller import ANONYMOUS, Caller
from core.problems import is_for_programs

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
_OWN_SITE = frozenset({"same-origin", "none"})


def _mac(message: str) -> str:
    key = current_app.secret_key
    if not key:
        raise RuntimeError("the application has no secret key")
    raw = key if isinstance(key, bytes) else key.encode()
    return hmac.new(raw, f"accounts.forgery:{message}".encode(), hashlib.sha256).hexdigest()


def token_of(session_id: str) -> str:
    """The anti-forgery token of a signed-in session."""
    return _mac(f"session:{session_id}")


def token() -> str:
    """The token that forms of the present page carry, for a session or for a browser not yet signed in."""
    caller: Caller = g.get("caller", ANONYMOUS)
    if caller.session_id is not None:
        return token_of(caller.session_id)
    return _mac(f"form:{cookies.form_nonce()}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _check_origin(asked: Request) -> None:
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OWN_SITE:
        raise errors.ForeignOrigin
    origin = asked.headers.get("Origin")
    own = {_origin(asked.host_url), _origin(settings.current().base_url)}
    if origin is not None and origin.lower() not in own:
        raise errors.ForeignOrigin


def check(asked: Request, caller: Caller) -> None:
    """Return if the request was made on purpose by the caller.

    A program that is not signed in needs no token: it has no session that a stranger could borrow.

    Raises:
        ForeignOrigin: the browser says that another site sent it.
        FormForged: the token is missing or belongs to another session.
    """
    _check_origin(asked)
    if caller.session_id is not None:
        expected = token_of(caller.session_id)
    elif is_for_programs(asked.path):
        return
    else:
        expected = _mac(f"form:{cookies.form_nonce()}")
    given = asked.headers.get(HEADER) or asked.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode()):
        raise errors.FormForged("Mở lại trang rồi gửi lại. Trình duyệt cần cho phép cookie của trang này.")


def _field() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token())


def register(app: Flask) -> None:
    """Templates can write `{{ csrf_field() }}` in a form and `{{ csrf_token() }}` where a script needs it."""
    app.add_template_global(token, "csrf_token")
    app.add_template_global(_field, "csrf_field")
