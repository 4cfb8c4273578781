"""What a person does with the tablet app in a browser: enrol, sign in, choose a PIN, download, open, tap.

It looks at the screen as a person does, by labels and words; it reaches into no store and calls no script.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from core import db
from inspections import log_reading, record
from inspections.models import LoggedOperation
from inspections.record import Record
from tests import people, tablets
from tests.visits import Visit

PIN = "482915"
ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(os.environ.get("THUCDIA_SHOTS") or ROOT / "test-output" / "tablet")
LANDSCAPE, PORTRAIT = (1280, 800), (800, 1280)
BUILT = ROOT / "tablet" / "dist" / "index.html"
# Trouble comes at most twice in a row; but a round is several requests, and tablets share it.
TRIES = 20


def window(
    browser: Browser,
    address: str,
    size: tuple[int, int] = LANDSCAPE,
    scheme: str = "light",
    *,
    zone: str | None = "Asia/Ho_Chi_Minh",
) -> Page:
    """A tablet nobody has used; its complaints stand in `page.complaints`, but for cut connections."""
    if not BUILT.exists():
        pytest.skip("the tablet app is not built (node tablet/build.mjs)")
    context = browser.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, has_touch=True,
        locale="vi-VN", timezone_id=zone,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda told: complaints.append(told.text) if _is_complaint(told) else None)
    page.complaints = complaints
    return page


def _is_complaint(told) -> bool:
    return told.type == "error" and "net::" not in told.text and "Failed to load resource" not in told.text


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture of the screen lies where THUCDIA_SHOTS says, else among the output of the tests."""
    page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)


def shoot_both(page: Page, name: str) -> None:
    """The screen lying and standing, as two pictures."""
    before = page.viewport_size
    for width, height in (LANDSCAPE, PORTRAIT):
        page.set_viewport_size({"width": width, "height": height})
        shoot(page, f"{name}-{width}")
    page.set_viewport_size(before)


def insist(press: Callable[[], None], done: Locator, *refused: Locator) -> None:
    """Pressed again for as long as a refusal is shown, as people do when a server is busy, it is done."""
    for _ in range(TRIES):
        press()
        seen = done
        for one in refused:
            seen = seen.or_(one)
        expect(seen.first).to_be_visible()
        if done.first.is_visible():
            return
    expect(done.first).to_be_visible()


def on_server(visit: Visit) -> Record:
    """The record as the server folds it."""
    with visit.app.app_context(), db.reading() as session:
        return record.record_of(log_reading.whole_fold(session, visit.inspection))


def logged(visit: Visit, kind: str = "answer.set") -> list[str]:
    """The entities that operations of the type speak about, as the server has logged them."""
    with visit.app.app_context(), db.reading() as session:
        query = select(LoggedOperation.entity).where(LoggedOperation.type == kind)
        return list(session.scalars(query.order_by(LoggedOperation.pos)))


def opened_by(page: Page, app: Flask, username: str) -> None:
    """The tablet is enrolled, the person has signed in and chosen a PIN, and their work is in view."""
    code = tablets.Office(app).typed_code("Máy số 3")
    page.goto("/tablet/")
    page.get_by_label("Mã ghi danh").fill(code)
    page.get_by_label("Tên máy").fill("Máy số 3")
    insist(
        page.get_by_role("button", name="Ghi danh máy này").click,
        page.get_by_label("Tên đăng nhập"),
        page.get_by_role("alert"),
    )
    sign_in(page, username)


def fill_sign_in(page: Page, username: str) -> None:
    """The person has given their name and password."""
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(people.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def sign_in(page: Page, username: str, *, witness: str = "") -> None:
    """The person has signed in and chosen a PIN; who uses the tablet already has confirmed it with theirs."""
    fill_sign_in(page, username)
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
    insist(
        card.get_by_role("button", name="Tải xuống").click,
        card.get_by_role("link"),
        page.get_by_role("alert"),
    )
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


def tap_again(page: Page, visit: Visit, item: str, verdict: str) -> None:
    """The item is answered after something else was looked at."""
    go(page, visit, "checklist/P1-A")
    tap(page, item, verdict)


def press_until(page: Page, name: str, seen: Locator) -> None:
    """The button is pressed, again where the server was busy, until this is seen."""
    button = page.get_by_role("button", name=name)
    for _ in range(TRIES):
        if seen.first.is_visible():
            return
        button.or_(seen).first.wait_for()
        if button.is_visible():
            button.click()
            expect(button.and_(page.locator(":enabled")).or_(seen).first).to_be_visible(timeout=20_000)
    expect(seen.first).to_be_visible()


def send(page: Page) -> None:
    """Everything recorded is on the server, and what others sent is on the tablet."""
    page.goto("/tablet/#/waiting")
    line, now = page.locator(".sync-line"), page.get_by_role("button", name="Gửi ngay")
    for _ in range(TRIES):
        now.click()
        expect(now).to_be_enabled(timeout=20_000)
        if page.get_by_text("Lần thử gần nhất đã xong.").is_visible() and _is_all_there(line):
            return
    expect(page.get_by_text("Lần thử gần nhất đã xong.")).to_be_visible()
    expect(line).to_contain_text("Đã lên máy chủ")


def _is_all_there(line: Locator) -> bool:
    return re.search("Đã lên máy chủ|Chưa có gì phải gửi", line.inner_text()) is not None


def decide(aside: Locator, decision: str, reason: str) -> None:
    """The leader takes in what was set aside, or leaves it out, and says why."""
    aside.get_by_label("Lý do").fill(reason)
    aside.get_by_role("button", name=decision).click()


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


def leaders(browser: Browser, address: str, visit: Visit) -> Page:
    """The leader's tablet with the inspection in view."""
    page = window(browser, address)
    opened_by(page, visit.app, "truong.doan")
    enter(page, visit)
    return page
