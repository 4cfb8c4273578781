"""What must not be lost on a tablet: its battery dies, the network is gone, two differ."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import tablet_hands as hands
from tests.browser.conftest import FLAGS
from tests.visits import Visit

pytestmark = pytest.mark.browser

SECTIONS = ("P1-A", "P1-C", "P1-E", "P2-5", "P2-8", "P2-9", "P2-10")
MANY = 50
WITNESS = "Nguyễn Văn Trưởng"

Starter = Callable[[], BrowserContext]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """What the browser keeps on the disk."""
    return tmp_path / "profile"


@pytest.fixture
def started(chromium: Browser, address: str, profile: Path) -> Iterator[Starter]:
    """Starts a browser on the profile, as often as it died."""
    if not hands.BUILT.exists():
        pytest.skip("the tablet app is not built (node tablet/build.mjs)")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    contexts: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = chromium.browser_type.launch_persistent_context(
            profile, executable_path=program, args=FLAGS, base_url=address, locale="vi-VN",
            viewport={"width": 1280, "height": 800}, timezone_id="Asia/Ho_Chi_Minh",
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield start
    contexts[-1].close()


def battery_dies(profile: Path) -> None:
    """The browser's processes are gone at this moment, without a word to them."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in told.split(b"\0"):
            os.kill(int(folder.name), signal.SIGKILL)


def answer_many(page: Page, visit: Visit) -> int:
    """Fifty items are answered, one after the other; how many."""
    answered = 0
    for section in SECTIONS:
        hands.go(page, visit, f"checklist/{section}")
        for button in page.locator("td-item [data-value='phu_hop']").all():
            if answered < MANY:
                button.click()
                expect(button).to_have_attribute("aria-pressed", "true")
                answered += 1
    return answered


def test_fifty_answers_given_offline_outlive_a_dead_battery_and_reach_the_server(
    started: Starter, profile: Path, under_way: Visit
):
    context = started()
    page = context.pages[0]
    hands.opened_by(page, under_way.app, "truong.doan")
    hands.enter(page, under_way)
    context.set_offline(True)
    assert answer_many(page, under_way) == MANY
    battery_dies(profile)
    context = started()
    context.set_offline(True)
    page = context.new_page()
    page.goto("/tablet/")
    hands.unlock(page)
    card = page.locator(f"[data-inspection='{under_way.inspection}']")
    expect(card).to_contain_text(f"{MANY} chưa gửi")
    expect(page.locator(".sync-line")).to_contain_text(f"Đã lưu trên máy · {MANY} thao tác chưa gửi")
    hands.shoot(page, "khong-mang")
    page.goto("/tablet/#/waiting")
    expect(page.get_by_text("Lần thử gần nhất không liên lạc được máy chủ.")).to_be_visible()
    hands.shoot(page, "dang-cho-gui", whole=True)
    assert hands.on_server(under_way).answers == {}
    context.set_offline(False)
    hands.send(page)
    bodies = [answer.body for answer in hands.on_server(under_way).answers.values()]
    assert [body.get("conclusion") or body.get("value") for body in bodies] == ["phu_hop"] * MANY


def test_two_people_share_a_tablet_and_each_writes_in_their_own_name(
    chromium: Browser, address: str, under_way: Visit
):
    page = hands.window(chromium, address)
    hands.opened_by(page, under_way.app, "truong.doan")
    hands.enter(page, under_way)
    hands.tap(page, "PL-01", "phu_hop")
    page.get_by_role("button", name="Khóa máy").click()
    page.get_by_role("button", name="Người khác đăng nhập").click()
    hands.sign_in(page, "thu.ky", witness=hands.PIN)
    page.locator(f"[data-inspection='{under_way.inspection}']").get_by_role("link").click()
    expect(page.locator("#item-PL-01")).to_contain_text("Nguyễn Văn Trưởng")
    hands.tap(page, "PL-02", "luu_y")
    page.get_by_role("button", name="Khóa máy").click()
    hands.shoot(page, "ai-dang-dung")
    page.get_by_role("button", name=WITNESS).click()
    hands.unlock(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("Mã PIN chưa đúng")
    hands.unlock(page)
    expect(page.get_by_role("heading", name="Việc của tôi")).to_be_visible()
    hands.send(page)
    authors = {item: one.heads[0].actor for item, one in hands.on_server(under_way).answers.items()}
    assert authors == {"PL-01": under_way.people_ids["leader"], "PL-02": under_way.people_ids["secretary"]}


def test_two_tablets_on_one_item_come_to_the_same_end(chromium: Browser, address: str, under_way: Visit):
    leader, secretary = hands.window(chromium, address), hands.window(chromium, address)
    for page, username in ((leader, "truong.doan"), (secretary, "thu.ky")):
        hands.opened_by(page, under_way.app, username)
        hands.enter(page, under_way)
        page.context.set_offline(True)
    hands.tap(leader, "PL-03", "phu_hop")
    hands.tap(secretary, "PL-03", "kph_nhe")
    for page in (leader, secretary, leader):
        page.context.set_offline(False)
        hands.send(page)
    hands.go(secretary, under_way, "conflicts")
    expect(secretary.get_by_text("Chỉ trưởng đoàn, phó trưởng đoàn")).to_be_visible()
    hands.go(leader, under_way, "conflicts")
    leader.get_by_role("button", name="Ghi kết luận khác").click()
    leader.locator("[data-conflict] .answer", has_text="Lưu ý").click()
    leader.get_by_label("Nhận xét thống nhất").fill("Kế hoạch được duyệt chậm.")
    leader.get_by_label("Lý do").fill("Đã xem lại kế hoạch năm.")
    leader.get_by_role("button", name="Thống nhất", exact=True).click()
    expect(leader.get_by_text("Không có xung đột")).to_be_visible()
    hands.send(leader)
    hands.send(secretary)
    hands.go(secretary, under_way, "checklist/P1-A")
    expect(secretary.locator("#item-PL-03 [data-value='luu_y']")).to_have_attribute("aria-pressed", "true")
    kept = hands.on_server(under_way)
    assert list(kept.conflicts) == []
    assert kept.answers["PL-03"].body["note"] == "Kế hoạch được duyệt chậm."
