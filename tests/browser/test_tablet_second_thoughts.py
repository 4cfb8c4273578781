"""What the leader decides on the tablet when others wrote late, otherwise, or without the right to."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from core import db
from inspections import log_reading, record
from inspections.record import Record
from tests import visits
from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.visits import Visit

pytestmark = pytest.mark.browser

SEATS = (("leader", "Trưởng đoàn kiểm tra"), ("unit", "Đại diện cơ quan chịu sự kiểm tra"))
LATE_NOTE = "Sổ theo dõi chưa cập nhật từ tháng 3."
WITHOUT = "Ký chốt không gồm các thao tác này"

Held = tuple[tuple[int, int], str]
LYING: Held = (hands.LANDSCAPE, "light")
HOLDS: tuple[Held, ...] = (LYING, (hands.PORTRAIT, "dark"))


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that has begun, with an answer of the leader's."""
    visits.registered(app)
    made = Visit(app).decided().started()
    made.answer("PL-01", "phu_hop", evidence=[{"kind": "ho_so", "text": "Kế hoạch số 12/KH"}])
    made.push("leader")
    return made


def on_server(visit: Visit) -> Record:
    """The record as the server folds it."""
    with visit.app.app_context(), db.reading() as session:
        return record.record_of(log_reading.whole_fold(session, visit.inspection))


def opened(chromium: Browser, address: str, visit: Visit, held: Held = LYING) -> Page:
    """The leader's tablet with the inspection on it."""
    page = hands.window(chromium, address, *held)
    hands.opened_by(page, visit.app, "truong.doan")
    hands.enter(page, visit)
    return page


def sign(page: Page) -> None:
    """Both sides sign what is shown."""
    for role, heading in SEATS:
        page.get_by_role("button", name=f"Ký: {heading}").click()
        if role == "unit":
            page.get_by_label("Người ký").fill("Lâm Thị Minh Châu")
        hands.draw(page, "canvas.pad")
        page.get_by_role("button", name="Nhận chữ ký này").click()
        expect(page.locator(f"[data-seat='{role}']")).to_contain_text("Đã ký trên nội dung này")


def agree(page: Page, visit: Visit) -> None:
    """The team has agreed and everybody is where it is signed."""
    hands.go(page, visit, "closing/agree")
    page.get_by_role("button", name="Thống nhất biên bản").click()
    expect(page.get_by_text("Đoàn đã thống nhất biên bản.")).to_be_visible()
    hands.go(page, visit, "closing/sign")


def signed_too_early(page: Page, visit: Visit) -> None:
    """The record is signed off without a network while the secretary's answer is on its way to the server."""
    agree(page, visit)
    page.context.set_offline(True)
    sign(page)
    page.get_by_role("button", name="Ký chốt biên bản").click()
    expect(page.locator(".notice", has_text="Chờ máy chủ xác nhận")).to_be_visible()
    visit.answer("PL-02", "kph_nhe", role="secretary", note=LATE_NOTE)
    assert visit.push("secretary") == ["applied"]
    page.context.set_offline(False)
    hands.send(page)
    hands.go(page, visit, "closing/sign")
    expect(page.locator("[data-refused='signoff_stale']")).to_contain_text("1 thao tác")


@pytest.mark.parametrize("held", HOLDS)
def test_a_sign_off_met_by_a_late_answer_shows_it_and_closes_without_it(
    chromium: Browser, address: str, visit: Visit, held: Held
):
    page = opened(chromium, address, visit, held)
    signed_too_early(page, visit)
    stale = page.locator("[data-refused='signoff_stale']")
    expect(stale.locator("[data-unseen]")).to_have_count(1)
    for words in ("Ghi câu trả lời PL-02", "Võ Thị Thư Ký", "KPH nhẹ", LATE_NOTE):
        expect(stale.locator("[data-unseen]")).to_contain_text(words)
    assert objections(page) == []
    hands.shoot(page, f"ky-chot-cu-{held[0][0]}", whole=True)
    stale.get_by_role("button", name=WITHOUT).click()
    hands.send(page)
    hands.go(page, visit, "closing/sign")
    expect(page.get_by_text("Biên bản đã được ký chốt.")).to_be_visible()
    assert visit.state() == ("signed", 1)
    assert "PL-02" not in on_server(visit).answers
    hands.go(page, visit, "conflicts")
    aside = page.locator("td-aside")
    expect(aside).to_contain_text("Thao tác không nằm trong nội dung đã ký.")
    expect(aside).to_contain_text(LATE_NOTE)
    assert objections(page) == []
    hands.shoot(page, f"giu-rieng-{held[0][0]}", whole=True)
    assert page.complaints == []


