"""A real browser before the real application on a loopback port; where none is, tests say so and skip."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]

Opener = Callable[..., Page]


@pytest.fixture
def engine_name() -> str:
    """What a page looks like does not depend on the database."""
    return "sqlite"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium of the machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    if not AXE.exists():
        pytest.skip("axe-core is not installed (node_modules)")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            yield browser
            browser.close()
    except Error as fault:
        pytest.skip(f"Chromium does not start: {fault.message.splitlines()[0]}")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application listens."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def opened(chromium: Browser, address: str) -> Iterator[Opener]:
    """Opens a window of a width and colour scheme; whatever the console complained of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_window(width: int = 1280, scheme: str = "light", *, scripts: bool = True) -> Page:
        context = chromium.new_context(
            base_url=address, viewport={"width": width, "height": 900}, color_scheme=scheme,
            java_script_enabled=scripts, bypass_csp=False,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []
