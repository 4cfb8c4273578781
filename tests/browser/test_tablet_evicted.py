"""A tablet whose storage was emptied says so, is enrolled anew, and takes back what was carried away."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser


def exported(page: Page, target: Path) -> Path:
    """The file with everything unsent, as it lies among the downloads."""
    page.goto("/tablet/#/waiting")
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất tệp").click()
    download.value.save_as(target)
    return target


def test_after_an_eviction_the_exported_file_brings_back_what_was_not_sent(
    tablet: Page, under_way: Visit, wire: Wire, tmp_path: Path
):
    hands.tap(tablet, "PL-01", "phu_hop")
    hands.send(tablet)
    wire.cut()
    hands.tap_again(tablet, under_way, "PL-02", "luu_y")
    file = exported(tablet, tmp_path / "mang-di.td1.gz")
    wire.mend()
    tools = script.devtools(tablet)
    tools.send("Storage.clearDataForOrigin", {"origin": wire.address, "storageTypes": "all"})
    expect(tablet.get_by_text("vừa bị xóa, cùng với những gì chưa gửi")).to_be_visible()
    hands.shoot_both(tablet, "bo-nho-bi-xoa")
    hands.opened_by(tablet, under_way.app, "truong.doan")
    hands.enter(tablet, under_way)
    expect(tablet.locator("#item-PL-01 [data-value='phu_hop']")).to_have_attribute("aria-pressed", "true")
    tablet.goto("/tablet/#/waiting")
    tablet.get_by_label("Nhập tệp của đồng đội").set_input_files(file)
    expect(tablet.get_by_text("Đã nhận 1 thao tác")).to_be_visible()
    hands.send(tablet)
    assert set(hands.on_server(under_way).answers) == {"PL-01", "PL-02"}
