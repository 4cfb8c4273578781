"""An inspector's day on the tablet before the real server: opening meeting, closing, handing in, and back."""

from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from core import clock, db
from core.caller import Caller
from inspections import actions
from inspections.models import Inspection
from tests import people, visits
from tests.browser import tablet_hands as hands
from tests.visits import Visit

pytestmark = pytest.mark.browser

NOTE = "Chưa có văn bản phân công thành viên Ban Chỉ đạo cho năm 2023."
ANNOUNCED = (
    "Trưởng đoàn công bố Quyết định số 15/QĐ-TĐC; "
    "hai bên thống nhất phạm vi, nội dung và chương trình kiểm tra."
)
REASON = "Đã đối chiếu ngày ban hành văn bản với kế hoạch năm."


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that is decided; nobody has begun."""
    visits.registered(app)
    return Visit(app).decided()


@pytest.fixture
def page(chromium: Browser, address: str, app: Flask, visit: Visit) -> Page:
    """The leader's tablet with the inspection on it."""
    page = hands.window(chromium, address)
    hands.opened_by(page, app, "truong.doan")
    hands.enter(page, visit)
    return page


def send_back(visit: Visit, remark: str) -> None:
    """The supervisor has returned the inspection with a remark on PL-02."""
    person = people.there_is(visit.app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor",))
    supervisor = Caller(person, "Lê Thị Lãnh Đạo", frozenset({"supervisor"}))
    with visit.app.app_context(), db.writing() as session:
        inspection = session.get_one(Inspection, visit.inspection)
        actions.send_back(
            session, inspection, reason="Cần bổ sung số, ngày của văn bản.", due_on=date(2023, 6, 5),
            remarks=[actions.Remark("answer/PL-02", remark)], by=supervisor, at=clock.now(),
        )  # fmt: skip


def meet(page: Page, visit: Visit) -> None:
    """The opening meeting is written down."""
    hands.go(page, visit, "opening")
    page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    page.get_by_role("button", name="Ghi các thành viên của đoàn").click()
    page.get_by_role("button", name="Thêm người: Cơ quan chịu sự kiểm tra").click()
    page.get_by_label("Họ và tên").fill("Lâm Thị Minh Châu")
    page.get_by_label("Chức vụ").fill("Chánh Văn phòng")
    hands.shoot(page, "mo-dau-them-nguoi")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_role("button", name="Bắt đầu lúc: Bây giờ").click()
    page.get_by_label("Địa điểm").fill("Trụ sở Sở Nội vụ")
    page.get_by_role("button", name="Trưởng đoàn công bố Quyết định số 15/QĐ-TĐC").click()
    expect(page.get_by_label("Nội dung công bố")).to_have_value(ANNOUNCED)
    hands.shoot(page, "mo-dau", whole=True)


def examine(page: Page, visit: Visit) -> None:
    """Items of several kinds are answered, one with a note, evidence and a photo."""
    hands.go(page, visit, "checklist/P1-A")
    hands.tap(page, "PL-01", "phu_hop")
    hands.tap(page, "PL-02", "kph_nhe")
    row = page.locator("#item-PL-02")
    picture = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": visits.picture(size=(3000, 2000))}
    row.get_by_label("Chụp ảnh cho mục PL-02").set_input_files(picture)
    expect(page.get_by_text("Không chụp hồ sơ mật")).to_be_visible()
    hands.draw(page, "td-new-photo canvas")
    page.get_by_label("Chú thích").fill("Quyết định thành lập Ban Chỉ đạo, trang 1")
    hands.shoot(page, "anh-moi")
    page.get_by_role("button", name="Gắn vào mục PL-02").click()
    expect(row).to_contain_text("1 ảnh")
    row.get_by_role("button", name="Mở mục PL-02").click()
    sheet = page.locator("dialog.sheet")
    sheet.get_by_label("Nhận xét của đoàn").fill(NOTE)
    sheet.get_by_role("button", name="+ Hồ sơ").click()
    sheet.get_by_label("Tên hồ sơ, nội dung").fill("Quyết định thành lập Ban Chỉ đạo ISO")
    sheet.get_by_label("Số, ký hiệu").fill("12/QĐ-SNV")
    sheet.get_by_label("Ngày").fill("2022-02-05")
    sheet.get_by_role("button", name="Thêm bằng chứng").click()
    expect(sheet).to_contain_text("Quyết định thành lập Ban Chỉ đạo ISO, số 12/QĐ-SNV ngày 05/02/2022")
    expect(sheet.locator(".lacks")).to_have_count(0)
    hands.shoot(page, "muc")
    sheet.get_by_role("button", name="Đóng", exact=True).click()
    measure(page, visit)


def measure(page: Page, visit: Visit) -> None:
    """A ratio, a day and a row of a sample are entered."""
    hands.go(page, visit, "checklist/P1-B")
    ratio = page.locator("#item-PL-09")
    ratio.get_by_role("spinbutton", name="Số TTHC đã có quy trình").fill("60")
    ratio.get_by_role("spinbutton", name="Tổng số TTHC").fill("62")
    ratio.get_by_role("spinbutton", name="Tổng số TTHC").press("Tab")
    expect(ratio).to_contain_text("Tỷ lệ 96,8 %")
    expect(ratio).to_contain_text("chưa đạt mức 100 %")
    hands.go(page, visit, "checklist/P1-D")
    audit = page.locator("#item-PL-26")
    audit.get_by_label("Ngày thực hiện gần nhất").fill("2018-10-21")
    audit.get_by_label("Ngày thực hiện gần nhất").press("Tab")
    expect(audit).to_contain_text("Quá hạn tối thiểu một năm một lần")
    page.locator("#item-PL-24").get_by_role("button", name="Ghi bảng mẫu").click()
    table = page.locator("td-sample")
    table.get_by_role("button", name="Thêm dòng").click()
    table.get_by_label("Văn bản mới").fill("Nghị định số 61/2018/NĐ-CP")
    table.get_by_label("Ngày có hiệu lực").fill("2018-06-21")
    table.get_by_label("Quy trình liên quan").fill("QT-02")
    table.get_by_label("Ngày cập nhật quy trình").fill("2018-08-01")
    table.get_by_role("button", name="Có", exact=True).click()
    expect(table).to_contain_text("đủ")
    hands.shoot(page, "bang-mau")
    page.get_by_role("button", name="Đóng", exact=True).click()


def disagree(page: Page, visit: Visit) -> None:
    """The secretary answers PL-01 otherwise; the leader sees both and decides with a reason."""
    hands.send(page)
    visit.answer(
        "PL-01", "luu_y", role="secretary", note="Văn bản chỉ đạo ban hành chậm so với kế hoạch năm."
    )
    assert visit.push("secretary") == ["conflict"]
    hands.send(page)
    hands.go(page, visit, "checklist/P1-A")
    page.locator("#item-PL-01").get_by_role("link", name="Có xung đột").click()
    conflict = page.locator("[data-conflict='answer/PL-01']")
    expect(conflict.locator(".side")).to_have_count(2)
    expect(conflict).to_contain_text("Võ Thị Thư Ký")
    expect(conflict.get_by_role("button", name="Thống nhất")).to_be_disabled()
    conflict.get_by_role("button", name="Chọn bên này: Võ Thị Thư Ký").click()
    conflict.get_by_label("Lý do").fill(REASON)
    hands.shoot(page, "xung-dot")
    conflict.get_by_role("button", name="Thống nhất").click()
    expect(page.get_by_text("Không có xung đột")).to_be_visible()


def close(page: Page, visit: Visit) -> None:
    """The minutes are agreed, read, commented on by the unit, signed by both sides and handed in."""
    hands.go(page, visit, "closing")
    expect(page.locator(".gap-link").first).to_be_visible()
    hands.shoot(page, "kiem-tra-thieu")
    hands.go(page, visit, "closing/agree")
    page.get_by_label("Kết luận của đoàn").fill("Đơn vị duy trì hệ thống quản lý chất lượng.")
    page.get_by_role("button", name="Cuộc kiểm tra kết thúc lúc: Bây giờ").click()
    page.get_by_role("button", name="Thống nhất biên bản").click()
    expect(page.get_by_text("Đoàn đã thống nhất biên bản.")).to_be_visible()
    hands.shoot(page, "thong-nhat", whole=True)
    hands.go(page, visit, "closing/unit")
    page.get_by_label("Ý kiến chung").fill("Đơn vị thống nhất với nội dung biên bản.")
    page.get_by_label("Ý kiến chung").press("Tab")
    expect(page.get_by_text("Đã lưu trên máy").first).to_be_visible()
    hands.go(page, visit, "closing/minutes")
    expect(page.locator(".paper")).to_contain_text(NOTE)
    hands.shoot(page, "bien-ban")
    hands.go(page, visit, "closing/sign")
    for role, heading in (("leader", "Trưởng đoàn kiểm tra"), ("unit", "Đại diện cơ quan chịu sự kiểm tra")):
        page.get_by_role("button", name=f"Ký: {heading}").click()
        hands.draw(page, "canvas.pad")
        hands.shoot(page, "ky")
        page.get_by_role("button", name="Nhận chữ ký này").click()
        expect(seat(page, role)).to_contain_text("Đã ký trên nội dung này")


def seat(page: Page, role: str) -> Locator:
    """Where the one with the role signs."""
    return page.locator(f"[data-seat='{role}']")


def hand_in(page: Page) -> str:
    """Signed off and submitted; the content hash that was on the screen."""
    shown = page.locator("[data-content]").get_attribute("data-content") or ""
    page.get_by_role("button", name="Ký chốt biên bản").click()
    expect(page.get_by_text("Biên bản đã được ký chốt.")).to_be_visible()
    hands.shoot(page, "da-ky-chot")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()
    return shown


def test_a_day_from_the_opening_meeting_to_the_handing_in(page: Page, visit: Visit):
    meet(page, visit)
    examine(page, visit)
    disagree(page, visit)
    close(page, visit)
    shown = hand_in(page)
    hands.send(page)
    assert visit.state() == ("submitted", 1)
    assert visit.content_hash() == shown
    kept = hands.on_server(visit)
    assert kept.answers["PL-02"].body["note"] == NOTE
    assert kept.answers["PL-01"].body["value"] == "luu_y"
    assert kept.answers["PL-09"].body["value"] == {"numerator": 60, "denominator": 62}
    assert [row.columns["quy_trinh"] for row in kept.rows["PL-24"]] == ["QT-02"]
    assert [(photo.item, photo.text("caption")) for photo in kept.photos] == [
        ("PL-02", "Quyết định thành lập Ban Chỉ đạo, trang 1")
    ]
    assert {signature.body["role"] for signature in kept.signatures} == {"leader", "unit"}
    assert page.complaints == []


def test_what_the_supervisor_sends_back_is_corrected_answered_and_handed_in_again(page: Page, visit: Visit):
    visit.started().answer("PL-02", "kph_nhe", note="Chưa có văn bản.")
    visit.submitted()
    send_back(visit, "Ghi rõ số, ngày của quyết định thành lập.")
    hands.send(page)
    page.goto("/tablet/#/")
    card = page.locator(f"[data-inspection='{visit.inspection}']")
    expect(card).to_contain_text("1 nhận xét chờ trả lời")
    hands.shoot(page, "viec-cua-toi-tra-lai")
    card.get_by_role("link").click()
    expect(page.locator(".visit-head")).to_contain_text("Bổ sung trước ngày 05/6/2023")
    hands.go(page, visit, "remarks")
    hands.shoot(page, "nhan-xet")
    page.get_by_role("link", name="Sửa mục PL-02").click()
    page.locator("dialog.sheet").get_by_label("Nhận xét của đoàn").fill(NOTE)
    page.get_by_role("button", name="Đóng", exact=True).click()
    hands.go(page, visit, "remarks")
    page.get_by_label("Trả lời của đoàn").fill("Đã bổ sung.")
    page.get_by_role("button", name="Trả lời nhận xét").click()
    expect(page.locator("[data-remark]")).to_contain_text("Đoàn đã trả lời")
    hands.go(page, visit, "closing/agree")
    page.get_by_role("button", name="Thống nhất biên bản").click()
    expect(page.get_by_text("Đoàn đã thống nhất biên bản.")).to_be_visible()
    hands.go(page, visit, "closing/sign")
    expect(seat(page, "leader")).to_contain_text("Ký trên nội dung cũ")
    hands.send(page)
    kept = hands.on_server(visit)
    assert kept.answers["PL-02"].body["note"] == NOTE
    assert [(remark.state, remark.replies[0].value) for remark in kept.remarks] == [
        ("answered", "Đã bổ sung.")
    ]
    assert visit.state() == ("agreed", 2)


def test_a_refusal_to_sign_has_reason_and_witnesses_and_the_sign_off_waits_for_the_server(
    page: Page, visit: Visit
):
    hands.go(page, visit, "opening")
    page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    hands.go(page, visit, "closing/agree")
    page.get_by_role("button", name="Thống nhất biên bản").click()
    hands.go(page, visit, "closing/sign")
    page.get_by_role("button", name="Ghi nhận từ chối ký").click()
    page.get_by_label("Người ký").fill("Lâm Thị Minh Châu")
    page.get_by_label("Lý do không ký").fill("Chưa nhất trí với kết luận.")
    page.get_by_label("Người chứng kiến").fill("Thạch Ngọc Sơn, chuyên viên\nTrần Thị Hoa, văn thư")
    hands.shoot(page, "tu-choi-ky")
    page.get_by_role("dialog").get_by_role("button", name="Ghi nhận từ chối ký").click()
    expect(seat(page, "unit")).to_contain_text("Không ký")
    page.get_by_role("button", name="Ký chốt biên bản").click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa đủ chữ ký")
    page.get_by_role("button", name="Ký: Trưởng đoàn kiểm tra").click()
    hands.draw(page, "canvas.pad")
    page.get_by_role("button", name="Nhận chữ ký này").click()
    expect(seat(page, "leader")).to_contain_text("Đã ký trên nội dung này")
    page.context.set_offline(True)
    page.get_by_role("button", name="Ký chốt biên bản").click()
    expect(page.locator(".notice", has_text="Chờ máy chủ xác nhận")).to_be_visible()
    hands.shoot(page, "cho-xac-nhan")
    page.context.set_offline(False)
    hands.send(page)
    hands.go(page, visit, "closing/sign")
    expect(page.get_by_text("Biên bản đã được ký chốt.")).to_be_visible()
    refused = next(one for one in hands.on_server(visit).signatures if one.refusal)
    witnesses = ["Thạch Ngọc Sơn, chuyên viên", "Trần Thị Hoa, văn thư"]
    assert refused.refusal == {"reason": "Chưa nhất trí với kết luận.", "witnesses": witnesses}
    assert visit.state() == ("signed", 1)
