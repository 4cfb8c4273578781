"""What is too much: a text that no operation can carry, photos on a tablet that is nearly full."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core import db
from inspections.models import LoggedOperation
from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.visits import Visit

pytestmark = pytest.mark.browser

LONG = "Đơn vị đã thực hiện đầy đủ các bước theo quy trình nội bộ. " * 1500


def test_a_text_that_cannot_travel_is_still_read_and_saved_where_it_was_written(
    calm_tablet: Page, under_way: Visit, tmp_path: Path
):
    hands.go(calm_tablet, under_way, "closing/agree")
    field = calm_tablet.get_by_label("Kết luận của đoàn")
    expect(field).to_have_attribute("maxlength", "10000")
    # As a version without the limit could have left it.
    field.evaluate("one => one.removeAttribute('maxlength')")
    field.fill(LONG)
    field.press("Tab")
    expect(calm_tablet.locator("td-words", has=field).get_by_text("Đã lưu trên máy")).to_be_visible()
    hands.send(calm_tablet)
    hands.go(calm_tablet, under_way, "conflicts")
    card = calm_tablet.locator("td-aside")
    expect(card).to_contain_text("Nội dung quá dài")
    expect(card).to_contain_text(LONG[:200].strip())
    expect(card.get_by_role("button", name="Nhận vào hồ sơ")).to_have_count(0)
    assert objections(calm_tablet) == []
    hands.shoot(calm_tablet, "qua-dai")
    with calm_tablet.expect_download() as saved:
        card.get_by_role("button", name="Lưu ra tệp").click()
    target = tmp_path / "luu.txt"
    saved.value.save_as(target)
    assert LONG.strip() in target.read_text(encoding="utf-8")
    assert "Nguyễn Văn Trưởng" in target.read_text(encoding="utf-8")
    calm_tablet.reload()
    hands.unlock(calm_tablet)
    expect(card).to_contain_text(LONG[:200].strip())


def recorded(visit: Visit, kind: str) -> list[dict]:
    """The bodies of this kind of operation on the server."""
    with visit.app.app_context(), db.reading() as session:
        found = session.scalars(select(LoggedOperation.body).where(LoggedOperation.type == kind))
        return [json.loads(body) for body in found if body]


def test_a_photo_taken_in_the_list_keeps_its_original_and_its_own_time(
    calm_tablet: Page, under_way: Visit, tmp_path: Path
):
    taken = datetime(2023, 5, 22, 2, 30, tzinfo=UTC)
    file = tmp_path / "anh.jpg"
    Image.frombytes("RGB", (1600, 1200), os.urandom(1600 * 1200 * 3)).save(file, "JPEG", quality=95)
    os.utime(file, (taken.timestamp(), taken.timestamp()))
    calm_tablet.goto("/tablet/#/settings")
    calm_tablet.get_by_label("Gửi cả ảnh gốc lên máy chủ").check()
    calm_tablet.goto(f"/tablet/#/i/{under_way.inspection}")
    calm_tablet.locator("#item-PL-02").get_by_label("Chụp ảnh cho mục PL-02").set_input_files(file)
    calm_tablet.get_by_label("Chú thích").fill("Bảng niêm yết")
    calm_tablet.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(calm_tablet.locator("#item-PL-02")).to_contain_text("1 ảnh")
    expect(calm_tablet.locator("td-new-photo")).to_have_count(0)
    hands.send(calm_tablet)
    (photo,), (original,) = recorded(under_way, "photo.add"), recorded(under_way, "file.add")
    assert original["size"] == file.stat().st_size > photo["size"]
    assert [datetime.fromisoformat(one["taken_at"]) for one in (photo, original)] == [taken, taken]


def test_a_tablet_that_is_nearly_full_says_so_where_work_is_written(calm_tablet: Page, under_way: Visit):
    warning = calm_tablet.get_by_text("Bộ nhớ sắp đầy")
    expect(warning).to_have_count(0)
    # Chromium no longer tells a page how full the disk is; other browsers do.
    calm_tablet.evaluate(
        "Object.getPrototypeOf(navigator.storage).estimate = async () => ({usage: 10, quota: 150 * 2 ** 20})"
    )
    hands.tap(calm_tablet, "PL-01", "phu_hop")
    expect(calm_tablet.locator(".visit-head").get_by_text("Bộ nhớ sắp đầy")).to_be_visible()
    hands.shoot(calm_tablet, "sap-day")
    picture = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": visits.picture()}
    calm_tablet.locator("#item-PL-02").get_by_label("Chụp ảnh cho mục PL-02").set_input_files(picture)
    expect(calm_tablet.get_by_role("dialog").get_by_text("Bộ nhớ sắp đầy")).to_be_visible()
    assert objections(calm_tablet) == []
    hands.shoot(calm_tablet, "sap-day-anh")


# What a browser offers by itself only after days of use, or decides without asking anybody.
BROWSER = """
  window.asked = [];
  const storage = Object.getPrototypeOf(navigator.storage);
  storage.persist = async () => { window.asked.push('persist'); return false; };
  storage.persisted = async () => false;
  addEventListener('DOMContentLoaded', () => setTimeout(() => {
    const offer = new Event('beforeinstallprompt', { cancelable: true });
    offer.prompt = async () => { window.asked.push('install'); };
    window.dispatchEvent(offer);
  }));
"""


def test_the_first_pin_asks_to_keep_the_data_and_an_early_offer_to_install_is_not_lost(
    chromium: Browser, address: str, under_way: Visit
):
    page = hands.window(chromium, address, hands.PORTRAIT, "dark")
    page.add_init_script(BROWSER)
    hands.opened_by(page, under_way.app, "truong.doan")
    assert page.evaluate("window.asked") == ["persist"]
    expect(page.get_by_text("Trình duyệt có thể xóa dữ liệu khi máy đầy")).to_be_visible()
    assert objections(page) == []
    hands.shoot(page, "xin-giu")
    page.get_by_role("button", name="Cài lên màn hình chính").click()
    expect(page.get_by_role("button", name="Cài lên màn hình chính")).to_have_count(0)
    page.get_by_role("button", name="Xin giữ dữ liệu").click()
    assert page.evaluate("window.asked") == ["persist", "install", "persist"]
