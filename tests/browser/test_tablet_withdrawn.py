"""A tablet taken out of use, retired, lost or stolen: it says so, and does what it still may."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from accounts.device_models import Device, RevokeMode
from core import db
from tests import tablets
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.visits import Visit

pytestmark = pytest.mark.browser

_ROWS_LEFT = """async () => {
  const opened = await new Promise((done) => {
    const asked = indexedDB.open('thucdia');
    asked.onsuccess = () => done(asked.result);
  });
  const count = (name) => new Promise((done) => {
    const asked = opened.transaction(name).objectStore(name).count();
    asked.onsuccess = () => done(asked.result);
  });
  const left = {};
  for (const name of opened.objectStoreNames) left[name] = await count(name);
  opened.close();
  return left;
}"""


def take_out_of_use(visit: Visit, mode: RevokeMode) -> None:
    """An administrator has taken away the tablet that hangs on the browser."""
    with visit.app.app_context(), db.reading() as session:
        device = session.scalars(select(Device.id).where(Device.label == "Máy số 3")).one()
    answer = tablets.Office(visit.app).post(f"/api/v1/devices/{device}/revocation", {"mode": mode.value})
    assert answer.status_code == 200, answer.text


def sign_in_again(page: Page) -> None:
    """Whoever holds the tablet has proved to be the person who worked on it."""
    page.goto("/tablet/#/waiting")
    link = page.get_by_role("link", name="Đăng nhập lại")
    hands.press_until(page, "Gửi ngay", link)
    link.click()
    hands.fill_sign_in(page, "truong.doan")
    expect(page.get_by_role("heading", name="Đang chờ gửi")).to_be_visible()


def test_a_retired_tablet_hands_in_what_it_holds(tablet: Page, under_way: Visit):
    hands.tap(tablet, "PL-01", "phu_hop")
    take_out_of_use(under_way, RevokeMode.RETIRED)
    sign_in_again(tablet)
    hands.send(tablet)
    assert list(hands.on_server(under_way).answers) == ["PL-01"]


def test_a_lost_tablet_sends_what_has_no_effect_and_says_what_to_do(tablet: Page, under_way: Visit):
    script.sync(tablet)
    take_out_of_use(under_way, RevokeMode.LOST)
    hands.tap(tablet, "PL-01", "phu_hop")
    sign_in_again(tablet)
    told = tablet.locator("#main").get_by_text("Máy đã bị thu hồi.")
    hands.press_until(tablet, "Gửi ngay", told)
    hands.shoot_both(tablet, "may-bao-mat")
    assert hands.on_server(under_way).answers == {}
    assert hands.logged(under_way) == ["answer/PL-01"]  # kept, for the leader to decide about
    hands.tap_again(tablet, under_way, "PL-02", "phu_hop")
    tablet.goto("/tablet/#/waiting")
    with tablet.expect_download() as download:
        tablet.get_by_role("button", name="Xuất tệp").click()
    assert download.value.suggested_filename.endswith(".td1.gz")


def test_a_stolen_tablet_wipes_itself_and_says_so(tablet: Page, under_way: Visit):
    script.sync(tablet)
    hands.tap(tablet, "PL-01", "phu_hop")
    take_out_of_use(under_way, RevokeMode.STOLEN)
    tablet.goto("/tablet/#/waiting")
    heading = tablet.get_by_role("heading", name="Máy đã bị thu hồi")
    hands.press_until(tablet, "Gửi ngay", heading)
    hands.shoot_both(tablet, "may-mat-cap")
    left = tablet.evaluate(_ROWS_LEFT)
    assert {name: count for name, count in left.items() if count} == {"facts": 1}
    tablet.reload()
    expect(heading).to_be_visible()
