"""A network that is slow or paid for by the megabyte: the work goes on, photos wait where they should."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.visits import Visit

pytestmark = pytest.mark.browser

# What EDGE gives in a valley: bytes a second, milliseconds there and back.
SLOW = {"offline": False, "latency": 600, "downloadThroughput": 250_000 / 8, "uploadThroughput": 50_000 / 8}
PHOTO_BYTES = 20_000


def test_on_2g_taps_stay_quick_and_answers_arrive_before_the_photo(tablet: Page, under_way: Visit):
    script.sync(tablet)
    tools = script.devtools(tablet)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW)
    hands.tap(tablet, "PL-01", "phu_hop")
    assert len(script.answer(tablet, under_way, 40)) == 40
    script.add_photo(tablet, under_way, PHOTO_BYTES)
    tablet.goto("/tablet/#/waiting")
    tablet.get_by_role("button", name="Gửi ngay").click()
    expect(tablet.get_by_text("thao tác chưa gửi")).to_have_count(0, timeout=20_000)
    expect(tablet.locator(".sync-line")).to_contain_text("Đã lên máy chủ", timeout=30_000)
    assert len(hands.logged(under_way)) == 41
    assert [photo.item for photo in hands.on_server(under_way).photos] == ["PL-01"]


def test_photos_wait_while_the_connection_counts_by_the_megabyte(tablet: Page, under_way: Visit):
    script.sync(tablet)
    script.devtools(tablet).send("Emulation.setDataSaverOverride", {"dataSaverEnabled": True})
    hands.tap(tablet, "PL-01", "phu_hop")
    script.add_photo(tablet, under_way, PHOTO_BYTES)
    tablet.goto("/tablet/#/waiting")
    hands.press_until(tablet, "Gửi ngay", tablet.locator(".sync-line", has_text="ảnh tạm dừng"))
    expect(tablet.locator(".sync-line")).to_contain_text("1 ảnh, tệp chưa gửi")
    expect(tablet.locator(".sync-line")).not_to_contain_text("thao tác")
    hands.shoot_both(tablet, "tam-dung-anh")
    assert hands.logged(under_way) == ["answer/PL-01"]
    hands.press_until(
        tablet, "Gửi cả ảnh qua mạng tính cước", tablet.locator(".sync-line", has_text="Đã lên máy chủ")
    )
    assert len(hands.on_server(under_way).photos) == 1


def test_who_pays_for_every_megabyte_may_still_choose_to_send_photos_always(tablet: Page, under_way: Visit):
    script.devtools(tablet).send("Emulation.setDataSaverOverride", {"dataSaverEnabled": True})
    tablet.goto("/tablet/#/settings")
    tablet.get_by_label("Tạm dừng gửi ảnh khi mạng tính theo dung lượng").uncheck()
    script.add_photo(tablet, under_way, PHOTO_BYTES)
    hands.send(tablet)
    assert len(hands.on_server(under_way).photos) == 1
