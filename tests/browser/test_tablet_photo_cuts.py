"""A large photo arrives whole whatever breaks in between, and hardly anything of it travels twice."""

import hashlib

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from core import db
from inspections.models import UploadedBlob
from sync.hostile import Hostile
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
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
