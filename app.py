"""Thực Địa: the application factory; the only module that knows every package."""

import importlib
import importlib.util
from pathlib import Path

from flask import Flask

from core import api as core_api
from core import db, headers, problems
from core.access import GATE
from core.settings import SETTINGS, Settings

ROOT = Path(__file__).resolve().parent
PACKAGES = ("accounts", "registry", "checklists", "inspections", "sync", "reports", "demo")


def _modules(name):
    for package in PACKAGES:
        whole = all(map(importlib.util.find_spec, ("registry.models", "accounts.models", "accounts.device_models")))
        if package in ("inspections", "sync", "reports", "demo") and not whole:
            continue
        if importlib.util.find_spec(f"{package}.{name}"):
            yield importlib.import_module(f"{package}.{name}")


def create_app(settings: Settings, *, testing: bool = False) -> Flask:
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.testing = testing
    app.secret_key = "interim"
    app.extensions[SETTINGS] = settings
    settings.data.mkdir(parents=True, exist_ok=True)
    db.configure(app, settings)
    problems.register(app)
    list(_modules("models")), list(_modules("device_models")), list(_modules("jobs"))
    blueprints = [b for m in (*_modules("api"), *_modules("device_api")) for b in m.blueprints]
    smorest = [b for b in blueprints if hasattr(b, "_docs")]
    core_api.register(app, smorest, described_elsewhere=[m.paths_and_schemas for m in _modules("openapi")])
    for plain in blueprints:
        if plain not in smorest:
            app.register_blueprint(plain)
    for module in (*_modules("pages"), *_modules("device_pages")):
        for blueprint in module.blueprints:
            app.register_blueprint(blueprint)
    for module in (*_modules("commands"),):
        app.cli.add_command(module.group)
    if importlib.util.find_spec("accounts.callers"):
        callers = importlib.import_module("accounts.callers")
        callers.register(app)
        app.extensions[GATE] = callers.OfficeGate()
    headers.register(app)
    return app
