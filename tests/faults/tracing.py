"""A server of one thread under strace: what it writes, call by call, and faults put into single calls.

It needs strace and the right to trace; `why_not` says in a sentence which of them is missing.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.faults.scenes import Asked
from tests.faults.servers import Prepared

CALLS = (
    "openat", "write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "sync_file_range", "rename",
    "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "ftruncate",
)  # fmt: skip
_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(.*)$")
_PATIENCE_S = 30


@cache
def why_not() -> str:
    """Why nothing can be traced here; empty if it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        ["strace", "-e", "trace=write", "-e", "inject=fsync:error=EIO:when=1", "true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()[:200]}"


@dataclass(frozen=True)
class Call:
    """One system call that changes a disk: its number among those of its name, its arguments, its result."""

    name: str
    number: int
    arguments: str
    result: int

    def __str__(self) -> str:
        return f"{self.name} no. {self.number}"


@dataclass(frozen=True)
class Heard:
    """What the tablet has heard."""

    status: int
    type: str
    text: str

    @property
    def is_polite(self) -> bool:
        """Whether it is an acknowledgement or a refusal that says why."""
        return self.status in (200, 201) or self.type == "application/problem+json"


@dataclass(frozen=True)
class Carried:
    """The answers that came, and where the calls were noted."""

    heard: Sequence[Heard]
    trace: Path


def carried(server: Prepared, folder: Path, asked: Sequence[Asked], *options: str) -> Carried:
    """One thread under strace carries out the requests in turn; fewer answers than requests if it died."""
    told = _Told(folder, asked)
    os.mkfifo(told.gate)
    pid = server.carry(told.file)
    _until(told.answers.exists)
    tracer = _traced(pid, told.trace, options) if options else None
    told.gate.write_bytes(b"!")
    server.wait()
    if tracer is not None:
        tracer.communicate(timeout=_PATIENCE_S)
    return Carried(told.heard(), told.trace)


def warmed(server: Prepared, folder: Path, asked: Sequence[Asked]) -> Sequence[Heard]:
    """The requests are carried out in peace."""
    told = _Told(folder, asked, is_gated=False)
    server.warm(told.file)
    return told.heard()


class _Told:
    """The files through which a server is told what to do, and tells what became of it."""

    def __init__(self, folder: Path, asked: Sequence[Asked], *, is_gated: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.gate, self.answers, self.file, self.trace = (
            folder / name for name in ("gate", "answers", "told", "trace")
        )
        for path in (self.gate, self.answers, self.trace):
            path.unlink(missing_ok=True)
        requests = [one.told() for one in asked]
        gate = str(self.gate) if is_gated else ""
        self.file.write_text(json.dumps({"gate": gate, "answers": str(self.answers), "requests": requests}))

    def heard(self) -> Sequence[Heard]:
        """What the tablet has heard: whole lines alone."""
        lines = self.answers.read_text(encoding="utf-8").splitlines()
        return [Heard(**json.loads(line)) for line in lines if line.endswith("}")]


def _traced(pid: int, trace: Path, options: Sequence[str]) -> "subprocess.Popen[str]":
    tracer = subprocess.Popen(
        ["strace", "-p", str(pid), "-o", str(trace), "-y", *options], stderr=subprocess.PIPE, text=True
    )
    first = tracer.stderr.readline()
    assert "attached" in first, first
    return tracer


def _until(is_so: Any) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "the single-threaded server did not get ready"
        time.sleep(0.002)


def calls(trace: Path) -> Iterator[Call]:
    """Every noted call with its number among those of its name, as strace counts them."""
    numbers: Counter[str] = Counter()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _LINE.match(line)
        if found is not None:
            numbers[found[1]] += 1
            yield Call(found[1], numbers[found[1]], found[2], int(found[3]))


def changes(trace: Path, data: Path) -> list[Call]:
    """The calls that change something below the folder."""
    return [
        call
        for call in calls(trace)
        if str(data) in call.arguments
        and call.result >= 0
        and (call.name != "openat" or "O_CREAT" in call.arguments)
    ]
