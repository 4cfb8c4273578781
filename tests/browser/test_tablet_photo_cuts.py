"""A large photo arrives whole whatever breaks in between, and hardly anything of it travels twice."""

import hashlib
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from core import db, settings
from inspections.models import UploadedBlob
from sync.hostile import Hostile
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.faults.servers import Prepared, Site, prepared
from tests.visits import Visit

pytestmark = pytest.mark.browser

SIZE = 8 * 1024 * 1024
CHUNK = 512 * 1024
# Headers, the operation itself, questions about what is missing.
OVERHEAD = 64 * 1024


@pytest.fixture
def trouble() -> str:
    """Bytes are counted, so nothing but what the test does may repeat them."""
    return ""


def stored(visit: Visit) -> list[str]:
    """The hashes of the files that the server has."""
    with visit.app.app_context(), db.reading() as session:
        return list(session.scalars(select(UploadedBlob.sha256)))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_after_a_cut_at_most_one_piece_travels_again(
    tablet: Page, wire: Wire, under_way: Visit, share: float
):
    script.sync(tablet)
    photo = script.add_photo(tablet, under_way, SIZE)
    begun = wire.sent_up
    wire.cut_after(int(SIZE * share))
    told = script.sync(tablet)
    assert (told["waitingFiles"], told["isReached"]) == (1, False)
    assert stored(under_way) == []
    wire.mend()
    assert script.sync(tablet)["waitingFiles"] == 0
    assert stored(under_way) == [hashlib.sha256(photo).hexdigest()]
    again = wire.sent_up - begun - SIZE
    assert again <= CHUNK + OVERHEAD


def test_pieces_that_arrive_twice_are_taken_once_and_none_is_sent_anew(
    tablet: Page, wire: Wire, under_way: Visit, monkeypatch: pytest.MonkeyPatch
):
    script.sync(tablet)
    app = under_way.app
    within, hostile = app.wsgi_app, Hostile(app, "unused")

    def twice(environ, start_response):
        is_piece = environ["REQUEST_METHOD"] == "PATCH" and int(environ["CONTENT_LENGTH"]) > 0
        return (hostile._twice if is_piece and next(pieces) else within)(environ, start_response)

    pieces = iter([False, True, False, True, False, *[False] * 99])
    monkeypatch.setattr(app, "wsgi_app", twice)
    photo = script.add_photo(tablet, under_way, SIZE)
    begun = wire.sent_up
    assert script.sync(tablet)["waitingFiles"] == 0
    assert stored(under_way) == [hashlib.sha256(photo).hexdigest()]
    assert wire.sent_up - begun - SIZE <= OVERHEAD


@pytest.fixture
def server(app: Flask, under_way: Visit) -> Iterator[Prepared]:
    """The server as its command starts it, on the same data, which can be killed."""
    site = Site(app.extensions[settings.SETTINGS], under_way)
    site.leave()
    with prepared(site) as process:
        process.serve()
        yield process


def test_a_server_killed_in_the_middle_costs_at_most_one_piece(
    chromium: Browser, server: Prepared, app: Flask, under_way: Visit
):
    with Wire(server.port) as wire:
        page = hands.window(chromium, wire.address)
        hands.opened_by(page, app, "truong.doan")
        hands.enter(page, under_way)
        script.sync(page)
        photo = script.add_photo(page, under_way, SIZE)
        begun = wire.sent_up
        wire.cut_after(SIZE // 2, server.kill)
        told = script.sync(page)
        assert (told["waitingFiles"], told["waitingOps"], told["isReached"]) == (1, 0, False)
        server.serve()
        wire.mend()
        assert script.sync(page)["waitingFiles"] == 0
        assert stored(under_way) == [hashlib.sha256(photo).hexdigest()]
        assert wire.sent_up - begun - SIZE <= CHUNK + OVERHEAD
        page.context.close()
