"""What every answer tells the browser to refuse: foreign scripts, frames, sniffing, leaks by referrer.

The policy starts from nothing and names what our pages need. There is no `unsafe-inline`: a page that must
carry an inline script asks for the request's nonce.

Source: CSP Level 3; Fetch; RFC 6797 (HSTS); OWASP ASVS 3.4.
"""

import secrets

from flask import Flask, Response, g

from core import settings

_YEAR_S = 31_536_000
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms (Fetch §3.1).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The tablet page takes photos and their place; nothing else of the device is ever asked for.
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}


def nonce() -> str:
    """The present answer's nonce, for a page with an inline script or style."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    value: str = g.csp_nonce
    return value


def content_policy(nonce: str | None) -> str:
    """The Content-Security-Policy; inline scripts and styles only with the nonce, if one was asked for."""
    own = "'self'" if nonce is None else f"'self' 'nonce-{nonce}'"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {own}",
            f"style-src {own}",
            # The ticks of form controls are data: images; photos that are not sent yet are blobs.
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _cache_rule(response: Response) -> str | None:
    """Nobody keeps answers made for somebody; those with a validator may be kept and must be asked again."""
    if "Cache-Control" in response.headers or response.direct_passthrough:
        return None
    return "private, no-cache" if "ETag" in response.headers else "no-store"


def _add(response: Response) -> Response:
    wanted = _FIXED | {"Content-Security-Policy": content_policy(g.get("csp_nonce"))}
    rule = _cache_rule(response)
    if rule is not None:
        wanted["Cache-Control"] = rule
    if settings.current().is_secure:
        wanted["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
    # What the view itself has said stands. Looking it up name by name would cost more than all the rest.
    said = {name.lower() for name, _ in response.headers}
    response.headers.extend((name, value) for name, value in wanted.items() if name.lower() not in said)
    return response


def register(app: Flask) -> None:
    """Every answer, refusals included, carries the headers; templates may call `csp_nonce()`."""
    app.after_request(_add)
    app.add_template_global(nonce, "csp_nonce")
