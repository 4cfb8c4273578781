"""Thực Địa: the application and its verbs `serve`, `test`, `demo` and `flask`.

The only module that knows every package. Run as a program, it first lets `bootstrap` provide what is needed.
"""

import sys

import bootstrap

VERBS = ("serve", "test", "demo", "flask", "work")
USAGE = """Cách dùng:
  python3 app.py serve                          cài đặt những gì còn thiếu rồi chạy máy chủ
  python3 app.py test [-- đối số của pytest]    chạy toàn bộ kiểm thử
  python3 app.py demo [--units N] [--seed N]    chạy trình diễn từ đầu đến cuối
  python3 app.py flask …                        các lệnh quản trị"""

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
        sys.exit(USAGE)
    bootstrap.enter(sys.argv[1], sys.argv)

# What follows needs the libraries that bootstrap has just provided.
import argparse
import os
import subprocess
from pathlib import Path
from typing import NoReturn

from flask import Flask
from flask.cli import FlaskGroup
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

import accounts.after_restore
import accounts.api
import accounts.callers
import accounts.commands
import accounts.device_api
import accounts.device_pages
import accounts.pages
import checklists.api
import checklists.commands
import checklists.pages
import core.backup.commands
import core.commands
import first_start
import inspections.api
import inspections.pages
import registry.api
import registry.commands
import registry.pages
import reports.api
import reports.commands
import reports.jobs
import reports.pages
import sync.after_restore
import sync.api
import sync.commands
import sync.exchange_api
import sync.exchange_pages
import sync.hostile
import sync.openapi
import sync.reassessment_jobs
import sync.recollection_api
import sync.recollection_commands
import sync.tablet_app
import sync.upload_api
import sync.upload_jobs
from core import api, db, headers, health, logs, problems, secret, supervisor, wording, worker
from core.access import GATE
from core.backup import restoring, unfinished
from core.errors import Refusal
from core.settings import SETTINGS, Settings, from_environment

ROOT = Path(__file__).resolve().parent

API = [
    *accounts.api.blueprints, *accounts.device_api.blueprints, *registry.api.blueprints,
    *checklists.api.blueprints, *inspections.api.blueprints, *reports.api.blueprints,
]  # fmt: skip
PAGES = [
    *accounts.pages.blueprints, *accounts.device_pages.blueprints, *registry.pages.blueprints,
    *checklists.pages.blueprints, *inspections.pages.blueprints, *reports.pages.blueprints,
    *sync.api.blueprints, *sync.recollection_api.blueprints,
    *sync.exchange_api.blueprints, *sync.exchange_pages.blueprints,
    *sync.tablet_app.blueprints, *sync.upload_api.blueprints, *health.blueprints,
]  # fmt: skip
COMMANDS = [
    core.commands.group, core.commands.jobs_group, core.backup.commands.group,
    accounts.commands.group, registry.commands.group, checklists.commands.group,
    reports.commands.group, sync.commands.group,
]  # fmt: skip


def create_app(settings: Settings, *, testing: bool = False) -> Flask:
    """The application on the settings' database and folder; nothing is migrated or loaded."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.testing = testing
    logs.configure()
    app.extensions[SETTINGS] = settings
    app.secret_key = secret.load(settings)
    if settings.is_secure:
        # TLS ends at a reverse proxy, whose word on the caller's address is then taken, and no further one's.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign] # Flask's way
    db.configure(app, settings)
    Migrate(app, db.db, directory=str(first_start.MIGRATIONS))
    app.extensions[GATE] = accounts.callers.OfficeGate()
    app.extensions[restoring.ENDS] = [accounts.after_restore.end_ways_in]
    app.extensions[restoring.CHECKS] = [sync.after_restore.faults]
    problems.register(app)
    headers.register(app)
    wording.register(app)
    accounts.callers.register(app)
    api.register(app, API, described_elsewhere=[accounts.callers.described, sync.openapi.paths_and_schemas])
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for group in COMMANDS:
        app.cli.add_command(group)
    if settings.hostile:
        app.wsgi_app = sync.hostile.Hostile(app, settings.hostile)  # type: ignore[method-assign] # Flask's way
    return app


def web() -> Flask:
    """The application as the environment describes it, for the web process and for commands."""
    return create_app(from_environment(os.environ))


def serve() -> NoReturn:
    """Prepare the database, then run the web process and the workers until somebody stops them."""
    settings = from_environment(os.environ)
    with supervisor.listen(settings.host, settings.port) as listener:
        app = create_app(settings)
        with app.app_context():
            unfinished.check_none()
            for line in first_start.prepare(settings):
                print(line, flush=True)
            if settings.hostile:
                print(f"Máy chủ cố ý gây lỗi trên {sync.hostile.PREFIX} (THUCDIA_HOSTILE).", flush=True)
            db.db.engine.dispose()
        programs = [
            supervisor.web_program(settings, listener, application="app:web()"),
            *supervisor.worker_programs(settings, "work"),
        ]
        supervisor.become_one(programs)


def work() -> int:
    """Do background jobs until stopped."""
    return worker.run(web())


def demonstrate(arguments: list[str]) -> int:
    """Carry out the demonstration; the exit code is 0 only if everything held."""
    parser = argparse.ArgumentParser(prog="app.py demo", description="Trình diễn từ đầu đến cuối.")
    parser.add_argument(
        "--units", type=int, default=20, choices=range(1, 21), metavar="1..20", help="số đơn vị"
    )
    parser.add_argument("--seed", type=int, default=2023, help="hạt giống của dữ liệu mô phỏng")
    wanted = parser.parse_args(arguments)
    from demo import run  # noqa: PLC0415 (it draws and reads documents; whoever serves need not hold that)

    return run.run(wanted.units, wanted.seed, from_environment(os.environ))


def test(arguments: list[str]) -> int:
    """Run every check and every test, each to its end; with arguments after `--`, pytest alone with these."""
    given = arguments[1:] if arguments[:1] == ["--"] else arguments
    python = [sys.executable, "-m"]
    commands = [[*python, "pytest", *given]]
    if not given:
        commands = [
            [*python, "ruff", "format", "--check", "."],
            [*python, "ruff", "check", "."],
            [*python, "mypy", "."],
            [str(Path(sys.executable).with_name("lint-imports"))],
            *bootstrap.tablet_checks(),
            # Some tests mostly wait, and some files are minutes long: one more than the cores, who help out.
            [*python, "pytest", "-n", "3", "--dist", "worksteal", "--ignore", "tests/browser"],
            # Playwright's event loop disturbs whatever else runs in its process.
            [*python, "pytest", "-n", "3", "--dist", "worksteal", "tests/browser"],
        ]
    codes = [_checked(command) for command in commands]
    return next((code for code in codes if code), 0)


def _checked(command: list[str]) -> int:
    print(f"== {' '.join(Path(part).name for part in command)}", flush=True)
    # Servers are started by the hundred; where Python is told to keep nothing, each would be compiled anew.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {"PYTHONPYCACHEPREFIX": str(ROOT / ".tools" / "bytecode")} | kept
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main(verb: str, arguments: list[str]) -> int:
    """Carry out one verb; a refusal is one sentence on the console."""
    try:
        if verb == "flask":
            FlaskGroup(create_app=web).main(arguments, prog_name="app.py flask")
        if verb == "test":
            return test(arguments)
        if verb == "demo":
            return demonstrate(arguments)
        return serve() if verb == "serve" else work()
    except Refusal as refusal:
        print(refusal.detail or refusal.title, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
