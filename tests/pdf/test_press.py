"""The printing child reaches nothing outside its order and never outlives its limits."""

import http.server
import io
import os
import threading
import time
from pathlib import Path

import msgspec
import pytest
import weasyprint
from pypdf import PdfReader

from core import child
from core.child import ChildFailed, Limits
from reports import press, render
from reports.orders import PrintOrder
from tests import minutes


@pytest.fixture
def listener():
    """A server on loopback and the paths that were asked of it."""
    asked: list[str] = []

    class Note(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Note)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


INNER = "%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='http://127.0.0.1:1/in'/%3E%3C/svg%3E"


def reaching(address: str, secret: Path) -> str:
    """Markup that tries every known way out."""
    local = secret.as_uri()
    return f"""<!doctype html><html><head><base href="{address}/base/">
      <link rel="stylesheet" href="{address}/style"><link rel="attachment" href="{local}">
      <style>@import url({address}/import);
        @font-face {{ font-family: x; src: url({address}/font) }}
        body {{ background: url({address}/background); border-image: url({address}/border) }}
        li {{ list-style: url({address}/list) }}
        p::before {{ content: url({address}/content) }}</style></head>
      <body style="font-family: x, Tinos">
      <img src="{address}/img"><img src="{local}"><img src="relative">
      <object data="{address}/object"></object><embed src="{address}/embed"><p>chữ</p><ul><li>x</li></ul>
      <a rel="attachment" href="{local}">a</a>
      <svg width="9" height="9"><image href="{address}/svg"/><use href="{address}/use#a"/></svg>
      <img src="data:image/svg+xml,{INNER}">
      </body></html>"""


@pytest.mark.parametrize(
    "printed", [press.printed, render.printed], ids=["by the shelf alone", "in the child"]
)
def test_markup_reaches_neither_the_network_nor_a_file(listener, tmp_path: Path, printed):
    """The fetcher would be enough, and so would the confinement around it."""
    address, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("mật mã 4711", encoding="utf-8")
    order = PrintOrder(html=reaching(address, secret), css=minutes.FACE, assets=minutes.font_files())
    done = printed(order)
    reader = PdfReader(io.BytesIO(done.pdf))
    assert asked == []
    assert reader.attachments == {}
    assert "4711" not in reader.pages[0].extract_text()
    assert b"4711" not in done.pdf


def test_the_same_markup_does_reach_out_where_nothing_confines_it(listener, tmp_path: Path):
    """The control: without it the test above would prove nothing."""
    address, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("mật mã 4711", encoding="utf-8")
    pdf = weasyprint.HTML(string=reaching(address, secret)).write_pdf()
    assert len(set(asked)) > 5
    assert any("4711" in raw[0].decode() for raw in PdfReader(io.BytesIO(pdf)).attachments.values())


def still_running() -> list[str]:
    """Printing children of this process that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if "reports.press" in line and parent == str(os.getpid()):
                found.append(line)
    return found


HANGING = "<div style='display:flex'>" * 14 + "x" + "</div>" * 14


@pytest.mark.parametrize(
    "limits", [Limits(wall_s=4), Limits(cpu_s=3)], ids=["by the clock", "by the processor"]
)
def test_a_hanging_document_is_killed(limits: Limits):
    begun = time.monotonic()
    with pytest.raises(ChildFailed) as failure:
        render.printed(PrintOrder(html=HANGING, css=""), limits=limits)
    assert failure.value.reason == "time"
    assert time.monotonic() - begun < 30
    assert still_running() == []


def test_a_document_that_wants_all_memory_is_stopped():
    html = f"<table><tr><td colspan={10**6}>x</td></tr></table>"
    with pytest.raises(ChildFailed) as failure:
        render.printed(PrintOrder(html=html, css=""), limits=Limits(cpu_s=5, memory_bytes=300 * 1024 * 1024))
    assert failure.value.reason in ("memory", "time", "fault")
    assert still_running() == []


def test_a_child_that_dies_says_that_it_did():
    with pytest.raises(ChildFailed) as failure:
        child.run("reports.press", b"\xc1 no order", Limits())
    assert failure.value.reason == "fault"


def test_the_worst_text_that_is_allowed_is_printed_in_time():
    """As much as a note may hold, without a single blank, thirty times over."""
    from core import text

    note = text.with_soft_breaks("ờ" * 4000)
    html = "".join(f"<p>{note}</p>" for _ in range(30))
    order = PrintOrder(html=html, css=minutes.FACE, assets=minutes.font_files())
    assert render.printed(order, limits=Limits(cpu_s=20)).pages > 10


def test_the_order_is_all_that_the_child_is_told():
    """An order round-trips, so nothing else can have been needed."""
    order = PrintOrder(html="<p>chữ</p>", css="p { color: red }", variant="pdf/a-3b")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(order), type=PrintOrder) == order
