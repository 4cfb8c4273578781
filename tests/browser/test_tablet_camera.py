"""A tablet is enrolled by showing its camera the QR on the administrator's screen."""

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core import settings
from tests import people
from tests.browser import tablet_hands as hands
from tests.browser.conftest import FLAGS
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = pytest.mark.browser

FRAME = (640, 480)
DESK = (96, 104, 112)
LONG_CODE = 22


@pytest.fixture
def administrator(chromium: Browser, wire: Wire, under_way: Visit) -> Iterator[Page]:
    """The administrator's browser, signed in."""
    chosen = under_way.app.extensions[settings.SETTINGS]
    port = int(wire.address.rsplit(":", 1)[1])
    under_way.app.extensions[settings.SETTINGS] = replace(chosen, port=port)
    context = chromium.new_context(base_url=wire.address, locale="vi-VN")
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill("quan.tri")
    page.get_by_label("Mật khẩu").fill(people.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.goto("/devices/")
    yield page
    context.close()


def film_of(page: Page, target: Path) -> Path:
    """What a camera sees that is held before the screen: the QR, a little askew, on a grey desk."""
    code = Image.open(io.BytesIO(page.locator("img[src^='data:image/svg']").screenshot())).convert("RGB")
    frame = Image.new("RGB", FRAME, DESK)
    frame.paste(code.rotate(7, expand=True, fillcolor=DESK, resample=Image.Resampling.BICUBIC), (150, 60))
    picture = io.BytesIO()
    frame.save(picture, "JPEG", quality=80)
    target.write_bytes(picture.getvalue() * 2)
    return target


def with_camera(chromium: Browser, film: Path, address: str, profile: Path) -> BrowserContext:
    """A browser whose camera sees the film."""
    return chromium.browser_type.launch_persistent_context(
        profile, executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        base_url=address,
        args=[*FLAGS, "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"],
        locale="vi-VN", viewport={"width": 800, "height": 1280}, permissions=["camera"],
    )  # fmt: skip


def test_a_scanned_code_enrols_the_tablet(chromium: Browser, administrator: Page, wire: Wire, tmp_path: Path):
    administrator.get_by_label("Tên gọi của máy").fill("Máy số 7")
    administrator.get_by_role("button", name="Tạo mã ghi danh").click()
    film = film_of(administrator, tmp_path / "camera.mjpeg")
    context = with_camera(chromium, film, wire.address, tmp_path / "profile")
    page = context.pages[0]
    page.goto("/tablet/")
    page.get_by_role("button", name="Quét mã QR").click()
    expect(page.get_by_label("Mã ghi danh")).not_to_have_value("")
    assert len(page.get_by_label("Mã ghi danh").input_value()) == LONG_CODE
    page.get_by_label("Tên máy").fill("Máy số 7")
    hands.shoot_both(page, "da-quet-ma")
    enrol = page.get_by_role("button", name="Ghi danh máy này")
    hands.insist(enrol.click, page.get_by_label("Tên đăng nhập"), page.get_by_role("alert"))
    hands.sign_in(page, "truong.doan")
    context.close()
    administrator.goto("/devices/")
    expect(administrator.get_by_text("Máy số 7").first).to_be_visible()
