"""How much memory an idle `serve` holds: every process of it, just started and after it has worked.

PSS is what counts: memory that several processes share is divided among them.
"""

import contextlib
import http.client
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import measuring
from core.settings import Settings
from demo import server

_KIB = 1024
_MIB = 1024 * 1024
_PAGES = ("/", "/verify", "/api/v1/openapi.json", "/healthz")


@dataclass(frozen=True)
class Held:
    """What one process holds, in bytes."""

    name: str
    pss: int
    rss: int


def _name(process: int) -> str:
    words = Path(f"/proc/{process}/cmdline").read_text().split("\0")
    told = " ".join(Path(word).name for word in words if word not in ("", "-m"))
    return next((part for part in ("gunicorn", "core.supervisor", "work") if part in told), told[:40])


def _held(process: int) -> Held:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    fields = {line.split(":")[0]: int(line.split()[1]) * _KIB for line in lines}
    return Held(_name(process), fields["Pss"], fields["Rss"])


def all_held() -> list[Held]:
    """What each process started from here holds."""
    return [_held(process) for process in measuring.tree(os.getpid()) if process != os.getpid()]


@contextlib.contextmanager
def _server() -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thucdia-bench-")))
        yield stack.enter_context(server.running(Settings(data=folder), folder=folder))


def _use(address: str) -> None:
    """Everything that a stranger may look at is looked at, and what is loaded late is loaded."""
    to = urlsplit(address)
    for _ in range(5):
        for page in _PAGES:
            connection = http.client.HTTPConnection(str(to.hostname), to.port, timeout=60)
            with contextlib.closing(connection):
                connection.request("GET", page)
                connection.getresponse().read()


def _table(title: str, held: list[Held]) -> str:
    lines = [f"| {title} | PSS MiB | RSS MiB |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.pss / _MIB:.0f} | {one.rss / _MIB:.0f} |" for one in held]
    pss, rss = sum(one.pss for one in held), sum(one.rss for one in held)
    return "\n".join([*lines, f"| **together** | **{pss / _MIB:.0f}** | {rss / _MIB:.0f} |"])


def main() -> None:
    """Print what is held just after the start and after some use."""
    with _server() as address:
        print(_table("just started", all_held()), end="\n\n")
        _use(address)
        print(_table("after use", all_held()), end="\n\n")
    print(measuring.machine())


if __name__ == "__main__":
    main()
