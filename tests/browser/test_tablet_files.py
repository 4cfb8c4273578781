"""Files on the tablet: attached in two taps, read without a network, sent, withdrawn; the self-report."""

import hashlib
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from weasyprint import HTML

from core import clock, db, files
from core.caller import Caller
from inspections import log_reading, record, self_report_actions
from inspections.models import Inspection
from inspections.record import Record
from inspections.self_report_actions import Brought, Letter
from tests import people, visits
from tests.browser import tablet_hands as hands
from tests.visits import Visit

pytestmark = pytest.mark.browser

STORED = """
async names => {
  const open = indexedDB.open((await indexedDB.databases())[0].name);
  const db = await new Promise(done => { open.onsuccess = () => done(open.result) });
  const all = db.transaction('contents').objectStore('contents').getAll();
  const rows = await new Promise(done => { all.onsuccess = () => done(all.result) });
  return rows.map(row => {
    const text = new TextDecoder('latin1').decode(row.sealed.data);
    return { isOpen: names.some(name => text.includes(name)) };
  });
}
"""


@cache
def pdf(title: str, pages: int = 2) -> bytes:
    """A PDF as an office writes it."""
    text = "<section style='break-after: page'><h1>{}</h1><p>Trang {}: Sở Nội vụ tự kiểm tra.</p></section>"
    parts = "".join(text.format(title, page) for page in range(1, pages + 1))
    return HTML(string=f"<html lang='vi'><title>{title}</title>{parts}</html>").write_pdf()


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that is decided, with the unit's self-report at the office."""
    visits.registered(app)
    made = Visit(app).decided()
    report(made)
    return made


def report(visit: Visit, title: str = "Báo cáo tự kiểm tra", name: str = "Báo cáo 112.pdf") -> None:
    """The clerk has stored the unit's report."""
    with visit.app.app_context():
        received = files.receive(io.BytesIO(pdf(title)))
        clerk = people.there_is(
            visit.app, f"van.thu.{received.sha256[:4]}", full_name="Văn Thư", roles=("clerk",)
        )
        with db.writing() as session:
            inspection = session.get_one(Inspection, visit.inspection)
            by = Caller(clerk, "Văn Thư", frozenset({"clerk"}))
            letter = Letter("112/BC-SNV", visits.VISITED_ON.replace(day=18))
            brought = [Brought(received, name, "application/pdf")]
            self_report_actions.add(session, inspection, letter, brought, by=by, at=clock.now())


@pytest.fixture
def page(chromium: Browser, address: str, app: Flask, visit: Visit) -> Page:
    """The leader's tablet with the inspection on it."""
    page = hands.window(chromium, address)
    hands.opened_by(page, app, "truong.doan")
    hands.enter(page, visit)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


@pytest.fixture
def mate(chromium: Browser, address: str, page: Page) -> Iterator[Page]:
    """The secretary's tablet, on which nobody has signed in yet."""
    page = hands.window(chromium, address)
    yield page
    page.context.close()


def on_server(visit: Visit) -> Record:
    """The record as the server folds it."""
    with visit.app.app_context(), db.reading() as session:
        return record.record_of(log_reading.whole_fold(session, visit.inspection))


def chosen(content: bytes, name: str = "Quyết định 12.pdf", kind: str = "application/pdf") -> dict:
    return {"name": name, "mimeType": kind, "buffer": content}


def attach(page: Page, visit: Visit, content: bytes, name: str = "Quyết định 12.pdf") -> None:
    """The file is attached to PL-02 from the list: choose it, attach it."""
    hands.go(page, visit, "checklist/P1-A")
    row = page.locator("#item-PL-02")
    row.get_by_label("Gắn tệp vào mục PL-02").set_input_files(chosen(content, name))
    page.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(row).to_contain_text("1 tệp")


