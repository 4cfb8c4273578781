"""The app in two tabs of one browser: one tablet, one chain, one exchange with the server at a time."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def second(tablet: Page, under_way: Visit) -> Page:
    """Another tab, unlocked, with the same inspection in view."""
    page = tablet.context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/tablet/")
    hands.unlock(page)
    hands.go(page, under_way, "checklist/P1-A")
    return page


def test_what_one_tab_records_the_other_shows_and_both_write_one_chain(
    tablet: Page, second: Page, under_way: Visit, wire: Wire
):
    wire.cut()
    hands.tap(tablet, "PL-01", "phu_hop")
    expect(second.locator("#item-PL-01 [data-value='phu_hop']")).to_have_attribute("aria-pressed", "true")
    expect(second.locator(".sync-line")).to_contain_text("1 thao tác chưa gửi")
    write = f"async (id) => (await {script.APP}.open(id)).addNote('Ghi chú')"
    for _ in range(10):
        for page in (tablet, second):
            page.evaluate(f"{{ void ({write})('{under_way.inspection}') }}")
    for page in (tablet, second):
        expect(page.locator(".sync-line")).to_contain_text("21 thao tác chưa gửi")
    wire.mend()
    hands.send(tablet)
    expect(second.locator(".sync-line")).to_contain_text("Đã lên máy chủ")
    sent = hands.logged(under_way, "note.add")
    assert len(sent) == len(set(sent)) == 20


def test_only_one_tab_sends_and_the_other_tells_how_it_went(
    tablet: Page, second: Page, under_way: Visit, wire: Wire
):
    wire.cut()
    hands.tap(tablet, "PL-02", "luu_y")
    wire.mend()
    asked: list[str] = []
    for page in (tablet, second):
        page.on("request", lambda one: asked.append(one.url) if "/sync/v1/push" in one.url else None)
    begin = f"() => {{ window.ended = {script.APP}.syncNow() }}"
    for page in (tablet, second):
        page.evaluate(begin)
    for page in (tablet, second):
        page.evaluate("() => window.ended.then(() => null)")
        expect(page.locator(".sync-line")).to_contain_text("Đã lên máy chủ")
    assert len(asked) == 1
    assert hands.logged(under_way) == ["answer/PL-02"]


@pytest.fixture
def trouble() -> str:
    """Requests are counted."""
    return ""
