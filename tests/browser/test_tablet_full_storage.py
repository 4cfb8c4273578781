"""A tablet without room: what cannot be kept is refused in words, and what was kept before stays."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit, picture

pytestmark = pytest.mark.browser

# Enough for the app itself and a day without photos.
ROOM = 8 * 1024 * 1024
FULL = "Bộ nhớ của máy đã đầy nên chưa ghi được."


@pytest.fixture
def tablet(chromium: Browser, wire: Wire, under_way: Visit) -> Iterator[Page]:
    """The leader's tablet, whose browser lets the app keep little from the beginning."""
    page = hands.window(chromium, wire.address)
    script.devtools(page).send(*limit(wire, ROOM))
    hands.opened_by(page, under_way.app, "truong.doan")
    hands.enter(page, under_way)
    yield page
    page.context.close()
    assert page.complaints == []


def limit(wire: Wire, size: int) -> tuple[str, dict[str, object]]:
    """The order to the browser to let the app keep no more than this."""
    return "Storage.overrideQuotaForOrigin", {"origin": wire.address, "quotaSize": size}


@pytest.fixture
def make_full(tablet: Page, wire: Wire, under_way: Visit) -> Callable[[bool], None]:
    """Lets the browser keep nothing more, or enough again."""
    tools = script.devtools(tablet)

    def change(is_full: bool) -> None:
        tools.send(*limit(wire, 1 if is_full else 10 * ROOM))
        # The browser counts by what it knew of the room left, until somebody asks for more than that.
        if is_full:
            with pytest.raises(Error, match="storage_full"):
                script.add_photo(tablet, under_way, ROOM + 1024)

    return change


def test_a_full_tablet_refuses_a_photo_and_a_tap_and_loses_nothing(
    tablet: Page, under_way: Visit, wire: Wire, make_full: Callable[[bool], None]
):
    script.sync(tablet)
    wire.cut()
    hands.tap(tablet, "PL-01", "phu_hop")
    make_full(True)
    row = tablet.locator("#item-PL-02")
    shot = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(2000, 1500))}
    row.get_by_label("Chụp ảnh cho mục PL-02").set_input_files(shot)
    tablet.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(tablet.get_by_role("dialog").get_by_role("alert")).to_contain_text(FULL)
    hands.shoot_both(tablet, "bo-nho-day-anh")
    tablet.get_by_role("button", name="Thôi").click()
    expect(row).not_to_contain_text("1 ảnh")
    verdict = row.locator("[data-value='phu_hop']")
    verdict.click()
    expect(tablet.get_by_role("alert")).to_contain_text(FULL)
    expect(verdict).to_have_attribute("aria-pressed", "false")
    expect(tablet.locator(".sync-line")).to_contain_text("1 thao tác chưa gửi")
    hands.shoot_both(tablet, "bo-nho-day")
    make_full(False)
    verdict.click()
    expect(verdict).to_have_attribute("aria-pressed", "true")
    wire.mend()
    hands.send(tablet)
    assert set(hands.on_server(under_way).answers) == {"PL-01", "PL-02"}


def test_a_full_tablet_still_sends_and_says_why_it_takes_nothing_in(
    tablet: Page, under_way: Visit, wire: Wire, make_full: Callable[[bool], None]
):
    script.sync(tablet)
    wire.cut()
    hands.tap(tablet, "PL-01", "phu_hop")
    make_full(True)
    wire.mend()
    tablet.goto("/tablet/#/waiting")
    hands.press_until(tablet, "Gửi ngay", tablet.get_by_text(FULL))
    hands.shoot_both(tablet, "bo-nho-day-cho-gui")
    assert list(hands.on_server(under_way).answers) == ["PL-01"]
    expect(tablet.locator(".sync-line")).to_contain_text("1 thao tác chưa gửi")  # its receipt found no room
    make_full(False)
    hands.send(tablet)
    assert hands.logged(under_way) == ["answer/PL-01"]
