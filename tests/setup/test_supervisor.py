"""The supervisor with real processes: it restarts, passes signals on, gives up, and leaves nobody behind."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import supervisor
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = "first_pause_s=0.01, longest_pause_s=0.02, settled_after_s=60, failed_starts=3, grace_s={grace}"
SCRIPT = """
import sys
from core.supervisor import Patience, Program, supervise
programs = [Program(f"p{{n}}", ("/bin/sh", "-c", text)) for n, text in enumerate(sys.argv[1:])]
sys.exit(supervise(programs, patience=Patience({patience})))
"""
STAYS = "echo up $$; exec sleep 600"
IS_STUBBORN = "trap '' TERM; echo up $$; while :; do sleep 600; done"
PATIENT = 30.0

Supervised = subprocess.Popen[str]
Start = Callable[..., Supervised]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a supervisor over shell programs; what is left of it is killed at the end."""
    started: list[Supervised] = []

    def run(*programs: str, grace: float = 20.0) -> Supervised:
        script = SCRIPT.format(patience=PATIENCE.format(grace=grace))
        command = [sys.executable, "-c", script, *programs]
        process = subprocess.Popen(command, cwd=ROOT, text=True, bufsize=1, stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def _pid_printed(process: Supervised) -> int:
    while not (line := process.stdout.readline()).startswith("up "):
        assert line, "the supervisor ended"
    return int(line.split()[1])


def _wait_for_end(pid: int) -> None:
    descriptor = os.pidfd_open(pid)
    try:
        assert select.select([descriptor], [], [], PATIENT)[0], f"process {pid} still runs"
    finally:
        os.close(descriptor)


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("request_to_stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_stop_ends_every_program_and_the_code_is_0(start: Start, request_to_stop: int) -> None:
    process = start(STAYS, STAYS)
    pids = [_pid_printed(process), _pid_printed(process)]
    process.send_signal(request_to_stop)
    assert process.wait(PATIENT) == 0
    assert [pid for pid in pids if _runs(pid)] == []


def test_a_program_that_is_killed_is_started_again(start: Start) -> None:
    process = start(STAYS)
    first = _pid_printed(process)
    os.kill(first, signal.SIGKILL)
    second = _pid_printed(process)
    assert second != first
    process.terminate()
    assert process.wait(PATIENT) == 0


def test_a_program_that_cannot_start_ends_everything_with_code_1(start: Start) -> None:
    process = start(STAYS, "exit 3")
    neighbour = _pid_printed(process)
    assert process.wait(PATIENT) == 1
    assert not _runs(neighbour)


def test_killing_the_supervisor_leaves_no_program_behind(start: Start) -> None:
    process = start(STAYS)
    pid = _pid_printed(process)
    process.kill()
    _wait_for_end(pid)
    assert process.wait(PATIENT) == -signal.SIGKILL


def test_a_program_that_will_not_stop_is_killed_after_the_grace_and_the_code_is_1(start: Start) -> None:
    process = start(IS_STUBBORN, grace=0.2)
    pid = _pid_printed(process)
    process.terminate()
    assert process.wait(PATIENT) == 1
    assert not _runs(pid)


def test_a_busy_port_is_refused_with_the_way_out() -> None:
    with supervisor.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(supervisor.PortBusy, match=f"Cổng {port} .* THUCDIA_PORT"):
            supervisor.listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(supervisor.AddressUnknown, match=r"192\.0\.2\.1"):
        supervisor.listen("192.0.2.1", 0)


def test_a_data_folder_too_deep_for_a_socket_does_without_the_control_socket(tmp_path: Path) -> None:
    with supervisor.listen("127.0.0.1", 0) as listener:
        short, deep = (
            supervisor.web_program(Settings(data=Path(data)), listener, application="app:wsgi()").command
            for data in ("/srv/d", "/srv/" + "d" * 100)
        )
    assert "/srv/d/gunicorn.ctl" in short
    assert "--no-control-socket" in deep


def test_the_workers_are_as_many_as_the_settings_say() -> None:
    programs = supervisor.worker_programs(Settings(workers=3), "flask", "jobs", "work")
    assert [program.name for program in programs] == ["worker-1", "worker-2", "worker-3"]
    assert programs[0].command[1:] == (str(ROOT / "app.py"), "flask", "jobs", "work")


WEB = """
import signal, sys, time
from pathlib import Path
from flask import Flask
from core import supervisor
from core.settings import SETTINGS, Settings

def wsgi():
    app = Flask(__name__)
    app.extensions[SETTINGS] = Settings()
    @app.get("/slow")
    def slow():
        gunicorns = signal.getsignal(signal.SIGTERM).__self__
        print("in flight", flush=True)
        until = time.monotonic() + 20
        while gunicorns.alive:  # until it has been asked to stop
            assert time.monotonic() < until
            time.sleep(0.01)
        return "whole answer"
    return app

if __name__ == "__main__":
    settings = Settings(data=Path(__file__).parent, threads=4)
    listener = supervisor.listen("127.0.0.1", 0)
    print("port", listener.getsockname()[1], flush=True)
    web = supervisor.web_program(settings, listener, application="web_under_test:wsgi()")
    supervisor.become_one([web])
"""


def test_what_supervises_holds_nothing_of_the_application() -> None:
    heavy = "{'flask', 'sqlalchemy', 'cryptography', 'alembic', 'pyhanko', 'weasyprint', 'PIL'}"
    script = f"import sys, core.supervisor; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"


def test_a_request_in_flight_when_asked_to_stop_is_answered(tmp_path: Path) -> None:
    (tmp_path / "web_under_test.py").write_text(WEB)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(tmp_path / "web_under_test.py")]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        port = int(process.stdout.readline().split()[1])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENT) as client:
            client.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
            assert process.stdout.readline() == "in flight\n"
            assert b"core.supervisor" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
            process.terminate()
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        assert answer.endswith(b"whole answer")
        assert process.wait(PATIENT) == 0
        assert "Đang phục vụ tại http://127.0.0.1:8000" in process.stderr.read()
