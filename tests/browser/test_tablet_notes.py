"""What is put right on the tablet afterwards: notes changed, withdrawn; photos and files at another item."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import ids
from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.browser.test_tablet_look import LEAST_TARGET, TOO_SMALL, TOO_WIDE
from tests.visits import Visit

pytestmark = pytest.mark.browser

FIRST, SECOND = "Hỏi lại văn thư về sổ công văn đến.", "Hỏi lại văn thư về sổ công văn đi."
THEIRS = "Phòng họp tầng hai, 14 giờ."
REASON = "Đã hỏi xong."


def sheet_of(page: Page, visit: Visit, item: str) -> None:
    """The item's sheet is open."""
    page.goto(f"/tablet/#/i/{visit.inspection}/checklist/P1-A/{item}")
    expect(page.locator(f"[data-sheet='{item}']")).to_be_visible()


def look(page: Page, name: str) -> None:
    """Nothing on the screen offends, lying or standing, in the light or the dark; its pictures are taken."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        hands.shoot_both(page, f"{name}-{scheme}")
        assert [one for one in objections(page) if not one.startswith("target-size")] == []
    page.emulate_media(color_scheme="light")
    assert page.evaluate(TOO_SMALL, LEAST_TARGET) == []
    assert page.evaluate(TOO_WIDE) <= 0


def test_a_note_about_an_item_is_written_put_right_and_withdrawn(calm_tablet: Page, under_way: Visit):
    page = calm_tablet
    sheet_of(page, under_way, "PL-02")
    page.get_by_text("Thêm ghi chú", exact=True).click()
    page.get_by_label("Ghi chú mới").fill(FIRST)
    look(page, "ghi-chu-muc")
    page.get_by_role("button", name="Ghi", exact=True).click()
    notes = page.locator("td-note-list")
    expect(notes).to_contain_text(FIRST)
    expect(page.get_by_label("Ghi chú mới")).to_be_hidden()
    hands.go(page, under_way, "notes")
    expect(notes.get_by_role("link", name="Mục PL-02")).to_be_visible()
    page.get_by_role("button", name=f"Sửa: {FIRST}").click()
    look(page, "ghi-chu-sua")
    page.get_by_label("Nội dung ghi chú").fill(SECOND)
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(notes).to_contain_text(SECOND)
    expect(notes).not_to_contain_text(FIRST)
    look(page, "ghi-chu")
    notes.get_by_role("link", name="Mục PL-02").click()
    expect(page.locator("[data-sheet='PL-02'] td-note-list")).to_contain_text(SECOND)
    hands.go(page, under_way, "notes")
    page.get_by_role("button", name=f"Sửa: {SECOND}").click()
    page.get_by_text("Rút ghi chú", exact=True).first.click()
    page.get_by_label("Lý do rút ghi chú").fill(REASON)
    page.get_by_role("button", name="Rút ghi chú").click()
    expect(page.get_by_text("Chưa có ghi chú nào.")).to_be_visible()
    hands.send(page)
    assert hands.on_server(under_way).notes == []
    for verb in ("add", "edit", "retract"):
        assert len(hands.logged(under_way, f"note.{verb}")) == 1, verb


def test_a_mates_note_can_be_withdrawn_by_the_leader_and_put_right_by_its_author_alone(
    calm_tablet: Page, under_way: Visit
):
    page = calm_tablet
    under_way.record("secretary", "note.add", f"note/{ids.new_id()}", {"text": THEIRS})
    assert under_way.push("secretary") == ["applied"]
    hands.send(page)
    hands.go(page, under_way, "notes")
    page.get_by_role("button", name=f"Sửa: {THEIRS}").click()
    expect(page.get_by_role("dialog")).to_contain_text("Ghi chú của Võ Thị Thư Ký")
    expect(page.get_by_label("Nội dung ghi chú")).to_have_count(0)
    expect(page.get_by_text("Rút ghi chú", exact=True).first).to_be_visible()


def attach(page: Page, tmp_path: Path) -> None:
    """A photo and a file lie at the item whose sheet is open."""
    picture = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": visits.picture()}
    page.locator("td-photos input[type=file]").last.set_input_files(picture)
    page.get_by_label("Chú thích").fill("Bảng niêm yết")
    page.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(page.locator("td-photos figure")).to_have_count(1)
    (tmp_path / "bien-nhan.txt").write_text("Biên nhận số 12")
    page.locator("td-files input[type=file]").set_input_files(tmp_path / "bien-nhan.txt")
    page.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(page.locator("td-files li")).to_have_count(1)


def move(page: Page, item: str) -> None:
    """What is open goes to the item."""
    page.get_by_text("Chuyển sang mục khác", exact=True).click()
    page.get_by_label("Chuyển đến mục").select_option(item)
    page.get_by_role("button", name="Chuyển", exact=True).click()


def test_a_photo_and_a_file_go_to_the_item_that_they_belong_to(
    calm_tablet: Page, under_way: Visit, tmp_path: Path
):
    page = calm_tablet
    sheet_of(page, under_way, "PL-02")
    attach(page, tmp_path)
    page.locator("td-photos figure button").click()
    page.get_by_text("Chuyển sang mục khác", exact=True).click()
    look(page, "anh-chuyen")
    page.get_by_text("Chuyển sang mục khác", exact=True).click()
    move(page, "PL-03")
    expect(page.locator("td-photos figure")).to_have_count(0)
    expect(page.locator("td-photos")).to_contain_text("Đã chuyển sang mục PL-03.")
    page.get_by_role("button", name="Sửa: bien-nhan.txt").click()
    move(page, "PL-04")
    expect(page.locator("td-files")).to_contain_text("Đã chuyển sang mục PL-04.")
    sheet_of(page, under_way, "PL-03")
    expect(page.locator("td-photos figure")).to_contain_text("Bảng niêm yết")
    sheet_of(page, under_way, "PL-04")
    expect(page.locator("td-files li")).to_contain_text("bien-nhan.txt")
    hands.send(page)
    record = hands.on_server(under_way)
    assert [one.item for one in record.photos] == ["PL-03"]
    assert [one.item for one in record.files] == ["PL-04"]
