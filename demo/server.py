"""The server that the demonstration talks to: the ordinary `serve`, as a process of its own, on loopback.

It shares nothing with this process but the data folder and the network.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from core.settings import Settings

_ROOT = Path(__file__).resolve().parent.parent
_START_S = 180
_STOP_S = 60


class ServerDidNotStart(Exception):  # noqa: N818 (told to the person in front of the console)
    """The server ended, or did not answer in time; its console is in the log file."""


@contextlib.contextmanager
def running(settings: Settings, *, folder: Path) -> Iterator[str]:
    """The base URL of a server on the settings' data folder, stopped at the end.

    Raises:
        ServerDidNotStart: see the log file that the message names.
    """
    port = _free_port()
    log = folder / "may-chu.log"
    # The first start prints the demo passwords, so the file is for its owner alone.
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as console:
        process = subprocess.Popen(  # noqa: S603 (our own verb, without a shell)
            [sys.executable, str(_ROOT / "app.py"), "serve"],
            env={
                **os.environ,
                **environment(settings),
                "THUCDIA_HOST": "127.0.0.1",
                "THUCDIA_PORT": str(port),
            },
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_answer(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


def environment(settings: Settings) -> dict[str, str]:
    """The variables with which another process of ours works on the same installation."""
    return {
        "THUCDIA_DATA": str(settings.data.absolute()),
        "THUCDIA_DATABASE_URL": settings.database_url,
        # QR codes in the documents must open later, when `serve` runs where it usually does.
        "THUCDIA_PUBLIC_URL": settings.base_url,
        "THUCDIA_DEMO": "1",
        "THUCDIA_HOSTILE": settings.hostile,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ServerDidNotStart(f"Máy chủ dừng ngay khi khởi động (mã {process.returncode}). Xem {log}.")
        if _answers(port):
            return
        time.sleep(0.2)
    raise ServerDidNotStart(f"Máy chủ chưa trả lời sau {_START_S} giây. Xem {log}.")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