def test_a_file_is_attached_in_two_taps_read_without_a_network_and_sent(page: Page, visit: Visit):
    content = pdf("Quyết định thành lập Ban Chỉ đạo")
    page.context.set_offline(True)
    hands.go(page, visit, "checklist/P1-A")
    row = page.locator("#item-PL-02")
    row.get_by_label("Gắn tệp vào mục PL-02").set_input_files(chosen(content))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Không gắn hồ sơ mật")
    expect(dialog).to_contain_text("PDF · ")
    hands.shoot(page, "tep-moi")
    dialog.get_by_label("Tệp này là gì").fill("Quyết định thành lập, bản chính")
    dialog.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(row).to_contain_text("1 tệp")
    hands.shoot(page, "muc-co-tep")
    row.get_by_role("button", name="Mở mục PL-02").click()
    page.locator("td-files").get_by_role("button", name="Mở: Quyết định 12.pdf").click()
    reader = page.locator("dialog.sheet-reader")
    expect(reader.locator("canvas")).to_have_count(2)
    expect(reader.locator("canvas").first).to_have_attribute("data-drawn", "true")
    expect(reader).to_contain_text("Quyết định thành lập Ban Chỉ đạo")
    hands.shoot(page, "doc-tep")
    reader.get_by_role("button", name="Đóng").click()
    page.context.set_offline(False)
    hands.send(page)
    (kept,) = on_server(visit).documents
    assert (kept.item, kept.name, kept.text("caption")) == (
        "PL-02", "Quyết định 12.pdf", "Quyết định thành lập, bản chính",
    )  # fmt: skip
    with visit.app.app_context():
        assert files.read(hashlib.sha256(content).hexdigest()) == content
    assert page.complaints == []


def test_what_is_stored_on_the_tablet_is_sealed(page: Page, visit: Visit):
    attach(page, visit, pdf("Quyết định"))
    stored = page.evaluate(STORED, ["%PDF-", "/Catalog"])
    assert len(stored) == 2
    assert [one["isOpen"] for one in stored] == [False, False]


def test_a_file_is_withdrawn_with_a_reason_and_gone_for_team_mates(
    page: Page, mate: Page, visit: Visit, app: Flask
):
    attach(page, visit, pdf("Quyết định"))
    hands.send(page)
    hands.opened_by(mate, app, "thu.ky")
    hands.enter(mate, visit)
    hands.go(mate, visit, "checklist/P1-A/PL-02")
    line = mate.locator("td-files li")
    expect(line).to_contain_text("Quyết định 12.pdf")
    expect(line).to_contain_text("Nguyễn Văn Trưởng")
    line.get_by_role("button", name="Mở: ").click()
    expect(mate.locator("dialog.sheet-reader canvas")).to_have_count(2)
    hands.go(page, visit, "checklist/P1-A/PL-02")
    page.locator("td-files").get_by_role("button", name="Sửa: ").click()
    page.locator("td-files dialog").get_by_text("Rút tệp").first.click()
    page.get_by_label("Lý do rút tệp").fill("Nhầm tệp")
    hands.shoot(page, "rut-tep")
    page.locator("td-files dialog").get_by_role("button", name="Rút tệp").click()
    expect(page.locator("td-files li")).to_have_count(0)
    hands.send(page)
    hands.send(mate)
    hands.go(mate, visit, "checklist/P1-A/PL-02")
    expect(mate.locator("td-files li")).to_have_count(0)
    assert on_server(visit).documents == []


@pytest.mark.parametrize(
    "said", [(51 * 1024 * 1024, "quá mức 50 MB"), (0, "Tệp này rỗng nên chưa gắn gì")], ids=["large", "empty"]
)
def test_what_does_not_fit_is_said_before_anything_is_typed(
    page: Page, visit: Visit, tmp_path: Path, said: tuple[int, str]
):
    size, sentence = said
    large = tmp_path / "lon.zip"
    with large.open("wb") as target:
        target.truncate(size)
    hands.go(page, visit, "checklist/P1-A")
    page.locator("#item-PL-02").get_by_label("Gắn tệp vào mục PL-02").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_role("button", name="Gắn vào mục PL-02")).to_be_disabled()
    hands.shoot(page, "tep-khong-hop")
    assert on_server(visit).files == []


def test_a_picture_chosen_as_a_file_goes_the_way_of_photos(page: Page, visit: Visit):
    hands.go(page, visit, "checklist/P1-A")
    picture = chosen(visits.picture(), "anh.jpg", "image/jpeg")
    page.locator("#item-PL-02").get_by_label("Gắn tệp vào mục PL-02").set_input_files(picture)
    expect(page.locator("td-new-photo canvas")).to_be_visible()


