"""One command, one process to stop: starts the web process and the workers and keeps them running.

It opens the listening socket itself, so a busy port is known before anything else happens and requests wait
instead of failing while the web process is restarted. It refuses to restart for ever what cannot even start.
"""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec
import structlog

from core import logs
from core.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:  # the process that supervises loads nothing of the application
    from core.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1
_STOPS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_WATCHED = _STOPS | {signal.SIGCHLD}
_LONGEST_SOCKET_PATH_BYTES = 107  # sun_path of Linux, less its closing zero
_libc = ctypes.CDLL(None, use_errno=True)
_log = structlog.get_logger()


class PortBusy(Conflict):
    """Another program listens on the port."""

    slug = "port_busy"
    title = "Cổng đang có chương trình khác dùng"


class PortNotAllowed(Forbidden):
    """Only an administrator may open this port."""

    slug = "port_not_allowed"
    title = "Không có quyền mở cổng này"


class AddressUnknown(Invalid):
    """The machine has no such address."""

    slug = "address_unknown"
    title = "Máy này không có địa chỉ đó"


@dataclass(frozen=True)
class Program:
    """A command that must be running, the descriptors it inherits and its additional environment."""

    name: str
    command: tuple[str, ...]
    descriptors: tuple[int, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patience:
    """How long to wait: between restarts (doubling), before a start counts as a success, for a clean end."""

    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0
    settled_after_s: float = 10.0
    failed_starts: int = 5
    grace_s: float = 35.0


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    failed_starts: int = 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the address and that child processes may inherit.

    Raises:
        PortBusy: another program listens there.
        PortNotAllowed: the port needs an administrator.
        AddressUnknown: the host is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortBusy(
                f"Cổng {port} trên {host} đang có chương trình khác dùng. "
                "Tắt chương trình đó, hoặc chọn cổng khác bằng THUCDIA_PORT."
            ) from None
        if error.errno == errno.EACCES:
            raise PortNotAllowed(f"Không có quyền mở cổng {port}. Chọn cổng từ 1024 trở lên.") from None
        raise AddressUnknown(f"Không mở được địa chỉ {host} (THUCDIA_HOST): {error.strerror}.") from None
    return listener


def web_program(settings: "Settings", listener: socket.socket, *, application: str) -> Program:
    """gunicorn with threads, serving `application` ("module:factory()") on the listener.

    How many processes it forks is in `core.web_server`; they share one listener and one write lock.
    """
    return Program(
        "web",
        (
            *(sys.executable, "-m", "gunicorn", "--config", "python:core.web_server"),
            *("--bind", f"fd://{listener.fileno()}", "--threads", str(settings.threads)),
            *_control_socket(settings.data.absolute() / "gunicorn.ctl"),
            application,
        ),
        descriptors=(listener.fileno(),),
        environment={"PYTHONPATH": str(ROOT)},
    )


def worker_programs(settings: "Settings", *verb: str) -> list[Program]:
    """As many workers as the settings ask for, each running `app.py` with the verb."""
    command = (sys.executable, str(ROOT / "app.py"), *verb)
    return [Program(f"worker-{number}", command) for number in range(1, settings.workers + 1)]


def become_one(programs: Sequence[Program]) -> NoReturn:
    """This process, which prepared the programs, goes on as their supervisor and as nothing else.

    What preparing them took is given back: a supervisor idles for weeks, and needs a tenth of the memory.
    """
    for program in programs:
        for descriptor in program.descriptors:
            os.set_inheritable(descriptor, True)
    told = msgspec.json.encode(programs).decode()
    command = [sys.executable, "-m", "core.supervisor", told]
    os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: S606 (ourselves, no shell)


def supervise(programs: Iterable[Program], *, patience: Patience | None = None) -> int:
    """Run the programs until SIGTERM, SIGINT or SIGHUP; afterwards none of them runs.

    Call it from the main thread of a process without other threads. A program that ends is started again
    after a pause; one that cannot stay up for `settled_after_s` several times in a row ends everything.

    Returns:
        The exit code: 0 after a clean stop, 1 after giving up or killing what did not stop in time.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    children = [_Child(program) for program in programs]
    patience = patience or Patience()
    try:
        was_asked = _keep_running(children, patience, mask)
        stopped = _stop(children, patience.grace_s)
    finally:
        for child in children:
            _kill(child)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return 0 if was_asked and stopped else 1


def _keep_running(children: Sequence[_Child], patience: Patience, mask: Collection[int]) -> bool:
    """Whether it ended because somebody asked for it (or else because a program cannot start)."""
    while True:
        now = time.monotonic()
        for child in children:
            if child.is_running:
                continue
            _note_end(child, patience, now)
            if child.failed_starts >= patience.failed_starts:
                _log.error("supervisor.gave_up", program=child.program.name, starts=child.failed_starts)
                return False
            if child.due_at <= now:
                _start(child, mask)
        pending = [child.due_at for child in children if not child.is_running]
        wait_s = max(0.0, min(pending) - time.monotonic()) if pending else 3600.0
        caught = signal.sigtimedwait(_WATCHED, wait_s)
        if caught is not None and caught.si_signo in _STOPS:
            return True


def _note_end(child: _Child, patience: Patience, now: float) -> None:
    """The end of a process is written down once, with the moment of the next start."""
    if child.process is None:
        return
    settled = now - child.started_at >= patience.settled_after_s
    child.failed_starts = 0 if settled else child.failed_starts + 1
    pause = min(patience.longest_pause_s, patience.first_pause_s * 2 ** max(0, child.failed_starts - 1))
    child.due_at = now + pause
    _log.warning("supervisor.ended", program=child.program.name, code=child.process.returncode, pause_s=pause)
    with contextlib.suppress(ProcessLookupError):  # what it started itself must not go on without it
        os.killpg(child.process.pid, signal.SIGTERM)
    child.process = None


def _start(child: _Child, mask: Collection[int]) -> None:
    program = child.program
    child.started_at = time.monotonic()
    child.process = subprocess.Popen(  # noqa: S603 (our own commands, and no shell)
        program.command,
        env={**os.environ, **program.environment},
        pass_fds=program.descriptors,
        process_group=0,  # Ctrl-C reaches the supervisor alone, which then stops them in order
        preexec_fn=_tied_to(os.getpid(), mask),  # noqa: PLW1509 (no other threads run here)
    )


def _tied_to(supervisor: int, mask: Collection[int]) -> Callable[[], None]:
    """What a child does before its program begins: it gets our death as SIGTERM, and its signals back."""

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:  # it died before prctl took effect
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return prepare


def _stop(children: Sequence[_Child], grace_s: float) -> bool:
    """Whether all have ended by themselves within the grace; a second request to stop ends the grace."""
    for child in children:
        if child.process is not None and child.is_running:
            child.process.terminate()
    deadline = time.monotonic() + grace_s
    while any(child.is_running for child in children):
        left_s = deadline - time.monotonic()
        caught = signal.sigtimedwait(_WATCHED, left_s) if left_s > 0 else None
        if caught is None or caught.si_signo in _STOPS:
            return False
    return True


def _kill(child: _Child) -> None:
    if child.process is not None and child.is_running:
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _control_socket(path: Path) -> tuple[str, ...]:
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH_BYTES:
        return ("--no-control-socket",)
    return ("--control-socket", str(path))


if __name__ == "__main__":
    logs.configure()
    sys.exit(supervise(msgspec.json.decode(sys.argv[1], type=list[Program])))
