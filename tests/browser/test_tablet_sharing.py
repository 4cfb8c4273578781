"""The leader gives sections to people, and everybody finds their own with one tap."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.visits import Visit

pytestmark = pytest.mark.browser

LEADER, SECRETARY = "Nguyễn Văn Trưởng", "Võ Thị Thư Ký"


def mine(page: Page, visit: Visit) -> list[str]:
    """The items that the filter «Của tôi» leaves."""
    hands.go(page, visit, "checklist/P1-A")
    only = page.get_by_role("button", name="Của tôi")
    only.click()
    page.locator("td-checklist > [role=status]").wait_for()
    hands.shoot_both(page, "cua-toi")
    found = listed(page)
    only.click()
    return found


def listed(page: Page) -> list[str]:
    """The codes of the items in view."""
    return page.locator("td-item article").evaluate_all("all => all.map(one => one.id.slice(5))")


def in_section(page: Page, visit: Visit, section: str) -> list[str]:
    """The items of the section."""
    hands.go(page, visit, f"checklist/{section}")
    return listed(page)


def test_a_section_given_out_is_found_by_whoever_has_it_and_changed_by_leaders_alone(
    calm_tablet: Page, chromium: Browser, address: str, under_way: Visit
):
    page = calm_tablet
    assert mine(page, under_way) == []
    hands.go(page, under_way, "sharing")
    for section, name in (("P1-B", LEADER), ("P1-C", SECRETARY)):
        button = page.get_by_role("group", name=section).get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
    hands.shoot_both(page, "phan-cong")
    assert objections(page) == []
    theirs = in_section(page, under_way, "P1-B")
    assert len(theirs) > 1
    assert mine(page, under_way) == theirs
    hands.send(page)
    mate = hands.window(chromium, address)
    hands.opened_by(mate, under_way.app, "thu.ky")
    hands.enter(mate, under_way)
    assert mine(mate, under_way) == in_section(mate, under_way, "P1-C")
    hands.go(mate, under_way, "sharing")
    given = mate.get_by_role("group", name="P1-C").get_by_role("button", name=SECRETARY)
    expect(given).to_have_attribute("aria-pressed", "true")
    expect(given).to_be_disabled()
    expect(mate.get_by_text("Trưởng đoàn hoặc phó trưởng đoàn phân công.")).to_be_visible()
    assert page.complaints + mate.complaints == []
    mate.context.close()
