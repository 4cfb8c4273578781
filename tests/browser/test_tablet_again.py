"""The ways back in: a tablet that is taken no more, or stolen; a PIN that nobody remembers."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from accounts.device_models import Device, DeviceKind, RecoveryHalf
from core import clock, db
from inspections import log_reading, record
from inspections.record import Record
from tests import tablets
from tests.browser import tablet_hands as hands
from tests.browser.test_pages_look import objections
from tests.browser.test_tablet_unknown import enrol_and_open, fill_enrolment
from tests.visits import Visit

pytestmark = pytest.mark.browser

ANOTHER_PIN = "915734"


def answers(visit: Visit) -> dict[str, object]:
    """What the server's record says, by item."""
    with visit.app.app_context(), db.reading() as session:
        kept: Record = record.record_of(log_reading.whole_fold(session, visit.inspection))
    return {code: answer.body["value"] for code, answer in kept.answers.items()}


def newest(app: Flask) -> str:
    """The tablet that was enrolled last."""
    with app.app_context(), db.reading() as session:
        by_age = select(Device.id).where(Device.kind == DeviceKind.TABLET).order_by(Device.enrolled_at.desc())
        return session.scalars(by_age).first() or ""


def enrol(page: Page, app: Flask) -> None:
    """The form is filled in with a fresh code."""
    page.get_by_label("Mã ghi danh").fill(tablets.Office(app).enrolment_code("Máy số 7"))
    page.get_by_label("Tên máy").fill("Máy số 7")
    page.get_by_role("button", name="Ghi danh máy này").click()


def test_a_tablet_that_was_lost_and_found_is_enrolled_again_under_another_key(tablet: Page, under_way: Visit):
    lost = newest(under_way.app)
    with under_way.app.app_context(), db.writing() as session:
        session.execute(
            update(Device).where(Device.id == lost).values(revoked_at=clock.now(), revoke_mode="lost")
        )
    tablet.goto("/tablet/#/waiting")
    hands.press_until(tablet, "Gửi ngay", tablet.locator(".notice-wrong", has_text="Máy đã bị thu hồi"))
    fill_enrolment(tablet, under_way)
    enrol_and_open(tablet)
    hands.go(tablet, under_way, "checklist/P1-A")
    hands.tap(tablet, "PL-02", "luu_y")
    hands.send(tablet)
    assert newest(under_way.app) != lost
    assert answers(under_way) == {"PL-02": "luu_y"}


def test_a_stolen_tablet_is_empty_and_begins_again_with_a_new_code(calm_tablet: Page, under_way: Visit):
    with under_way.app.app_context(), db.writing() as session:
        session.execute(
            update(Device)
            .where(Device.id == newest(under_way.app))
            .values(revoked_at=clock.now(), revoke_mode="stolen")
        )
    calm_tablet.goto("/tablet/#/waiting")
    calm_tablet.get_by_role("button", name="Gửi ngay").click()
    expect(calm_tablet.get_by_role("heading", name="Máy đã bị thu hồi")).to_be_visible()
    hands.shoot(calm_tablet, "bi-thu-hoi")
    calm_tablet.reload()
    calm_tablet.get_by_role("button", name="Ghi danh lại máy này").click()
    enrol(calm_tablet, under_way.app)
    calm_tablet.goto("/tablet/#/")
    hands.sign_in(calm_tablet, "truong.doan")
    hands.enter(calm_tablet, under_way)
    assert [told for told in calm_tablet.complaints if "403" not in told] == []


def lock_away(page: Page) -> None:
    """Two answers are on the tablet alone, and it is locked."""
    page.context.set_offline(True)
    hands.tap(page, "PL-01", "phu_hop")
    hands.tap(page, "PL-02", "luu_y")
    page.get_by_role("button", name="Khóa máy").click()


def choose_another_pin(page: Page, witness: str = "") -> None:
    """Another PIN is typed twice; who works on the tablet has confirmed it where that is asked for."""
    page.get_by_label("Mã PIN mới").fill(ANOTHER_PIN)
    page.get_by_label("Nhập lại mã PIN").fill(ANOTHER_PIN)
    if witness:
        page.get_by_label("Mã PIN của người xác nhận").fill(witness)
    page.get_by_role("button", name="Dùng mã PIN này").click()


def test_who_is_alone_and_forgot_the_pin_signs_in_chooses_another_and_loses_nothing(
    calm_tablet: Page, under_way: Visit
):
    lock_away(calm_tablet)
    calm_tablet.context.set_offline(False)
    calm_tablet.get_by_role("button", name="Quên mã PIN").click()
    expect(calm_tablet.get_by_text("đăng nhập bằng mật khẩu của mình")).to_be_visible()
    hands.shoot_both(calm_tablet, "quen-ma-pin-dang-nhap")
    calm_tablet.get_by_role("button", name="Đăng nhập").click()
    hands.fill_sign_in(calm_tablet, "truong.doan")
    expect(calm_tablet.get_by_label("Mã PIN của người xác nhận")).to_have_count(0)
    assert objections(calm_tablet) == []
    hands.shoot_both(calm_tablet, "ma-pin-moi")
    choose_another_pin(calm_tablet)
    expect(calm_tablet.get_by_role("button", name="Khóa máy")).to_be_visible()
    hands.send(calm_tablet)
    assert answers(under_way) == {"PL-01": "phu_hop", "PL-02": "luu_y"}
    calm_tablet.get_by_role("button", name="Khóa máy").click()
    hands.unlock(calm_tablet, ANOTHER_PIN)
    expect(calm_tablet.get_by_role("button", name="Khóa máy")).to_be_visible()


