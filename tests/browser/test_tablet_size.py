"""How much the tablet app loads and sends: bytes and round trips, which no load of the machine changes."""

import gzip
import re

import pytest
from playwright.sync_api import Page

from sync import tablet_app
from tests.browser import tablet_traffic as traffic
from tests.browser.test_offline_app import page, visit, wire  # noqa: F401 (fixtures)
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (tablet_app.BUILT / "index.html").is_file(), reason="the tablet app is not built"),
]
FIRST_LOAD_BYTES = 150 * 1024
ANSWERS = 100
# As gzip, link and signature of the batch included.
UP_PER_ANSWER = 60
# Heads of the 18 requests that a photo of 8 MB takes, and of what the round asks besides.
HEADS = 40 * 1024


def test_a_first_visit_loads_little():
    """Source of the budget: the slowest network of a commune's office, 2G."""
    entry = (tablet_app.BUILT / "index.html").read_text()
    names = set(re.findall(r'(?:src|href)="/tablet/(assets/[^"]+\.(?:js|css))"', entry))
    assert names
    sizes = {name: len(gzip.compress((tablet_app.BUILT / name).read_bytes(), 9)) for name in names}
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes


def test_a_days_answers_take_three_round_trips(page: Page, wire: Wire, visit: Visit):  # noqa: F811 (fixtures)
    sent = traffic.days_sync(page, wire, visit.inspection, ANSWERS)
    assert "/sync/v1/push" in sent.round_trips
    assert len(sent.round_trips) <= 3, sent.round_trips
    assert sent.up <= UP_PER_ANSWER * ANSWERS


def test_a_photo_cut_near_its_end_sends_no_more_than_a_piece_again(
    page: Page, wire: Wire, visit: Visit  # noqa: F811 (fixtures)
):  # fmt: skip
    again = traffic.sent_again(page, wire, visit.inspection)
    assert 0 <= again <= traffic.PIECE + HEADS
