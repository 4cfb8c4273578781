"""Set-up: what it decides without touching the machine, and how it refuses when run for real."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
import bootstrap_debian as debian
import bootstrap_steps as steps

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("bootstrap.py", "bootstrap_debian.py", "bootstrap_steps.py")


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "đĩa đã đầy"),
        ("OSError: [Errno 28] No space left on device", "đĩa đã đầy"),
        ("npm error code EINTEGRITY", "gói tải về không khớp mã kiểm"),
        ("error: invalid peer certificate: UnknownIssuer", "chứng chỉ của máy chủ gói không được tin cậy"),
        ("E: Temporary failure resolving 'mirror'", "không tải được qua mạng"),
        ("npm error code EAI_AGAIN", "không tải được qua mạng"),
        ("error: Request failed\n  Caused by: dns error", "không tải được qua mạng"),
        (
            "E: Unable to locate package qpdf",
            "apt không biết gói này, có thể vì danh mục gói chưa tải được qua mạng",
        ),
        ("one\nthe last line says it\n\n", "the last line says it"),
        ("", "không rõ lý do"),
    ],
)
def test_a_tool_that_failed_is_quoted_in_vietnamese_where_the_complaint_is_known(
    output: str, reason: str
) -> None:
    assert steps.reason_in(output) == reason


def test_a_download_refused_by_its_hash_is_not_blamed_on_the_network() -> None:
    output = "error: Failed to download `flask`\n  Caused by: Hash mismatch for `flask`"
    assert steps.reason_in(output) == "gói tải về không khớp mã kiểm"


def test_seconds_are_written_with_a_comma() -> None:
    assert steps.seconds_text(5.94) == "5,9 s"


@pytest.mark.parametrize(
    ("pip", "uv"),
    [
        ("", {}),
        (
            "global.index-url='https://kho.example/simple'\n",
            {"UV_DEFAULT_INDEX": "https://kho.example/simple"},
        ),
        (
            ":env:.index-url='https://env.example/'\nglobal.index-url='https://file.example/'\n",
            {"UV_DEFAULT_INDEX": "https://env.example/"},
        ),
        ("global.extra-index-url='\\nfile:///a\\nfile:///b'\n", {"UV_INDEX": "file:///a file:///b"}),
        ("global.find-links='/opt/a /opt/b'\nglobal.timeout='9'\n", {"UV_FIND_LINKS": "/opt/a,/opt/b"}),
        ("global.cert='/etc/ca.crt'\n", {"SSL_CERT_FILE": "/etc/ca.crt"}),
    ],
)
def test_uv_takes_packages_from_where_pip_would(pip: str, uv: dict[str, str]) -> None:
    assert bootstrap.uv_settings(pip, {}) == {**uv, "UV_INDEX_STRATEGY": "unsafe-best-match"}


def test_a_setting_made_for_uv_itself_wins_over_pips() -> None:
    pip, environ = "global.index-url='https://pip.example/'", {"UV_DEFAULT_INDEX": "https://uv.example/"}
    assert "UV_DEFAULT_INDEX" not in bootstrap.uv_settings(pip, environ)


@pytest.mark.parametrize("version", [(3, 9, 2), (3, 10, 99)])
def test_an_old_python_is_refused_by_its_version(version: tuple[int, int, int]) -> None:
    with pytest.raises(steps.SetupRefused, match=r"Cần Python 3\.11 trở lên, đang chạy Python 3\."):
        bootstrap.refuse_old_python(version)


@pytest.mark.parametrize("source", SOURCES)
def test_an_old_python_can_read_far_enough_to_be_refused(source: str) -> None:
    ast.parse((ROOT / source).read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("source", SOURCES)
def test_set_up_imports_nothing_that_must_be_installed_first(source: str) -> None:
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported = {name.split(".")[0] for name in names}
    assert imported - sys.stdlib_module_names <= {"bootstrap_debian", "bootstrap_steps"}


def test_the_environment_is_the_same_when_it_is_made_twice() -> None:
    once = bootstrap.environment({"PATH": "/usr/bin", "LANG": "vi_VN.UTF-8"})
    assert bootstrap.environment(once) == once
    assert once["PATH"] == f"{ROOT}/.venv/bin:{ROOT}/.tools/bin:/usr/bin"
    assert once["LANG"] == "vi_VN.UTF-8"


def test_libraries_are_found_below_a_prefix_with_chromiums_own_folders(tmp_path: Path) -> None:
    for folder in ("usr/lib/x86_64-linux-gnu/nss", "lib/x86_64-linux-gnu", "usr/share/fonts"):
        (tmp_path / folder).mkdir(parents=True)
    expected = ["usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/nss", "lib/x86_64-linux-gnu"]
    assert debian.library_folders(tmp_path) == [tmp_path / folder for folder in expected]


def test_font_folders_with_awkward_names_stay_well_formed() -> None:
    assert "<dir>/srv/R&amp;D</dir>" in debian.fonts_conf([Path("/srv/R&D")], Path("/tmp/cache"))


class Interrupted(BaseException):
    """Stands for a power cut in the middle of a step."""


def test_a_step_that_was_interrupted_is_not_done_and_can_be_repeated(tmp_path: Path) -> None:
    stamp = tmp_path / "made" / ".prepared"
    outcomes = [Interrupted(), ""]

    def work() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Interrupted):
            raise outcome
        return outcome

    step = steps.stamped("Làm", stamp, "abc", work, needs_mb=0)
    with pytest.raises(Interrupted):
        step.carry_out()
    assert not step.is_done()
    step.carry_out()
    assert step.is_done()


def test_a_step_is_due_again_when_its_input_changes_and_a_failed_repetition_does_not_hide_that(
    tmp_path: Path,
) -> None:
    lock, stamp = tmp_path / "lock", tmp_path / ".prepared"

    def step() -> steps.Step:
        return steps.stamped("Làm", stamp, steps.fingerprint(lock), str, needs_mb=0)

    lock.write_text("one")
    step().carry_out()
    assert step().is_done()
    lock.write_text("two")
    assert not step().is_done()
    lock.write_text("one")
    assert step().is_done()


def test_only_what_is_due_is_done_and_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stamp = tmp_path / ".prepared"
    due = steps.stamped("Việc thứ hai", stamp, "abc", lambda: "có ghi chú", needs_mb=0)
    steps.carry_out([steps.Step("Việc thứ nhất", lambda: True, lambda: "không được gọi", 0), due])
    steps.carry_out([due])
    assert capsys.readouterr().err == "Việc thứ hai … 0,0 s (có ghi chú)\n"


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(steps.SetupRefused, match=f"Không ghi được vào thư mục {tmp_path}/file/var"):
        steps.refuse_unwritable(tmp_path / "file" / "var")


def test_a_disk_with_too_little_room_is_refused_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(steps.SetupRefused, match=r"cần khoảng 999999999 MB, còn \d+ MB"):
        steps.refuse_full_disk(tmp_path, 999_999_999)


def test_a_command_that_fails_is_told_with_reason_and_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    with pytest.raises(steps.SetupRefused, match=r"^Không làm được: đĩa đã đầy\. .*setup\.log\)\.$"):
        steps.run(["/bin/sh", "-c", "echo No space left on device; exit 9"], failure="Không làm được")
    assert "No space left on device" in (tmp_path / "setup.log").read_text()


def test_a_command_that_is_not_there_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    with pytest.raises(steps.SetupRefused, match="Không làm được: máy này không có lệnh khong-co"):
        steps.run(["khong-co"], failure="Không làm được")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the set-up, a program that only says where it runs, and nothing prepared."""
    for name in (*SOURCES, "requirements-setup.txt", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    program = "import sys, bootstrap\nbootstrap.enter(sys.argv[1], sys.argv)\nprint(sys.prefix)\n"
    (tmp_path / "app.py").write_text(program)
    if debian.PREFIX.is_dir():
        (tmp_path / ".tools").mkdir()
        (tmp_path / ".tools" / "debian").symlink_to(debian.PREFIX)
    return tmp_path


def _run(clone: Path, verb: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "THUCDIA_"))
    }
    return subprocess.run(
        [sys.executable, "app.py", verb],
        cwd=clone,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unusable_data_folder_ends_the_start_with_one_sentence(clone: Path) -> None:
    done = _run(clone, "serve", THUCDIA_DATA="/proc/thuc-dia")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Không ghi được vào thư mục /proc/thuc-dia (")
    assert len(done.stderr.splitlines()) == 1


def test_a_download_that_fails_ends_the_start_with_one_sentence_and_leaves_no_stamp(clone: Path) -> None:
    done = _run(
        clone,
        "flask",
        PIP_CONFIG_FILE="/dev/null",
        PIP_INDEX_URL="http://127.0.0.1:9/",
        PIP_RETRIES="1",
        PIP_NO_CACHE_DIR="1",
    )
    assert (done.returncode, done.stdout) == (1, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Không tải được uv: không tải được qua mạng. Khắc phục rồi chạy lại lệnh này")
    assert "Traceback" not in done.stderr
    assert not (clone / ".venv" / ".prepared-requirements").exists()


def test_the_npm_lock_has_a_hash_for_everything_and_an_address_for_nothing() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert [name for name, package in fetched.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in fetched.items() if "resolved" in package] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-setup.txt"])
def test_every_python_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines != []
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("name", sorted(bootstrap.VENDORED))
def test_pages_and_documents_find_their_files(name: str) -> None:
    assert (bootstrap.VENDOR / name).stat().st_size > 10_000


@pytest.mark.parametrize("face", bootstrap.PRINTED)
def test_the_tablet_prints_with_short_faces(face: str) -> None:
    assert 10_000 < (bootstrap.VENDOR / "fonts" / f"Tinos-{face}.woff2").stat().st_size < 80_000


def test_the_tablet_app_is_built_and_built_anew_when_a_source_changes() -> None:
    assert (bootstrap.TABLET / "dist" / "index.html").is_file()
    sources = bootstrap._tablet_sources()
    for name in ("tablet/src/main.ts", "tablet/sw/worker.ts", "tablet/build.mjs", "static/css/tokens.css"):
        assert sources[sources.index(name) + 1] == ROOT / name
