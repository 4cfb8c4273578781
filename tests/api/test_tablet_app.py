"""The tablet app's files reach the browser with the right kinds and the right rules for keeping them."""

import gzip
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from sync import tablet_app

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def engine_name() -> str:
    """Files do not depend on the database."""
    return "sqlite"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small app in place of the built one."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    for name, text in {
        "index.html": "<!doctype html>trang", "worker.js": "self", "manifest.webmanifest": "{}",
        "icon.svg": "<svg/>", "assets/index-Ab12.js": "start()", "assets/index-Ab12.css": "p{}",
    }.items():  # fmt: skip
        (folder / name).write_text(text)
    (folder / "assets/index-Ab12.js.gz").write_bytes(gzip.compress(b"start()"))
    (tmp_path / "secret.txt").write_text("not to be served")
    monkeypatch.setattr(tablet_app, "BUILT", folder)
    return folder


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("path", "kind", "rule"),
    [
        ("/tablet/", "text/html; charset=utf-8", "no-cache"),
        ("/tablet/worker.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/tablet/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/tablet/icon.svg", "image/svg+xml; charset=utf-8", "no-cache"),
        (
            "/tablet/assets/index-Ab12.js",
            "text/javascript; charset=utf-8",
            FOR_EVER,
        ),
        ("/tablet/assets/index-Ab12.css", "text/css; charset=utf-8", FOR_EVER),
    ],
)
def test_hashed_files_are_kept_for_ever_and_the_others_asked_for_again(
    client: FlaskClient, path: str, kind: str, rule: str
):
    answer = client.get(path, buffered=True)
    told = {
        name: answer.headers[name] for name in ("Content-Type", "Cache-Control", "X-Content-Type-Options")
    }
    assert told == {"Content-Type": kind, "Cache-Control": rule, "X-Content-Type-Options": "nosniff"}


@pytest.mark.usefixtures("built")
def test_the_policy_lets_no_foreign_or_inline_script_in(client: FlaskClient):
    policy = client.get("/tablet/", buffered=True).headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert (rules["script-src"], rules["style-src"], rules["worker-src"]) == ("'self'", "'self'", "'self'")
    assert (rules["connect-src"], rules["manifest-src"]) == ("'self'", "'self'")


@pytest.mark.usefixtures("built")
def test_a_browser_that_takes_gzip_gets_what_was_compressed_beforehand(client: FlaskClient):
    answer = client.get(
        "/tablet/assets/index-Ab12.js", headers={"Accept-Encoding": "gzip, br"}, buffered=True
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == b"start()"
    plain = client.get("/tablet/assets/index-Ab12.js", buffered=True)
    assert (plain.data, plain.headers["Vary"]) == (b"start()", "Accept-Encoding")


@pytest.mark.usefixtures("built")
def test_what_was_kept_is_confirmed_without_being_sent_again(client: FlaskClient):
    first = client.get("/tablet/worker.js", buffered=True)
    again = client.get("/tablet/worker.js", headers={"If-None-Match": first.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/tablet/khong-co.js", "/tablet/../secret.txt", "/tablet/%2e%2e/x"])
def test_nothing_outside_the_folder_is_served(client: FlaskClient, path: str):
    answer = client.get(path, buffered=True)
    assert answer.status_code == 404
    assert b"not to be served" not in answer.data


@pytest.mark.usefixtures("built")
def test_the_bare_address_leads_into_the_scope_of_the_app(client: FlaskClient):
    answer = client.get("/tablet")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/tablet/")


def test_an_app_that_was_not_built_is_a_clear_refusal(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tablet_app, "BUILT", tmp_path / "nothing")
    answer = client.get("/tablet/", buffered=True)
    assert answer.status_code == 404
    assert re.search("Ứng dụng máy tính bảng không có tệp này", answer.text)


PUBLIC = Path(__file__).resolve().parents[2] / "tablet" / "public"
RED = (155, 28, 31)


def _picture(name: str) -> Image.Image:
    with Image.open(PUBLIC / name) as picture:
        assert picture.format == "PNG"
        return picture.convert("RGBA")


def test_the_manifest_offers_pictures_of_the_sizes_that_it_says():
    manifest = json.loads((PUBLIC / "manifest.webmanifest").read_text(encoding="utf-8"))
    told = {
        (icon["sizes"], icon["purpose"]): _picture(icon["src"].removeprefix("/tablet/")).size
        for icon in manifest["icons"]
        if icon["type"] == "image/png"
    }
    assert told == {
        ("192x192", "any"): (192, 192), ("512x512", "any"): (512, 512), ("512x512", "maskable"): (512, 512),
    }  # fmt: skip


def test_the_page_names_the_picture_that_ios_wants():
    page = (PUBLIC.parent / "index.html").read_text(encoding="utf-8")
    (name,) = re.findall(r'rel="apple-touch-icon" href="/tablet/([^"]+)"', page)
    assert _picture(name).size == (180, 180)


@pytest.mark.parametrize("name", ["icon-maskable-512.png", "apple-touch-icon.png"])
def test_what_the_system_cuts_is_filled_to_its_corners_and_its_mark_lies_within_the_safe_zone(name: str):
    picture = _picture(name)
    edge = picture.width
    corners = [picture.getpixel((x, y)) for x in (0, edge - 1) for y in (0, edge - 1)]
    assert all(_is_near(corner, RED) and corner[3] == 255 for corner in corners)
    middle, radius = edge / 2, edge * 0.4
    outside = [
        (x, y)
        for x in range(0, edge, 2)
        for y in range(0, edge, 2)
        if not _is_near(picture.getpixel((x, y)), RED) and (x - middle) ** 2 + (y - middle) ** 2 > radius**2
    ]
    assert outside == []


@pytest.mark.parametrize("name", ["icon-192.png", "icon-512.png"])
def test_what_is_shown_as_it_is_keeps_its_round_corners_and_its_white_mark(name: str):
    picture = _picture(name)
    assert picture.getpixel((0, 0))[3] == 0
    assert any(_is_near(colour, (255, 255, 255)) for _, colour in picture.getcolors(1 << 20) or ())


def _is_near(colour: tuple[int, ...], wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 16 for one, other in zip(colour, wanted, strict=False))