def test_a_sign_off_met_by_a_late_answer_is_read_again_signed_again_and_holds(
    chromium: Browser, address: str, visit: Visit
):
    page = opened(chromium, address, visit)
    signed_too_early(page, visit)
    page.locator("[data-refused]").get_by_role("link", name="Xem biên bản").click()
    expect(page.locator(".paper")).to_contain_text(LATE_NOTE)
    hands.go(page, visit, "closing/sign")
    sign(page)
    expect(page.locator("td-behind-signoff")).to_have_count(0)
    page.get_by_role("button", name="Ký chốt biên bản").click()
    hands.send(page)
    hands.go(page, visit, "closing/sign")
    expect(page.get_by_text("Biên bản đã được ký chốt.")).to_be_visible()
    assert visit.state() == ("signed", 1)
    assert on_server(visit).answers["PL-02"].body["note"] == LATE_NOTE
    assert page.complaints == []


def test_what_came_later_still_is_shown_too_and_left_out_with_it(
    chromium: Browser, address: str, visit: Visit
):
    page = opened(chromium, address, visit)
    signed_too_early(page, visit)
    visit.answer("PL-02", "phu_hop", role="secretary", parents=(visit.last["PL-02"],))
    visit.answer("PL-03", "phu_hop", role="secretary")
    assert visit.push("secretary") == ["applied", "applied"]
    hands.send(page)
    hands.go(page, visit, "closing/sign")
    expect(page.locator("[data-unseen]")).to_have_count(3)
    page.locator("[data-refused]").get_by_role("button", name=WITHOUT).click()
    hands.send(page)
    assert visit.state() == ("signed", 1)
    assert {"PL-02", "PL-03"} & set(on_server(visit).answers) == set()


@pytest.mark.parametrize("held", HOLDS)
def test_another_conclusion_keeps_what_both_sides_saw(
    chromium: Browser, address: str, visit: Visit, held: Held
):
    page = opened(chromium, address, visit, held)
    seen = [{"kind": "quan_sat", "text": "Phòng một cửa: bảng niêm yết cũ"}]
    visit.answer("PL-01", "kph_nhe", role="secretary", note="Niêm yết bản cũ.", evidence=seen)
    assert visit.push("secretary") == ["conflict"]
    hands.send(page)
    hands.go(page, visit, "conflicts")
    card = page.locator("[data-conflict='answer/PL-01']")
    expect(card).to_contain_text("Máy số 1")
    card.get_by_role("button", name="Ghi kết luận khác").click()
    expect(card.get_by_role("button", name="Thống nhất")).to_be_disabled()
    card.locator("[data-value='luu_y']").click()
    card.get_by_label("Nhận xét thống nhất").fill("Đã thay bản niêm yết ngay tại buổi kiểm tra.")
    card.get_by_label("Lý do").fill("Hai bên xem lại tại chỗ.")
    assert objections(page) == []
    hands.shoot(page, f"ket-luan-khac-{held[0][0]}", whole=True)
    card.get_by_role("button", name="Thống nhất").click()
    expect(page.get_by_text("Không có xung đột")).to_be_visible()
    hands.send(page)
    kept = on_server(visit).answers["PL-01"].body
    assert kept["value"] == "luu_y"
    assert [piece["text"] for piece in kept["evidence"]] == ["Kế hoạch số 12/KH", seen[0]["text"]]
    assert kept["evidence_kind"] == ["ho_so", "quan_sat"]


def test_another_ratio_is_counted_with_the_item_s_own_fields(chromium: Browser, address: str, visit: Visit):
    visit.answer("PL-09", {"numerator": 60, "denominator": 62})
    visit.push("leader")
    page = opened(chromium, address, visit)
    visit.answer("PL-09", {"numerator": 58, "denominator": 62}, role="secretary")
    assert visit.push("secretary") == ["conflict"]
    hands.send(page)
    hands.go(page, visit, "conflicts")
    card = page.locator("[data-conflict='answer/PL-09']")
    card.get_by_role("button", name="Ghi kết luận khác").click()
    card.get_by_role("spinbutton", name="Số TTHC đã có quy trình").fill("59")
    card.get_by_role("spinbutton", name="Tổng số TTHC").fill("62")
    card.get_by_role("spinbutton", name="Tổng số TTHC").press("Tab")
    expect(card).to_contain_text("Tỷ lệ 95,2 %")
    card.get_by_label("Lý do").fill("Đếm lại.")
    card.get_by_role("button", name="Thống nhất").click()
    expect(page.get_by_text("Không có xung đột")).to_be_visible()
    hands.send(page)
    assert on_server(visit).answers["PL-09"].body["value"] == {"numerator": 59, "denominator": 62}
