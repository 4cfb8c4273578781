"""A real browser before the real application on a loopback port; where none is, tests say so and skip."""

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from sync.hostile import Hostile
from tests import visits
from tests.browser import tablet_hands
from tests.browser.wire import Wire
from tests.visits import Visit

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


class _Dropping(WSGIRequestHandler):
    """Where the application gives no answer, the connection ends, as it does behind gunicorn."""

    def connection_dropped(self, _error: BaseException, _environ: object = None) -> None:
        """Keep-alive would leave the tablet waiting for nothing."""
        self.close_connection = True


@contextmanager
def listening(app: Callable[..., object], port: int = 0) -> Iterator[int]:
    """The application answers on the port of the loopback, or on a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Dropping)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def behind_trouble(app: Flask, seed: str) -> Callable[..., Iterable[bytes]]:
    """The application behind the layer that makes trouble for tablets; without a seed, the application."""
    return Hostile(app, seed) if seed else app


@pytest.fixture
def trouble() -> str:
    """The seed of the troubles that tablets meet; where THUCDIA_HOSTILE is set and empty, there are none."""
    return os.environ.get("THUCDIA_HOSTILE", "27")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application listens; no line between is bad, so that looks and words can be judged."""
    with listening(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def wire(app: Flask, trouble: str) -> Iterator[Wire]:
    """The same behind the layer that makes trouble for tablets, and a wire that can be cut."""
    with listening(behind_trouble(app, trouble)) as port, Wire(port) as between:
        yield between


@pytest.fixture
def under_way(app: Flask) -> Visit:
    """An inspection that has begun."""
    return visits.under_way(app)


@pytest.fixture
def tablet(chromium: Browser, wire: Wire, under_way: Visit) -> Iterator[Page]:
    """The leader's tablet behind the wire, with that inspection in view, and the app itself kept on it."""
    page = tablet_hands.leaders(chromium, wire.address, under_way)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yield page
    page.context.close()
    assert page.complaints == []


@pytest.fixture
def calm_tablet(chromium: Browser, address: str, under_way: Visit) -> Iterator[Page]:
    """The same tablet with nothing between it and the application."""
    page = tablet_hands.leaders(chromium, address, under_way)
    yield page
    page.context.close()


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
