"""Runs what strangers' bytes could make dangerous in a process of its own that can always be killed.

The child gets its order on standard input, answers on standard output, and has a folder of its own that is
gone afterwards. It inherits no environment. It knows no database and no key.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import SlowDown

_ROOT = Path(__file__).resolve().parent.parent
_NO_SYSTEM_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


class ChildFailed(Exception):  # noqa: N818 (an outcome that callers turn into a state or a verdict)
    """The child was killed at a limit or gave up; `reason` is `time`, `memory` or `fault`."""

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(f"{reason}: {said}")
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """How long a child may take by the clock and by the processor, and how much memory it may have."""

    wall_s: float = 120
    cpu_s: int = 60
    memory_bytes: int = 1536 * 1024 * 1024


class Queue:
    """At most so many children at once; who waits longer than `patience_s` is asked to come back."""

    def __init__(self, places: int, *, patience_s: float) -> None:
        self.places = threading.BoundedSemaphore(places)
        self.patience_s = patience_s


DOCUMENTS = Queue(2, patience_s=5)
PICTURES = Queue(2, patience_s=20)


def run(module: str, order: bytes, limits: Limits, *, queue: Queue | None = None) -> bytes:
    """What the module answers to the order.

    Args:
        queue: whom to wait for; by default those who print and examine documents.

    Raises:
        ChildFailed: it exceeded a limit, or ended with a fault; nothing of it is left running.
        SlowDown: others run already; who waits longer would only hold a thread that others need.
    """
    with _place_in(queue or DOCUMENTS), tempfile.TemporaryDirectory(prefix="thucdia-") as folder:
        child = _started(module, limits, Path(folder))
        try:
            answer, said = child.communicate(order, timeout=limits.wall_s)
        except subprocess.TimeoutExpired:
            raise ChildFailed("time", f"{limits.wall_s:g} s") from None
        finally:
            _end(child)
    if child.returncode:
        raise ChildFailed(_reason(child.returncode, said), said.decode(errors="replace")[-2000:])
    return answer


@contextmanager
def _place_in(queue: Queue) -> Iterator[None]:
    if not queue.places.acquire(timeout=queue.patience_s):
        raise SlowDown("Đang có nhiều tệp được kiểm tra cùng lúc. Chưa ghi nhận gì; gửi lại sau ít giây.")
    try:
        yield
    finally:
        queue.places.release()


def _started(module: str, limits: Limits, folder: Path) -> subprocess.Popen[bytes]:
    fonts = folder / "fonts.conf"
    fonts.write_text(_NO_SYSTEM_FONTS.format(folder=folder), encoding="utf-8")
    environment = {
        "FONTCONFIG_FILE": str(fonts),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "TMPDIR": str(folder),
    }
    return subprocess.Popen(  # noqa: S603 (our own interpreter and module, no shell)
        [sys.executable, "-s", "-m", module, str(limits.cpu_s), str(limits.memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=_ROOT,
        env=environment,
        start_new_session=True,
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    """The child is gone and its pipes are closed, whatever happened."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


def _reason(code: int, said: bytes) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "time"
    return "memory" if b"MemoryError" in said else "fault"
