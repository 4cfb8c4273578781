"""What a person does with the tablet app in a browser: enrol, sign in, choose a PIN, download, open, tap.

It looks at the screen as a person does, by labels and words; it reaches into no store and calls no script.
"""

import os
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import people, tablets
from tests.browser.conftest import ROOT
from tests.visits import Visit

PIN = "482915"
SHOTS = os.environ.get("THUCDIA_SHOTS", "")
LANDSCAPE, PORTRAIT = (1280, 800), (800, 1280)
BUILT = ROOT / "tablet" / "dist" / "index.html"


def window(browser: Browser, address: str, size: tuple[int, int] = LANDSCAPE, scheme: str = "light") -> Page:
    """A tablet nobody has used; its complaints stand in `page.complaints`, but for cut connections."""
    if not BUILT.exists():
        pytest.skip("the tablet app is not built (node tablet/build.mjs)")
    context = browser.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, has_touch=True,
        locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh",
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda told: complaints.append(told.text) if _is_complaint(told) else None)
    page.complaints = complaints
    return page


def _is_complaint(told) -> bool:
    return told.type == "error" and "net::" not in told.text


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture of the screen lies in the folder that THUCDIA_SHOTS names, if it names one."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=whole)


def opened_by(page: Page, app: Flask, username: str) -> None:
    """The tablet is enrolled, the person has signed in and chosen a PIN, and their work is in view."""
    code = tablets.Office(app).typed_code("Máy số 3")
    page.goto("/tablet/")
    page.get_by_label("Mã ghi danh").fill(code)
    page.get_by_label("Tên máy").fill("Máy số 3")
    page.get_by_role("button", name="Ghi danh máy này").click()
    sign_in(page, username)


def sign_in(page: Page, username: str, *, witness: str = "") -> None:
    """The person has signed in and chosen a PIN; who uses the tablet already has confirmed it with theirs."""
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(people.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_label("Mã PIN mới").fill(PIN)
    page.get_by_label("Nhập lại mã PIN").fill(PIN)
    if witness:
        page.get_by_label("Mã PIN của người xác nhận").fill(witness)
    page.get_by_role("button", name="Dùng mã PIN này").click()
    expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()


def unlock(page: Page, pin: str = PIN) -> None:
    """The PIN is entered."""
    page.get_by_label("Mã PIN của").fill(pin)
    page.get_by_role("button", name="Mở khóa").click()


def enter(page: Page, visit: Visit) -> None:
    """The inspection is on the tablet and its checklist in view."""
    card = page.locator(f"[data-inspection='{visit.inspection}']")
    card.get_by_role("button", name="Tải xuống").click()
    card.get_by_role("link").click()
    expect(page.locator("td-item").first).to_be_visible()


def go(page: Page, visit: Visit, part: str) -> None:
    """The part of the inspection is in view."""
    page.goto(f"/tablet/#/i/{visit.inspection}/{part}")
    expect(page.locator(".visit-part h1, dialog[open]").first).to_be_visible()


def tap(page: Page, item: str, verdict: str) -> None:
    """The item is answered in the list, and the tablet shows it as saved."""
    button = page.locator(f"#item-{item} [data-value='{verdict}']")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def send(page: Page) -> None:
    """Everything recorded is on the server, and what others sent is on the tablet."""
    page.goto("/tablet/#/waiting")
    page.get_by_role("button", name="Gửi ngay").click()
    expect(page.locator(".sync-line")).to_contain_text("Đã lên máy chủ")
    expect(page.get_by_role("button", name="Gửi ngay")).to_be_enabled()


def draw(page: Page, selector: str) -> None:
    """A finger has gone over the canvas."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(x + step * 25, y + (30 if step % 2 else -30), steps=3)
    page.mouse.up()
