"""Work that travels as a file where there is no network: to a team mate's tablet, to the office's page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import people
from tests.browser import tablet_hands as hands
from tests.browser.wire import Wire
from tests.visits import Visit, picture

pytestmark = pytest.mark.browser

IMPORT = "Nhập tệp của đồng đội"


@pytest.fixture
def secretary(chromium: Browser, wire: Wire, under_way: Visit) -> Iterator[Page]:
    """The secretary's tablet, enrolled before the leader's downloads anything, with the inspection on it."""
    page = hands.window(chromium, wire.address)
    hands.opened_by(page, under_way.app, "thu.ky")
    hands.enter(page, under_way)
    yield page
    page.context.close()
    assert page.complaints == []


@pytest.fixture
def file(secretary: Page, tablet: Page, wire: Wire, tmp_path: Path) -> Path:
    """What the secretary found without a network, with a photo, signed and exported by the button."""
    hands.send(tablet)  # it knows the other tablet by now
    wire.cut()
    hands.tap(secretary, "PL-03", "kph_nhe")
    shot = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    secretary.locator("#item-PL-03").get_by_label("Chụp ảnh cho mục PL-03").set_input_files(shot)
    secretary.get_by_role("button", name="Gắn vào mục PL-03").click()
    expect(secretary.locator("#item-PL-03")).to_contain_text("1 ảnh")
    secretary.goto("/tablet/#/waiting")
    with secretary.expect_download() as download:
        secretary.get_by_role("button", name="Xuất tệp").click()
    expect(secretary.get_by_text("Đã xuất «thuc-dia-")).to_be_visible()
    hands.shoot_both(secretary, "xuat-tep")
    target = tmp_path / download.value.suggested_filename
    download.value.save_as(target)
    return target


def test_a_team_mate_takes_it_in_and_passes_it_on(tablet: Page, under_way: Visit, wire: Wire, file: Path):
    tablet.goto("/tablet/#/waiting")
    tablet.get_by_label(IMPORT).set_input_files(file)
    expect(tablet.get_by_text("Đã nhận 2 thao tác và 1 ảnh, tệp của Võ Thị Thư Ký")).to_be_visible()
    hands.shoot_both(tablet, "nhap-tep")
    hands.go(tablet, under_way, "checklist/P1-A")
    expect(tablet.locator("#item-PL-03 [data-value='kph_nhe']")).to_have_attribute("aria-pressed", "true")
    expect(tablet.locator("#item-PL-03")).to_contain_text("Võ Thị Thư Ký")
    wire.mend()
    hands.send(tablet)
    kept = hands.on_server(under_way)
    assert kept.answers["PL-03"].heads[0].actor == under_way.people_ids["secretary"]
    assert [photo.item for photo in kept.photos] == ["PL-03"]


def test_the_office_s_page_takes_it_and_the_tablet_gets_its_receipt_later(
    secretary: Page, under_way: Visit, wire: Wire, file: Path
):
    wire.mend()
    office = secretary.context.browser.new_context(base_url=wire.address, locale="vi-VN").new_page()
    office.goto("/sign-in?next=/exchange/import")
    office.get_by_label("Tên đăng nhập").fill("thu.ky")
    office.get_by_label("Mật khẩu").fill(people.PASSWORD)
    office.get_by_role("button", name="Đăng nhập").click()
    office.goto("/exchange/import")
    office.get_by_label("Tệp xuất").set_input_files(file)
    office.get_by_role("button", name="Nhập tệp").click()
    expect(office.get_by_text("Đã nhập đủ.")).to_be_visible()
    hands.shoot_both(office, "trang-nhap-tep")
    assert hands.on_server(under_way).answers["PL-03"].body["value"] == "kph_nhe"
    hands.send(secretary)
    assert hands.logged(under_way) == ["answer/PL-03"]
    office.context.close()


def test_half_a_file_is_told_in_words(tablet: Page, file: Path):
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    tablet.goto("/tablet/#/waiting")
    tablet.get_by_label(IMPORT).set_input_files(file)
    expect(tablet.get_by_role("alert")).to_contain_text("Tệp bị cụt khi chép hoặc gửi.")
