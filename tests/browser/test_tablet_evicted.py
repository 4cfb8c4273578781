"""A tablet whose storage was emptied says so, is enrolled anew, and takes back what was carried away."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from accounts.device_models import Device, DeviceGrant, DeviceToken, SpentAssertion
from core import db
from tests import tablets
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser


def exported(page: Page, target: Path) -> Path:
    """The file with everything unsent, as it lies among the downloads."""
    page.goto("/tablet/#/waiting")
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất tệp chưa gửi").click()
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


def forget(visit: Visit) -> None:
    """The server was set back to before the tablet was enrolled."""
    with visit.app.app_context(), db.writing() as session:
        device = session.scalars(select(Device.id).where(Device.label == "Máy số 3")).one()
        for table in (DeviceGrant, DeviceToken, SpentAssertion):
            session.execute(delete(table).where(table.device_id == device))
        session.execute(delete(Device).where(Device.id == device))


def test_a_tablet_that_the_server_knows_no_more_is_enrolled_again_and_sends_what_it_holds(
    tablet: Page, under_way: Visit, wire: Wire
):
    script.sync(tablet)
    wire.cut()
    hands.tap(tablet, "PL-01", "phu_hop")
    forget(under_way)
    wire.mend()
    tablet.goto("/tablet/#/waiting")
    link = tablet.get_by_role("link", name="Ghi danh lại")
    hands.press_until(tablet, "Gửi ngay", link)
    hands.shoot_both(tablet, "ghi-danh-lai")
    link.click()
    tablet.get_by_label("Mã ghi danh").fill(tablets.Office(under_way.app).enrolment_code())
    tablet.get_by_label("Tên máy").fill("Máy số 3")
    go = tablet.get_by_role("button", name="Ghi danh máy này")
    hands.insist(go.click, tablet.get_by_label("Mã PIN của"), tablet.get_by_role("alert"))
    hands.unlock(tablet)
    tablet.goto("/tablet/#/waiting")
    hands.press_until(tablet, "Gửi ngay", tablet.get_by_role("link", name="Đăng nhập lại"))
    tablet.get_by_role("link", name="Đăng nhập lại").click()
    hands.fill_sign_in(tablet, "truong.doan")
    hands.send(tablet)
    assert list(hands.on_server(under_way).answers) == ["PL-01"]
