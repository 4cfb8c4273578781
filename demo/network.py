"""A small HTTP client for people at desks and tablets in the field, with a network that can be made bad.

It speaks plain HTTP to one server, keeps cookies, and treats a lost answer as what it is: unknown. What goes
wrong is decided by a seed and the number of the exchange, never by the clock, so that a run can be repeated.
"""

import gzip
import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

_PATIENCE_S = 60
_ATTEMPTS = 12


class Lost(Exception):  # noqa: N818 (a fact about the network, not a defect of the program)
    """The exchange broke; whether the server did the work is not known."""


class Refused(Exception):  # noqa: N818 (the server's answer, not a defect of the program)
    """The server answered with a problem document."""

    def __init__(self, answer: "Answer", what: str) -> None:
        self.status = answer.status
        self.problem: dict[str, Any] = (
            answer.json() if "json" in answer.kind else {"detail": answer.text[:300]}
        )
        self.code = str(self.problem.get("code", ""))
        super().__init__(f"{what}: {answer.status} {self.code} {self.problem.get('detail') or self.problem}")


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers with lower-case names, and the bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The media type of the body."""
        return self.headers.get("content-type", "")

    @property
    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


class Fault(StrEnum):
    """What the network does to one exchange."""

    NONE = "none"
    REQUEST_LOST = "request_lost"
    REQUEST_CUT = "request_cut"
    RESPONSE_LOST = "response_lost"
    DUPLICATED = "duplicated"


class Weather:
    """The faults of one network, drawn from a seed; at most two in a row, so that a retry gets through."""

    def __init__(self, seed: str, *, share: float) -> None:
        self._random = random.Random(seed)  # noqa: S311 (repeatable faults, not secrets)
        self._share = share
        self._in_a_row = 0

    def next(self) -> Fault:
        """What happens to the next exchange."""
        is_bad, kind = self._random.random() < self._share, self._random.choice(list(Fault)[1:])
        if not is_bad or self._in_a_row >= 2:
            self._in_a_row = 0
            return Fault.NONE
        self._in_a_row += 1
        return kind


FAIR = Weather("fair", share=0.0)


@dataclass
class Line:
    """One party's connection to the server: its cookies, its standing headers, its network."""

    base_url: str
    weather: Weather = field(default_factory=lambda: FAIR)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    faults: Counter[Fault] = field(default_factory=Counter)
    transmissions: int = 0

    def twin(self) -> "Line":
        """Another connection of the same party, for what goes on beside this one."""
        return Line(self.base_url, headers=dict(self.headers), cookies=dict(self.cookies))

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to a GET, tried again while the network loses it.

        Raises:
            Refused: the server answered with an error.
            Lost: no answer after every attempt.
        """
        return self.send("GET", path, headers=headers)

    def post(self, path: str, content: object) -> Answer:
        """The answer to a JSON body posted to the path; see `get` for what it raises."""
        body = json.dumps(content, ensure_ascii=False).encode()
        return self.send("POST", path, body=body, headers={"Content-Type": "application/json"})

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        zipped: bool = False,
    ) -> Answer:
        """The answer to the request, repeated unchanged until one arrives; see `get` for what it raises."""
        if zipped and body is not None:
            body, headers = gzip.compress(body, mtime=0), {**(headers or {}), "Content-Encoding": "gzip"}
        for attempt in range(_ATTEMPTS):
            try:
                answer = self._exchange(method, path, body, {**self.headers, **(headers or {})})
            except Lost:
                continue
            if answer.status in (429, 503) and attempt + 1 < _ATTEMPTS:
                time.sleep(min(float(answer.headers.get("retry-after", "1")), 5.0))
                continue
            if answer.status >= 400:
                raise Refused(answer, f"{method} {path}")
            return answer
        raise Lost(f"{method} {path}: không có trả lời sau {_ATTEMPTS} lần gửi")

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        fault = self.weather.next()
        self.faults[fault] += 1
        self.transmissions += 2 if fault is Fault.DUPLICATED else 1
        if fault is Fault.REQUEST_LOST:
            raise Lost(path)
        if fault is Fault.REQUEST_CUT:
            self._cut(method, path, body or b"", headers)
            raise Lost(path)
        if fault is Fault.DUPLICATED:
            self._whole(method, path, body, headers)
        answer = self._whole(method, path, body, headers)
        if fault is Fault.RESPONSE_LOST:
            raise Lost(path)
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.base_url)
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_S)

    def _whole(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = self._connection()
        try:
            connection.request(method, path, body=body, headers=self._all_headers(headers))
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            time.sleep(0.2)  # a server that is restarting needs a moment; an injected fault never comes here
            raise Lost(path) from error
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, content)

    def _cut(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        connection = self._connection()
        try:
            connection.putrequest(method, path)
            for name, value in {**self._all_headers(headers), "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            if body:
                connection.endheaders(body[: len(body) // 2])
        except OSError as error:
            raise Lost(path) from error
        finally:
            connection.close()

    def _all_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**headers, **({"Cookie": cookie} if cookie else {})}
