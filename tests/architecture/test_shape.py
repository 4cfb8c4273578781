"""What keeps the tree readable: sizes, names, who may commit, who may read the environment."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "accounts", "registry", "checklists", "inspections", "sync", "reports", "demo")
MAX_MODULE_LINES, MAX_TEST_LINES, MAX_FUNCTION_LINES = 400, 700, 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "data", "info", "manager", "service"}
MAY_COMMIT = {"core/db.py", "core/group_commit.py"}
# app.py reads the settings; the others hand the environment on to programs that they start.
MAY_READ_ENVIRONMENT = {"app.py", "core/supervisor.py", "demo/server.py", "demo/document.py"}
MAY_OPEN_WRITING = {"core/endpoint.py", "core/page.py", "core/jobs.py", "core/db.py", "first_start.py"}


def _tracked(suffix: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", f"*{suffix}"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def _product_modules() -> Iterator[Path]:
    for path in _tracked(".py"):
        if path.relative_to(ROOT).parts[0] not in ("tests", "migrations", "benchmarks"):
            yield path


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _calls(path: Path, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_modules_are_short_enough_to_read():
    too_long = {
        _name(path): lines
        for path in _tracked(".py")
        if path.parent.name != "versions"  # a migration is as long as the tables it makes
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (MAX_TEST_LINES if "tests" in path.relative_to(ROOT).parts else MAX_MODULE_LINES)
    }
    assert too_long == {}


def test_modules_of_the_tablet_are_short_enough_too():
    listed = [*_tracked(".ts"), *_tracked(".mjs")]
    assert len(listed) > 100
    too_long = {
        _name(path): lines
        for path in listed
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (MAX_TEST_LINES if "tests" in path.relative_to(ROOT).parts else MAX_MODULE_LINES)
    }
    assert too_long == {}


def test_functions_are_short_enough_to_hold_in_mind():
    too_long = {
        f"{_name(path)}:{function.name}": length
        for path in _product_modules()
        for function in _functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert too_long == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [_name(path) for path in _product_modules() if path.stem in FORBIDDEN_NAMES] == []


def test_every_module_says_why_it_exists():
    silent = [
        _name(path)
        for path in _product_modules()
        if path.stem != "__init__" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_nothing_commits_but_the_transaction_itself():
    assert {_name(path) for path in _product_modules() if _calls(path, "commit")} - {
        "demo/outbox.py"
    } == MAY_COMMIT


def test_writing_transactions_are_opened_at_the_edges_only():
    opening = {
        _name(path)
        for path in _product_modules()
        if any(opener in path.read_text(encoding="utf-8") for opener in ("db.writing()", "db.transacted("))
        and path.stem != "commands"
    }
    assert opening - MAY_OPEN_WRITING == set()


@pytest.mark.parametrize("forbidden", ["os.environ", "os.getenv"])
def test_settings_come_from_one_reading_of_the_environment(forbidden: str):
    reading = {_name(path) for path in _product_modules() if forbidden in path.read_text(encoding="utf-8")}
    assert {name for name in reading if not name.startswith("bootstrap")} - MAY_READ_ENVIRONMENT == set()


def test_no_template_bypasses_escaping():
    bypassing = [
        _name(path)
        for path in _tracked(".html")
        if "|safe" in path.read_text(encoding="utf-8").replace(" ", "")
    ]
    assert bypassing == []


def test_nothing_says_later():
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    found = [
        _name(path)
        for path in _product_modules()
        if any(m in path.read_text(encoding="utf-8") for m in marks)
    ]
    assert found == []
