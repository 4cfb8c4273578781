"""What is too much: a text that no operation can carry, photos on a tablet that is nearly full."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.visits import Visit

pytestmark = pytest.mark.browser

LONG = "Đơn vị đã thực hiện đầy đủ các bước theo quy trình nội bộ. " * 1500


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that has begun."""
    visits.registered(app)
    made = Visit(app).decided().started()
    made.push("leader")
    return made


@pytest.fixture
def page(chromium: Browser, address: str, visit: Visit) -> Page:
    """The leader's tablet with the inspection on it."""
    page = hands.window(chromium, address)
    hands.opened_by(page, visit.app, "truong.doan")
    hands.enter(page, visit)
    return page


def test_a_text_that_cannot_travel_is_still_read_and_saved_where_it_was_written(
    page: Page, visit: Visit, tmp_path: Path
):
    hands.go(page, visit, "closing/agree")
    field = page.get_by_label("Kết luận của đoàn")
    expect(field).to_have_attribute("maxlength", "10000")
    # As a version without the limit could have left it.
    field.evaluate("one => one.removeAttribute('maxlength')")
    field.fill(LONG)
    field.press("Tab")
    expect(page.locator("td-words", has=field).get_by_text("Đã lưu trên máy")).to_be_visible()
    hands.send(page)
    hands.go(page, visit, "conflicts")
    card = page.locator("td-aside")
    expect(card).to_contain_text("Nội dung quá dài")
    expect(card).to_contain_text(LONG[:200].strip())
    expect(card.get_by_role("button", name="Nhận vào hồ sơ")).to_have_count(0)
    assert objections(page) == []
    hands.shoot(page, "qua-dai")
    with page.expect_download() as saved:
        card.get_by_role("button", name="Lưu ra tệp").click()
    target = tmp_path / "luu.txt"
    saved.value.save_as(target)
    assert LONG.strip() in target.read_text(encoding="utf-8")
    assert "Nguyễn Văn Trưởng" in target.read_text(encoding="utf-8")
    page.reload()
    hands.unlock(page)
    expect(card).to_contain_text(LONG[:200].strip())
