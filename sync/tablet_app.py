"""Serves the built tablet app at `/tablet/`: files on the disk, no database, no decision about anybody.

Hashed files may be kept for ever; the page, the service worker and whatever has a fixed name are asked for
again each time. It builds nothing and serves nothing from outside the folder.
"""

from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.exceptions import NotFound as NoSuchFile

from core.access import PUBLIC
from core.errors import NotFound

BUILT = Path(__file__).resolve().parents[1] / "tablet" / "dist"
ADDRESS = "/tablet/"

app_files = Blueprint("tablet_app", __name__, url_prefix="/tablet")
blueprints = [app_files]

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
    ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}  # fmt: skip


class TabletFileUnknown(NotFound):
    """The app has no such file, or was not built on this machine."""

    slug = "tablet_file_unknown"
    title = "Ứng dụng máy tính bảng không có tệp này"


@app_files.get("")
def enter() -> Response:
    """The address without its last stroke leads to the app, whose scope ends in one."""
    return redirect(ADDRESS, 308)  # type: ignore[return-value] # Flask's own class, typed as werkzeug's


@app_files.get("/", defaults={"name": "index.html"})
@app_files.get("/<path:name>")
def one_file(name: str) -> Response:
    """A file of the app, compressed beforehand where the browser takes that.

    Raises:
        TabletFileUnknown: there is none of this name.
    """
    is_zipped = request.accept_encodings["gzip"] > 0 and (BUILT / f"{name}.gz").is_file()
    try:
        # The name without `.gz` says what is inside.
        kind = _TYPES.get(Path(name).suffix)
        response = send_from_directory(BUILT, f"{name}.gz" if is_zipped else name, mimetype=kind)
    except NoSuchFile:
        raise TabletFileUnknown(file=name) from None
    if is_zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_EVER if name.startswith("assets/") else _ASK_AGAIN
    return response


# Without an edge: files need neither a caller nor a transaction.
enter.access = PUBLIC  # type: ignore[attr-defined]
one_file.access = PUBLIC  # type: ignore[attr-defined]
