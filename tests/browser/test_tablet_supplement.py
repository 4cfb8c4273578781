"""The office binds an inspection to a newer checklist while a tablet is offline: it follows, and says so."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.pages.test_set_aside_pages import browser_of
from tests.pages.test_supplement_pages import NEWER, confirm, newer_definition, publish
from tests.visits import Visit

pytestmark = pytest.mark.browser


def test_the_tablet_asks_what_the_new_version_asks_and_keeps_what_was_answered(
    calm_tablet: Page, under_way: Visit
):
    publish(under_way.app, newer_definition())
    calm_tablet.context.set_offline(True)
    hands.tap(calm_tablet, "PL-01", "phu_hop")
    assert confirm(browser_of(under_way.app, "leader"), under_way).status_code == 303
    calm_tablet.context.set_offline(False)
    hands.send(calm_tablet)
    assert hands.on_server(under_way).answers.keys() == {"PL-01"}
    # Whoever had something to send asks for what is new in the next round.
    hands.send(calm_tablet)
    hands.go(calm_tablet, under_way, "checklist/P1-A")
    expect(calm_tablet.locator(".visit-head")).to_contain_text(f"Danh mục đã đổi sang {NEWER}")
    expect(calm_tablet.locator("#item-PL-01 [data-value='phu_hop']")).to_have_attribute(
        "aria-pressed", "true"
    )
    hands.tap(calm_tablet, "PL-99", "luu_y")
    assert objections(calm_tablet) == []
    hands.shoot_both(calm_tablet, "danh-muc-moi")
    hands.send(calm_tablet)
    assert hands.on_server(under_way).answers.keys() == {"PL-01", "PL-99"}
