"""A team mate's photo on a line that breaks: what has come once does not come a second time."""

import io
import random

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import tablet_hands as hands
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser

PIECE = 512 * 1024
# Headers, tokens, what the loop asks in between.
OVERHEAD = 64 * 1024
ELSEWHERE = "Ảnh đang ở máy của đồng đội"


@pytest.fixture
def trouble() -> str:
    """Bytes are counted, so nothing but what the test does may repeat them."""
    return ""


def large_picture() -> bytes:
    """A photo that no compression makes small."""
    target = io.BytesIO()
    grain = random.Random(5).randbytes(1400 * 1400 * 3)
    Image.frombytes("RGB", (1400, 1400), grain).save(target, "JPEG", quality=92)
    return target.getvalue()


def show(page: Page, visit: Visit) -> None:
    """The sheet of the item with the photo is open."""
    page.goto(f"/tablet/#/i/{visit.inspection}/checklist/P1-A/PL-02")
    expect(page.locator("td-photos figure")).to_have_count(1)


def test_a_photo_goes_on_where_the_line_broke_even_after_the_tablet_was_started_anew(
    tablet: Page, wire: Wire, under_way: Visit
):
    picture = large_picture()
    under_way.photo("PL-02", picture, caption="Sổ theo dõi")
    hands.send(tablet)
    begun = wire.sent_down
    wire.cut_after_down(int(len(picture) * 0.7))
    show(tablet, under_way)
    assert wire.broke.wait(30)
    expect(tablet.locator("td-photos figure")).to_contain_text(ELSEWHERE)
    tablet.reload()
    hands.unlock(tablet)
    wire.mend()
    show(tablet, under_way)
    expect(tablet.locator("td-photos figure img")).to_be_visible()
    assert tablet.evaluate("document.querySelector('td-photos img').naturalWidth") == 1400
    assert wire.sent_down - begun <= len(picture) + PIECE + OVERHEAD
