"""The tablet app in a real browser when the network, the browser or the version goes away under it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from sync import tablet_app
from tests import tablets, visits
from tests.browser import tablet_hands as hands
from tests.browser import tablet_script as script
from tests.browser.conftest import FLAGS
from tests.browser.tablet_script import APP
from tests.browser.wire import Wire
from tests.visits import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (tablet_app.BUILT / "index.html").is_file(), reason="the tablet app is not built"),
]


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection that is decided; nobody has begun."""
    visits.registered(app)
    return Visit(app).decided()


@pytest.fixture
def page(chromium: Browser, wire: Wire, visit: Visit) -> Iterator[Page]:
    """The leader's tablet with the inspection on it."""
    page = hands.leaders(chromium, wire.address, visit)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yield page
    page.context.close()


def _pressed(page: Page, item: str, verdict: str) -> None:
    button = page.locator(f"#item-{item} [data-value='{verdict}']")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_the_app_opens_without_a_network_and_sends_when_it_is_back(page: Page, wire: Wire, visit: Visit):
    wire.cut()
    hands.tap(page, "PL-01", "phu_hop")
    page.reload()
    hands.unlock(page)
    hands.go(page, visit, "checklist")
    _pressed(page, "PL-01", "phu_hop")
    assert page.evaluate("navigator.onLine") is True  # and nobody may trust that
    told = script.sync(page)
    assert (told["waitingOps"], told["isReached"]) == (1, False)
    assert hands.logged(visit) == []
    wire.mend()
    script.sent(page)
    assert hands.logged(visit) == ["answer/PL-01"]


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Puts a newer version of the app on the server, whose page says that it is newer."""

    def put() -> None:
        folder = tmp_path / "dist"
        shutil.copytree(tablet_app.BUILT, folder, ignore=shutil.ignore_patterns("*.gz"))
        for name, old, new in (
            ("worker.js", "thucdia-", "thucdia-newer-"),
            ("index.html", "<title>", '<meta name="newer" content="yes"><title>'),
        ):
            text = (folder / name).read_text()
            assert old in text
            (folder / name).write_text(text.replace(old, new, 1))
        monkeypatch.setattr(tablet_app, "BUILT", folder)

    return put


def test_a_new_version_takes_over_only_when_nothing_waits(
    page: Page, wire: Wire, visit: Visit, newer: Callable[[], None]
):
    newer()
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update().then(() => true))")
    page.wait_for_function(f"() => {APP}.update.isWaiting")
    wire.cut()
    hands.tap(page, "PL-01", "phu_hop")
    assert page.evaluate(f"{APP}.applyUpdate().then(() => '', (fault) => fault.code)") == "outbox_not_empty"
    page.reload()
    hands.unlock(page)
    hands.go(page, visit, "checklist")
    _pressed(page, "PL-01", "phu_hop")
    assert page.locator("meta[name=newer]").count() == 0
    wire.mend()
    script.sent(page)
    page.wait_for_function(f"() => {APP}.update.isWaiting")
    page.evaluate(f"void {APP}.applyUpdate()")
    expect(page.locator("meta[name=newer]")).to_have_count(1)
    assert hands.logged(visit) == ["answer/PL-01"]


@contextlib.contextmanager
def _tablet_browser(chromium: Browser, profile: Path) -> Iterator[tuple[Page, subprocess.Popen[bytes]]]:
    """Chromium with a profile on the disk, as a process that can be killed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None
    port_file = profile / "DevToolsActivePort"
    port_file.unlink(missing_ok=True)
    process = subprocess.Popen(
        [program, "--headless=new", *FLAGS, "--no-first-run", "--remote-debugging-port=0",
         f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not port_file.exists() or not port_file.read_text().strip():
            assert time.monotonic() < until
            time.sleep(0.05)
        port = port_file.read_text().splitlines()[0]
        browser = chromium.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}")
        yield browser.contexts[0].new_page(), process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_fifty_answers_are_there_after_the_browser_was_killed_right_after_a_tap(
    wire: Wire, visit: Visit, tmp_path: Path, chromium: Browser
):
    assert chromium.is_connected()  # or the test would have been skipped
    answered = f"""async () => {{
        const visit = await {APP}.open('{visit.inspection}');
        const open = visit.items().filter((one) => one.item.response === 'conformity').slice(1, 50);
        for (const one of open) await visit.answer(one.code, {{ value: 'phu_hop' }});
        return open.map((one) => one.code);
    }}"""
    profile = tmp_path / "profile"
    profile.mkdir()
    with _tablet_browser(chromium, profile) as (page, process):
        page.goto(f"{wire.address}/tablet/")
        page.get_by_label("Mã ghi danh").fill(tablets.Office(visit.app).enrolment_code())
        page.get_by_label("Tên máy").fill("Máy số 3")
        page.get_by_role("button", name="Ghi danh máy này").click()
        hands.sign_in(page, "truong.doan")
        hands.enter(page, visit)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        wire.cut()
        codes = page.evaluate(answered)
        hands.tap(page, "PL-01", "kph_nhe")
        os.killpg(process.pid, signal.SIGKILL)
    with _tablet_browser(chromium, profile) as (page, _):
        page.goto(f"{wire.address}/tablet/")
        hands.unlock(page)
        page.wait_for_function(f"() => {APP}.stage === 'ready'")
        kept = page.evaluate(f"{APP}.outbox().then((lines) => lines.map((line) => line.entity))")
        assert len(kept) == 50
        assert set(kept) == {"answer/PL-01", *(f"answer/{code}" for code in codes)}
        wire.mend()
        script.sent(page)
    assert sorted(hands.logged(visit)) == sorted(kept)