def test_a_withdrawn_photo_takes_along_what_the_camera_wrote(page: Page, visit: Visit):
    page.goto("/tablet/#/settings")
    page.get_by_label("Gửi cả ảnh gốc lên máy chủ").check()
    hands.go(page, visit, "checklist/P1-A")
    row = page.locator("#item-PL-02")
    shot = chosen(visits.picture(size=(4000, 3000)), "IMG_1.jpg", "image/jpeg")
    row.get_by_label("Chụp ảnh cho mục PL-02").set_input_files(shot)
    page.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(row).to_contain_text("1 ảnh")
    expect(row).not_to_contain_text("1 tệp")
    hands.send(page)
    had = [one.body.get("original_of", "").partition("/")[0] for one in on_server(visit).files]
    hands.go(page, visit, "checklist/P1-A/PL-02")
    page.get_by_role("button", name="Xem ảnh").click()
    page.locator("td-photos dialog").get_by_text("Rút ảnh").first.click()
    page.get_by_label("Lý do rút ảnh").fill("Có thông tin cá nhân")
    page.locator("td-photos dialog").get_by_role("button", name="Rút ảnh").click()
    expect(page.locator("td-photos figure")).to_have_count(0)
    hands.send(page)
    assert had == ["photo"]
    assert (on_server(visit).photos, on_server(visit).files) == ([], [])


def test_the_self_report_is_at_hand_offline_from_the_opening_and_from_the_checklist(page: Page, visit: Visit):
    page.context.set_offline(True)
    hands.go(page, visit, "opening")
    card = page.locator(".card", has_text="Báo cáo tự kiểm tra")
    expect(card).to_contain_text("112/BC-SNV, nhận ngày 18/5/2023")
    hands.shoot(page, "mo-dau-bao-cao", whole=True)
    hands.go(page, visit, "checklist/P1-A")
    hands.shoot(page, "danh-muc-bao-cao")
    page.get_by_role("button", name="Báo cáo tự kiểm tra").click()
    page.get_by_role("button", name="Mở: Báo cáo 112.pdf").click()
    reader = page.locator("dialog.sheet-reader")
    expect(reader.locator("canvas").first).to_have_attribute("data-drawn", "true")
    expect(reader).to_contain_text("Trang 1: Sở Nội vụ tự kiểm tra.")
    hands.shoot(page, "doc-bao-cao")
    reader.get_by_role("button", name="Đóng").click()
    expect(page.locator("td-item").first).to_be_visible()
    assert page.complaints == []


def test_a_report_that_comes_later_comes_by_itself(page: Page, visit: Visit):
    report(visit, "Báo cáo bổ sung", "Bổ sung.pdf")
    page.goto("/tablet/#/waiting")
    page.get_by_role("button", name="Gửi ngay").click()
    expect(page.get_by_role("button", name="Gửi ngay")).to_be_enabled()
    page.context.set_offline(True)
    hands.go(page, visit, "opening")
    page.get_by_role("button", name="Mở: Bổ sung.pdf").click()
    expect(page.locator("dialog.sheet-reader")).to_contain_text("Báo cáo bổ sung")


def test_a_damaged_pdf_is_said_to_be_one_and_can_be_copied_out(page: Page, visit: Visit):
    attach(page, visit, b"%PDF-1.7 and nothing after", "hong.pdf")
    hands.go(page, visit, "checklist/P1-A/PL-02")
    page.locator("td-files").get_by_role("button", name="Mở: hong.pdf").click()
    expect(page.locator("dialog.sheet-reader").get_by_role("alert")).to_contain_text("không đọc được")
    with page.expect_download() as told:
        page.get_by_role("button", name="Lưu một bản sao ra ngoài").click()
    assert told.value.suggested_filename == "hong.pdf"


def test_a_locked_tablet_says_how_much_waits_and_sends_it_once_unlocked(page: Page, visit: Visit):
    page.context.set_offline(True)
    attach(page, visit, pdf("Quyết định"))
    page.get_by_role("button", name="Khóa máy").click()
    expect(page.locator(".notice")).to_contain_text("1 thao tác chưa gửi · 1 ảnh, tệp chưa gửi")
    expect(page.locator(".sync-line")).to_contain_text("mở khóa để gửi")
    hands.shoot(page, "khoa-con-cho")
    page.reload()
    expect(page.locator(".notice")).to_contain_text("1 thao tác chưa gửi · 1 ảnh, tệp chưa gửi")
    page.context.set_offline(False)
    assert on_server(visit).files == []
    hands.unlock(page)
    expect(page.locator(".sync-line")).to_contain_text("Đã lên máy chủ")
    assert len(on_server(visit).files) == 1
