"""The server dies by SIGKILL with a large photo half taken; the next one gets the rest of it, and no more."""

import dataclasses
import hashlib
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

import demo.server
from core import db, files
from core.settings import SETTINGS
from inspections.models import UploadedBlob
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.test_tablet_photo_cuts import CHUNK, OVERHEAD, SIZE
from tests.browser.wire import Wire
from tests.faults.servers import Prepared, prepared_in
from tests.visits import Visit

pytestmark = pytest.mark.browser

HERE, THERE = ("Đã lưu trên máy", "trên máy"), "đã lên máy chủ"
# Every change of what the tablet says about the work as a whole and about the photo, with the time.
_WATCH = """() => {
  const words = (selector) => document.querySelector(selector)?.textContent.trim() ?? '';
  window.said = [];
  const look = () => {
    const [line, photo] = [words('.sync-line .sync-state'), words('td-photos figcaption .soft')];
    const last = window.said.at(-1);
    if (last?.line !== line || last?.photo !== photo) window.said.push({ at: Date.now(), line, photo });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  look();
}"""


@pytest.fixture(params=["27", ""], ids=["hostile", "calm"])
def trouble(request: pytest.FixtureRequest) -> str:
    """A server that makes trouble besides, and one of which every byte can be accounted for."""
    seed: str = request.param
    return seed


@pytest.fixture
def server(app: Flask, trouble: str) -> Iterator[Prepared]:
    """The web processes that `serve` would run on the application's data."""
    settings = dataclasses.replace(app.extensions[SETTINGS], hostile=trouble)
    with prepared_in(demo.server.environment(settings)) as process:
        process.serve()
        yield process


@pytest.fixture
def wire(server: Prepared) -> Iterator[Wire]:
    """The tablet's way to those processes."""
    with Wire(server.port) as between:
        yield between


def leave(visit: Visit) -> None:
    """No connection outlives the server: it would keep SQLite from looking for what that one wrote last."""
    with visit.app.app_context():
        db.db.engine.dispose()


def arrivals(visit: Visit) -> dict[str, float]:
    """When the server took each file that it has, by its hash, as browsers tell the time."""
    with visit.app.app_context(), db.reading() as session:
        return {
            sha256: at.timestamp() * 1000
            for sha256, at in session.execute(select(UploadedBlob.sha256, UploadedBlob.received_at))
        }


def kept_bytes(visit: Visit) -> int:
    """How much of the photo lies on the server's disk while it is no file yet."""
    with visit.app.app_context():
        return max(part.stat().st_size for part in files.staging().iterdir())


def stored_bytes(visit: Visit, sha256: str) -> bytes:
    """The file as the server has it."""
    with visit.app.app_context():
        return files.read(sha256)


def test_the_next_server_gets_the_rest_of_the_photo_and_nothing_is_said_too_early(
    tablet: Page, wire: Wire, server: Prepared, under_way: Visit
):
    script.sent(tablet)
    hands.go(tablet, under_way, "checklist/P1-A/PL-01")
    leave(under_way)
    wire.cut_after(int(SIZE * 0.6), together_with=server.kill)
    photo = script.add_photo(tablet, under_way, SIZE)
    sha256 = hashlib.sha256(photo).hexdigest()
    tablet.evaluate(_WATCH)
    assert wire.broke.wait(60)

    kept, begun = kept_bytes(under_way), wire.sent_up
    assert 0 < kept < SIZE
    assert arrivals(under_way) == {}
    leave(under_way)
    expect(tablet.locator(".sync-line")).to_contain_text("chưa liên lạc được máy chủ, sẽ tự gửi lại")
    said = tablet.evaluate("window.said")
    assert {(one["line"], one["photo"]) for one in said} - {(HERE[0], "")} == {HERE}

    pieces: list[Response] = []
    tablet.on("response", lambda told: pieces.append(told) if told.request.method == "PATCH" else None)
    server.serve()
    wire.mend()
    expect(tablet.locator("td-photos figcaption")).to_contain_text(THERE, timeout=90_000)
    expect(tablet.locator(".sync-line")).to_contain_text("Đã lên máy chủ", timeout=90_000)

    came = arrivals(under_way)
    assert list(came) == [sha256]
    assert hashlib.sha256(stored_bytes(under_way, sha256)).hexdigest() == sha256
    assert len(hands.logged(under_way, "photo.add")) == 1
    assert [one.item for one in hands.on_server(under_way).photos] == ["PL-01"]
    early = [one for one in tablet.evaluate("window.said") if one["at"] < came[sha256]]
    assert {(one["line"], one["photo"]) for one in early} <= {HERE, (HERE[0], "")}
    assert min(int(one.request.headers["upload-offset"]) for one in pieces) == kept
    refused = sum(one.status != 204 for one in pieces)
    assert wire.sent_up - begun <= SIZE - kept + (1 + refused) * CHUNK + OVERHEAD
