"""Every page at every width, light and dark: nothing for axe to object to, nothing wider than the window."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page

from core import db
from inspections.models import Inspection
from tests import people, visits
from tests.browser import tablet_hands as hands
from tests.browser.conftest import AXE, Opener
from tests.people import PASSWORD
from tests.visits import Visit

pytestmark = pytest.mark.browser

LONGEST_NAME = "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh"
LONG_NOTE = "Thời gian giải quyết thực tế dài hơn thời gian công bố ở ba hồ sơ được chọn. " * 26
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOO_WIDE = """
() => [document.documentElement, ...document.querySelectorAll('.rows-stacking')]
  .filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => `${one.tagName} ${one.scrollWidth - one.clientWidth} px too wide`)
"""
WINDOWS = [(360, "light"), (360, "dark"), (768, "light"), (1280, "dark"), (1920, "light"), (1920, "dark")]


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")


@pytest.fixture
def visit(app: Flask) -> Visit:
    """A submitted inspection of the unit with the longest name: thirty items, a long note, a photo."""
    visits.registered(app)
    made = Visit(app).decided().started()
    for number in range(1, 31):
        made.answer(f"PL-{number:02d}", "phu_hop") if number not in (16, 24) else None
    made.answer("PL-02", "kph_nang", note=LONG_NOTE, parents=(made.last["PL-02"],))
    made.answer(
        "PL-03", "khong_ap_dung", not_applicable_reason="Không phát sinh", parents=(made.last["PL-03"],)
    )
    made.photo("PL-19", visits.picture(), caption="Bảng niêm yết tại trụ sở, tầng trệt")
    made.submitted()
    with app.app_context(), db.writing() as session:
        session.get_one(Inspection, made.inspection).unit_name = LONGEST_NAME
    people.there_is(
        app, "lanh.dao", full_name="Lê Thị Lãnh Đạo", roles=("supervisor", "clerk", "administrator")
    )
    return made


def objections(page: Page) -> list[str]:
    """What axe has against the page, each with the first element it concerns."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_no_page_offends_axe_or_is_wider_than_its_window(
    opened: Opener, visit: Visit, width: int, scheme: str
):
    page = opened(width, scheme)
    sign_in(page, "lanh.dao")
    paths = [
        "/", "/inspections/", "/inspections/new", visit.address, f"{visit.address}?show=attention",
        f"{visit.address}/approve", "/devices/", "/people/", "/account/password",
        "/checklists/", f"/checklists/{visits.CHECKLIST}", "/units/",
    ]  # fmt: skip
    offending = {}
    for path in paths:
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        if found := objections(page) + page.evaluate(TOO_WIDE):
            offending[path] = found
    assert offending == {}


def test_a_page_that_does_not_exist_says_so_in_the_same_frame(opened: Opener, address: str):
    page = opened(360)
    page.goto("/sign-in")
    answer = page.request.get(f"{address}/khong-co-trang-nay")
    page.set_content(answer.text())
    assert (answer.status, page.locator("h1").inner_text()) == (404, "Không có trang này")
    assert page.get_by_role("link", name="Về trang đầu").count() == 1


def test_the_longest_name_and_a_long_note_are_shown_whole(opened: Opener, visit: Visit):
    page = opened(360)
    sign_in(page, "lanh.dao")
    for path in ("/", "/inspections/", visit.address):
        page.goto(path)
        assert LONGEST_NAME in re.sub(r"\s+", " ", page.locator("main").inner_text()), path
        cut = page.evaluate(
            "() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
            " && getComputedStyle(e).textOverflow === 'ellipsis').length"
        )
        assert cut == 0, path
    assert page.get_by_text(LONG_NOTE.strip()[-60:]).count() == 2  # at the finding and at its item


def test_the_head_of_a_table_stays_in_view(opened: Opener, visit: Visit):
    page = opened(1280)
    sign_in(page, "lanh.dao")
    page.goto(visit.address)
    page.locator("#history tbody tr").nth(20).evaluate("row => row.scrollIntoView({block: 'center'})")
    top = page.locator("#history thead th").first.evaluate("head => head.getBoundingClientRect().top")
    assert abs(top) <= 1


def test_a_decision_can_be_reached_and_taken_by_keyboard_alone(opened: Opener, visit: Visit):
    page = opened(1280)
    sign_in(page, "lanh.dao")
    page.goto(visit.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Xem lại và duyệt":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    page.keyboard.press("Enter")
    page.wait_for_url("**/approve")
    page.get_by_role("button", name="Duyệt").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**done=approved")
    assert (outline, visit.state()) == ("3px", ("approved", 1))


def test_remarks_are_written_beside_the_items_and_sent_without_any_script(opened: Opener, visit: Visit):
    page = opened(1280, scripts=False)
    sign_in(page, "lanh.dao")
    page.goto(visit.address)
    item = page.locator("#item-PL-02")
    item.locator("summary").click()
    item.locator("textarea").fill("Nêu số, ngày của quyết định kiện toàn.")
    page.get_by_label("Lý do trả lại").fill("Bổ sung bằng chứng.")
    page.get_by_label("Hạn hoàn thiện").fill("2023-05-30")
    page.get_by_role("button", name="Trả lại").click()
    page.wait_for_url("**done=sent-back")
    shown = page.locator("#item-PL-02").inner_text()
    assert visit.state() == ("in_progress", 2)
    assert ("Nêu số, ngày của quyết định kiện toàn." in shown, "hạn 30/5/2023" in shown) == (True, True)


def test_an_enrolment_code_is_shown_as_a_picture_and_as_text(opened: Opener, visit: Visit):
    page = opened(768)
    sign_in(page, "lanh.dao")
    page.goto("/devices/")
    page.get_by_label("Tên gọi của máy").fill("Máy 03")
    page.get_by_role("button", name="Tạo mã ghi danh").click()
    page.wait_for_selector("h1:has-text('Mã ghi danh')")
    picture = page.locator(".enrolment img")
    assert picture.evaluate("one => one.complete && one.naturalWidth > 0") is True
    assert re.fullmatch(r"([0-9A-Z]{4}-){2}[0-9A-Z]{4}", page.locator(".code-text").inner_text())
    hands.shoot(page, "ma-ghi-danh")
    assert objections(page) == []
