"""How often a tablet must be answered for a day's work to be on the server."""

import pytest
from playwright.sync_api import Page

from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser

ANSWERS = 90
MOST_ROUND_TRIPS = 3


@pytest.fixture
def trouble() -> str:
    """Requests are counted."""
    return ""


def test_the_answers_of_a_day_take_at_most_three_round_trips(tablet: Page, wire: Wire, under_way: Visit):
    script.sync(tablet)
    wire.cut()
    answered = script.answer(tablet, under_way, ANSWERS)
    noted = [f"async () => (await {script.APP}.open('{under_way.inspection}')).addNote('Ghi chú')"] * 10
    for one in noted:
        tablet.evaluate(one)
    wire.mend()
    asked: list[str] = []
    tablet.on("request", lambda one: asked.append(f"{one.method} {one.url.split('/sync/v1/')[1]}"))
    assert script.sync(tablet)["waitingOps"] == 0
    assert len(answered) + len(noted) == 100
    assert len(hands.logged(under_way)) == ANSWERS
    counted = [one for one in asked if not one.startswith(("POST token", "GET packages"))]
    assert 0 < len(counted) <= MOST_ROUND_TRIPS, asked
