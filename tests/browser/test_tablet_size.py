"""How much the tablet app loads and sends: bytes and round trips, which no load of the machine changes."""

import gzip
import re

import pytest
from playwright.sync_api import Page

from sync import tablet_app
from tests.browser import tablet_hands as hands
from tests.browser import tablet_traffic as traffic
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


def test_a_first_visit_loads_little():
    """Source of the budget: the slowest network of a commune's office, 2G."""
    entry = (tablet_app.BUILT / "index.html").read_text()
    names = set(re.findall(r'(?:src|href)="/tablet/(assets/[^"]+\.(?:js|css))"', entry))
    assert names
    sizes = {name: len(gzip.compress((tablet_app.BUILT / name).read_bytes(), 9)) for name in names}
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes


@pytest.fixture
def trouble() -> str:
    """Requests and bytes are counted, so nothing may repeat them."""
    return ""


def test_a_days_answers_take_three_round_trips(tablet: Page, wire: Wire, under_way: Visit):
    sent = traffic.days_sync(tablet, wire, under_way, ANSWERS)
    assert "/sync/v1/push" in sent.round_trips
    assert len(sent.round_trips) <= 3, sent.round_trips
    assert sent.up <= UP_PER_ANSWER * ANSWERS
    assert hands.logged(under_way).count("answer/PL-01") >= 1
