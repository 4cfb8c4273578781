"""A server that misbehaves on purpose, so that whoever builds a tablet meets every bad network at the desk.

It stands in front of the tablets' routes alone and changes nothing that the application does: it delays,
answers 503, closes the connection after the work was done, or lets the same request arrive twice. It is
refused outside a demonstration on loopback (`core.settings`). Which trouble comes when follows from the seed.
"""

import errno
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from enum import StrEnum
from typing import Any, BinaryIO, cast

from flask import Flask

from core import problems

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

PREFIX = "/sync/v1/"
SHARE = 0.4
_IN_A_ROW = 2
_LONGEST_DELAY_S = 0.5
_IN_MEMORY_BYTES = 1024 * 1024


class Trouble(StrEnum):
    """What happens to one request."""

    NONE = "none"
    DELAYED = "delayed"
    BUSY = "busy"
    ANSWER_LOST = "answer_lost"
    REPEATED = "repeated"


class Draw:
    """The troubles of one server, drawn from a seed; at most two in a row, so that a retry gets through."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 (repeatable trouble, not secrets)
        self._in_a_row = 0
        self._lock = threading.Lock()
        self.drawn: Counter[Trouble] = Counter()

    def next(self) -> tuple[Trouble, float]:
        """What happens to the next request, and how long a delay would last in seconds."""
        with self._lock:
            is_bad = self._random.random() < SHARE
            kind, delay_s = self._random.choice(list(Trouble)[1:]), self._random.uniform(0, _LONGEST_DELAY_S)
            if not is_bad or self._in_a_row >= _IN_A_ROW:
                kind = Trouble.NONE
            self._in_a_row = 0 if kind is Trouble.NONE else self._in_a_row + 1
            self.drawn[kind] += 1
            return kind, delay_s


class Hostile:
    """The application behind a layer of trouble."""

    def __init__(self, app: Flask, seed: str) -> None:
        self._app, self._within = app, cast(Wsgi, app.wsgi_app)
        self.draw = Draw(seed)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, or what a bad day makes of it.

        Raises:
            BrokenPipeError: the answer is lost; the web server then closes the connection without a word.
        """
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._within(environ, start_response)
        trouble, delay_s = self.draw.next()
        if trouble is Trouble.BUSY:
            return self._busy(environ, start_response)
        if trouble is Trouble.DELAYED:
            time.sleep(delay_s)
        if trouble is Trouble.ANSWER_LOST:
            self._work(environ)
            raise BrokenPipeError(errno.EPIPE, "the answer is lost on purpose")
        if trouble is Trouble.REPEATED and environ.get("CONTENT_LENGTH"):
            return self._twice(environ, start_response)
        return self._within(environ, start_response)

    def _busy(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self._app.app_context():
            answer = problems.problem(503, "slow_down", "Máy chủ đang bận", "Gửi lại sau ít giây.")
        answer.headers["Retry-After"] = "1"
        return answer(environ, start_response)

    def _work(self, environ: Environ, start_response: StartResponse = lambda *_: None) -> list[bytes]:
        """The work is done to its end; without `start_response`, nobody hears of it."""
        answer = self._within(environ, start_response)
        try:
            return list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def _twice(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The request arrives twice, and the answer to the second is given."""
        with closing(tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)) as kept:
            shutil.copyfileobj(_Body(environ["wsgi.input"], int(environ["CONTENT_LENGTH"])), kept)
            kept.seek(0)
            self._work({**environ, "wsgi.input": kept})
            kept.seek(0)
            return self._work({**environ, "wsgi.input": kept}, start_response)


class _Body:
    """A request's body to its announced end, where some servers' own stream would wait for more."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream, self._left = stream, length

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; empty at the end."""
        piece = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece
