"""A bad network is bad in the same way every time, and a client gets through it."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from demo.network import Fault, Line, Refused, Weather


class _Echo(BaseHTTPRequestHandler):
    """Counts what reached it whole, answers with what it was told, and refuses one path."""

    arrived: ClassVar[Counter[bytes]] = Counter()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return
        self.arrived[body] += 1
        refused = self.path == "/refused"
        told = json.dumps(
            {"code": "gap", "detail": "thiếu"} if refused else {"cookie": self.headers["Cookie"]}
        )
        self.send_response(409 if refused else 200)
        self.send_header("Content-Type", "application/problem+json" if refused else "application/json")
        self.send_header("Set-Cookie", "thucdia_session=abc; HttpOnly; Path=/")
        self.end_headers()
        self.wfile.write(told.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


@pytest.fixture
def base_url() -> Iterator[str]:
    _Echo.arrived.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_same_seed_makes_the_same_weather():
    first, second = Weather("7/a", share=0.5), Weather("7/a", share=0.5)
    assert [first.next() for _ in range(200)] == [second.next() for _ in range(200)]


def test_every_kind_of_fault_comes_and_never_three_in_a_row():
    weather = Weather("7/b", share=0.9)
    drawn = [weather.next() for _ in range(400)]
    assert set(drawn) == set(Fault)
    assert all(Fault.NONE in drawn[i : i + 3] for i in range(len(drawn) - 3))


def test_each_message_arrives_at_least_once_through_bad_weather(base_url):
    line = Line(base_url, weather=Weather("7/c", share=0.6))
    for number in range(40):
        line.post("/", {"number": number})
    assert set(_Echo.arrived) == {json.dumps({"number": n}).encode() for n in range(40)}
    assert max(_Echo.arrived.values()) > 1


def test_a_cookie_comes_back_on_the_next_request(base_url):
    line = Line(base_url)
    line.post("/", {})
    assert line.post("/", {}).json() == {"cookie": "thucdia_session=abc"}


def test_a_problem_document_is_raised_with_its_code(base_url):
    with pytest.raises(Refused, match="409 gap thiếu") as caught:
        Line(base_url).post("/refused", {})
    assert caught.value.code == "gap"