def test_a_tablet_reported_lost_is_not_opened_by_a_password(calm_tablet: Page, under_way: Visit):
    lock_away(calm_tablet)
    tablets.Office(under_way.app).post(
        f"/api/v1/devices/{newest(under_way.app)}/revocation", {"mode": "lost"}
    )
    calm_tablet.context.set_offline(False)
    calm_tablet.get_by_role("button", name="Quên mã PIN").click()
    calm_tablet.get_by_role("button", name="Đăng nhập").click()
    hands.fill_sign_in(calm_tablet, "truong.doan")
    choose_another_pin(calm_tablet)
    expect(calm_tablet.get_by_role("alert")).to_contain_text("Máy này đã bị thu hồi")
    hands.shoot(calm_tablet, "ma-pin-bi-thu-hoi")
    calm_tablet.get_by_role("button", name="Quay lại").click()
    expect(calm_tablet.get_by_role("heading", name="Máy đang khóa")).to_be_visible()
    assert answers(under_way) == {}


def test_whoever_begins_anew_is_told_what_is_lost_first(calm_tablet: Page, under_way: Visit):
    lock_away(calm_tablet)
    calm_tablet.get_by_role("button", name="Quên mã PIN").click()
    expect(calm_tablet.get_by_text("Sẽ mất hẳn 2 thao tác và 0 ảnh, tệp")).to_be_visible()
    erase = calm_tablet.get_by_role("button", name="Xóa và bắt đầu lại")
    expect(erase).to_be_disabled()
    assert objections(calm_tablet) == []
    hands.shoot(calm_tablet, "quen-ma-pin")
    calm_tablet.get_by_role("button", name="Quay lại").click()
    hands.unlock(calm_tablet)
    calm_tablet.context.set_offline(False)
    hands.send(calm_tablet)
    calm_tablet.get_by_role("button", name="Khóa máy").click()
    calm_tablet.get_by_role("button", name="Quên mã PIN").click()
    expect(calm_tablet.get_by_text("Mọi thứ ghi trên máy này đã lên máy chủ.")).to_be_visible()
    calm_tablet.get_by_label("Đồng ý xóa").check()
    erase.click()
    expect(calm_tablet.get_by_role("heading", name="Ghi danh máy tính bảng")).to_be_visible()
    enrol(calm_tablet, under_way.app)
    hands.sign_in(calm_tablet, "truong.doan")
    hands.enter(calm_tablet, under_way)
    expect(calm_tablet.locator("#item-PL-01 [data-value='phu_hop']")).to_have_attribute(
        "aria-pressed", "true"
    )
    # A session that is still open is ended with its own token, which the first attempt does not have.
    assert [told for told in calm_tablet.complaints if "403" not in told] == []


def test_who_is_not_alone_loses_nothing_a_colleague_confirms_another_pin(calm_tablet: Page, under_way: Visit):
    calm_tablet.context.set_offline(True)
    hands.tap(calm_tablet, "PL-01", "phu_hop")
    calm_tablet.context.set_offline(False)
    calm_tablet.get_by_role("button", name="Khóa máy").click()
    calm_tablet.get_by_role("button", name="Người khác đăng nhập").click()
    hands.sign_in(calm_tablet, "thu.ky", witness=hands.PIN)
    calm_tablet.get_by_role("button", name="Khóa máy").click()
    calm_tablet.get_by_role("button", name="Quên mã PIN").click()
    expect(calm_tablet.get_by_text("người đó nhập mã PIN của mình")).to_be_visible()
    # As after a restore from a day before: the half that the tablet's spare key needs is gone.
    with under_way.app.app_context(), db.writing() as session:
        session.execute(delete(RecoveryHalf))
    calm_tablet.get_by_role("button", name="Đăng nhập").click()
    hands.fill_sign_in(calm_tablet, "truong.doan")
    choose_another_pin(calm_tablet)
    expect(calm_tablet.get_by_role("alert")).to_contain_text("không còn khớp với máy này")
    hands.shoot(calm_tablet, "chia-du-phong-mat")
    choose_another_pin(calm_tablet, witness=hands.PIN)
    expect(calm_tablet.get_by_role("button", name="Khóa máy")).to_be_visible()
    hands.send(calm_tablet)
    assert answers(under_way) == {"PL-01": "phu_hop"}
