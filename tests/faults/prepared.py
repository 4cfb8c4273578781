"""A process that has everything loaded and starts servers by forking, so that killing one costs little.

It holds the listening socket as `serve` does: while no server runs, tablets wait instead of being refused. It
serves with the very command line that `serve` uses, or carries out requests in one single-threaded process
that a tracer can follow. It checks nothing, and what it started ends with it.

    python -m tests.faults.prepared PORT [MUTANT]      then one command a line: serve, kill, wait, warm FILE,
    carry FILE
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask
from gunicorn.app.wsgiapp import WSGIApplication

from app import create_app
from core import db, supervisor
from core.settings import Settings, from_environment
from tests.faults import mutants

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_PTRACER = 1, 36, 0x59616D61
_libc = ctypes.CDLL(None, use_errno=True)


def _serve(settings: Settings, listener: socket.socket) -> NoReturn:
    """What `serve` becomes, without the interpreter's start."""
    program = supervisor.web_program(settings, listener, application="app:web()")
    sys.argv = ["gunicorn", *program.command[program.command.index("gunicorn") + 1 :]]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run()
    os._exit(0)


def _carry_out(app: Flask, told: dict[str, Any]) -> None:
    """Each request in turn; a line to `answers` is what the tablet has heard."""
    client = app.test_client()
    gate = os.open(told["gate"] or os.devnull, os.O_RDWR)
    answers = os.open(told["answers"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.read(gate, 1)
    for asked in told["requests"]:
        if asked["method"] == "FLASK":
            said = app.test_cli_runner().invoke(args=asked["path"].split("\n"))
            line = {"status": 200 if said.exit_code == 0 else 409, "type": "text/plain", "text": said.output}
            os.write(answers, json.dumps(line).encode() + b"\n")
            continue
        answer = client.open(
            asked["path"], method=asked["method"], headers=asked["headers"],
            data=bytes.fromhex(asked["body"]), buffered=True,
        )  # fmt: skip
        line = {"status": answer.status_code, "type": answer.mimetype, "text": answer.text}
        os.write(answers, json.dumps(line).encode() + b"\n")
    for descriptor in (gate, answers):
        os.close(descriptor)


def _carry_out_apart(app: Flask, told: dict[str, Any]) -> NoReturn:
    """The same in a process of one thread that a tracer may follow."""
    _libc.prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1).value, 0, 0, 0)
    _carry_out(app, told)
    os._exit(0)


def _carry_out_here(app: Flask, told: dict[str, Any]) -> None:
    """The same in this process, which then has loaded all that it takes and holds no connection."""
    _carry_out(app, told)
    with app.app_context():
        db.db.engine.dispose()


def _forked(folder: Path) -> int:
    """0 in the new process, which leads a group of its own and writes to a log."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        log = os.open(folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for here, there in ((null, 0), (log, 1), (log, 2)):
            os.dup2(here, there)
    return pid


def _ended(group: int) -> None:
    """No process of the group is left."""
    while True:
        try:
            os.waitpid(-group, 0)
        except ChildProcessError:
            return


def _told(path: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return told


def main(port: int, mutant: str) -> None:
    """Carry out the commands of the standard input until it ends."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    settings = from_environment(os.environ)
    mutants.apply(mutant)
    app = create_app(settings)
    listener = supervisor.listen("127.0.0.1", port)
    os.set_inheritable(listener.fileno(), True)
    group = 0
    print("ready", flush=True)
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        if command == "kill":
            os.killpg(group, signal.SIGKILL)
            _ended(group)
        elif command == "wait":
            _ended(group)
        elif command == "warm":
            _carry_out_here(app, _told(rest))
        elif (group := _forked(settings.data)) == 0:
            if command == "serve":
                _serve(settings, listener)
            _carry_out_apart(app, _told(rest))
        print(group, flush=True)
    if group:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
